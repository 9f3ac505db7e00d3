package cost

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Records are what is sent: the same in typed and in serialized form.
type Records struct {
	Keys     [][]byte
	Payloads [][]byte // events as they stand in the topic
	Events   []*schemas.OrderEvent
}

// bareProducer are the properties that package producer sets where the user does not.
func bareProducer(address string) kafka.ConfigMap {
	return kafka.ConfigMap{
		"bootstrap.servers": address, "enable.idempotence": true, "acks": "all", "partitioner": "murmur2_random",
		"compression.type": "lz4", "linger.ms": 5, "queue.buffering.max.kbytes": 65_536, "enable.metrics.push": false,
		"go.delivery.report.fields": "none", "go.events.channel.size": 1024,
	}
}

func typedProducer(address string) kafka.ConfigMap {
	return kafka.ConfigMap{"bootstrap.servers": address, "enable.metrics.push": false}
}

// SendBare sends n records as a program does that uses confluent-kafka-go alone and well: one goroutine drains the events and judges each delivery
// report, and a full queue is waited for.
func SendBare(ctx context.Context, address string, records Records, n int) (Sample, error) {
	config := bareProducer(address)
	client, err := kafka.NewProducer(&config)
	if err != nil {
		return Sample{}, err
	}
	var failed atomic.Pointer[error]
	space, drained := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(drained)
		for event := range client.Events() {
			msg, ok := event.(*kafka.Message)
			if !ok {
				continue
			}
			if err := msg.TopicPartition.Error; err != nil {
				failed.Store(&err)
			}
			select {
			case space <- struct{}{}:
			default:
			}
		}
	}()
	defer func() {
		client.Close()
		<-drained
	}()
	name := Topic
	if _, err := client.GetMetadata(&name, false, 10_000); err != nil {
		return Sample{}, err
	}
	send := func(from, to int) error {
		for i := from; i < to; {
			at := i % len(records.Payloads)
			err := client.Produce(&kafka.Message{
				TopicPartition: kafka.TopicPartition{Topic: &name, Partition: kafka.PartitionAny},
				Key:            records.Keys[at], Value: records.Payloads[at], Opaque: &records.Keys[at],
			}, nil)
			var e kafka.Error
			switch {
			case err == nil:
				i++
			case errors.As(err, &e) && e.Code() == kafka.ErrQueueFull:
				wait(space)
			default:
				return err
			}
		}
		for client.Flush(100) > 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		return nil
	}
	sample, err := warmAndMeasure(n, send)
	if cause := failed.Load(); cause != nil {
		err = errors.Join(err, *cause)
	}
	return sample, err
}

// wait waits for a signal, or for a millisecond.
func wait(signal <-chan struct{}) {
	timer := time.NewTimer(time.Millisecond)
	defer timer.Stop()
	select {
	case <-signal:
	case <-timer.C:
	}
}

// warmAndMeasure sends a tenth of n records, and then n.
func warmAndMeasure(n int, send func(from, to int) error) (Sample, error) {
	if err := send(0, n/10); err != nil {
		return Sample{}, err
	}
	m := startMeter()
	if err := send(n/10, n/10+n); err != nil {
		return Sample{}, err
	}
	return m.since(n), nil
}

// SendRaw sends n records through package producer, as bytes.
func SendRaw(ctx context.Context, address string, records Records, n int) (Sample, error) {
	p, err := producer.New(typedProducer(address), Topic, producer.Keys[[]byte](serde.BytesKey()), serde.BytesValue())
	if err != nil {
		return Sample{}, err
	}
	return send(ctx, p, n, func(i int) producer.Message[[]byte, []byte] {
		at := i % len(records.Payloads)
		return producer.Message[[]byte, []byte]{Key: &records.Keys[at], Value: &records.Payloads[at]}
	})
}

// SendTyped sends n records through package producer, as order events whose key is a field of theirs.
func SendTyped(ctx context.Context, address string, records Records, registry serde.SchemaRegistry, n int) (Sample, error) {
	p, err := producer.New(typedProducer(address), Topic,
		producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID }),
		serde.NewSerializer(schemas.OrderEvents, registry))
	if err != nil {
		return Sample{}, err
	}
	return send(ctx, p, n, func(i int) producer.Message[string, schemas.OrderEvent] {
		return producer.Message[string, schemas.OrderEvent]{Value: records.Events[i%len(records.Events)]}
	})
}

func send[K, V any](ctx context.Context, p *producer.Producer[K, V], n int, message func(i int) producer.Message[K, V]) (Sample, error) {
	if err := p.Start(ctx); err != nil {
		return Sample{}, err
	}
	var failed atomic.Pointer[error]
	done := func(_ producer.Receipt, err error) {
		if err != nil {
			failed.Store(&err)
		}
	}
	sample, err := warmAndMeasure(n, func(from, to int) error {
		for i := from; i < to; i++ {
			p.SendAsync(ctx, message(i), done)
		}
		return p.Flush(ctx)
	})
	err = errors.Join(err, p.Close(ctx))
	if cause := failed.Load(); cause != nil {
		err = errors.Join(err, *cause)
	}
	return sample, err
}
