package cost

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync/atomic"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

var groups atomic.Int64

// consuming returns the properties of a consumer in a group of its own. By default librdkafka does not fetch for a whole second once its queue was
// full, which would be all that is measured.
func consuming(address string) kafka.ConfigMap {
	return kafka.ConfigMap{
		"bootstrap.servers": address, "group.id": "cost-" + strconv.FormatInt(groups.Add(1), 10), "auto.offset.reset": "earliest", "fetch.queue.backoff.ms": 10,
		"enable.metrics.push": false,
	}
}

// count is how many records were read. The first tenth of them is not measured.
type count struct {
	n, warm int64
	read    atomic.Int64
	size    atomic.Int64
	start   meter
	sample  Sample
	all     chan struct{}
}

func newCount(n int) *count {
	return &count{n: int64(n), warm: int64(n) / 10, all: make(chan struct{})}
}

func (c *count) add(size int) {
	c.size.Add(int64(size))
	switch c.read.Add(1) {
	case c.warm:
		c.start = startMeter()
	case c.n:
		c.sample = c.start.since(int(c.n - c.warm))
		close(c.all)
	}
}

// ReadBare reads n records as a program does that uses confluent-kafka-go alone: a loop around Poll.
func ReadBare(ctx context.Context, address string, n int) (Sample, error) {
	config := consuming(address)
	maps.Copy(config, kafka.ConfigMap{
		"partition.assignment.strategy": "cooperative-sticky", "isolation.level": "read_committed",
		"auto.commit.interval.ms": 1000, "queued.max.messages.kbytes": 16_384,
	})
	client, err := kafka.NewConsumer(&config)
	if err != nil {
		return Sample{}, err
	}
	err = client.Subscribe(Topic, nil)
	c := newCount(n)
	for err == nil && c.read.Load() < c.n {
		switch event := client.Poll(100).(type) {
		case *kafka.Message:
			c.add(len(event.Value))
			err = event.TopicPartition.Error
		case nil:
			err = ctx.Err()
		}
	}
	return c.sample, errors.Join(err, client.Close())
}

// ReadRaw reads n records through package consumer, as bytes.
func ReadRaw(ctx context.Context, address string, n int) (Sample, error) {
	c := newCount(n)
	client, err := consumer.New(consuming(address), []string{Topic}, serde.BytesKey(), serde.BytesValue())
	if err != nil {
		return Sample{}, err
	}
	return read(ctx, client, c, func(_ context.Context, record *consumer.Record[[]byte, []byte]) error {
		c.add(len(record.Value))
		return nil
	})
}

// ReadTyped reads n records through package consumer, as order events.
func ReadTyped(ctx context.Context, address string, registry serde.SchemaRegistry, n int) (Sample, error) {
	c := newCount(n)
	client, err := consumer.New(consuming(address), []string{Topic}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, registry))
	if err != nil {
		return Sample{}, err
	}
	return read(ctx, client, c, func(_ context.Context, record *consumer.Record[string, schemas.OrderEvent]) error {
		c.add(len(record.Value.OrderID))
		return nil
	})
}

func read[K, V any](ctx context.Context, client *consumer.Consumer[K, V], c *count, handler func(context.Context, *consumer.Record[K, V]) error) (Sample, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- client.Run(ctx, handler) }()
	select {
	case <-c.all:
		cancel()
		return c.sample, <-ended
	case err := <-ended:
		return Sample{}, fmt.Errorf("cost: Run ended after %d of %d records: %w", c.read.Load(), c.n, errors.Join(err, ctx.Err()))
	}
}
