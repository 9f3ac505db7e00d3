package consumer

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// TestSetbacks are committed until the brokers take one, by the epochs of the leaders first, as the client compares them.
func TestSetbacks(t *testing.T) {
	t.Parallel()
	topic := "orders.raw"
	at := func(offset kafka.Offset, leader int32) kafka.TopicPartition {
		return kafka.TopicPartition{Topic: &topic, Offset: offset, LeaderEpoch: &leader}
	}
	for _, tt := range []struct {
		name string
		last kafka.TopicPartition
		next kafka.TopicPartition
		back bool
	}{
		{"ahead", at(7, 1), at(8, 1), false},
		{"where it was", at(7, 1), at(7, 1), false},
		{"back", at(7, 1), at(3, 1), true},
		{"back, by brokers without epochs", at(7, noLeader), at(3, noLeader), true},
		{"back, and of a later leader", at(7, 1), at(3, 2), false},
		{"ahead, and of an earlier leader", at(7, 3), at(8, 0), true},
		{"ahead, across a hole", at(7, 3), at(8, noLeader), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				e, script, lanes := newScripted(t, defaultSettings(), 1, func(context.Context, int64) error { return nil })
				var commits []kafka.Offset
				e.client = &mindful{script: script, commit: func(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
					if commits = append(commits, list[0].Offset); len(commits) == 1 {
						return nil, errors.New("the coordinator moves")
					}
					return list, nil
				}}
				e.setbacks.noted(lanes[0], tt.last)
				e.setbacks.noted(lanes[0], tt.next)
				for range 40 {
					e.commitSetbacks()
					<-time.After(tick)
				}
				var want []kafka.Offset
				if tt.back {
					want = []kafka.Offset{tt.next.Offset, tt.next.Offset} // the first one failed
				}
				if !slices.Equal(commits, want) {
					t.Errorf("committed %v, want %v", commits, want)
				}
				end(lanes[0])
			})
		})
	}
}
