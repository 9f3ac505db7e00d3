package eventlog

import (
	"context"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// Take is called by the consumer.
func (p *partition) Take(ctx context.Context, recs []*record) error {
	if err := p.begin(ctx, recs[0].Offset); err != nil {
		return err
	}
	for done := 0; done < len(recs); {
		n, err := p.takeSome(ctx, recs[done:])
		done += n
		if err != nil {
			return &consumer.BatchError{Index: done, Err: err}
		}
	}
	p.restartTimer()
	return nil
}

// begin finds out where the chain goes on.
func (p *partition) begin(ctx context.Context, first int64) error {
	p.mu.Lock()
	began := p.began
	p.mu.Unlock()
	if began {
		return nil
	}
	committed, err := p.a.Committed(ctx)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.began, p.next = true, committed
	if committed < 0 || committed > first { // the topic may have been made anew
		p.next, p.begins = first, true
	}
	return nil
}

// group is how many bytes of records are taken at once: memory is asked for once for all of them.
const group = 1 << 20

// takeSome takes some records, as soon as there is room, and returns how many.
func (p *partition) takeSome(ctx context.Context, recs []*record) (n int, err error) {
	if err := p.turn(ctx); err != nil {
		return 0, err
	}
	var bytes, largest int64
	p.kinds = p.kinds[:0]
	for _, rec := range recs {
		s := recordSize(rec)
		if len(p.kinds) > 0 && bytes+s > group {
			break
		}
		k, err := p.w.values.kindOf(ctx, rec)
		if err != nil && len(p.kinds) == 0 {
			return 0, err
		}
		if err != nil {
			break // it is the first of the next call
		}
		bytes, largest = bytes+s, max(largest, s)
		p.kinds = append(p.kinds, k)
	}
	cost := bytes + openCost + buffers*max(0, largest-blockSize)
	if err := p.w.memory.reserve(ctx, cost); err != nil {
		return 0, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.grant = cost
	defer func() {
		p.w.memory.unreserve(p.grant)
		p.grant = 0
	}()
	for ; n < len(p.kinds) && len(p.waiting) < mostWaiting; n++ {
		if recs[n].Offset < p.next { // it comes again, or another owner has stored it
			continue
		}
		if err := p.add(p.envelope.of(recs[n]), p.kinds[n]); err != nil {
			return n, consumer.Stop(err)
		}
	}
	return n, nil
}

// turn waits until there are not too many complete files.
func (p *partition) turn(ctx context.Context) error {
	for {
		changed := p.w.memory.changes()
		p.mu.Lock()
		waiting, failed := len(p.waiting), p.failed
		p.mu.Unlock()
		switch {
		case failed != nil:
			return consumer.Stop(failed)
		case waiting < mostWaiting:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
