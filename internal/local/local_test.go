package local_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/internal/local"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o local.Options) *local.Services {
	t.Helper()
	services, err := local.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := services.Close(); err != nil {
			t.Errorf("Close() = %v", err)
		}
	})
	return services
}

func client(t *testing.T, brokers string, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	c, err := kgo.NewClient(append(opts, kgo.SeedBrokers(strings.Split(brokers, ",")...))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func get(t *testing.T, url string) (*http.Response, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	return (&http.Client{Transport: transport}).Do(req)
}

func TestStart(t *testing.T) {
	t.Parallel()
	services := start(t, local.Options{Brokers: 3})

	if got := len(strings.Split(services.Brokers, ",")); got != 3 {
		t.Errorf("Brokers = %q: %d addresses, want 3", services.Brokers, got)
	}
	if err := client(t, services.Brokers).Ping(t.Context()); err != nil {
		t.Errorf("ping %s: %v", services.Brokers, err)
	}
	resp, err := get(t, services.RegistryURL+"/subjects")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	if got := strings.TrimSpace(string(body)); resp.StatusCode != http.StatusOK || got != "[]" {
		t.Errorf("GET /subjects = %s %s, want 200 []", resp.Status, got)
	}
}

func TestTopicsAreNotMadeByUse(t *testing.T) {
	t.Parallel()
	services := start(t, local.Options{})
	c := client(t, services.Brokers, kgo.AllowAutoTopicCreation(), kgo.UnknownTopicRetries(0))
	err := c.ProduceSync(t.Context(), &kgo.Record{Topic: "nowhere", Value: []byte("x")}).FirstErr()
	if err == nil {
		t.Error("produce to a topic that does not exist: no error")
	}
}

func TestAddresses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		set  func(o *local.Options, addr string)
		got  func(s *local.Services) string
		want string // what the error names
	}{
		{
			name: "broker",
			set:  func(o *local.Options, addr string) { o.KafkaAddr = addr },
			got:  func(s *local.Services) string { return s.Brokers },
			want: "local: broker: ",
		},
		{
			name: "registry",
			set:  func(o *local.Options, addr string) { o.RegistryAddr = addr },
			got:  func(s *local.Services) string { return strings.TrimPrefix(s.RegistryURL, "http://") },
			want: "local: schema registry: ",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var lc net.ListenConfig
			taken, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			var o local.Options
			tt.set(&o, taken.Addr().String())
			if _, err := local.Start(t.Context(), o); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("Start on the taken address %s: error %v, want one that begins %q", taken.Addr(), err, tt.want)
			}
			if err := taken.Close(); err != nil {
				t.Fatal(err)
			}
			services, err := local.Start(t.Context(), o)
			if errors.Is(err, syscall.EADDRINUSE) {
				t.Skipf("another process has taken %s in between: %v", taken.Addr(), err)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := tt.got(services); got != taken.Addr().String() {
				t.Errorf("address = %s, want %s as asked", got, taken.Addr())
			}
			if err := services.Close(); err != nil {
				t.Errorf("Close() = %v", err)
			}
		})
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	services, err := local.Start(t.Context(), local.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := services.Close(); err != nil {
		t.Fatalf("Close() = %v", err)
	}
	if resp, err := get(t, services.RegistryURL+"/subjects"); err == nil {
		_ = resp.Body.Close()
		t.Errorf("GET %s/subjects after Close: %s, want an error", services.RegistryURL, resp.Status)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if err := client(t, services.Brokers).Ping(ctx); err == nil {
		t.Errorf("ping %s after Close: no error", services.Brokers)
	}
}
