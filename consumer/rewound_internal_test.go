package consumer

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"

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
						select {
						case <-release:
						case <-ctx.Done():
							return ctx.Err()
						}
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
