package consumer

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/serde"
)

// partition names a partition of a topic.
type partition struct {
	topic string
	id    int32
}

// phase is what a lane does with its current record.
type phase int32

const (
	idle      phase = iota
	decoding        // decoding, or waiting for the schema registry
	handling        // in the user's handler
	condemned       // on its way to the dead letters
)

// lane takes the records of one partition, during one assignment, through decoding, handler and settlement: one after the
// other, on a goroutine of its own. The poll goroutine makes it, feeds it and ends it.
//
// A lane is one epoch. When its partition comes back there is a new lane, so what an old one still completes cannot touch
// the new one's offsets; and once the poll goroutine has closed it, it changes nothing at all.
type lane struct {
	partition
	e     *engine
	epoch int64
	// before is closed when an earlier lane of this partition ends whose handler did not return in time: until then this one
	// starts nothing, so that a partition never has two records in the handler. nil where there is none.
	before <-chan struct{}
	done   chan struct{} // closed when the goroutine has ended

	// Three contexts, each within the one before: what a dead letter is sent under, the handler's, and the one for what
	// precedes the handler (decoding, waiting for the registry), which can be given up at once when the lane must end.
	sending, handler, upstream context.Context
	abandon, cancel, interrupt context.CancelCauseFunc

	mu     sync.Mutex
	filled sync.Cond // the queue got a record, or the lane was halted
	queue  queue
	halted bool // starts nothing any more
	closed bool // the epoch is over: completions change nothing
	mark   watermark

	at    atomic.Int64 // offset of the current record
	phase atomic.Int32

	brake brake // of the lane's goroutine

	paused bool  // of the poll goroutine: this partition is paused in the client
	stored int64 // of the poll goroutine: the offset stored last
}

func newLane(e *engine, p partition, epoch int64, before <-chan struct{}) *lane {
	l := &lane{partition: p, e: e, epoch: epoch, before: before, done: make(chan struct{}), stored: -1}
	l.filled.L = &l.mu
	l.sending, l.abandon = context.WithCancelCause(e.values)
	l.handler, l.cancel = context.WithCancelCause(l.sending)
	l.upstream, l.interrupt = context.WithCancelCause(l.handler)
	return l
}

// push queues a polled record, and returns how many wait and how many bytes they have. A halted lane drops it: it was not
// settled and will be delivered again. ok is false for a record whose offset is not above the last one: it belongs to another epoch.
func (l *lane) push(m *kafka.Message) (records, bytes int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.halted {
		return 0, 0, true
	}
	if !l.mark.deliver(int64(m.TopicPartition.Offset)) {
		return 0, 0, false
	}
	l.e.queued.Add(int64(l.queue.push(m)))
	l.filled.Signal()
	return l.queue.len(), l.queue.bytes, true
}

// load returns how many records wait and how many bytes they have.
func (l *lane) load() (records, bytes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queue.len(), l.queue.bytes
}

// take waits for the next record; nil means that the lane is halted.
func (l *lane) take() *kafka.Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.queue.len() == 0 && !l.halted {
		l.filled.Wait()
	}
	if l.halted {
		return nil
	}
	m, size := l.queue.pop()
	l.e.queued.Add(-int64(size))
	return m
}

// settle notes a record as done.
func (l *lane) settle(offset int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.mark.settle(offset)
	}
}

// position returns the offset to commit, if there is one and the epoch is open.
func (l *lane) position() (int64, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	offset, ok := l.mark.position()
	return offset, ok && !l.closed
}

// halt lets the lane start nothing more, drops what it has not started, and interrupts what precedes the handler. A running
// handler goes on.
func (l *lane) halt(cause error) {
	l.mu.Lock()
	l.halted = true
	l.e.queued.Add(-int64(l.queue.drop()))
	l.filled.Signal()
	l.mu.Unlock()
	l.interrupt(cause)
}

// close ends the epoch. The lane has been abandoned, or has ended.
func (l *lane) close() {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
}

// ended reports whether the goroutine has ended.
func (l *lane) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// held reports whether an earlier lane of this partition still runs, so that this one has started nothing.
func (l *lane) held() bool {
	if l.before == nil {
		return false
	}
	select {
	case <-l.before:
		return false
	default:
		return true
	}
}

// run works until the lane is halted, or a record is left unsettled because the whole run stops.
func (l *lane) run() {
	returned := false
	defer func() {
		if !returned {
			l.fail(l.recordError(StageHandler, errGoexit, ""))
		}
		close(l.done)
	}()
	if l.before != nil {
		select {
		case <-l.before:
		case <-l.upstream.Done():
		}
	}
	for m := l.take(); m != nil; m = l.take() {
		l.at.Store(int64(m.TopicPartition.Offset))
		if !l.work(m) {
			break
		}
		l.settle(int64(m.TopicPartition.Offset))
		l.phase.Store(int32(idle))
	}
	returned = true
}

var errGoexit = errors.New("the handler ended its goroutine (runtime.Goexit; testing.T.FailNow does it)")

// work brings one record to its end and reports whether it is settled. If it is not, the lane is over.
func (l *lane) work(m *kafka.Message) bool {
	l.phase.Store(int32(decoding))
	rec, err := l.decode(m)
	if l.upstream.Err() != nil {
		return false
	}
	if l.brake.note(l.at.Load(), err != nil) && err != nil && l.e.letters != nil {
		l.e.stop(&PoisonError{Topic: l.topic, Partition: l.id, Offsets: l.brake.undecodable(), Err: err})
		return false
	}
	if err != nil {
		return l.exhausted(m, undecodable(err))
	}
	if !l.e.pulse.wait(l.upstream) || l.e.stopping.Err() != nil {
		return false
	}
	l.phase.Store(int32(handling))
	rec.setAttempt(1)
	if err = l.handle(rec); err == nil {
		return true
	}
	decision, decided := errors.AsType[*result](err)
	switch {
	case decided && decision.kind == resultSkip:
		l.e.log.Info("record skipped", l.attrs(err)...)
		return true
	case decided && decision.kind == resultStop:
		return l.fail(l.recordError(StageHandler, err, ""))
	case l.handler.Err() != nil: // cancelled: no attempt, and no dead letter
		return false
	}
	return l.exhausted(m, unhandled(rec, err))
}

// decode decodes, and holds the lane for as long as the schema registry cannot say what the record is: for ever while it
// does not answer, for a while when it says that it does not know the schema.
func (l *lane) decode(m *kafka.Message) (anyRecord, error) {
	var unknownSince time.Time
	held := false
	for {
		rec, err := l.e.codec.decode(l.upstream, m)
		wait := false
		switch serde.ClassOf(err) {
		case serde.ClassRegistryUnavailable:
			wait, unknownSince = true, time.Time{}
		case serde.ClassUnknownSchema:
			if unknownSince.IsZero() {
				unknownSince = time.Now()
			}
			wait = time.Since(unknownSince) < l.e.set.unknownSchemaWait
		}
		if wait && !held {
			held = true
			l.e.holds.begin(l, err)
		}
		if wait && sleep(l.upstream, l.e.set.registryRetry) {
			continue
		}
		if held {
			l.e.holds.end(l)
		}
		return rec, err
	}
}

// handle calls the handler; a panic is its error.
func (l *lane) handle(rec anyRecord) (err error) {
	defer recovered(&err)
	return l.e.codec.handle(l.handler, rec)
}

// exhausted ends a record that cannot be handled: a dead letter where they are on, else the end of the run.
func (l *lane) exhausted(m *kafka.Message, f failure) bool {
	if l.e.letters == nil {
		return l.fail(l.recordError(f.stage, f.err, " (dead letters are off: see WithDeadLetters)"))
	}
	l.phase.Store(int32(condemned))
	err := l.e.letters.send(l.sending, m, f)
	switch {
	case err == nil:
		l.e.log.Warn("record dead-lettered", append(l.attrs(f.err), slog.String(keyStage, string(f.stage)))...)
		return true
	case l.sending.Err() != nil:
		return false
	}
	return l.fail(l.recordError(f.stage, errors.Join(f.err, err), ""))
}

// fail ends the run because of the current record, which the shutdown need not report then: nothing cut it short.
func (l *lane) fail(err *RecordError) (settled bool) {
	l.phase.Store(int32(idle))
	l.e.stop(err)
	return false
}

func (l *lane) ref() Ref { return Ref{Topic: l.topic, Partition: l.id, Offset: l.at.Load()} }

func (l *lane) recordError(stage Stage, err error, hint string) *RecordError {
	return &RecordError{Ref: l.ref(), Stage: stage, Err: err, hint: hint}
}

// attrs are the log attributes of the current record and what became of it.
func (l *lane) attrs(err error) []any {
	attrs := []any{
		slog.String(keyTopic, l.topic), slog.Int(keyPartition, int(l.id)), slog.Int64(keyOffset, l.at.Load()), slog.Any(keyError, err),
	}
	if p, ok := errors.AsType[*PanicError](err); ok {
		attrs = append(attrs, slog.String(keyStack, string(p.Stack)))
	}
	return attrs
}

// sleep waits and reports whether the time passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
