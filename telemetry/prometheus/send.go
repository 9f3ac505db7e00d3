package prometheus

import (
	"context"
	"errors"
	"time"

	"github.com/magicbyte-go/magicbyte/producer"
)

var _ producer.SendHook = (*Metrics)(nil)

// Outcomes of records, the values of the label outcome.
const (
	acknowledged  = "acknowledged"
	failed        = "failed"
	indeterminate = "indeterminate"
)

// OnSend times a record and counts its outcome. It is what [producer.WithSendHook] wants.
func (m *Metrics) OnSend(_ context.Context, record *producer.Outgoing) func(producer.Receipt, error) {
	topic, begin := record.Topic, time.Now()
	return func(receipt producer.Receipt, err error) {
		m.sendDuration.WithLabelValues(topic).Observe(time.Since(begin).Seconds())
		m.sent.WithLabelValues(topic, outcomeOf(err)).Inc()
		if err == nil {
			m.sentBytes.WithLabelValues(topic).Add(float64(receipt.KeySize + receipt.ValueSize))
		}
	}
}

func outcomeOf(err error) string {
	switch {
	case err == nil:
		return acknowledged
	case errors.Is(err, producer.ErrIndeterminate):
		return indeterminate
	default:
		return failed
	}
}
