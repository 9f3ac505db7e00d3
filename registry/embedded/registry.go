package embedded

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Registry is an embedded Schema Registry. Make one with [New] or [Open].
// All methods are safe for concurrent use.
type Registry struct {
	mu         sync.RWMutex
	state      *state
	storage    storage
	maxRequest int64
	sync       bool
	accounts   accounts
	logger     *slog.Logger
	now        func() time.Time
	faults     faults
}

// New returns an empty registry that keeps everything in memory.
func New(options ...Option) *Registry {
	r := &Registry{
		state:      newState(),
		storage:    memory{},
		maxRequest: defaultMaxRequest,
		logger:     silent,
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
		r.logger.Error("cannot store changes", logError, err)
		return errStore
	}
	r.state.apply(changes)
	return nil
}

// ServeHTTP answers one request.
func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.faults.serve(w, req) {
		return
	}
	out := newAnswerWriter(w, req)
	if !r.accounts.admit(req) {
		out.fail(errUnauthorized)
		return
	}
	if err := out.negotiate(req); err != nil {
		out.fail(err)
		return
	}
	o, call, err := findRoute(req)
	if err == nil {
		err = call.readBody(w, req, r.maxRequest)
	}
	if err != nil {
		out.fail(err)
		return
	}
	if o.schema != "" {
		call.request, call.requestErr = call.readSchemaRequest(o.schema)
	}
	answer, err := r.run(o, call)
	if err != nil {
		out.fail(err)
		return
	}
	out.answer(answer)
}
