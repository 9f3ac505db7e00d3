package ocf_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

var update = flag.Bool("update", false, "write our golden files anew; testdata/peers has what checks that others read them")

// TestGoldenFiles reads the same records from files by fastavro (fastavro-*), by Avro Java (java-*), and by this package (magicbyte-*), in each
// compression. testdata/peers has the programs that wrote the files of others, and that read ours.
func TestGoldenFiles(t *testing.T) {
	t.Parallel()
	want := newReadings(50)
	for _, writer := range []string{"fastavro", "java", "magicbyte"} {
		for _, c := range compressions {
			name := writer + "-" + string(c)
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				path := filepath.Join("testdata", "golden", name+".avro")
				if writer == "magicbyte" {
					own := write(t, readings, want, ocf.WithCompression(c), ocf.WithSync(marker), ocf.WithBlockSize(400), ocf.WithMetadata("written.by", []byte(writer)))
					if *update {
						if err := os.WriteFile(path, own, 0o600); err != nil {
							t.Fatal(err)
						}
					}
					defer func() {
						if had, err := os.ReadFile(path); err != nil || c == ocf.Null && !bytes.Equal(had, own) {
							t.Errorf("%s is not what is written: %v; -update writes it anew", path, err)
						}
					}()
				}
				file, err := os.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer file.Close()
				r, err := ocf.NewReader(file, readings)
				if err != nil {
					t.Fatal(err)
				}
				h := r.Header()
				if h.Compression != c || string(h.Metadata["written.by"]) != writer || len(h.Metadata) != 1 {
					t.Errorf("got %s, %q", h.Compression, h.Metadata)
				}
				var got []reading
				for v, err := range r.All() {
					if err != nil {
						t.Fatal(err)
					}
					got = append(got, v)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got)\n%s", diff)
				}
			})
		}
	}
}

// TestGoldenFilesWithoutGoType reads the files by the schema that they bring.
func TestGoldenFilesWithoutGoType(t *testing.T) {
	t.Parallel()
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/golden/*.avro")
	if err != nil || len(paths) != 12 {
		t.Fatalf("got %d files, %v", len(paths), err)
	}
	for _, path := range paths {
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		records, err := read(file, generic)
		if err != nil || len(records) != 50 {
			t.Fatalf("%s: %d records, %v", path, len(records), err)
		}
		if got, err := records[7].Get("name"); err != nil || got != "sensor-7ü" || !strings.HasPrefix(path, "testdata") {
			t.Errorf("%s: got %v, %v", path, got, err)
		}
	}
}
