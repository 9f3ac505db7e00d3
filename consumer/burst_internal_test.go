package consumer

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// script is a Kafka client whose Poll does what was written down, step by step, and has nothing after that.
type script struct {
	kafkaclient.Consumer
	steps  []func() kafka.Event
	paused bool
	stored []kafka.TopicPartition
}

func (s *script) Poll(int) kafka.Event {
	if len(s.steps) == 0 {
		return nil
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	return step()
}

func (s *script) GetRebalanceProtocol() string                     { return "COOPERATIVE" }
func (s *script) AssignmentLost() bool                             { return false }
func (s *script) IncrementalAssign([]kafka.TopicPartition) error   { return nil }
func (s *script) IncrementalUnassign([]kafka.TopicPartition) error { return nil }
func (s *script) Pause([]kafka.TopicPartition) error               { s.paused = true; return nil }
func (s *script) Resume([]kafka.TopicPartition) error              { s.paused = false; return nil }
func (s *script) Assignment() ([]kafka.TopicPartition, error)      { return nil, nil }
func (s *script) Unsubscribe() error                               { return nil }
func (s *script) Close() error                                     { return nil }
func (s *script) SeekPartitions(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	return list, nil
}

func (s *script) StoreOffsets(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	s.stored = append(s.stored, list...)
	return list, nil
}

// records adds records with the offsets from first up to, and without, end.
func (s *script) records(partition int32, first, end int64) {
	for offset := first; offset < end; offset++ {
		s.steps = append(s.steps, func() kafka.Event { return keyed(partition, offset, nil) })
	}
}

// do adds something that happens inside Poll.
func (s *script) do(what func()) {
	s.steps = append(s.steps, func() kafka.Event { what(); return nil })
}

// newScripted makes an engine with a script as its client, and a lane for each of so many partitions.
func newScripted(t *testing.T, set settings, partitions int32, handle func(ctx context.Context, offset int64) error) (*engine, *script, []*lane) {
	t.Helper()
	e := newTestEngine(t, set, decodes, handle)
	client := &script{}
	e.client, e.ready, e.intent = client, make(chan struct{}), &intent{}
	var lanes []*lane
	for p := range partitions {
		lanes = append(lanes, e.open(TopicPartition{"orders.raw", p}))
	}
	return e, client, lanes
}

func TestRecordsThatAreReadyAreHandedOverTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		e, client, lanes := newScripted(t, defaultSettings(), 2, func(context.Context, int64) error {
			<-release
			return nil
		})
		var held [3]int
		look := func(i int, event kafka.Event) func() kafka.Event {
			return func() kafka.Event {
				held[i] = lanes[0].load().records
				return event
			}
		}
		client.records(0, 0, 50)
		client.steps = append(client.steps, look(0, keyed(1, 100, nil)), look(1, keyed(0, 50, nil)), look(2, nil))
		e.step(tick)
		if want := [3]int{0, 50, 50}; held != want {
			t.Errorf("the lane had %v records when another lane's was polled, after that, and before nothing was left; want %v", held, want)
		}
		if got, other := lanes[0].load().records, lanes[1].load().records; got != 51 || other != 1 {
			t.Errorf("after the poll: %d records and %d of the other lane, want 51 and 1", got, other)
		}
		close(release)
		synctest.Wait()
		for _, l := range lanes {
			if l.load() != (load{}) {
				t.Errorf("partition %d: %+v is left", l.Partition, l.load())
			}
			end(l)
		}
	})
}

// TestBurstEndsBeforeARebalance: a rebalance inside Poll finds in the lane what was polled before it.
func TestBurstEndsBeforeARebalance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var got []int64
		release := make(chan struct{})
		e, client, lanes := newScripted(t, defaultSettings(), 1, func(_ context.Context, offset int64) error {
			got = append(got, offset)
			<-release
			return nil
		})
		topic := "orders.raw"
		partitions := []kafka.TopicPartition{{Topic: &topic}}
		client.records(0, 0, 10)
		client.do(func() { time.AfterFunc(time.Second, func() { close(release) }) })
		client.records(0, 10, 20)
		client.do(func() {
			_ = e.rebalance(nil, kafka.RevokedPartitions{Partitions: partitions})
			_ = e.rebalance(nil, kafka.AssignedPartitions{Partitions: partitions})
		})
		e.step(tick)
		synctest.Wait() // record 0 is in the handler
		e.step(tick)
		if want := []int64{0}; !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v: nothing is started once the partition is revoked", got, want)
		}
		if n := len(client.stored); n == 0 || client.stored[n-1].Offset != 1 {
			t.Errorf("stored %v, want offset 1 in the end", client.stored)
		}
		if got := lanes[0].load(); got != (load{}) {
			t.Errorf("%+v is left in the lane that has ended", got)
		}
		client.records(0, 1, 30) // from the committed offset on
		e.step(tick)
		synctest.Wait()
		want := make([]int64, 30)
		for i := range want {
			want[i] = int64(i)
		}
		if !slices.Equal(got, want) {
			t.Errorf("handled %v, want 0 to 29", got)
		}
		end(e.lanes[TopicPartition{topic, 0}])
	})
}

// TestBurstKeepsTheBounds: a lane is given what it may hold and not a record more, however many are ready.
func TestBurstKeepsTheBounds(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name                  string
		records, bytes, total int
		want                  int // records in the lane when its partition is paused
	}{
		{"records of the partition", 10, 1 << 20, 1 << 20, 10},
		{"bytes of the partition", 1000, 15, 1 << 20, 15}, // a record has one
		{"bytes of the consumer", 1000, 1 << 20, 20, 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				set := defaultSettings()
				set.queueRecords, set.queueBytes, set.totalBytes = test.records, test.bytes, test.total
				release := make(chan struct{})
				var got []int64
				e, client, lanes := newScripted(t, set, 1, func(_ context.Context, offset int64) error {
					<-release
					got = append(got, offset)
					return nil
				})
				for offset := range int64(100) {
					client.steps = append(client.steps, func() kafka.Event {
						if client.paused {
							client.steps = nil // what it has fetched ahead is thrown away
							return nil
						}
						return keyed(0, offset, nil)
					})
				}
				e.step(tick)
				if got := lanes[0].load().records; got != test.want || !client.paused {
					t.Errorf("%d records are in the lane, paused %t; want %d, true", got, client.paused, test.want)
				}
				close(release)
				<-time.After(shortPoll)
				synctest.Wait()
				e.step(tick)
				if client.paused {
					t.Error("the partition is still paused when nothing is left")
				}
				if len(got) != test.want || !slices.IsSorted(got) {
					t.Errorf("handled %v, want %d records in order", got, test.want)
				}
				end(lanes[0])
			})
		})
	}
}

// TestFullLaneThatIsFastIsNotPaused: while it makes room the next poll is put off, though another lane has nothing to do.
func TestFullLaneThatIsFastIsNotPaused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.queueRecords = 64
		var count atomic.Int64
		e, client, lanes := newScripted(t, set, 2, func(context.Context, int64) error {
			count.Add(1)
			<-time.After(100 * time.Microsecond)
			return nil
		})
		client.records(0, 0, 10_000)
		for len(client.steps) > 0 {
			e.step(tick)
			if client.paused {
				t.Fatalf("the partition was paused after %d records", count.Load())
			}
		}
		<-time.After(time.Minute)
		synctest.Wait()
		if count.Load() != 10_000 {
			t.Errorf("%d records were handled, want 10000", count.Load())
		}
		for _, l := range lanes {
			end(l)
		}
	})
}

// TestBurstEndsBeforeOtherEvents: whoever looks at the lane then finds in the lane what was polled before it.
func TestBurstEndsBeforeOtherEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, client, lanes := newScripted(t, defaultSettings(), 1, func(context.Context, int64) error { return errors.New("not yet") })
		e.toEnd = true
		topic := "orders.raw"
		client.records(0, 0, 3)
		client.steps = append(client.steps, func() kafka.Event { return kafka.PartitionEOF{Topic: &topic, Offset: 3} })
		e.step(tick)
		if e.finished() {
			t.Error("the run to the end has finished while records are unsettled")
		}
		if got := lanes[0].load().records; got != 3 {
			t.Errorf("%d records in the lane, want 3", got)
		}
		end(lanes[0])
	})
}
