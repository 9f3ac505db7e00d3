package producer_test

import (
	"errors"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
)

// TestPurgedRecordMayBeInTheLog has the broker append a record and answer with a retriable error: the record then waits in librdkafka's
// queue although it is in the log.
func TestPurgedRecordMayBeInTheLog(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["retry.backoff.ms"] = 60_000
	config["retry.backoff.max.ms"] = 60_000
	p := startProducer(t, config)
	fault := cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotEnoughReplicasAfterAppend})
	sent := make(chan error, 1)
	value := &event{ID: "k"}
	ctx := within(t, 10*time.Second)
	p.SendAsync(ctx, producer.Message[string, event]{Value: value}, func(_ producer.Receipt, err error) { sent <- err })
	if err := fault.Wait(ctx, 1); err != nil {
		t.Fatal(err)
	}
	err := p.Close(within(t, 200*time.Millisecond))
	var closeErr *producer.CloseError
	if !errors.As(err, &closeErr) || len(closeErr.NotSent) != 0 || len(closeErr.Indeterminate) != 1 || closeErr.Indeterminate[0].Value != value {
		t.Errorf("Close = %v, want the record as indeterminate", err)
	}
	if err := <-sent; !errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("outcome = %v, want ErrIndeterminate", err)
	}
	readAll(t, cluster, 1)
}

func TestRefusedRecordIsCertain(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.TopicAuthorizationFailed})
	_, err := p.Send(within(t, 10*time.Second), &event{})
	if err == nil || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send = %v, want a certain failure", err)
	}
}
