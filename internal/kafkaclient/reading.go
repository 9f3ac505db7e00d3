package kafkaclient

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/librdkafka"
)

// Stats are statistics of a [Consumer] whose records are read many at a time; of others they come as *kafka.Stats.
type Stats = librdkafka.Stats

// reading is a consumer whose records are read many at a time. In everything else it is the consumer that it holds.
type reading struct {
	*kafka.Consumer
	reader    reader
	room      func() (records, bytes int)
	rebalance kafka.RebalanceCb
}

// reader is what is used of *librdkafka.Reader.
type reader interface {
	Poll(timeoutMs int, room func() (records, bytes int)) kafka.Event
	Drop(topic string, partition int32)
	Close() kafka.Event
}

// BoundReads has a client that reads ahead of Poll read no more than there is room for. room is asked right before it reads, inside Poll. A client that
// does not read ahead never asks.
func BoundReads(client Consumer, room func() (records, bytes int)) {
	if c, ok := client.(*reading); ok {
		c.room = room
	}
}

// SubscribeTopics subscribes. The callback must answer rebalances itself, by (Incremental)Assign and (Incremental)Unassign.
func (c *reading) SubscribeTopics(topics []string, callback kafka.RebalanceCb) error {
	c.rebalance = callback
	return c.Consumer.SubscribeTopics(topics, callback)
}

// Poll returns the next event; rebalances go to the callback.
func (c *reading) Poll(timeoutMs int) kafka.Event {
	return c.serve(c.reader.Poll(timeoutMs, c.room))
}

func (c *reading) serve(event kafka.Event) kafka.Event {
	switch event.(type) {
	case kafka.AssignedPartitions, kafka.RevokedPartitions:
		_ = c.rebalance(c.Consumer, event) // the binding throws it away, too
		return nil
	default:
		return event
	}
}

// SeekPartitions seeks. Of the partitions that it could seek, nothing comes any more that was read before.
func (c *reading) SeekPartitions(partitions []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	results, err := c.Consumer.SeekPartitions(partitions)
	if err == nil {
		for _, tp := range results {
			if tp.Error == nil {
				c.reader.Drop(*tp.Topic, tp.Partition)
			}
		}
	}
	return results, err
}

// Close closes the consumer. What was read and not returned is forgotten, but for a rebalance: the group waits for its answer.
func (c *reading) Close() error {
	c.serve(c.reader.Close())
	return c.Consumer.Close()
}

// Binding returns the *kafka.Consumer that client is or holds, false where there is none.
func Binding(client Consumer) (*kafka.Consumer, bool) {
	switch client := client.(type) {
	case *kafka.Consumer:
		return client, true
	case *reading:
		return client.Consumer, true
	default:
		return nil, false
	}
}
