package consumer_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
)

func TestBackpressure(t *testing.T) {
	t.Parallel()
	const records, size = 500, 1000
	for _, test := range []struct {
		name  string
		opt   consumer.Option
		bytes int64 // that may wait for the handlers
	}{
		{"records of a partition", consumer.WithPartitionQueue(100, 1<<30), 2 * 100 * size},
		{"bytes of a partition", consumer.WithPartitionQueue(1<<30, 100*size), 2 * 100 * size},
		{"bytes of the consumer", consumer.WithQueueBytes(100 * size), 100 * size},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 2)
			value := bytes.Repeat([]byte("x"), size)
			for p := range int32(2) {
				batch := make([]*kgo.Record, records)
				for i := range batch {
					batch[i] = &kgo.Record{Partition: p, Value: value}
				}
				produce(t, c, batch...)
			}
			member := newText(t, config(c), test.opt)
			entered, release := make(chan *textRecord, 2*records), make(chan struct{})
			r := start(t, member, func(_ context.Context, rec *textRecord) error {
				entered <- rec
				<-release
				return nil
			})
			next := map[int32]int64{}
			check := func() {
				rec := receive(t, entered)
				if rec.Offset != next[rec.Partition] {
					t.Fatalf("partition %d: got offset %d, want %d", rec.Partition, rec.Offset, next[rec.Partition])
				}
				next[rec.Partition]++
			}
			check()
			check()
			eventually(t, "the queues are full", func() bool { return member.QueuedBytes() >= test.bytes/2 })
			// What the client had delivered when it was paused is held beyond the bound: at most a record for each partition.
			slack := int64(2 * size)
			most := int64(0)
			close(release)
			for range 2*records - 2 {
				check()
				most = max(most, member.QueuedBytes())
			}
			if most > test.bytes+slack {
				t.Errorf("%d bytes waited, want at most %d", most, test.bytes+slack)
			}
			r.stop()
		})
	}
}

// TestBoundOfTheConsumerHoldsForManyPartitions: what each of them has when the consumer is full is a record, not a read of many.
func TestBoundOfTheConsumerHoldsForManyPartitions(t *testing.T) {
	t.Parallel()
	const partitions, records, size, bound = 16, 50, 10_000, 1 << 19
	c := cluster(t, partitions)
	value := bytes.Repeat([]byte("x"), size)
	for p := range int32(partitions) {
		batch := make([]*kgo.Record, records)
		for i := range batch {
			batch[i] = &kgo.Record{Partition: p, Value: value}
		}
		produce(t, c, batch...)
	}
	began, release := make(chan int32, partitions*records), make(chan struct{})
	member := newText(t, config(c), consumer.WithQueueBytes(bound))
	r := start(t, member, func(_ context.Context, rec *textRecord) error {
		began <- rec.Partition
		<-release
		return nil
	})
	for range partitions { // each has had its turn, behind those that are stuck
		receive(t, began)
	}
	most := member.QueuedBytes()
	close(release)
	for range partitions * (records - 1) {
		receive(t, began)
		most = max(most, member.QueuedBytes())
	}
	if limit := int64(bound + (partitions+1)*size); most > limit {
		t.Errorf("%d bytes waited, want at most %d", most, limit)
	}
	r.stop()
}

func TestStuckPartitionThatFillsTheConsumerStarvesNoOther(t *testing.T) {
	t.Parallel()
	c := cluster(t, 2)
	large := bytes.Repeat([]byte("x"), 600)
	for range 2 {
		produce(t, c, &kgo.Record{Partition: 0, Value: large})
	}
	stuck, others, release := make(chan int64, 2), make(chan int64, 5), make(chan struct{})
	member := newText(t, config(c), consumer.WithQueueBytes(600))
	r := start(t, member, func(_ context.Context, rec *textRecord) error {
		if rec.Partition == 0 {
			stuck <- rec.Offset
			<-release
			return nil
		}
		others <- rec.Offset
		return nil
	})
	receive(t, stuck)
	eventually(t, "the next one fills the consumer", func() bool { return member.QueuedBytes() >= 600 })
	produce(t, c, numbered(1, 0, 5)...)
	for want := range int64(5) {
		if got := receive(t, others); got != want {
			t.Errorf("the other partition: got offset %d, want %d", got, want)
		}
	}
	close(release)
	r.stop()
}
