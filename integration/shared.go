package integration

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
)

// TestingM is a testing.M, or what wraps one.
type TestingM interface{ Run() int }

// Shared wraps the m of TestMain: while its Run is under way, all calls of [Containers] with equal options share one pair of
// containers, started by the first; Run removes them at its end, and when the process is interrupted. The result fits
// goleak.VerifyTestMain as well. Tests that need no containers pay nothing.
func Shared(m TestingM) TestingM { return &sharing{m} }

type sharing struct{ m TestingM }

func (s *sharing) Run() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	pairs.share(ctx)
	stopWatching := onInterrupt(func() {
		cancel()
		_ = pairs.stop() // the next run sweeps what stays
	})
	code := s.m.Run()
	stopWatching()
	if err := pairs.stop(); err != nil {
		fmt.Fprintln(os.Stderr, "integration:", err)
		code = max(code, 1)
	}
	return code
}

// onInterrupt calls clean and ends the process when it is interrupted; the function that it returns takes that back.
func onInterrupt(clean func()) (stop func()) {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		select {
		case <-signals:
			clean()
			os.Exit(130) //nolint:forbidigo // the process was told to end, and nobody else listens
		case <-done:
		}
	})
	return func() {
		signal.Stop(signals)
		close(done)
		watching.Wait()
	}
}

// pairs are the containers that this test binary shares.
var pairs pool

type pool struct {
	mu     sync.Mutex
	ctx    context.Context // of the run that shares; nil when none does
	starts map[string]func() (*pair, error)
}

// share lets get keep pairs until stop. ctx is the run's own.
func (p *pool) share(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ctx, p.starts = ctx, make(map[string]func() (*pair, error))
}

// get returns the pair for cfg: the shared one, which a failed start leaves failed for all, or one that ends with tb.
func (p *pool) get(tb testing.TB, cfg config) (*pair, error) {
	tb.Helper()
	if start := p.shared(cfg); start != nil {
		return start()
	}
	own, err := startPair(tb.Context(), cfg)
	if err != nil {
		return nil, err
	}
	tb.Cleanup(func() {
		if err := own.docker.remove(context.WithoutCancel(tb.Context())); err != nil {
			tb.Errorf("integration: %v", err)
		}
	})
	return own, nil
}

// shared returns the function that starts the shared pair for cfg once, or nil where nothing is shared.
func (p *pool) shared(cfg config) func() (*pair, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ctx == nil {
		return nil
	}
	key := fmt.Sprint(cfg) // prints the entries of a map in order
	if p.starts[key] == nil {
		ctx := p.ctx
		p.starts[key] = sync.OnceValues(func() (*pair, error) { return startPair(ctx, cfg) })
	}
	return p.starts[key]
}

// stop removes every shared pair; one that is just being started is waited for.
func (p *pool) stop() error {
	p.mu.Lock()
	starts := p.starts
	ctx := p.ctx
	p.ctx, p.starts = nil, nil
	p.mu.Unlock()
	var first error
	for _, start := range starts {
		shared, err := start()
		if err != nil {
			continue // told to the tests that asked, and removed
		}
		if err := shared.docker.remove(context.WithoutCancel(ctx)); err != nil && first == nil {
			first = err
		}
	}
	return first
}
