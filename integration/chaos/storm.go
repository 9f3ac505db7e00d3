package chaos

import (
	"context"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"sync"
	"time"
)

// lane is a sequence of faults, one after the other. Several lanes go on at once.
type lane struct {
	name   string
	faults []fault
	rng    *rand.Rand
	pause  time.Duration // before each fault, at most
	before func() error  // called before each fault
	deck   []int         // what is still to be drawn before everything is shuffled again, so that no kind is left out
}

// newRand returns the random numbers of a part of the run. They depend on seed and name alone, not on what other parts draw.
func newRand(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64())) //nolint:gosec // a run must be replayable
}

func (l *lane) draw() fault {
	if len(l.deck) == 0 {
		l.deck = l.rng.Perm(len(l.faults))
	}
	next := l.deck[0]
	l.deck = l.deck[1:]
	return l.faults[next]
}

// run draws faults until the window is over, and waits for the last one.
func (l *lane) run(ctx context.Context, window time.Duration, t *tally) error {
	for until := time.Now().Add(window); time.Now().Before(until) && ctx.Err() == nil; {
		sleep(ctx, between(l.rng, 0, l.pause))
		if l.before != nil {
			if err := l.before(); err != nil {
				return err
			}
		}
		f := l.draw()
		t.add(f.name, f.do(ctx, l.rng))
	}
	return nil
}

// tally counts faults by name.
type tally struct {
	mu     sync.Mutex
	names  []string // in the order of their first occurrence
	counts map[string]*count
}

type count struct{ effective, without int }

func (t *tally) add(name string, effect bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	c := t.counts[name]
	if c == nil {
		if t.counts == nil {
			t.counts = map[string]*count{}
		}
		c = &count{}
		t.counts[name] = c
		t.names = append(t.names, name)
	}
	if effect {
		c.effective++
	} else {
		c.without++
	}
}

// total returns how many faults had their effect.
func (t *tally) total() int {
	n := 0
	for _, c := range t.counts {
		n += c.effective
	}
	return n
}

// lanes returns the lanes of a storm.
func (r *run) newLanes() []*lane {
	lanes := []*lane{
		{name: "network 1", faults: networkFaults(r.services), pause: 200 * time.Millisecond},
		{name: "network 2", faults: networkFaults(r.services), pause: 200 * time.Millisecond},
		{name: "brokers", faults: brokerFaults(r.services), pause: r.calmness()},
		{name: "registry", faults: registryFaults(r.services, r.groups), pause: time.Second},
	}
	for _, g := range r.groups {
		lanes = append(lanes, &lane{
			name: g.name, faults: memberFaults(g), pause: 500 * time.Millisecond,
			before: func() error { return g.fill(fewest) },
		})
	}
	for _, l := range lanes {
		l.rng = newRand(r.Seed, fmt.Sprint("lane ", l.name))
	}
	return lanes
}
