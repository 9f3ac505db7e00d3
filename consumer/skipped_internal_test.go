package consumer

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// settlements notes what it is told of.
type settlements map[Ref][]Outcome

func (s settlements) OnSettled(ref Ref, outcome Outcome, _ time.Duration) {
	s[ref] = append(s[ref], outcome)
}

// forOthers is a pretended of which every third record was redriven for another group.
type forOthers struct{ *pretended }

func (f forOthers) Poll(timeout int) kafka.Event {
	event := f.pretended.Poll(timeout)
	if m, ok := event.(*kafka.Message); ok && m.TopicPartition.Offset%3 == 0 {
		m.Headers = []kafka.Header{{Key: HeaderRedriven, Value: []byte("1")}, {Key: HeaderRedrivenGroup, Value: []byte("another")}}
	}
	return event
}

// TestHooksAreToldOfSkippedRecordsInTransactions: of each of them, by its name, when the transaction is committed.
func TestHooksAreToldOfSkippedRecordsInTransactions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const records = 50
		brokers := newPretended(1, 1, records)
		told := settlements{}
		set := defaultSettings()
		set.hooks.list, set.hooks.log, set.txRecords, set.skipRedriven = []Hook{told}, set.log, 10, true
		e := newTestEngine(t, set, decodes, func(context.Context, int64) error { return nil })
		e.set.openConsumer = func(kafka.ConfigMap) (kafkaclient.Consumer, error) { return forOthers{brokers}, nil }
		e.useTransactions(&pretendedTransactor{pretended: brokers})
		e.topics, e.group, e.ready, e.intent = []string{brokers.topic}, "group", make(chan struct{}), &intent{}
		ended := make(chan error, 1)
		go func() { ended <- e.run(kafka.ConfigMap{}, nil) }()
		for began := time.Now(); !brokers.done() && time.Since(began) < time.Hour; {
			<-time.After(time.Second)
		}
		e.stop(nil)
		if err := <-ended; err != nil {
			t.Error(err)
		}
		for offset := range int64(records) {
			want := Handled
			if offset%3 == 0 {
				want = Skipped
			}
			if got := told[Ref{brokers.topic, 0, offset}]; len(got) != 1 || got[0] != want {
				t.Errorf("offset %d: the hook was told %v, want %v", offset, got, want)
			}
		}
	})
}
