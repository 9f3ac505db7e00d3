package serde

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// fresh holds a value that is made once from what the registry says and, with an interval, made again after it. A read is one or
// two atomic loads. The zero value is ready; interval is set before first use.
type fresh[V any] struct {
	interval time.Duration
	value    atomic.Pointer[V]
	stale    atomic.Bool
	mu       sync.Mutex // held while a value is built, never while the registry is asked
}

// get returns the value at hand, or asks for one. fetch speaks to the registry and may run in several goroutines at once (the
// registry client shares the request); build runs in one, once per fetched value that is used.
//
// A stale value is replaced by the caller that first finds it stale; the others go on with it meanwhile, and so does everyone
// when the registry does not answer or answers something unusable (reported to failed).
func get[V, F any](ctx context.Context, f *fresh[V], fetch func(context.Context) (F, error), build func(F) (*V, error), failed func(error)) (*V, error) {
	v := f.value.Load()
	switch {
	case v == nil:
		fetched, err := fetch(ctx)
		if err != nil {
			return nil, err
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if v := f.value.Load(); v != nil {
			return v, nil
		}
		if v, err = build(fetched); err != nil {
			return nil, err
		}
		f.value.Store(v)
		f.arm()
		return v, nil
	case f.interval > 0 && f.stale.Load() && f.stale.CompareAndSwap(true, false):
		defer f.arm()
		fetched, err := fetch(ctx)
		if err != nil {
			failed(err)
			return v, nil
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		next, err := build(fetched)
		if err != nil {
			failed(err)
			return v, nil
		}
		f.value.Store(next)
		return next, nil
	default:
		return v, nil
	}
}

// arm marks the value stale once the interval is over. A one-shot timer: nothing runs for a serde that nobody uses.
func (f *fresh[V]) arm() {
	if f.interval > 0 {
		time.AfterFunc(f.interval, func() { f.stale.Store(true) })
	}
}
