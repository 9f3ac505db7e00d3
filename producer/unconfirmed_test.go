package producer_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
)

// refuseTheFirst has the broker refuse the first batch of the next producer, in a way that may pass, when the second one is under way already. A broker that
// knows nothing of the producer takes the second one, whatever its sequence number (KAFKA-15591), in a log that has held a record. The producer is to have the
// configuration and the option; between the two records it waits for held.
func refuseTheFirst(t *testing.T, cluster *kfake.Cluster) (config kafka.ConfigMap, stats producer.Option, held <-chan struct{}) {
	t.Helper()
	earlier := startProducer(t, configOf(cluster))
	if _, err := earlier.Send(within(t, 10*time.Second), &event{ID: "k", Text: "earlier"}); err != nil {
		t.Fatal(err)
	}
	underWay, first := make(chan struct{}), make(chan struct{})
	both := sync.OnceFunc(func() { close(underWay) })
	stats = producer.WithStatsHook(statsHook(func(text string) {
		var stats struct {
			Topics map[string]struct {
				Partitions map[string]struct {
					InFlight int `json:"msgs_inflight"`
				}
			}
		}
		if err := json.Unmarshal([]byte(text), &stats); err != nil {
			t.Error(err)
		}
		if stats.Topics[topic].Partitions["0"].InFlight == 2 {
			both()
		}
	}))
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.DropControl()
		close(first)
		cluster.SleepControl(func() { <-underWay })
		return nil, nil, false
	})
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Err: kerr.NotLeaderForPartition})
	config = configOf(cluster)
	config["linger.ms"], config["statistics.interval.ms"] = 0, 5
	return config, stats, first
}

// TestRecordThatNoBrokerHasConfirmed: librdkafka reports the first record as written, because the second one is. It is not in the log.
func TestRecordThatNoBrokerHasConfirmed(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config, stats, held := refuseTheFirst(t, cluster)
	p := startProducer(t, config, stats)
	ctx := within(t, 20*time.Second)
	outcomes := make(chan error, 2)
	for _, text := range []string{"first", "second"} {
		p.SendAsync(ctx, producer.Message[string, event]{Value: &event{ID: "k", Text: text}}, func(_ producer.Receipt, err error) { outcomes <- err })
		<-held
	}
	first, second := <-outcomes, <-outcomes
	if !errors.Is(first, producer.ErrIndeterminate) || second != nil {
		t.Errorf("the outcomes are %v and %v, want ErrIndeterminate and nil", first, second)
	}
	var log []string
	for _, r := range readAll(t, cluster, 2) {
		log = append(log, string(r.Value))
	}
	if want := []string{"earlier", "second"}; !slices.Equal(log, want) { // else this test tests something else
		t.Errorf("the log has %q, want %q", log, want)
	}
}

// TestUnconfirmedRecordIsNotCommitted: nor is anything else of its transaction, until it is done again.
func TestUnconfirmedRecordIsNotCommitted(t *testing.T) {
	t.Parallel()
	cluster := newTransactionCluster(t)
	config, stats, held := refuseTheFirst(t, cluster)
	tx, err := producer.NewTransactions(config, "billing-0", stats)
	if err != nil {
		t.Fatal(err)
	}
	events, err := producer.Join(tx, topic, eventKey(), &eventValue{})
	if err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 20*time.Second)
	if err := tx.Start(ctx); err != nil {
		t.Fatal(err)
	}
	outcomes := make(chan error, 4)
	send := func(ctx context.Context) error {
		for _, text := range []string{"first", "second"} {
			events.SendAsync(ctx, producer.Message[string, event]{Value: &event{ID: "k", Text: text}}, func(_ producer.Receipt, err error) { outcomes <- err })
			<-held
		}
		return nil
	}
	if err := tx.Do(ctx, send); !errors.Is(err, producer.ErrAborted) {
		t.Errorf("the first Do = %v, want ErrAborted", err)
	}
	if err := errors.Join(<-outcomes, <-outcomes); !errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("the outcomes are %v, want ErrIndeterminate among them", err)
	}
	if err := errors.Join(tx.Do(ctx, send), tx.Close(ctx)); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{topic + "/earlier", topic + "/first", topic + "/second"}, committed(t, cluster)); diff != "" {
		t.Errorf("committed (-want +got):\n%s", diff)
	}
}
