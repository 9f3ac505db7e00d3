package consumer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/serde"
)

// shape is how records come to the user.
type shape uint8

const (
	inRuns shape = iota
	oneByOne
	inBatches
	inSinks
	inSmallSinks
)

// diary is what handlers have done.
type diary struct {
	mu      sync.Mutex
	t       *testing.T
	seed    uint64
	inside  map[int32]bool
	settled map[int32]int64 // all below are
	times   map[Ref]int
}

func (d *diary) enter(partition int32, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inside[partition] {
		d.t.Errorf("seed %d: partition %d: offset %d is handled beside another", d.seed, partition, offset)
	}
	d.inside[partition] = true
	if offset > d.settled[partition] {
		d.t.Errorf("seed %d: partition %d: offset %d is handled before %d is settled", d.seed, partition, offset, d.settled[partition])
	}
}

func (d *diary) leave(partition int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.inside[partition] = false
}

func (d *diary) settle(partition int32, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if offset > d.settled[partition] {
		d.t.Errorf("seed %d: partition %d: offset %d is settled before %d", d.seed, partition, offset, d.settled[partition])
	}
	d.settled[partition] = max(d.settled[partition], offset+1)
	d.times[Ref{"", partition, offset}]++
}

func (d *diary) stored(partition int32, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if offset > d.settled[partition] {
		d.t.Errorf("seed %d: partition %d: %d is committed before %d is settled", d.seed, partition, offset, d.settled[partition])
	}
}

// TestNothingIsPassedOver: whatever happens to handlers and partitions, records are handled in their order, none is passed over, and none is handled
// twice unless its partition went away or back.
func TestNothingIsPassedOver(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]shape{"runs": inRuns, "bounded": oneByOne, "batches": inBatches, "sinks": inSinks, "small sinks": inSmallSinks} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(9) {
				anyhow(t, seed, s)
			}
		})
	}
}

func anyhow(t *testing.T, seed uint64, s shape) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		const partitions, records = 3, 3000
		brokers := newPretended(seed, partitions, records)
		brokers.restive, brokers.flighty = []int{0, 0, 2000}[seed%3], []int{0, 500, 2000}[seed%3]
		moves := seed%3 > 0
		d := &diary{t: t, seed: seed, inside: map[int32]bool{}, settled: map[int32]int64{}, times: map[Ref]int{}}
		brokers.stored = d.stored
		letters := newPretendedLetters(brokers, d.settle)
		opts := []Option{
			option(func(set *settings) {
				set.openConsumer = func(kafka.ConfigMap) (kafkaclient.Consumer, error) { return brokers, nil }
				set.openProducer = func(kafka.ConfigMap) (kafkaclient.Producer, error) { return letters, nil }
				set.queueRecords = []int{100, 2048}[seed%2]
				set.revokeDrain = time.Second
			}),
		}
		if s == oneByOne {
			opts = append(opts, WithMaxHandlers(2))
		}
		if seed%4 > 0 && s != inSinks && s != inSmallSinks {
			opts = append(opts, WithDeadLetters())
		}
		c, err := New(kafka.ConfigMap{"bootstrap.servers": "none", "group.id": "g", "auto.offset.reset": "earliest"}, []string{brokers.topic}, serde.StringKey(), serde.StringValue(), opts...)
		if err != nil {
			t.Fatal(err)
		}
		// one decides about a record.
		one := func(ctx context.Context, rec *Record[string, string]) error {
			if brokers.chance(10) == 0 {
				<-time.After(time.Duration(brokers.chance(int(2 * time.Millisecond))))
			}
			switch brokers.chance(1000) {
			case 0:
				return errors.New("not yet")
			case 1:
				return RetryAfter(time.Duration(brokers.chance(int(time.Second))), errors.New("not yet"))
			case 2:
				panic("once")
			case 3:
				if c.set.deadLetters {
					return Permanent(errors.New("never"))
				}
			case 4:
				d.settle(rec.Partition, rec.Offset)
				return Skip("not wanted")
			case 5:
				if moves && brokers.chance(2) == 0 {
					<-time.After(4 * time.Second) // beyond all patience
				}
			case 6:
				if brokers.restive > 0 { // a seek does not cancel
					<-ctx.Done()
					return ctx.Err()
				}
			}
			return nil
		}
		handle := func(ctx context.Context, rec *Record[string, string]) error {
			d.enter(rec.Partition, rec.Offset)
			defer d.leave(rec.Partition)
			err := one(ctx, rec)
			if err == nil {
				d.settle(rec.Partition, rec.Offset)
			}
			return err
		}
		batch := func(ctx context.Context, recs []*Record[string, string], settle bool) error {
			d.enter(recs[0].Partition, recs[0].Offset)
			defer d.leave(recs[0].Partition)
			for i, rec := range recs {
				if err := one(ctx, rec); err != nil {
					return &BatchError{Index: i, Err: err}
				}
				if settle {
					d.settle(rec.Partition, rec.Offset)
				}
			}
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() {
			switch s {
			case inBatches:
				ended <- c.RunBatch(ctx, Batch{Max: 50, Linger: 5 * time.Millisecond}, func(ctx context.Context, recs []*Record[string, string]) error { return batch(ctx, recs, true) })
			case inSinks:
				ended <- c.RunSinks(ctx, SinkConfig{Max: 50}, func(a *Assignment) (Sink[string, string], error) {
					return &pretendedSink{a: a, d: d, p: brokers}, nil
				})
			case inSmallSinks:
				ended <- c.RunSinks(ctx, SinkConfig{Max: 1}, func(a *Assignment) (Sink[string, string], error) {
					return &pretendedSink{a: a, d: d, p: brokers}, nil
				})
			default:
				ended <- c.Run(ctx, handle)
			}
		}()
		stir(ctx, c, brokers, moves, ended)
		if !brokers.done() {
			t.Errorf("seed %d: it came to a stop at %v of %d; settled %v", seed, brokers.committed, records, d.settled)
		}
		e := c.running
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		if e.sched.bytes != 0 || e.sched.running != 0 {
			t.Errorf("seed %d: %d bytes, %d workers are left", seed, e.sched.bytes, e.sched.running)
		}
		for ref, n := range d.times {
			if n != 1 && !moves && s != inBatches {
				t.Errorf("seed %d: %v was handled %d times", seed, ref, n)
			}
		}
	})
}

// pretendedSink settles some of what it has now and then.
type pretendedSink struct {
	a    *Assignment
	d    *diary
	p    *pretended
	next int64
	have int64
}

func (s *pretendedSink) Take(_ context.Context, recs []*Record[string, string]) error {
	for _, rec := range recs {
		if s.have > 0 && rec.Offset != s.have {
			s.d.t.Errorf("seed %d: partition %d: a sink is given %d behind %d", s.d.seed, rec.Partition, rec.Offset, s.have-1)
		}
		if s.have == 0 {
			s.next = rec.Offset
		}
		s.have = rec.Offset + 1
	}
	if s.p.chance(20) == 0 || s.have == s.p.records {
		<-time.After(time.Duration(s.p.chance(int(5 * time.Millisecond))))
		s.store()
	}
	return nil
}

func (s *pretendedSink) store() {
	if s.have == 0 {
		return
	}
	for ; s.next < s.have; s.next++ {
		s.d.settle(s.a.Partition, s.next)
	}
	s.a.Settle(s.have - 1)
}

func (s *pretendedSink) End(ctx context.Context) {
	<-time.After(time.Duration(s.p.chance(int(2 * time.Second))))
	if ctx.Err() == nil {
		s.store()
	}
}
