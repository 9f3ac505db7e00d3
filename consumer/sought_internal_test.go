package consumer

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// patient is a script whose Poll waits where there is nothing.
type patient struct{ *script }

func (p patient) Poll(timeout int) kafka.Event {
	event := p.script.Poll(timeout)
	if event == nil {
		<-time.After(time.Duration(timeout) * time.Millisecond)
	}
	return event
}

// TestHandlersOfASoughtPartitionEndWithIt: a seek lets them finish, but they must not outlive the assignment, nor the run.
func TestHandlersOfASoughtPartitionEndWithIt(t *testing.T) {
	t.Parallel()
	topic := "orders.raw"
	partitions := []kafka.TopicPartition{{Topic: &topic}}
	for _, test := range []struct {
		name string
		end  func(*engine)
		want error
		took time.Duration // at least
	}{
		{"revoked", func(e *engine) { e.revoked(partitions, false) }, ErrRevoked, 10 * time.Second},
		{"lost", func(e *engine) { e.revoked(partitions, true) }, ErrLost, 0},
		{"shut down", func(e *engine) { e.stop(nil); _ = e.shutdown() }, ErrShutdown, 10 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				causes := make(chan error, 1)
				e, client, lanes := newScripted(t, defaultSettings(), 1, func(ctx context.Context, _ int64) error {
					<-ctx.Done()
					causes <- context.Cause(ctx)
					return ctx.Err()
				})
				e.client = patient{client}
				e.tokens = kafkaclient.NewTokens(client, nil, e.log)
				client.records(0, 0, 1)
				e.step(tick)
				synctest.Wait()
				at := []kafka.TopicPartition{{Topic: &topic, Offset: 7}}
				if err := e.seek(at); err != nil {
					t.Fatal(err)
				}
				<-time.After(time.Minute)
				if len(causes) > 0 {
					t.Error("the handler was cancelled by the seek")
				}
				began := time.Now()
				test.end(e)
				if !lanes[0].ended() {
					t.Error("nobody waited for the handler")
					lanes[0].cancel(errSought)
				}
				if got := <-causes; !errors.Is(got, test.want) {
					t.Errorf("the cause of its context is %v, want %v", got, test.want)
				}
				if took := time.Since(began); took < test.took {
					t.Errorf("it had %v, want %v", took, test.took)
				}
			})
		})
	}
}

// forgetful is a script whose brokers do not know one of the offsets that they are asked for.
type forgetful struct {
	*script
	sought []kafka.TopicPartition
}

func (f *forgetful) OffsetsForTimes(times []kafka.TopicPartition, _ int) ([]kafka.TopicPartition, error) {
	for i := range times {
		times[i].Offset = 7
		if times[i].Partition == 1 {
			times[i].Offset, times[i].Error = kafka.OffsetEnd, kafka.NewError(kafka.ErrNotLeaderForPartition, "", false)
		}
	}
	return times, nil
}

func (f *forgetful) SeekPartitions(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	f.sought = append(f.sought, list...)
	return list, nil
}

// TestSeekTimeLeavesWhatIsNotKnown: a partition whose offset the brokers do not tell stays where it is, and is not passed over.
func TestSeekTimeLeavesWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, client, lanes := newScripted(t, defaultSettings(), 2, func(context.Context, int64) error { return nil })
		brokers := &forgetful{script: client}
		e.client = brokers
		c := &Consumer[string, string]{running: e}
		outcome := make(chan error, 1)
		go func() { outcome <- c.SeekTime(t.Context(), time.Now()) }()
		synctest.Wait()
		e.serve()
		if err := <-outcome; !hasCode(err, kafka.ErrNotLeaderForPartition) {
			t.Errorf("SeekTime() = %v, want the brokers' error", err)
		}
		if len(brokers.sought) != 1 || brokers.sought[0].Partition != 0 || e.lanes[lanes[1].TopicPartition] != lanes[1] {
			t.Errorf("sought %v, want partition 0 alone", brokers.sought)
		}
		for _, l := range e.lanes {
			end(l)
		}
	})
}
