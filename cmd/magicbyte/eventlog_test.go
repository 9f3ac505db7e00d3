package main

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// TestEventlog goes the whole way by commands: to a folder, back as JSON, to another topic, with a look at what is damaged.
func TestEventlog(t *testing.T) {
	t.Parallel()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders", "again"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	brokers := strings.Join(c.ListenAddrs(), ",")
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.DefaultProduceTopic("orders"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, value := range []string{"one", "two", "\xff\x00"} {
		if err := client.ProduceSync(t.Context(), &kgo.Record{Key: []byte("k"), Value: []byte(value)}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	dir := filepath.Join(t.TempDir(), "made", "here")
	bucket := (&url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}).String()
	command := func(args ...string) (string, error) {
		return run(t.Context(), t, append([]string{"eventlog", args[0], "--bucket", bucket, "--prefix", "raw", "--topic", "orders"}, args[1:]...)...)
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := command(args...)
		if err != nil {
			t.Fatalf("%q: %v\n%s", args, err, out)
		}
		return out
	}
	must("run", "--brokers", brokers, "--to-end", "--records", "2")
	if out := must("list"); !strings.Contains(out, "0-1 ") || !strings.Contains(out, "raw/orders/partition=0/orders+0+00000000000000000002.avro") {
		t.Errorf("list: %s", out)
	}
	if out := must("read", "--from", "1"); strings.Count(out, "\n") != 2 || !strings.Contains(out, `"key":"k"`) || !strings.Contains(out, `"value":"two"`) || !strings.Contains(out, `"value":"/wA="`) {
		t.Errorf("read: %s", out)
	}
	if out := must("verify", "--brokers", brokers, "--group", "event-log"); !strings.HasPrefix(out, "2 files, 3 records") {
		t.Errorf("verify: %s", out)
	}
	if out := must("replay", "--brokers", brokers, "--target", "again"); out != "3 records sent to again\n" {
		t.Errorf("replay: %s", out)
	}
	if end := c.PartitionInfo("again", 0).HighWatermark; end != 3 {
		t.Errorf("%d records came", end)
	}
	last := filepath.Join(dir, "raw", "orders", "partition=0", "orders+0+00000000000000000002.avro")
	if err := os.Truncate(last, 500); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"verify", "read"} {
		if out, err := command(name); err == nil {
			t.Errorf("%s of a torn file: no error, %s", name, out)
		}
	}
}

func TestEventlogBuckets(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ bucket, want string }{
		{"file://tmp/x", "file:///tmp/x"},
		{"gs://x", "want s3://name or file:///folder"},
		{"nothing", "want s3://name or file:///folder"},
		{"%", "this is no URL"},
		{"s3:///", "--bucket s3:///"},
		{"file:///dev/null/x", "--bucket file:///dev/null/x"},
	} {
		if _, err := run(t.Context(), t, "eventlog", "list", "--bucket", tt.bucket, "--topic", "orders"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("--bucket %s: %v, want %s", tt.bucket, err, tt.want)
		}
	}
}
