package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

const (
	// heldFor is how long a transaction is held for a record that is to be tried again: everything else waits meanwhile.
	heldFor = time.Second
	// longestPause lies between transactions that come to nothing.
	longestPause = time.Second
)

// Why transactions are rolled back, beside ErrRevoked, ErrLost and ErrShutdown.
var (
	errDirty     = errors.New("an attempt has failed that had sent something")
	errGap       = errors.New("a record before one that is settled cannot be handled now")
	errWaits     = errors.New("a record has to wait before one that is settled")
	errGone      = errors.New("a partition was given up")
	errNoMember  = errors.New("this consumer is no member of its group any more")
	errTimeIsOut = fmt.Errorf("%w: most of transaction.timeout.ms is over: %w", ErrHandlerTimeout, context.DeadlineExceeded)
)

// transact makes the transactions of an engine. Its goroutine, which begins and ends them, waits for brokers; the poll goroutine never does. Where
// offsets must be set back after a roll-back, it asks the poll goroutine, which owns the lanes.
type transact struct {
	e        *engine
	producer kafkaclient.Transactor
	window   window
	patience time.Duration
	opened   bool // the producer was started

	quit     context.Context //nolint:containedctx // the goroutine's own
	stop     context.CancelFunc
	ended    chan struct{} // nil before begin
	endStart context.CancelFunc
	detach   func() bool // from the run's end

	mail atomic.Bool // the poll goroutine has something to do
}

// undo is a roll-back as far as the consumer is concerned: lanes, and where they go on.
type undo struct {
	lanes map[*lane]int64
	done  chan struct{}
}

// useTransactions has the engine handle records in transactions.
func (e *engine) useTransactions(producer kafkaclient.Transactor) {
	x := &transact{e: e, producer: producer, patience: min(heldFor, producer.Timeout()/2)}
	x.window = window{leaving: map[*lane]bool{}, past: map[Ref]past{}, wanted: make(chan struct{}, 1), changed: make(chan struct{}, 1)}
	x.window.ends = func() bool { return e.stopping.Err() != nil }
	x.quit, x.stop = context.WithCancel(e.values)
	// What a transaction needs for its end may be started when the run is to stop.
	e.sched.stopping, x.endStart = context.WithCancel(e.values)
	e.sched.window = &x.window
	e.transact = x
}

// withoutCommits is a configuration of a consumer whose offsets are committed in transactions.
func withoutCommits(config kafka.ConfigMap) kafka.ConfigMap {
	config = maps.Clone(config)
	config["enable.auto.commit"] = false
	return config
}

// open starts the producer, and has it write the dead letters.
func (x *transact) open(ctx context.Context) error {
	if _, ok := x.e.client.(kafkaclient.GroupMember); !ok {
		return errors.New("consumer: transactions need brokers: this topic is in memory")
	}
	if err := x.producer.Start(ctx); err != nil {
		return fmt.Errorf("consumer: %w", err)
	}
	x.opened = true
	if x.e.set.deadLetters {
		x.e.letters = &deadLetters{
			producer: x.producer.Client(), transact: x, group: x.e.group, profile: x.e.set.letterHeaders, log: x.e.log,
		}
	}
	return nil
}

// begin starts the goroutine.
func (x *transact) begin() {
	x.ended = make(chan struct{})
	x.detach = context.AfterFunc(x.e.stopping, x.hold)
	go x.run()
}

// hold lets no other transaction begin, and has the one under way take nothing more than it needs.
func (x *transact) hold() {
	s := &x.e.sched
	s.mu.Lock()
	defer s.mu.Unlock()
	x.window.held = true
	x.window.close()
}

// run makes one transaction after the other, each as soon as there is something to do.
func (x *transact) run() {
	defer close(x.ended)
	rolledBack := 0 // one after the other
	for {
		select {
		case <-x.window.wanted:
		case <-x.quit.Done():
			return
		}
		switch outcome := x.transaction(); outcome {
		case nothingLeft:
			return
		case onward:
			rolledBack = 0
		case backward:
			rolledBack++
		}
		if rolledBack > 1 && !x.pause(rolledBack-1) {
			return
		}
		s := &x.e.sched
		s.mu.Lock()
		if len(s.ready) > 0 {
			signal(x.window.wanted)
		}
		s.mu.Unlock()
	}
}

// pause waits between transactions that come to nothing.
func (x *transact) pause(failures int) bool {
	after, _ := x.e.set.retry.next(failures, 0)
	timer := time.NewTimer(min(after, longestPause))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-x.quit.Done():
		return false
	}
}

// direction is where the run goes after a transaction.
type direction uint8

const (
	onward      direction = iota // it is committed
	backward                     // it is rolled back
	nothingLeft                  // the run ends
)

// transaction makes one.
func (x *transact) transaction() direction {
	t := &transaction{left: x.e.set.txRecords, touched: map[*lane]*share{}, running: map[*task]past{}, done: make(chan struct{})}
	// The same time as the producer has for it, so that handlers are told what it means for them.
	limited, cancel := context.WithTimeoutCause(x.e.values, x.producer.Timeout()*4/5, errTimeIsOut)
	defer cancel()
	ctx, end := context.WithCancelCause(limited)
	defer end(nil)
	t.end = func(cause error) { end(fmt.Errorf("%w: %v", ErrRolledBack, cause)) } //nolint:errorlint // the cause is that of some handlers, not of all
	err := x.producer.Do(ctx, func(ctx context.Context) error { return x.fill(ctx, t) })
	if err == nil {
		x.committed(t)
		return onward
	}
	return x.undone(t, err)
}

// fill has the workers handle records until the transaction is at its barrier, and adds the offsets.
func (x *transact) fill(ctx context.Context, t *transaction) error {
	s, w := &x.e.sched, &x.window
	s.mu.Lock()
	if w.held {
		s.mu.Unlock()
		return ErrShutdown
	}
	t.ctx = ctx
	w.current = t
	s.dispatch() //nolint:contextcheck // handlers derive theirs from t
	s.mu.Unlock()

	wake := time.NewTimer(x.e.set.txInterval)
	defer wake.Stop()
	for {
		s.mu.Lock()
		state := w.progress(t, x.patience)
		cause := t.cause
		s.mu.Unlock()
		switch state {
		case doomed:
			return cause
		case atBarrier:
			return x.sendOffsets(ctx, t)
		}
		select {
		case <-w.changed:
		case <-wake.C:
			s.mu.Lock()
			w.close()
			s.mu.Unlock()
			wake.Reset(x.patience / 4)
		case <-ctx.Done():
			x.expire(t, context.Cause(ctx))
		}
	}
}

// sendOffsets adds to the transaction where its partitions go on. The membership is asked for before the lanes are looked at, since brokers compare
// generations alone: were it the other way round, a partition could be given up and the next generation begin in between, and its
// brokers would take our offset for a partition that another member is at work on. So a lane that is still open after the question was so
// in that generation, and an older one is refused.
func (x *transact) sendOffsets(ctx context.Context, t *transaction) error {
	group, member := kafkaclient.Membership(x.e.client)
	var offsets []kafka.TopicPartition
	s := &x.e.sched
	s.mu.Lock()
	for l, share := range t.touched {
		if l.closed {
			x.window.doom(t, errGone)
		}
		if offset, ok := l.mark.position(); ok && offset > l.window.base {
			share.position = offset
			offsets = append(offsets, l.commit(offset))
		}
	}
	if !member && len(offsets) > 0 {
		x.window.doom(t, errNoMember)
	}
	cause := t.cause
	s.mu.Unlock()
	if cause != nil || len(offsets) == 0 {
		return cause
	}
	return x.producer.SendOffsets(ctx, offsets, group)
}

// committed goes on behind a transaction.
func (x *transact) committed(t *transaction) {
	s, w := &x.e.sched, &x.window
	var refs []Ref
	s.mu.Lock()
	for l, share := range t.touched {
		if share.position < 0 {
			continue
		}
		l.window.base = share.position
		refs = append(refs, Ref{Topic: l.Topic, Partition: l.Partition, Offset: share.position})
	}
	for ref := range w.past {
		for _, r := range refs {
			if ref.Topic == r.Topic && ref.Partition == r.Partition && ref.Offset < r.Offset {
				delete(w.past, ref)
			}
		}
	}
	x.report(refs)
	w.decide(s, t, wasCommitted)
	after := t.after
	t.detach()
	s.mu.Unlock()
	callAll(after)
	x.e.log.Debug("transaction committed", slog.String(keyTransactionalID, x.producer.ID()), slog.Int(keyRecords, len(t.handled)))
}

// callAll calls what waits for a commit, hooks of the user, all of them even where one ends its goroutine.
func callAll(list []func()) {
	for len(list) > 0 {
		done := make(chan struct{})
		go func() {
			defer close(done)
			for len(list) > 0 {
				f := list[0]
				list = list[1:]
				f()
			}
		}()
		<-done
	}
}

// detach lets go of the contexts of lanes.
func (t *transaction) detach() {
	for _, share := range t.touched {
		if share.detach != nil {
			share.detach()
			share.cancel(nil)
		}
	}
}
