package eventlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// mostWaiting is how many complete files of a partition may wait to be stored, that which is being stored included.
const mostWaiting = 2

// partition writes the files of one partition during one assignment: it gathers records in the open file, and stores complete ones in their order,
// one at a time.
//
// What it has of the log is a chain: each file begins at the offset behind the last one of the file before it, and the first at the committed offset,
// which is the end of a stored file, too. Names follow from the beginnings, and objects are never overwritten; so there is one chain, whoever writes it.
type partition struct {
	w        *Writer
	a        *consumer.Assignment
	envelope enveloper
	kinds    []kind
	ctx      context.Context // ends when nothing can be settled any more

	mu      sync.Mutex
	began   bool
	next    int64   // offset behind what was taken: all below are in files, stored or here
	begins  bool    // no file comes before the next one
	open    *file   // nil: none
	waiting []*file // complete, the one that is being stored first
	storing bool    // a goroutine stores what waits
	grant   int64   // memory that is reserved and not taken
	ended   bool
	dropped bool // records that were taken are in no file that is stored
	failed  error
	timer   *time.Timer // of the idle flush
	stored  sync.WaitGroup
}

// add puts a record into the open file, and ends files where its data says so. The lock is held.
func (p *partition) add(e *Envelope, k kind) error {
	rotation := &p.w.set.rotation
	if p.open != nil && (p.open.kind != k || rotation.before(p.open, e)) {
		if err := p.close(); err != nil {
			return err
		}
	}
	if p.open == nil {
		f, err := newFile(p.w.set.layout, p.w.set.spec, k, p.w.values.text(k), e, p.next, p.begins, func(n int64) { p.w.memory.take(p, n) })
		if err != nil {
			return err
		}
		p.open, p.begins = f, false
	}
	if err := p.open.add(e); err != nil {
		return fmt.Errorf("%s[%d]@%d: %w", e.Topic, e.Partition, e.Offset, err)
	}
	p.next = e.Offset + 1
	if rotation.behind(p.open) {
		return p.close()
	}
	return nil
}

// close completes the open file and has it stored. The lock is held.
func (p *partition) close() error {
	f := p.open
	if f == nil {
		return nil
	}
	p.open = nil
	if err := f.complete(); err != nil {
		return err
	}
	p.w.memory.completed(p, f.held)
	p.waiting = append(p.waiting, f)
	if !p.storing && p.failed == nil {
		p.storing = true
		p.stored.Go(p.store)
	}
	return nil
}

// closeEarly closes the file before its data says so, for others to have memory, or since it was idle.
func (p *partition) closeEarly() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return nil
	}
	return p.close()
}

// store stores what waits.
func (p *partition) store() {
	for {
		p.mu.Lock()
		if len(p.waiting) == 0 || p.failed != nil || p.ctx.Err() != nil {
			p.storing = false
			p.mu.Unlock()
			return
		}
		f := p.waiting[0]
		p.mu.Unlock()
		there, err := p.w.store(p.ctx, f)
		p.mu.Lock()
		if err == nil {
			err = p.settle(f, there)
		}
		if err != nil && p.ctx.Err() == nil {
			p.failed = err
			p.a.Stop(err)
		}
		p.mu.Unlock()
		p.w.memory.stir()
	}
}

// settle settles the records of a file that is stored: it itself, or what is there in its place, which decides where the chain goes on. The lock
// is held.
func (p *partition) settle(f *file, there *Metadata) error {
	last := f.meta.Last
	if there != nil {
		last = there.Last
		p.w.set.log.Info("file was there already", slog.String("key", f.key), slog.Int64("last", last), slog.Int64("own", f.meta.Last))
	}
	var err error
	if last == f.meta.Last {
		p.forget(f)
	} else {
		err = p.cut(last)
	}
	p.a.Settle(last)
	return err
}

// forget takes the first of the waiting files out.
func (p *partition) forget(f *file) {
	p.waiting = p.waiting[1:]
	p.w.memory.released(f.held)
	f.blocks = nil
}

// cut goes on behind an offset that the chain has got to by another owner's file: what is in memory goes into new files from there on.
func (p *partition) cut(last int64) error {
	if err := p.close(); err != nil {
		return err
	}
	old := p.waiting
	p.waiting, p.next = nil, last+1
	for _, f := range old {
		if f.meta.Last > last {
			for e, err := range f.records() {
				if err != nil {
					return err
				}
				if e.Offset < p.next {
					continue
				}
				if err := p.add(e, f.kind); err != nil {
					return err
				}
			}
		}
		p.w.memory.released(f.held)
	}
	if p.ended {
		return p.endOpen()
	}
	return nil
}

// endOpen completes or drops the open file of a partition that ends. The lock is held.
func (p *partition) endOpen() error {
	if p.open == nil {
		return nil
	}
	if p.w.finish && p.ctx.Err() == nil {
		return p.close()
	}
	p.w.memory.completed(p, p.open.held)
	p.w.memory.released(p.open.held)
	p.open, p.dropped = nil, true
	return nil
}

// End is called by the consumer. Complete files are stored if the time is there. The open one is dropped, unless files are to be finished: the next
// owner reads its records again, and writes it as it would have been.
func (p *partition) End(ctx context.Context) {
	p.mu.Lock()
	p.ended = true
	if p.timer != nil {
		p.timer.Stop()
	}
	err := p.endOpen()
	p.mu.Unlock()
	if err != nil {
		p.a.Stop(err)
	}
	p.stored.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.waiting) > 0 {
		p.forget(p.waiting[0])
		p.dropped = true
	}
	if !p.dropped || !errors.Is(context.Cause(ctx), consumer.ErrShutdown) { // else another member has the partition
		p.w.unfinished.Add(-1)
	}
	if p.failed != nil && !errors.Is(p.failed, context.Canceled) {
		p.w.set.log.WarnContext(ctx, "partition ended with files that are not stored", slog.String("topic", p.a.Topic), slog.Int("partition", int(p.a.Partition)), slog.Any("error", p.failed))
	}
}

// restartTimer begins the idle time anew.
func (p *partition) restartTimer() {
	idle := p.w.set.idle
	if idle == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.timer != nil {
		p.timer.Reset(idle)
		return
	}
	p.timer = time.AfterFunc(idle, func() {
		if err := p.closeEarly(); err != nil {
			p.a.Stop(err)
		}
	})
}
