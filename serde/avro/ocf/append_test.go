package ocf_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// fileOf returns an open file with that content, at its beginning.
func fileOf(t *testing.T, content []byte) *os.File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.avro")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func appendReadings(t *testing.T, f *os.File, records []reading, opts ...ocf.WriterOption) {
	t.Helper()
	w, err := ocf.Append(f, readings, opts...)
	if err != nil {
		t.Fatal(err)
	}
	for i := range records {
		if err := w.Write(&records[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestAppend(t *testing.T) {
	t.Parallel()
	all := newReadings(20)
	for _, c := range compressions {
		t.Run(string(c), func(t *testing.T) {
			t.Parallel()
			opts := []ocf.WriterOption{ocf.WithCompression(c), ocf.WithBlockRecords(5), ocf.WithSync(marker), ocf.WithMetadata("k", []byte("v"))}
			f := fileOf(t, nil) // an empty file becomes a new one
			appendReadings(t, f, all[:5], opts...)
			appendReadings(t, f, nil, opts...)
			appendReadings(t, f, all[5:15], ocf.WithBlockRecords(5))
			appendReadings(t, f, all[15:], ocf.WithSchema(strings.ReplaceAll(readingSchema, "\n", " ")))
			got, err := os.ReadFile(f.Name())
			if err != nil {
				t.Fatal(err)
			}
			if want := write(t, readings, all, opts...); !bytes.Equal(got, want) {
				t.Errorf("%d bytes are not the %d that one writer writes", len(got), len(want))
			}
		})
	}
}

func TestAppendToFilesOfOthers(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"java-deflate", "java-zstandard", "fastavro-snappy", "fastavro-null"} {
		content, err := os.ReadFile(filepath.Join("testdata", "golden", name+".avro"))
		if err != nil {
			t.Fatal(err)
		}
		f := fileOf(t, content)
		all := newReadings(60)
		appendReadings(t, f, all[50:])
		content, err = os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		got, err := read(content, readings)
		if diff := cmp.Diff(all, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got)\n%s", name, err, diff)
		}
	}
}

func TestAppendWithoutASchema(t *testing.T) {
	t.Parallel()
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	f := fileOf(t, write(t, readings, newReadings(3)))
	content, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	records, err := read(content, generic)
	if err != nil {
		t.Fatal(err)
	}
	w, err := ocf.Append(f, generic)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(&records[1]), w.Close()); err != nil {
		t.Fatal(err)
	}
	if content, err = os.ReadFile(f.Name()); err != nil {
		t.Fatal(err)
	}
	if got, err := read(content, readings); err != nil || len(got) != 4 || got[3].Name != "sensor-1" {
		t.Errorf("got %d records, %v", len(got), err)
	}
}

func TestAppendRefuses(t *testing.T) {
	t.Parallel()
	whole := write(t, readings, newReadings(3), ocf.WithSync(marker))
	other := marker
	other[0]++
	for _, c := range []struct {
		name    string
		content []byte
		opts    []ocf.WriterOption
		problem string
	}{
		{"another compression", whole, []ocf.WriterOption{ocf.WithCompression(ocf.Deflate)}, "WithCompression(deflate)"},
		{"another sync marker", whole, []ocf.WriterOption{ocf.WithSync(other)}, "WithSync"},
		{"other metadata", whole, []ocf.WriterOption{ocf.WithMetadata("k", nil)}, `WithMetadata("k")`},
		{"another schema", whole, []ocf.WriterOption{ocf.WithSchema(`"int"`)}, "another schema"},
		{"another codec", write(t, longs, nil), nil, "another schema"},
		{"a level that there is not", whole, []ocf.WriterOption{ocf.WithLevel(3)}, "null has no levels"},
		{"an option of no sense", whole, []ocf.WriterOption{ocf.WithBlockSize(-1)}, "WithBlockSize"},
		{"a schema of no sense", whole, []ocf.WriterOption{ocf.WithSchema("{")}, "avro:"},
		{"a torn tail", whole[:len(whole)-1], nil, "does not end with its sync marker"},
		{"a torn header", whole[:20], nil, "truncated"},
		{"no such file", []byte("a text"), nil, "begins with Obj"},
		{"a file with a schema of no sense", header("{", ocf.Null), nil, "avro:"},
		{"a file of an unknown compression", header(readingSchema, "lzma"), nil, `"lzma"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := fileOf(t, c.content)
			if _, err := ocf.Append(f, readings, c.opts...); err == nil || !strings.Contains(err.Error(), c.problem) || !strings.HasPrefix(err.Error(), "ocf: ") {
				t.Errorf("got %v, want %s", err, c.problem)
			}
			if got, err := os.ReadFile(f.Name()); err != nil || !bytes.Equal(got, c.content) {
				t.Errorf("the file was changed: %v", err)
			}
		})
	}
	f := fileOf(t, whole)
	f.Close()
	if _, err := ocf.Append(f, readings); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed file: %v", err)
	}
}

// A torn file is cut where its error says, and goes on.
func TestTornFileGoesOn(t *testing.T) {
	t.Parallel()
	all := newReadings(10)
	whole := write(t, readings, all, ocf.WithBlockRecords(4))
	f := fileOf(t, whole[:len(whole)-25])
	kept, err := readFrom(f, readings)
	if e := asError(t, err); !errors.Is(err, ocf.ErrTruncated) || len(kept) != 8 {
		t.Fatalf("%d records, %v", len(kept), err)
	} else if err := f.Truncate(e.Offset); err != nil {
		t.Fatal(err)
	}
	appendReadings(t, f, all[8:])
	content, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	got, err := read(content, readings)
	if diff := cmp.Diff(all, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}
