package s3test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"gocloud.dev/blob"
	_ "gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"github.com/magicbyte-go/magicbyte/eventlog"
	"github.com/magicbyte-go/magicbyte/integration"
)

func TestMain(m *testing.M) {
	for name, value := range map[string]string{
		"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

func open(t *testing.T, endpoint string) *blob.Bucket {
	t.Helper()
	bucket, err := blob.OpenBucket(t.Context(), "s3://log?region=us-east-1&use_path_style=true&endpoint="+url.QueryEscape(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bucket.Close() })
	return bucket
}

func TestInProcess(t *testing.T) {
	backend := s3mem.New()
	if err := backend.CreateBucket("log"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	suite(t, open(t, server.URL), true)
}

// TestContainersMoto needs moto_server (pip install 'moto[server]'); the name has it run by make integration.
func TestContainersMoto(t *testing.T) {
	program, err := exec.LookPath("moto_server")
	if err == nil {
		err = exec.CommandContext(t.Context(), program, "--help").Run()
	}
	if err != nil {
		if os.Getenv("REQUIRE_SERVICES") == "1" {
			t.Fatalf("moto_server cannot be run (pip install 'moto[server]'): %v", err)
		}
		t.Skipf("moto_server cannot be run (pip install 'moto[server]'): %v", err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().(*net.TCPAddr)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-H", "127.0.0.1", "-p", fmt.Sprint(address.Port))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	endpoint := "http://" + address.String()
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for made := false; !made; {
		req, err := http.NewRequestWithContext(ctx, http.MethodPut, endpoint+"/log", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err == nil {
			made = resp.StatusCode == http.StatusOK
			_ = resp.Body.Close()
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatal("moto_server did not make a bucket within a minute")
		}
	}
	suite(t, open(t, endpoint), true)
}

// suite writes a log twice, with other boundaries, and an object in parts.
func suite(t *testing.T, bucket *blob.Bucket, parts bool) {
	t.Run("a key is taken once", func(t *testing.T) {
		for i, object := range [][]byte{[]byte("small"), bytes.Repeat([]byte("x"), 9<<20)} {
			if i == 1 && !parts {
				continue
			}
			opts := &blob.WriterOptions{IfNotExist: true, BufferSize: 8 << 20, MaxConcurrency: 1, ContentType: "application/avro"}
			key := fmt.Sprint("taken/", i)
			if err := bucket.WriteAll(t.Context(), key, object, opts); err != nil {
				t.Fatal(err)
			}
			if err := bucket.WriteAll(t.Context(), key, object[1:], opts); gcerrors.Code(err) != gcerrors.FailedPrecondition {
				t.Errorf("%d bytes a second time: %v, want a failed precondition", len(object), err)
			}
			if got, err := bucket.ReadAll(t.Context(), key); err != nil || !bytes.Equal(got, object) {
				t.Errorf("%d bytes, %v: the object was overwritten", len(got), err)
			}
		}
	})
	t.Run("log", func(t *testing.T) {
		env := integration.Embedded(t)
		topic := env.CreateTopic(t, "orders", 2)
		random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // what cannot be compressed
		var list []integration.Record
		for i := range 500 {
			value := make([]byte, 40_000)
			for j := range value {
				value[j] = byte(random.Uint32())
			}
			list = append(list, integration.Record{Topic: topic, Partition: int32(i % 2), Timestamp: time.UnixMilli(int64(1_700_000_000_000 + i)), Key: fmt.Append(nil, i), Value: value})
		}
		produced := env.Produce(t, list...)
		for i, records := range []int64{240, 100} { // the first ones are stored in parts; the second writer finds them
			w, err := eventlog.New(kafka.ConfigMap{"bootstrap.servers": env.Brokers, "group.id": fmt.Sprint("log-", i)}, []string{topic}, bucket,
				eventlog.WithPrefix("raw"), eventlog.WithRotation(eventlog.Rotation{Records: records, Window: -1}))
			if err != nil {
				t.Fatal(err)
			}
			if err := w.RunToEnd(t.Context()); err != nil {
				t.Fatal(err)
			}
			report, err := eventlog.Verify(t.Context(), bucket, topic, -1, eventlog.WithPrefix("raw"), eventlog.WithEnds(map[int32]int64{0: 250, 1: 250}))
			if err != nil || report.Err() != nil || report.Files != 4 {
				t.Fatalf("Verify: %+v, %v", report, err)
			}
		}
		next := map[int32]int{}
		byPartition := map[int32][]integration.Record{}
		for _, r := range produced {
			byPartition[r.Partition] = append(byPartition[r.Partition], r)
		}
		for e, err := range eventlog.Read(t.Context(), bucket, topic, 0, -1, eventlog.WithPrefix("raw")) {
			if err != nil {
				t.Fatal(err)
			}
			r := byPartition[e.Partition][next[e.Partition]]
			next[e.Partition]++
			if e.Offset != r.Offset || !bytes.Equal(e.Key, r.Key) || !bytes.Equal(e.Value, r.Value) {
				t.Fatalf("%s[%d]@%d is not what was produced", e.Topic, e.Partition, e.Offset)
			}
		}
		if next[0] != 250 || next[1] != 250 {
			t.Errorf("read %v", next)
		}
	})
	t.Run("a bucket that is not there", func(t *testing.T) {
		env := integration.Embedded(t)
		topic := env.CreateTopic(t, "orders", 1)
		missing, err := blob.OpenBucket(t.Context(), "s3://nowhere?region=us-east-1&use_path_style=true&endpoint=http://127.0.0.1:1")
		if err != nil {
			t.Fatal(err)
		}
		defer missing.Close()
		w, err := eventlog.New(kafka.ConfigMap{"bootstrap.servers": env.Brokers, "group.id": "log"}, []string{topic}, missing)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Run(t.Context()); err == nil {
			t.Error("Run() = nil")
		} else {
			t.Log(err)
		}
	})
}
