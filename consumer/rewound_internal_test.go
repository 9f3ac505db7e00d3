package consumer

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// seeker is a script that notes where it is sought.
type seeker struct {
	*script
	sought []kafka.Offset
}

func (s *seeker) SeekPartitions(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	for _, tp := range list {
		s.sought = append(s.sought, tp.Offset)
	}
	return list, nil
}

// TestWhatIsNotSettledIsNotPassedOverWhenOffsetsGoBack: brokers without leader epochs do not tell whether the log is another one.
func TestWhatIsNotSettledIsNotPassedOverWhenOffsetsGoBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		back   int64
		sought []kafka.Offset
		want   []int64
	}{
		{"behind what is not settled", 4, []kafka.Offset{2}, []int64{0, 1, 2, 2, 3, 4}},
		{"to what is not settled", 2, nil, []int64{0, 1, 2, 2, 3, 4}},
		{"before it", 0, nil, []int64{0, 1, 2, 0, 1, 2, 3, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var handled []int64
				stuck, release := true, make(chan struct{})
				e, script, lanes := newScripted(t, defaultSettings(), 1, func(ctx context.Context, offset int64) error {
					handled = append(handled, offset)
					if offset == 2 && stuck {
						stuck = false
						return until(ctx, release)
					}
					return nil
				})
				client := &seeker{script: script}
				e.client = client
				script.records(0, 0, 5)
				for range 5 {
					e.event(e.client.Poll(0))
				}
				e.handOver()
				synctest.Wait() // 2 is in the handler, 3 and 4 wait
				if e.event(appended(tt.back, noLeader, 0, "v")) {
					synctest.Wait()
				}
				if !slices.Equal(client.sought, tt.sought) {
					t.Errorf("sought to %v, want %v", client.sought, tt.sought)
				}
				next := tt.back + 1
				if len(client.sought) > 0 {
					next = int64(client.sought[0])
				}
				close(release)
				for offset := next; offset < 5; offset++ {
					e.event(message(offset))
				}
				e.handOver()
				synctest.Wait()
				if !slices.Equal(handled, tt.want) {
					t.Errorf("handled %v, want %v", handled, tt.want)
				}
				if e.lanes[lanes[0].TopicPartition] == lanes[0] {
					t.Error("the epoch of the partition has not ended")
				}
				end(e.lanes[lanes[0].TopicPartition])
			})
		})
	}
}

// TestWhatASinkHasIsNotPassedOverWhenOffsetsGoBack: it has settled nothing yet.
func TestWhatASinkHasIsNotPassedOverWhenOffsetsGoBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, script, _ := newScripted(t, defaultSettings(), 0, func(context.Context, int64) error { return nil })
		e.sinks = true
		client := &seeker{script: script}
		e.client = client
		l := e.open(TopicPartition{"orders.raw", 0})
		for offset := range int64(5) {
			e.event(message(offset))
		}
		e.handOver()
		synctest.Wait() // taken, and not settled
		e.event(appended(4, noLeader, 0, "v"))
		if want := []kafka.Offset{0}; !slices.Equal(client.sought, want) {
			t.Errorf("sought to %v, want %v: the sink has settled nothing", client.sought, want)
		}
		end(e.lanes[l.TopicPartition])
	})
}

// TestWhatIsNotCommittedIsNotPassedOverWhenOffsetsGoBack: in transactions what is settled is rolled back with them.
func TestWhatIsNotCommittedIsNotPassedOverWhenOffsetsGoBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name      string
		back      int64
		unsettled bool
	}{
		{"behind what is not settled", 4, true},
		{"all is settled", 4, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				e, script, _ := newScripted(t, defaultSettings(), 0, func(ctx context.Context, offset int64) error {
					if tt.unsettled && offset == 3 {
						return until(ctx, release)
					}
					return nil
				})
				client := &seeker{script: script}
				e.client = client
				e.useTransactions(&pretendedTransactor{pretended: newPretended(1, 1, 10)})
				e.set.txInterval = time.Hour
				e.transact.begin()
				l := e.open(TopicPartition{"orders.raw", 0})
				for offset := range int64(5) {
					e.event(message(offset))
				}
				e.handOver()
				synctest.Wait() // 0, 1 and 2 are settled at least, and no transaction is committed
				e.event(appended(tt.back, noLeader, 0, "v"))
				if want := []kafka.Offset{0}; !slices.Equal(client.sought, want) {
					t.Errorf("sought to %v, want %v: nothing is committed", client.sought, want)
				}
				close(release)
				e.transact.stop()
				e.stop(nil)
				e.transact.endStart()
				<-e.transact.ended
				end(e.lanes[l.TopicPartition])
			})
		})
	}
}

// TestAPartitionIsSoughtOnceWhenOffsetsGoBack: where what is not settled is gone from the log, the client begins somewhere else, before it or behind.
func TestAPartitionIsSoughtOnceWhenOffsetsGoBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		start, end int64 // of the log by then
	}{
		{"the log begins behind it", 3, 6},
		{"the log is made anew and shorter", 0, 2},
		{"it is there", 0, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e, script, lanes := newScripted(t, defaultSettings(), 1, func(ctx context.Context, _ int64) error {
					<-ctx.Done()
					return ctx.Err()
				})
				client := &seeker{script: script}
				e.client = client
				for offset := int64(2); offset < 6; offset++ {
					e.event(message(offset))
				}
				e.handOver()
				synctest.Wait()
				next, met := int64(4), 0
				for range 20 { // polls
					before := len(client.sought)
					if next < tt.end || len(client.sought) == 0 {
						e.event(appended(next, noLeader, 0, "v"))
						next++
					}
					if len(client.sought) > before { // and auto.offset.reset is earliest
						if next = int64(client.sought[before]); next < tt.start || next >= tt.end {
							next = tt.start
						}
						met++
					}
				}
				e.handOver()
				if met != 1 || next != tt.end {
					t.Errorf("it was sought %d times and read up to %d, want once and %d", met, next, tt.end)
				}
				l := e.lanes[lanes[0].TopicPartition]
				lanes[0].cancel(ErrShutdown)
				l.cancel(ErrShutdown)
				end(l)
			})
		})
	}
}
