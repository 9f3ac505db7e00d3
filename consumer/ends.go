package consumer

import (
	"log/slog"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// findEnds asks for the ends of partitions of which nothing is committed, one leader beside the other: the client gives no answer at all where one partition
// has none, as while its leader is away.
func (e *engine) findEnds(committed []kafka.TopicPartition) map[TopicPartition]kafka.TopicPartition {
	var asked []kafka.TopicPartition
	for _, tp := range committed {
		if tp.Error == nil && tp.Offset == kafka.OffsetInvalid {
			asked = append(asked, kafka.TopicPartition{Topic: tp.Topic, Partition: tp.Partition, Offset: kafka.OffsetEnd})
		}
	}
	found := map[TopicPartition]kafka.TopicPartition{}
	var mu sync.Mutex
	var asking sync.WaitGroup
	for _, list := range e.byLeader(asked) {
		asking.Go(func() {
			ends, err := e.client.OffsetsForTimes(list, int(offsetsTimeout.Milliseconds()))
			if err != nil {
				e.log.Warn("ends of partitions not known, left to the Kafka client: what comes before the first commit may be passed over",
					slog.String(keyGroup, e.group), slog.Any(keyPartitions, names(list)), slog.Any(keyError, err))
				return
			}
			mu.Lock()
			defer mu.Unlock()
			for _, tp := range ends {
				if tp.Error == nil && tp.Offset >= 0 {
					found[TopicPartition{*tp.Topic, tp.Partition}] = tp
				}
			}
		})
	}
	asking.Wait()
	return found
}

// byLeader groups partitions by the brokers that lead them, as far as that is told in time.
func (e *engine) byLeader(partitions []kafka.TopicPartition) map[int32][]kafka.TopicPartition {
	leaders := map[TopicPartition]int32{}
	looked := map[string]bool{}
	groups := map[int32][]kafka.TopicPartition{}
	until := time.Now().Add(offsetsTimeout)
	for _, tp := range partitions {
		if left := time.Until(until).Milliseconds(); left > 0 && !looked[*tp.Topic] {
			looked[*tp.Topic] = true
			if metadata, err := e.client.GetMetadata(tp.Topic, false, int(left)); err == nil {
				for _, p := range metadata.Topics[*tp.Topic].Partitions {
					leaders[TopicPartition{*tp.Topic, p.ID}] = p.Leader + 1 // 0: not known
				}
			}
		}
		leader := leaders[TopicPartition{*tp.Topic, tp.Partition}]
		groups[leader] = append(groups[leader], tp)
	}
	return groups
}
