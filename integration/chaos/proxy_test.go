package chaos_test

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/integration/chaos"
)

// echo starts a server that says what it hears, behind a proxy.
func echo(t *testing.T) *chaos.Proxy {
	t.Helper()
	var lc net.ListenConfig
	listener, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				_, _ = io.Copy(conn, conn)
			}()
		}
	}()
	p, err := chaos.NewProxy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	p.SetTarget(listener.Addr().String())
	return p
}

func dial(t *testing.T, p *chaos.Proxy) net.Conn {
	t.Helper()
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", p.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// say sends a piece of data and returns how long its echo took, and the error of hearing it.
func say(t *testing.T, conn net.Conn, size int) (time.Duration, error) {
	t.Helper()
	began := time.Now()
	if _, err := conn.Write(make([]byte, size)); err != nil {
		t.Fatal(err)
	}
	_, err := io.ReadFull(conn, make([]byte, size))
	return time.Since(began), err
}

func TestProxyCuts(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		reset bool
		want  error
	}{
		{"cut", false, io.EOF},
		{"reset", true, syscall.ECONNRESET},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := echo(t)
			conn := dial(t, p)
			if _, err := say(t, conn, 1); err != nil {
				t.Fatal(err)
			}
			if n := p.Cut(tt.reset); n != 1 {
				t.Errorf("Cut() = %d connections, want 1", n)
			}
			if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, tt.want) {
				t.Errorf("the client hears %v, want %v", err, tt.want)
			}
			if _, err := say(t, dial(t, p), 1); err != nil {
				t.Errorf("a new connection: %v", err)
			}
		})
	}
}

func TestProxyRefuses(t *testing.T) {
	t.Parallel()
	p := echo(t)
	old := dial(t, p)
	if _, err := say(t, old, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	refused := make(chan int, 1)
	go func() { refused <- p.Refuse(ctx) }()
	if _, err := old.Read(make([]byte, 1)); err == nil {
		t.Error("the old connection lives on")
	}
	var d net.Dialer
	conn, err := d.DialContext(t.Context(), "tcp", p.Addr().String())
	if err == nil { // it is reset while it is made, or at once
		_, err = conn.Read(make([]byte, 1))
		_ = conn.Close()
	}
	if !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("a new connection hears %v, want a reset", err)
	}
	cancel()
	if n := <-refused; n != 1 {
		t.Errorf("Refuse() = %d, want 1", n)
	}
	if _, err := say(t, dial(t, p), 1); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestProxyImpairs(t *testing.T) {
	t.Parallel()
	const d = 100 * time.Millisecond
	tests := []struct {
		name string
		how  chaos.Impairment
		size int
	}{
		{"latency", chaos.Impairment{Delay: d / 2}, 1}, // once each way
		{"slow", chaos.Impairment{Rate: 20_000}, 1000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := echo(t)
			conn := dial(t, p)
			if _, err := say(t, conn, 1); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			met := make(chan int, 1)
			began := make(chan struct{})
			go func() { close(began); met <- p.Impair(ctx, tt.how) }()
			<-began
			took := time.Duration(0)
			for deadline := time.Now().Add(5 * time.Second); took < d && time.Now().Before(deadline); { // the first may be before it
				var err error
				if took, err = say(t, conn, tt.size); err != nil {
					t.Fatal(err)
				}
			}
			cancel()
			if n := <-met; n == 0 || took < d {
				t.Errorf("it met %d pieces and took %v, want some and at least %v", n, took, d)
			}
		})
	}
}

func TestProxyFreezes(t *testing.T) {
	t.Parallel()
	p := echo(t)
	conn := dial(t, p)
	if _, err := say(t, conn, 1); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	met := make(chan int, 1)
	go func() { met <- p.Impair(ctx, chaos.Impairment{Freeze: true}) }()
	for err := error(nil); err == nil; { // until it is frozen
		if err := conn.SetDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
			t.Fatal(err)
		}
		_, err = say(t, conn, 1)
		if ne, ok := errors.AsType[net.Error](err); err != nil && (!ok || !ne.Timeout()) {
			t.Fatalf("a frozen connection says %v, want a time-out", err)
		}
	}
	cancel()
	if n := <-met; n == 0 {
		t.Error("it met nothing")
	}
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("after it the connection lives on")
	}
}
