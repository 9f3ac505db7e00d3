package kafkaclient

import (
	"slices"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// script is a reader with one event to come.
type script struct {
	event kafka.Event
	done  []string
	room  func() (records, bytes int)
}

func (s *script) Poll(_ int, room func() (records, bytes int)) kafka.Event {
	s.done, s.room = append(s.done, "poll"), room
	event := s.event
	s.event = nil
	return event
}

func (s *script) Drop(string, int32) {}

func (s *script) Close() kafka.Event {
	s.done = append(s.done, "close")
	return s.event
}

// TestCloseAnswersTheRebalance: one that was read and not returned would otherwise be waited for: librdkafka does not close before it is answered.
func TestCloseAnswersTheRebalance(t *testing.T) {
	t.Parallel()
	name := "orders.raw"
	partitions := []kafka.TopicPartition{{Topic: &name}}
	for _, event := range []kafka.Event{kafka.RevokedPartitions{Partitions: partitions}, kafka.AssignedPartitions{Partitions: partitions}} {
		client, err := kafka.NewConsumer(&kafka.ConfigMap{"bootstrap.servers": "127.0.0.1:1", "group.id": "billing"})
		if err != nil {
			t.Fatal(err)
		}
		s := &script{event: event}
		c := &reading{Consumer: client, reader: s}
		err = c.SubscribeTopics([]string{name}, func(got *kafka.Consumer, event kafka.Event) error {
			if got != client {
				t.Error("the callback gets another client")
			}
			s.done = append(s.done, event.String())
			return client.Unassign()
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Close(); err != nil {
			t.Error(err)
		}
		if want := []string{"close", event.String()}; !slices.Equal(s.done, want) {
			t.Errorf("done: %q, want %q", s.done, want)
		}
	}
}

// TestBoundReads: room goes to where it is asked for; a client that does not read ahead has no use for it.
func TestBoundReads(t *testing.T) {
	t.Parallel()
	s := &script{}
	c := &reading{reader: s}
	BoundReads(c, func() (records, bytes int) { return 3, 5 })
	if event := c.Poll(0); event != nil {
		t.Errorf("Poll = %v", event)
	}
	if records, bytes := s.room(); records != 3 || bytes != 5 {
		t.Errorf("there is room for %d records and %d bytes, want 3 and 5", records, bytes)
	}
	BoundReads(&kafka.Consumer{}, nil)
}
