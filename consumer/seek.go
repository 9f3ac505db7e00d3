package consumer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// offsetsTimeout bounds the question for the offsets of a time: the poll goroutine waits for the answer.
const offsetsTimeout = 2 * time.Second

// errSought is why a lane is interrupted that a seek ended.
var errSought = errors.New("consumer: the partition was sought to another offset")

// Seek continues a partition that is assigned to this member at ref's offset, forward or back. Records in the handler are finished, but
// count for nothing any more: nothing of the partition is started before they have returned, and what is committed from now on is what is
// settled behind the new offset. Their contexts end as ever: when the partition is revoked or lost, or when Run ends. A later assignment begins at the committed offset, as ever. Any goroutine may call it, a
// handler too; a partition that is not assigned is [ErrNotAssigned].
func (c *Consumer[K, V]) Seek(ctx context.Context, ref Ref) error {
	if ref.Offset < 0 {
		return fmt.Errorf("consumer: seek %s: the offset is negative", ref)
	}
	return c.command(ctx, func(e *engine) error { //nolint:contextcheck // handlers that it starts have their lane's
		return e.seek([]kafka.TopicPartition{{Topic: &ref.Topic, Partition: ref.Partition, Offset: kafka.Offset(ref.Offset)}})
	})
}

// SeekTime continues partitions at their first record whose timestamp is not before t, or at their end where there is none; without
// partitions, all that are assigned to this member. Everything else is as with [Consumer.Seek].
func (c *Consumer[K, V]) SeekTime(ctx context.Context, t time.Time, partitions ...TopicPartition) error {
	return c.command(ctx, func(e *engine) error { //nolint:contextcheck // handlers that it starts have their lane's
		times := []kafka.TopicPartition{}
		if len(partitions) == 0 {
			for p := range e.lanes {
				times = append(times, kafka.TopicPartition{Topic: &p.Topic, Partition: p.Partition, Offset: kafka.Offset(t.UnixMilli())})
			}
		}
		for _, p := range partitions {
			times = append(times, kafka.TopicPartition{Topic: &p.Topic, Partition: p.Partition, Offset: kafka.Offset(t.UnixMilli())})
		}
		if len(times) == 0 {
			return nil
		}
		offsets, err := e.client.OffsetsForTimes(times, int(offsetsTimeout.Milliseconds()))
		if err != nil {
			return fmt.Errorf("consumer: offsets of %v: %w", t, err)
		}
		return e.seek(offsets)
	})
}

// command is something that the poll goroutine does on behalf of another.
type command struct {
	do   func(*engine) error
	done chan error // has room for one
}

// command has the poll goroutine do something, and waits for it. When ctx ends before, it may still be done.
func (c *Consumer[K, V]) command(ctx context.Context, do func(*engine) error) error {
	c.mu.Lock()
	e := c.running
	c.mu.Unlock()
	if e == nil {
		return ErrNotAssigned
	}
	cmd := command{do: do, done: make(chan error, 1)}
	select {
	case e.commands <- cmd:
	case <-e.stopping.Done():
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-cmd.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// serve does what another goroutine asks for, if one does.
func (e *engine) serve() {
	if e.transact != nil {
		e.transact.serve()
	}
	select {
	case cmd := <-e.commands:
		cmd.done <- cmd.do(e)
	default:
	}
}

// seek moves partitions to other offsets, each in a new epoch.
func (e *engine) seek(partitions []kafka.TopicPartition) error {
	for _, tp := range partitions {
		if p := (TopicPartition{*tp.Topic, tp.Partition}); e.lanes[p] == nil {
			return fmt.Errorf("consumer: seek %s: %w", p, ErrNotAssigned)
		}
	}
	var problems []error
	for _, tp := range partitions {
		l := e.lanes[TopicPartition{*tp.Topic, tp.Partition}]
		if tp.Error != nil { // and its offset is anything, often the end
			problems = append(problems, fmt.Errorf("consumer: seek %s: its offset is not known: %w", l.TopicPartition, tp.Error))
			continue
		}
		// The client takes a new position for a partition that it fetches.
		if err := e.client.Resume(l.list()); err != nil {
			problems = append(problems, fmt.Errorf("consumer: seek %s: %w", l.TopicPartition, err))
			continue
		}
		l.paused = false
		results, err := e.client.SeekPartitions([]kafka.TopicPartition{{Topic: tp.Topic, Partition: tp.Partition, Offset: tp.Offset}})
		if err == nil {
			err = results[0].Error
		}
		if err != nil {
			e.adjust(l)
			problems = append(problems, fmt.Errorf("consumer: seek %s to %v: %w", l.TopicPartition, tp.Offset, err))
			continue
		}
		e.log.Info("partition sought", slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)), slog.String(keyOffset, tp.Offset.String()))
		if e.transact != nil {
			e.transact.sought(l)
		}
		l.halt(errSought)
		l.close()
		e.forget(l)
		next := e.open(l.TopicPartition)
		next.assignment.sought()
		if e.transact != nil && tp.Offset >= 0 {
			next.begin(int64(tp.Offset), noLeader, l.again)
		}
		e.hold(next)
	}
	return errors.Join(problems...)
}
