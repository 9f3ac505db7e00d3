package eventlog_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"gocloud.dev/blob"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

var compressions = []ocf.Compression{ocf.Null, ocf.Deflate, ocf.Snappy, ocf.Zstandard}

// unavailable skips, or fails where everything must be there.
func unavailable(t *testing.T, format string, args ...any) {
	t.Helper()
	if os.Getenv("REQUIRE_SERVICES") == "1" {
		t.Fatalf(format, args...)
	}
	t.Skipf(format, args...)
}

// inFolder writes a log in each compression into a folder, and returns its files.
func inFolder(t *testing.T) (files []string, produced []integration.Record) {
	t.Helper()
	env := integration.Embedded(t)
	topic := env.CreateTopic(t, "orders", 1)
	produced = env.Produce(t, makeRecords(topic, 0, 0, 500)...)
	for _, c := range compressions {
		dir := t.TempDir()
		bucket, lockFile := folder(t, dir)
		runToEnd(t, env, string(c), topic, bucket, eventlog.WithCompression(c), eventlog.WithLockFile(lockFile))
		for _, key := range keys(t, blob.PrefixedBucket(bucket, topic+"/")) {
			files = append(files, filepath.Join(dir, topic, filepath.FromSlash(key)))
		}
	}
	if len(files) != len(compressions) {
		t.Fatalf("got %q", files)
	}
	return files, produced
}

// TestContainersFastavro has fastavro read files in each compression. MAGICBYTE_PYTHON names the Python that has it.
func TestContainersFastavro(t *testing.T) {
	python := os.Getenv("MAGICBYTE_PYTHON")
	if python == "" {
		python = "python3"
	}
	if out, err := exec.CommandContext(t.Context(), python, "-c", "import fastavro, cramjam, backports.zstd").CombinedOutput(); err != nil {
		unavailable(t, "%s has no fastavro (pip install fastavro==1.13.1 cramjam==2.14.0 backports.zstd==1.8.0; MAGICBYTE_PYTHON names another): %v %s", python, err, lastLine(out))
	}
	files, produced := inFolder(t)
	for i, file := range files {
		out, err := exec.CommandContext(t.Context(), python, "testdata/read.py", file).Output() //nolint:gosec // the test's own
		if err != nil {
			t.Fatalf("%s: %v", compressions[i], err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(produced) {
			t.Fatalf("%s: fastavro reads %d records, want %d", compressions[i], len(lines), len(produced))
		}
		for n, line := range lines {
			var got struct {
				Topic      string
				Offset     int64
				Key, Value *string
				Headers    []struct {
					Key   string
					Value *string
				}
			}
			if err := json.Unmarshal([]byte(line), &got); err != nil {
				t.Fatal(err)
			}
			r := produced[n]
			if got.Topic != r.Topic || got.Offset != r.Offset || !sameHex(got.Key, r.Key) || !sameHex(got.Value, r.Value) || len(got.Headers) != len(r.Headers) {
				t.Fatalf("%s, record %d: got %s", compressions[i], n, line)
			}
		}
	}
}

func sameHex(got *string, want []byte) bool {
	return (got == nil) == (want == nil) && (got == nil || *got == hex.EncodeToString(want))
}

func lastLine(out []byte) []byte {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return lines[len(lines)-1]
}

// TestContainersAvroJava has Apache Avro's tools read files in each compression, and compares their JSON with ours.
func TestContainersAvroJava(t *testing.T) {
	jar := os.Getenv("AVRO_TOOLS_JAR")
	if jar == "" {
		t.Skip("AVRO_TOOLS_JAR does not name the jar of avro-tools (org.apache.avro:avro-tools:1.12.1)")
	}
	if _, err := exec.LookPath("java"); err != nil {
		unavailable(t, "there is no java: %v", err)
	}
	files, produced := inFolder(t)
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range files {
		out, err := exec.CommandContext(t.Context(), "java", "-jar", jar, "tojson", file).Output() //nolint:gosec // the caller's choice
		if err != nil {
			t.Fatalf("%s: %v", compressions[i], err)
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		object, err := os.ReadFile(file) //nolint:gosec // the test's own
		if err != nil {
			t.Fatal(err)
		}
		r, err := ocf.NewReader(bytes.NewReader(object), generic)
		if err != nil {
			t.Fatal(err)
		}
		if len(lines) != len(produced) {
			t.Fatalf("%s: Avro Java reads %d records, want %d", compressions[i], len(lines), len(produced))
		}
		for n, line := range lines {
			own, err := r.AppendJSON(nil)
			if err != nil || !sameJSON(t, own, []byte(line)) {
				t.Fatalf("%s, record %d: got %s, want %s (%v)", compressions[i], n, line, own, err)
			}
		}
	}
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	normal := func(text []byte) string {
		var v any
		if err := json.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	return normal(a) == normal(b)
}
