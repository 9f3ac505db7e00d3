package chaos

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// traffic sends tasks to a group's topic, and poison between them.
type traffic struct {
	g    *group
	rng  *rand.Rand
	reg  *registry.Client
	rate int // records per second

	number   atomic.Int64 // of the next task
	poisoned int64

	mu         sync.Mutex // held while records are sent, and while the producer is replaced
	producer   *producer.Producer[string, Task]
	generation int
}

// pace is the time between two bursts of records.
const pace = 10 * time.Millisecond

// backlog is how far the handlers may lag behind before sending waits for them: the run would only get longer, and what is sent now would
// meet another weather.
const backlog = 3 * time.Second

func newTraffic(g *group, rng *rand.Rand, rate int) (*traffic, error) {
	reg, err := registry.New(g.registryURL)
	if err != nil {
		return nil, err
	}
	return &traffic{g: g, rng: rng, reg: reg, rate: rate}, nil
}

// renew replaces the producer by one that writes a schema of a new id, which it registers. The old one sends what it still has.
func (t *traffic) renew(ctx context.Context) error {
	t.generation++
	codec, err := taskCodec(t.generation)
	if err != nil {
		return err
	}
	key := producer.KeyOf(serde.StringKey(), func(task *Task) string { return strconv.Itoa(int(task.Key)) })
	next, err := producer.New(kafka.ConfigMap{
		"bootstrap.servers":   t.g.bootstrap(),
		"client.id":           t.g.name + "-producer",
		"delivery.timeout.ms": 60_000,
	}, t.g.topic, key, serde.NewSerializer(codec, t.reg), producer.WithRebuild(), producer.WithLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	if err := next.Start(ctx); err != nil {
		return errors.Join(err, next.Close(ctx))
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.producer
	t.producer = next
	return t.closed(ctx, old)
}

// closed closes a producer; what it could not send is an outcome like others.
func (t *traffic) closed(ctx context.Context, p *producer.Producer[string, Task]) error {
	if p == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	err := p.Close(ctx)
	if left, ok := errors.AsType[*producer.CloseError](err); ok && !left.ClientHung {
		return nil
	}
	return err
}

// run sends until ctx ends.
func (t *traffic) run(ctx context.Context) {
	began, sent := time.Now(), 0
	poll(ctx, pace, func() bool {
		due := int(time.Since(began).Seconds()*float64(t.rate)) - sent
		due = min(due, t.rate/10) // what was missed is not made up for
		sent = int(time.Since(began).Seconds() * float64(t.rate))
		if t.behind() {
			return false
		}
		t.mu.Lock()
		defer t.mu.Unlock()
		for range due {
			if t.rng.IntN(perAct) == 0 {
				t.sendPoison(ctx)
			} else {
				t.send(ctx)
			}
		}
		return false
	})
}

// behind reports whether the handlers lag.
func (t *traffic) behind() bool {
	var lag int64
	t.g.ledger.Counts(t.g.id, func(c *Counts) {
		lag = c.Acked
		for _, highest := range c.Highest {
			lag -= highest + 1
		}
	})
	return lag > int64(t.rate)*int64(backlog/time.Second)
}

func (t *traffic) send(ctx context.Context) {
	task := newTask(t.rng, t.number.Add(1)-1)
	entry := Entry{Group: t.g.id, Number: task.Number, Key: task.Key}
	t.producer.SendAsync(ctx, producer.Message[string, Task]{Value: task}, func(receipt producer.Receipt, err error) {
		switch {
		case err == nil:
			entry.Kind, entry.Partition, entry.Offset = Acked, receipt.Partition, receipt.Offset
		case errors.Is(err, producer.ErrIndeterminate):
			entry.Kind, entry.Offset = Indeterminate, t.number.Load()
		default:
			entry.Kind = Refused
		}
		t.g.ledger.Write(entry)
	})
}

// sendPoison writes a record that nobody can decode. One without an acknowledgement may be there or not; its dead letter tells.
func (t *traffic) sendPoison(ctx context.Context) {
	record := &kgo.Record{
		Topic: t.g.topic, Partition: int32(t.rng.IntN(partitions)),
		Key: fmt.Append(nil, "poison-", t.poisoned), Value: fmt.Append(nil, poison, t.poisoned),
		Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte{0xff, 0}}, {Key: "null"}},
	}
	t.poisoned++
	t.g.observer.client.Produce(context.WithoutCancel(ctx), record, func(r *kgo.Record, err error) {
		if err == nil {
			t.g.ledger.Write(Entry{Kind: Poisoned, Group: t.g.id, Partition: r.Partition, Offset: r.Offset})
		}
	})
}

// end sends what is still to be sent, and gives up what cannot be.
func (t *traffic) end(ctx context.Context) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	defer func() { _ = t.reg.Close() }()
	return errors.Join(t.closed(ctx, t.producer), t.g.observer.client.Flush(ctx))
}
