package embedded

import (
	"net/http"
	"sync"
	"time"
)

// Registry is an embedded Schema Registry. Make one with [New].
// All methods are safe for concurrent use.
type Registry struct {
	mu         sync.RWMutex
	state      *state
	storage    storage
	maxRequest int64
	now        func() time.Time
	faults     faults
}

// New returns an empty registry that keeps everything in memory.
func New(options ...Option) *Registry {
	r := &Registry{
		state:      newState(),
		storage:    memory{},
		maxRequest: defaultMaxRequest,
		now:        time.Now,
	}
	for _, o := range options {
		o.apply(r)
	}
	return r
}

// commit stores changes and then makes them visible. The caller holds the lock
// for writing.
func (r *Registry) commit(changes ...change) error {
	if err := r.storage.append(changes); err != nil {
		return errStore
	}
	for _, c := range changes {
		c.apply(r.state)
	}
	return nil
}

// ServeHTTP answers one request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.faults.serve(w, req) {
		return
	}
	contentType, err := negotiate(req)
	if err != nil {
		writeError(w, "", err)
		return
	}
	route, call, err := findRoute(req)
	if err == nil {
		err = call.readBody(w, req, r.maxRequest)
	}
	if err != nil {
		writeError(w, contentType, err)
		return
	}
	answer, err := r.run(route, call)
	if err != nil {
		writeError(w, contentType, err)
		return
	}
	writeAnswer(w, contentType, answer)
}

// run calls the handler under the lock that it needs. What a handler returns
// shares nothing with the state that changes later.
func (r *Registry) run(h handler, c *call) (any, error) {
	if c.method == http.MethodGet {
		r.mu.RLock()
		defer r.mu.RUnlock()
	} else {
		r.mu.Lock()
		defer r.mu.Unlock()
	}
	return h(r, c)
}
