package plot_test

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
	"github.com/magicbyte-go/magicbyte/compare/internal/plot"
)

// The plot of the results that are checked in is the one that is checked in, and is well-formed.
func TestDraw(t *testing.T) {
	r, err := measure.Read("../../results.json")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "results.svg")
	if err := plot.Draw(r, path); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../results.svg")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("results.svg is not the plot of results.json; run the command with -plot")
	}
	for text := xml.NewDecoder(strings.NewReader(string(got))); ; {
		if _, err := text.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := plot.Draw(r, filepath.Join(t.TempDir(), "none", "results.svg")); err == nil {
		t.Error("a directory that does not exist: no error")
	}
}
