package consumer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// ErrNotRunning is what [Consumer.Health] returns before Run, and is in its error when Run has returned.
var ErrNotRunning = errors.New("consumer: not running")

// Health returns nil while Run is under way and the goroutine that keeps the membership runs: for a liveness probe, as [Consumer.Ready] is for a
// readiness probe. Brokers that do not answer, a registry that is away, and handlers that take long are no reason to start the process
// anew, and no error here. After Run it is [ErrNotRunning] with what Run returned.
func (c *Consumer[K, V]) Health() error {
	c.mu.Lock()
	e, outcome := c.running, c.outcome
	c.mu.Unlock()
	select {
	case <-c.ended:
		if outcome != nil {
			return fmt.Errorf("%w: %w", ErrNotRunning, outcome)
		}
		return ErrNotRunning
	default:
	}
	switch {
	case e == nil:
		return ErrNotRunning
	case e.polling.Load() && !e.pulse.fresh():
		return fmt.Errorf("consumer: the client was not polled for %v: the process was stopped, or a hook blocks", e.pulse.since(e.pulse.last.Load()).Round(time.Second))
	default:
		return nil
	}
}

// Client lends do the Kafka client, for what this package does not do: Committed, QueryWatermarkOffsets, an admin client by
// NewAdminClientFromConsumer. do runs on the goroutine that polls, which cannot keep the membership meanwhile: it must be quick, and must
// not use the client after it has returned. Poll, ReadMessage, Subscribe, Assign, Pause, Seek, StoreOffsets, Commit, Unsubscribe and
// Close would break what this package promises; Position is ahead of what handlers have seen. It returns what do returns, [ErrNotAssigned] while the consumer does not run, and ctx's error
// when ctx ends before; do may still be called then.
func (c *Consumer[K, V]) Client(ctx context.Context, do func(client *kafka.Consumer) error) error {
	return c.command(ctx, func(e *engine) (err error) {
		client, ok := kafkaclient.Binding(e.client)
		if !ok {
			return errors.New("consumer: the topic is in memory: there is no Kafka client")
		}
		defer recovered(&err)
		return do(client)
	})
}
