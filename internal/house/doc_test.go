package house_test

import (
	"path"
	"strings"
	"testing"
)

// TestPackageComments holds every package, internal ones too, to a comment that begins as godoc shows it.
func TestPackageComments(t *testing.T) {
	for _, p := range ours(t) {
		if len(p.GoFiles) == 0 {
			continue // a folder of tests
		}
		want := "Package " + p.Name + " "
		if p.Name == "main" {
			want = "Command " + path.Base(p.ImportPath) + " "
		}
		if !strings.HasPrefix(p.Doc, want) {
			t.Errorf("%s: the package comment begins %q, want %q", p.path(), p.Doc, want+"...")
		}
	}
}
