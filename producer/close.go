package producer

import (
	"context"
	"errors"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

const (
	// purgeLimit is how long Close waits for the reports of purged records.
	purgeLimit = 2 * time.Second
	// closeLimit is how long librdkafka may take to close.
	closeLimit = 5 * time.Second
)

// errNoReport is the outcome of records whose report did not come before the client was closed.
var errNoReport = errors.New("no delivery report came before the producer was closed")

// close stops the intake, flushes until ctx ends, gives up what is left, and calls shut, which closes librdkafka, under a watchdog. It returns nil
// or a *CloseError.
func (c *client) close(ctx context.Context, shut func()) error {
	c.refuse(ErrClosed)
	c.ledger.beginClose(c.name)
	if c.flush(ctx) != nil {
		c.purge(context.WithoutCancel(ctx))
	}
	hung := !kafkaclient.CloseWithin(closeLimit, shut)
	result := c.ledger.collected()
	result.ClientHung = hung
	if len(result.NotSent) == 0 && len(result.Indeterminate) == 0 && !hung {
		return nil
	}
	return &result
}

// purge has librdkafka give up all records, and settles those that it does not report even so.
func (c *client) purge(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, purgeLimit)
	defer cancel()
	if c.kafka.Purge(kafka.PurgeQueue|kafka.PurgeInFlight) == nil && c.flush(ctx) == nil {
		return
	}
	for _, p := range c.ledger.abandon() {
		c.aside.add(func() { c.conclude(p, &Error{Topic: p.receipt.Topic, Indeterminate: true, Err: errNoReport}) })
	}
}
