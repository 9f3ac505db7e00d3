package embedded

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fault is something that goes wrong with requests. The zero value matches
// every request and does nothing; set one or more of the effects.
type Fault struct {
	// Method and Path restrict the fault to a method and to paths that begin
	// with Path. Empty means any.
	Method, Path string
	// After lets that many matching requests pass first; Times ends the fault
	// after it hit that many, zero means never. Together they make a window.
	After, Times int

	// Delay holds a request back. Alone it is only latency; a client that gives
	// up ends it.
	Delay time.Duration
	// Status answers with this status instead of asking the registry.
	Status int
	// RetryAfter is sent as the header of that name, in whole seconds.
	RetryAfter time.Duration
	// Body is the answer's body, and ContentType its type (default
	// "text/html"). Without Status the status is 200.
	Body, ContentType string
	// Drop closes the connection: without an answer, or, if there is a Body, in
	// the middle of it.
	Drop bool
}

// Inject adds a fault. Of several that match, the one injected first acts. The
// returned function removes it and may be called more than once.
func (r *Registry) Inject(f Fault) (remove func()) {
	armed := &armedFault{Fault: f}
	r.faults.mu.Lock()
	defer r.faults.mu.Unlock()
	r.faults.list = append(r.faults.list, armed)
	return func() { r.faults.remove(armed) }
}

type armedFault struct {
	Fault
	seen int
}

type faults struct {
	mu   sync.Mutex
	list []*armedFault
}

func (f *faults) remove(armed *armedFault) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = slices.DeleteFunc(f.list, func(a *armedFault) bool { return a == armed })
}

// next returns the fault that hits a request, if any, and counts it.
func (f *faults) next(req *http.Request) (Fault, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range f.list {
		if a.Method != "" && a.Method != req.Method || !strings.HasPrefix(req.URL.Path, a.Path) {
			continue
		}
		a.seen++
		if a.seen > a.After && (a.Times <= 0 || a.seen <= a.After+a.Times) {
			return a.Fault, true
		}
	}
	return Fault{}, false
}

// serve lets a fault act. It reports whether that was the whole answer.
func (f *faults) serve(w http.ResponseWriter, req *http.Request) bool {
	fault, ok := f.next(req)
	if !ok {
		return false
	}
	if fault.Delay > 0 {
		timer := time.NewTimer(fault.Delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-req.Context().Done():
		}
	}
	if fault.Drop && fault.Body == "" {
		panic(http.ErrAbortHandler) // net/http's way to close a connection without an answer
	}
	if fault.Status == 0 && fault.Body == "" {
		return false
	}
	fault.answer(w)
	return true
}

func (f Fault) answer(w http.ResponseWriter) {
	contentType, status := f.ContentType, f.Status
	if contentType == "" {
		contentType = "text/html"
	}
	if status == 0 {
		status = http.StatusOK
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.RetryAfter.Seconds())))
	}
	if !f.Drop {
		writeBody(w, status, contentType, []byte(f.Body))
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(f.Body)+1))
	w.WriteHeader(status)
	_, _ = w.Write([]byte(f.Body)) // the connection ends here either way
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}
