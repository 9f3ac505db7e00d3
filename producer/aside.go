package producer

import "sync"

// aside calls functions one after the other, beside those who add them: callbacks of records that are given up, which may block, must not
// keep what comes after them from its end.
type aside struct {
	mu    sync.Mutex
	queue []func()
	busy  bool
	runs  sync.WaitGroup
}

func (a *aside) add(f func()) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queue = append(a.queue, f)
	if !a.busy {
		a.busy = true
		a.runs.Go(a.run)
	}
}

func (a *aside) run() {
	ended := false
	defer func() {
		if !ended { // by the function that was called: the others have their turn on another goroutine
			a.runs.Go(a.run)
		}
	}()
	for {
		a.mu.Lock()
		if len(a.queue) == 0 {
			a.busy, ended = false, true
			a.mu.Unlock()
			return
		}
		f := a.queue[0]
		a.queue = a.queue[1:]
		a.mu.Unlock()
		f()
	}
}

// wait waits for all functions. Nothing is added any more.
func (a *aside) wait() { a.runs.Wait() }
