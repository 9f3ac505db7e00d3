package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// endRegistry runs settings, lets open have a request in flight at its address, interrupts, and returns how it ended and what it logged.
func endRegistry(t *testing.T, settings registrySettings, open func(net.Conn)) (logged string, err error) {
	t.Helper()
	ctx, interrupt := context.WithTimeout(t.Context(), time.Minute) // what ought to open a request and does not shows here
	defer interrupt()
	settings.listen = "127.0.0.1:0"
	var log strings.Builder
	r, w := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := settings.run(ctx, &page{to: w}, slog.New(slog.NewTextHandler(&log, nil)))
		w.CloseWithError(err)
		ended <- err
	}()
	line, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		t.Fatalf("registry ended: %v", err)
	}
	url := strings.TrimSpace(strings.TrimPrefix(line, "Schema Registry"))
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	open(conn)
	interrupt()
	err = <-ended
	return log.String(), err
}

// TestRegistryEndsBesideHalfARequest: what cannot complete is cut, told, and no failure of a shutdown that was asked for.
func TestRegistryEndsBesideHalfARequest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	settings := registrySettings{data: dir, answering: time.Minute, ending: 200 * time.Millisecond}
	logged, err := endRegistry(t, settings, func(conn net.Conn) {
		// The interim answer says that the handler has begun to read.
		fmt.Fprint(conn, "POST /subjects/half/versions HTTP/1.1\r\nHost: r\r\nContent-Type: application/json\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
		if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
			t.Fatalf("answer %q, %v", line, err)
		}
		fmt.Fprint(conn, `{"schema":"`)
	})
	if err != nil {
		t.Errorf("a shutdown that was asked for ended with %v", err)
	}
	for _, want := range []string{"had not arrived in full", "method=POST", "path=/subjects/half/versions", "from=127.0.0.1:"} {
		if !strings.Contains(logged, want) {
			t.Errorf("logged %q, want %q in it", logged, want)
		}
	}
	url, _ := serveRegistry(t, "--data", dir)
	if status, body := fetch(t, nil, http.MethodGet, url+"/subjects", ""); body != "[]" {
		t.Errorf("subjects after half a registration: %d %s", status, body)
	}
}

// TestRegistryAnswersAreBounded: a client that does not read its answer loses it, and holds nothing up.
func TestRegistryAnswersAreBounded(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	url, stop := serveRegistry(t, "--data", dir)
	body := fmt.Sprintf(`{"schema":"{\"type\":\"record\",\"name\":\"R\",\"doc\":\"%s\",\"fields\":[]}"}`, strings.Repeat("x", 500_000))
	for i := range 20 { // more than the sockets hold
		if status, answer := fetch(t, nil, http.MethodPost, fmt.Sprintf("%s/subjects/s%d/versions", url, i), body); status != http.StatusOK {
			t.Fatalf("register: %d %s", status, answer)
		}
	}
	if err := stop(); err != nil {
		t.Fatal(err)
	}
	settings := registrySettings{data: dir, answering: 5 * time.Second, ending: time.Minute}
	logged, err := endRegistry(t, settings, func(conn net.Conn) {
		fmt.Fprint(conn, "GET /schemas HTTP/1.1\r\nHost: r\r\n\r\n")
		if _, err := conn.Read(make([]byte, 1)); err != nil { // the answer has begun
			t.Fatal(err)
		}
	})
	if err != nil || logged != "" {
		t.Errorf("ended with %v, logged %q; want neither", err, logged)
	}
}
