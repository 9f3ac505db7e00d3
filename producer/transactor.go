package producer

import (
	"context"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// Transactor is how consumer.RunTransactions drives t: it starts t, has its handlers send in transactions of its own, and closes t. It is
// of no use to others.
func (t *Transactions) Transactor() kafkaclient.Transactor {
	if t == nil {
		return nil
	}
	return transactor{t}
}

type transactor struct{ *Transactions }

func (t transactor) ID() string             { return t.id }
func (t transactor) Timeout() time.Duration { return t.timeout * 5 / 4 }

func (t transactor) Client() kafkaclient.Producer {
	if c, err := t.running(); err == nil {
		return c.client.kafka
	}
	return nil
}

func (t transactor) Failure() error {
	if c, err := t.running(); err == nil {
		if failure := c.failure.Load(); failure != nil {
			return *failure
		}
	}
	return nil
}

// Restart replaces the client. Transactions that failed are for their owner to judge: nobody else does.
func (t transactor) Restart(ctx context.Context) error {
	t.mu.Lock()
	var old *transactional
	if t.state == started {
		old, t.client, t.stopping = t.client, nil, nil
		t.state = unstarted
	}
	t.mu.Unlock()
	if old != nil {
		now, cancel := context.WithCancel(ctx)
		cancel()
		old.stopAll()
		_ = old.close(now, old.shutAll) // what it had is lost or decided
	}
	return t.Start(ctx)
}

// Produce is SendAsync for a record that has been serialized.
func (t transactor) Produce(ctx context.Context, msg *kafka.Message, done func(error)) {
	c, err := t.running()
	if err != nil {
		done(err)
		return
	}
	r := newCallback(func(_ Receipt, err error) { done(err) })
	r.receipt.Topic = *msg.TopicPartition.Topic
	msg.Opaque = r
	if err := c.produce(ctx, msg, r); err != nil {
		r.release()
		done(&Error{Topic: *msg.TopicPartition.Topic, Err: err})
	}
}
