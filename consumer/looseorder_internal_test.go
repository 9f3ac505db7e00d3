package consumer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/serde"
)

// looseDiary is what handlers have done that run beside each other.
type looseDiary struct {
	mu      sync.Mutex
	t       *testing.T
	name    string
	inside  map[string]bool          // partitions and keys
	settled map[int32]map[int64]bool // ever
	through map[int32]int64          // all below are
	running int
	most    int
}

func (d *looseDiary) strand(rec *Record[string, string]) string {
	return fmt.Sprint(rec.Partition, "/", rec.Key)
}

func (d *looseDiary) enter(rec *Record[string, string], byKey bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.running++; d.running > d.most {
		d.t.Errorf("%s: %d handlers at once", d.name, d.running)
	}
	if !byKey {
		return
	}
	if d.inside[d.strand(rec)] {
		d.t.Errorf("%s: key %s: offset %d is handled beside another", d.name, d.strand(rec), rec.Offset)
	}
	d.inside[d.strand(rec)] = true
	for before := rec.Offset - 11; before >= d.through[rec.Partition]; before -= 11 { // keys come again after 11 records
		if !d.settled[rec.Partition][before] {
			d.t.Errorf("%s: key %s: offset %d is handled before %d is settled", d.name, d.strand(rec), rec.Offset, before)
		}
	}
}

func (d *looseDiary) leave(rec *Record[string, string]) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.running--
	d.inside[d.strand(rec)] = false
}

func (d *looseDiary) settle(partition int32, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.settled[partition] == nil {
		d.settled[partition] = map[int64]bool{}
	}
	d.settled[partition][offset] = true
	for d.settled[partition][d.through[partition]] {
		d.through[partition]++
	}
}

func (d *looseDiary) stored(partition int32, offset int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if offset > d.through[partition] {
		d.t.Errorf("%s: partition %d: %d is committed before %d is settled", d.name, partition, offset, d.through[partition])
	}
}

// TestNothingIsPassedOverInLooseOrders is TestNothingIsPassedOver for handlers that run beside each other.
func TestNothingIsPassedOverInLooseOrders(t *testing.T) {
	t.Parallel()
	for _, order := range []Order{ByKey(1), ByKey(8), Unordered(20)} {
		t.Run(order.String(), func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				loosely(t, seed, order)
			}
		})
	}
}

func loosely(t *testing.T, seed uint64, order Order) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		const partitions, records = 3, 300
		brokers := newPretended(seed, partitions, records)
		brokers.restive, brokers.flighty = []int{0, 0, 300}[seed%3], []int{0, 100, 300}[seed%3]
		moves := seed%3 > 0
		d := &looseDiary{t: t, name: fmt.Sprintf("%v, seed %d", order, seed), inside: map[string]bool{}, settled: map[int32]map[int64]bool{}, through: map[int32]int64{}, most: order.limit}
		brokers.stored = d.stored
		letters := newPretendedLetters(brokers, d.settle)
		opts := []Option{WithOrder(order), option(func(set *settings) {
			set.openConsumer = func(kafka.ConfigMap) (kafkaclient.Consumer, error) { return brokers, nil }
			set.openProducer = func(kafka.ConfigMap) (kafkaclient.Producer, error) { return letters, nil }
			set.queueRecords = []int{100, 2048}[seed%2]
			set.totalBytes = []int{64 << 20, 150, 64 << 20}[seed%3]
			set.revokeDrain = time.Second
		})}
		if seed > 0 {
			opts = append(opts, WithDeadLetters())
		}
		c, err := New(kafka.ConfigMap{"bootstrap.servers": "none", "group.id": "g", "auto.offset.reset": "earliest"}, []string{brokers.topic}, serde.StringKey(), serde.StringValue(), opts...)
		if err != nil {
			t.Fatal(err)
		}
		handle := func(ctx context.Context, rec *Record[string, string]) error {
			d.enter(rec, order.kind == byKey)
			defer d.leave(rec)
			if brokers.chance(4) == 0 {
				<-time.After(time.Duration(brokers.chance(int(2 * time.Millisecond))))
			}
			switch brokers.chance(200) {
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
				if brokers.restive > 0 && brokers.chance(4) == 0 {
					<-ctx.Done()
					return ctx.Err()
				}
			}
			d.settle(rec.Partition, rec.Offset)
			return nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := make(chan error, 1)
		go func() { ended <- c.Run(ctx, handle) }()
		stir(ctx, c, brokers, moves, ended)
		if !brokers.done() {
			t.Errorf("%s: it came to a stop at %v of %d", d.name, brokers.committed, records)
		}
		e := c.running
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
		if e.sched.bytes != 0 || e.sched.running != 0 {
			t.Errorf("%s: %d bytes, %d workers are left", d.name, e.sched.bytes, e.sched.running)
		}
	})
}
