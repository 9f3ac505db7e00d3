package cache

import (
	"context"
	"sync"
)

// Group owns goroutines that outlive the calls that started them. The zero value is ready to use.
type Group struct {
	mu     sync.Mutex
	closed bool
	stops  map[*context.CancelFunc]struct{}
	done   sync.WaitGroup
}

// Go runs f in a goroutine, under a context with the values of ctx that ends with the returned function or with Close. It returns nil
// once the group is closed, and f does not run then.
func (g *Group) Go(ctx context.Context, f func(context.Context)) context.CancelFunc {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return nil
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	if g.stops == nil {
		g.stops = make(map[*context.CancelFunc]struct{})
	}
	g.stops[&stop] = struct{}{}
	g.done.Go(func() {
		defer func() {
			stop()
			g.mu.Lock()
			delete(g.stops, &stop)
			g.mu.Unlock()
		}()
		f(ctx)
	})
	return stop
}

// Closed reports whether Close was called.
func (g *Group) Closed() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closed
}

// Close ends the contexts of all goroutines and waits for them.
func (g *Group) Close() {
	g.mu.Lock()
	g.closed = true
	for stop := range g.stops {
		(*stop)()
	}
	g.mu.Unlock()
	g.done.Wait()
}
