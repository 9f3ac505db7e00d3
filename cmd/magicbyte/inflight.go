package main

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
)

// inFlight knows the requests that a handler has not answered yet.
type inFlight struct {
	handler  http.Handler
	mu       sync.Mutex
	requests map[*http.Request]*arrival
}

func newInFlight(handler http.Handler) *inFlight {
	return &inFlight{handler: handler, requests: make(map[*http.Request]*arrival)}
}

func (f *inFlight) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body := &arrival{ReadCloser: req.Body}
	body.whole.Store(req.ContentLength == 0)
	watched := *req
	watched.Body = body
	f.mu.Lock()
	f.requests[req] = body
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		delete(f.requests, req)
		f.mu.Unlock()
	}()
	f.handler.ServeHTTP(w, &watched)
}

// report logs what is in flight, and what its client must think of it.
func (f *inFlight) report(logger *slog.Logger) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for req, body := range f.requests {
		what := "request cut: it had not arrived in full, and changed nothing"
		if body.whole.Load() {
			what = "request cut: what it asks for may be done, and its client was not told"
		}
		logger.Warn(what, slog.String("method", req.Method), slog.String("path", req.URL.Path), slog.String("from", req.RemoteAddr))
	}
}

// arrival is a body that knows whether all of it was read.
type arrival struct {
	io.ReadCloser
	whole atomic.Bool
}

func (a *arrival) Read(p []byte) (int, error) {
	n, err := a.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		a.whole.Store(true)
	}
	return n, err //nolint:wrapcheck // as a body returns it
}
