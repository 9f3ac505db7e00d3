package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

type visit struct {
	Page  string   `avro:"page"`
	Ratio *float64 `avro:"ratio"`
}

const visitSchema = `{"type": "record", "name": "Visit", "fields": [
  {"name": "page", "type": "string"},
  {"name": "ratio", "type": ["null", "double"]}
]}`

// visitFile writes a file of n records, ten a block, and returns its path and size and the lines that are to be printed.
func visitFile(t *testing.T, n int) (path string, size int64, lines []string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "visits.avro")
	f, err := os.Create(path) //nolint:gosec // a test's own
	if err != nil {
		t.Fatal(err)
	}
	w, err := ocf.NewWriter(f, avro.MustFor[visit](visitSchema), ocf.WithCompression(ocf.Zstandard), ocf.WithBlockRecords(10))
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		v, ratio := visit{Page: fmt.Sprintf("/%d", i)}, float64(i)/2
		line := fmt.Sprintf(`{"page":"/%d","ratio":null}`, i)
		if i%2 == 1 {
			v.Ratio, line = &ratio, fmt.Sprintf(`{"page":"/%d","ratio":{"double":%.1f}}`, i, ratio)
		}
		if err := w.Write(&v); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, info.Size(), lines
}

func printed(lines []string) string { return strings.Join(lines, "\n") + "\n" }

func TestCat(t *testing.T) {
	t.Parallel()
	path, _, lines := visitFile(t, 35)
	if out, err := run(t.Context(), t, "cat", path); err != nil || out != printed(lines) {
		t.Errorf("got %q, %v, want %q", out, err, printed(lines))
	}
	if out, err := run(t.Context(), t, "cat", path, path); err != nil || out != printed(lines)+printed(lines) {
		t.Errorf("twice: %d bytes, %v", len(out), err)
	}
	if out, err := run(t.Context(), t, "cat", "--schema", path); err != nil || out != visitSchema+"\n" {
		t.Errorf("schema: got %q, %v", out, err)
	}
}

func TestCatStandardInput(t *testing.T) {
	t.Parallel()
	path, _, lines := visitFile(t, 35)
	file, err := os.ReadFile(path) //nolint:gosec // a test's own
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	root := newRootCommand()
	root.SetArgs([]string{"cat", "-"})
	root.SetIn(bytes.NewReader(file))
	root.SetOut(&out)
	if err := root.ExecuteContext(t.Context()); err != nil || out.String() != printed(lines) {
		t.Errorf("got %q, %v, want %q", out.String(), err, printed(lines))
	}
}

// What could be read is printed, and the error says what could not.
func TestCatOfTornFiles(t *testing.T) {
	t.Parallel()
	path, size, lines := visitFile(t, 35)
	if err := os.Truncate(path, size-5); err != nil {
		t.Fatal(err)
	}
	out, err := run(t.Context(), t, "cat", path)
	if !errors.Is(err, ocf.ErrTruncated) || !strings.Contains(err.Error(), "cat "+path) || out != printed(lines[:30]) {
		t.Errorf("got %q, %v, want 30 records and that the file is truncated", out, err)
	}
	if out, err := run(t.Context(), t, "cat", "--schema", path); err != nil || out != visitSchema+"\n" {
		t.Errorf("schema: got %q, %v", out, err)
	}
}

func TestCatOfWrongFiles(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text.avro")
	if err := os.WriteFile(text, []byte("no container"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		want error
	}{
		{[]string{"cat", filepath.Join(t.TempDir(), "missing.avro")}, os.ErrNotExist},
		{[]string{"cat", text}, ocf.ErrCorrupt},
		{[]string{"cat", t.TempDir()}, syscall.EISDIR},
	} {
		if out, err := run(t.Context(), t, c.args...); !errors.Is(err, c.want) || out != "" {
			t.Errorf("%v: got %q, %v, want %v", c.args, out, err, c.want)
		}
	}
	if _, err := run(t.Context(), t, "cat"); err == nil {
		t.Error("no file is no error")
	}
}

func TestCatToAFullDisk(t *testing.T) {
	t.Parallel()
	path, _, _ := visitFile(t, 3)
	root := newRootCommand()
	root.SetArgs([]string{"cat", path})
	root.SetOut(full{})
	if err := root.ExecuteContext(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want the disk's", err)
	}
}

func TestCatIsInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	r, w := io.Pipe() // nothing comes
	defer w.Close()
	root := newRootCommand()
	root.SetArgs([]string{"cat", "-"})
	root.SetIn(r)
	root.SetOut(io.Discard)
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	interrupt()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// The process itself, with a reader that goes away, and its exit code.
func TestCatProcess(t *testing.T) {
	t.Parallel()
	path, size, lines := visitFile(t, 20_000)
	command := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), os.Args[0], args...) //nolint:gosec // this very binary
		cmd.Env = append(os.Environ(), mainVariable+"=1")
		return cmd
	}
	var stderr bytes.Buffer
	cmd := command("cat", path)
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	head := make([]byte, len(lines[0])+1)
	if _, err := io.ReadFull(out, head); err != nil || string(head) != lines[0]+"\n" {
		t.Errorf("got %q, %v, want %q", head, err, lines[0])
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); stderr.Len() > 0 {
		t.Errorf("after its reader went away: %v, %q", err, stderr.String())
	}

	if err := os.Truncate(path, size-5); err != nil {
		t.Fatal(err)
	}
	cmd = command("cat", path)
	cmd.Stderr = &stderr
	all, err := cmd.Output()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() != 1 || string(all) != printed(lines[:len(lines)-10]) {
		t.Errorf("of a torn file: %d bytes, %v, want %d bytes and exit code 1", len(all), err, len(printed(lines[:len(lines)-10])))
	}
	if got := stderr.String(); !strings.HasPrefix(got, "magicbyte: cat ") || strings.Count(got, "\n") != 1 {
		t.Errorf("of a torn file: %q", got)
	}
}
