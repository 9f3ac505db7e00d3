package consumer

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// rebalance is the client's callback, inside Poll. It acknowledges the change itself, by the call that the protocol
// wants: left to the client, a failed one would block for ever, and a returned error would be thrown away.
func (e *engine) rebalance(_ *kafka.Consumer, event kafka.Event) error {
	e.pushBurst()
	var err error
	client := e.client
	cooperative := client.GetRebalanceProtocol() == "COOPERATIVE"
	switch event := event.(type) {
	case kafka.AssignedPartitions:
		ends := e.locate(event.Partitions)
		if cooperative {
			err = client.IncrementalAssign(event.Partitions)
		} else {
			err = client.Assign(event.Partitions)
		}
		if err == nil {
			err = e.assigned(event.Partitions)
		}
		if err == nil {
			e.located(event.Partitions, ends)
		}
	case kafka.RevokedPartitions:
		e.revoked(event.Partitions, client.AssignmentLost())
		if cooperative {
			err = client.IncrementalUnassign(event.Partitions)
		} else {
			err = client.Unassign()
		}
	}
	if err != nil {
		e.stop(fmt.Errorf("consumer: rebalance: %w", err))
	}
	return nil
}

// assigned opens an epoch for each partition.
func (e *engine) assigned(partitions []kafka.TopicPartition) error {
	e.log.Info("partitions assigned", slog.String(keyGroup, e.group), slog.Any(keyPartitions, names(partitions)))
	for _, tp := range partitions {
		e.open(TopicPartition{*tp.Topic, tp.Partition})
	}
	e.askCommitted(partitions)
	each(e.set.hooks, func(h HookRebalance) { h.OnAssigned(topicPartitions(partitions)) })
	e.reportNow(time.Now())
	if !e.joined {
		e.joined = true
		close(e.ready)
	}
	if len(partitions) == 0 {
		return nil
	}
	// A partition that was paused when it was given up may or may not still be paused when it comes back.
	if err := e.client.Resume(partitions); err != nil {
		return err
	}
	for _, tp := range partitions {
		e.hold(e.lanes[TopicPartition{*tp.Topic, tp.Partition}])
	}
	return nil
}

// open begins an epoch of a partition.
func (e *engine) open(p TopicPartition) *lane {
	e.epoch++
	l := newLane(e, p, e.epoch)
	if earlier := e.lingering[p]; earlier != nil {
		l.follow(earlier)
	}
	e.lanes[p] = l
	if !e.drainBy.IsZero() {
		l.halt(ErrShutdown)
	}
	return l
}

// forget takes a closed lane out, but for handlers that have not returned.
func (e *engine) forget(l *lane) {
	delete(e.lanes, l.TopicPartition)
	delete(e.crowded, l.TopicPartition)
	delete(e.narrow, l)
	if !l.ended() {
		e.lingering[l.TopicPartition] = l
	}
	e.burst.lane = nil
	if e.transact != nil {
		e.transact.forget(l)
	}
}

// rewound opens a new epoch for a partition whose offsets went back, to that of m: its topic was made anew, or its log was cut when a replica
// that lagged became the leader, and auto.offset.reset says where to go on. Other records have those offsets now.
//
// What is not settled before m does not come again by itself, nor what is settled by a transaction that comes to nothing. So where there is some the
// partition is sought there, in case that the log is the same, and m comes once more: nil is returned.
func (e *engine) rewound(l *lane, m *kafka.Message) (*lane, error) {
	e.log.Warn("the offsets of the partition went back: its topic was made anew, or records were lost on the brokers",
		slog.String(keyGroup, e.group), slog.String(keyTopic, l.Topic), slog.Int(keyPartition, int(l.Partition)))
	if e.transact != nil {
		e.transact.rollBack(l, errSought)
	}
	if at, ok := l.owed(); ok && at < int64(m.TopicPartition.Offset) {
		return nil, e.seek([]kafka.TopicPartition{{Topic: &l.Topic, Partition: l.Partition, Offset: kafka.Offset(at)}})
	}
	e.revoked(l.list(), true)
	err := e.assigned(l.list())
	return e.lanes[l.TopicPartition], err
}

// owed returns where the partition must go on for nothing to be passed over. The poll goroutine calls it.
func (l *lane) owed() (int64, bool) {
	l.e.sched.mu.Lock()
	defer l.e.sched.mu.Unlock()
	l.count()
	switch offset, ok := l.place(); {
	case l.e.transact != nil:
		return l.window.base, l.window.based
	case l.assignment != nil && !ok:
		return l.again.start, l.again.some
	default:
		return offset, ok
	}
}

// revoked closes the epochs of the partitions: after their handlers have finished, or at once when they are lost.
func (e *engine) revoked(partitions []kafka.TopicPartition, lost bool) {
	began := time.Now()
	lanes := map[TopicPartition]*lane{}
	for _, tp := range partitions {
		p := TopicPartition{*tp.Topic, tp.Partition}
		if l := e.lanes[p]; l != nil {
			lanes[p] = l
		}
	}
	ends, sought := e.ends(lanes)
	cause := ErrRevoked
	if lost {
		cause = ErrLost
	}
	if e.transact != nil {
		e.transact.release(lanes, cause)
	}
	for _, l := range lanes {
		l.halt(cause)
	}
	if !lost {
		if under := e.setbacks.under; under != nil { // it is of this generation of the group
			ends = append(ends, under.done)
		}
		drain := e.set.revokeDrain - time.Since(began)
		if !e.drainBy.IsZero() {
			drain = min(drain, time.Until(e.drainBy))
		}
		e.awaitAll(ends, drain)
	}
	for _, l := range lanes {
		if lost {
			l.close()
			l.abandon()
		}
		l.cancel(cause)
	}
	for _, l := range sought {
		l.cancel(cause)
	}
	e.awaitAll(ends, e.set.cancelGrace)
	for _, l := range lanes {
		l.abandon()
	}
	e.store(lanes)
	for _, l := range lanes {
		l.close()
		if !e.drainBy.IsZero() && !lost {
			e.cut.add(l)
		}
		e.forget(l)
	}
	maps.DeleteFunc(e.lingering, func(_ TopicPartition, l *lane) bool { return l.ended() })
	e.reportNow(time.Now())
	each(e.set.hooks, func(h HookRebalance) { h.OnRevoked(topicPartitions(partitions), lost, time.Since(began)) })
	e.log.Info("partitions revoked", slog.String(keyGroup, e.group), slog.Any(keyPartitions, names(partitions)),
		slog.Bool("lost", lost), slog.Duration(keyDuration, time.Since(began)))
}

// ends returns what says that nothing of lanes runs any more, nor of those that a seek has ended before them in their partitions: their handlers
// go on as if nothing had happened, until the partition goes away. Those that a revocation has ended have been waited for.
func (e *engine) ends(lanes map[TopicPartition]*lane) (ends []<-chan struct{}, sought []*lane) {
	for p, l := range lanes {
		ends = append(ends, l.done)
		if earlier := e.lingering[p]; earlier != nil && earlier.handler.Err() == nil {
			ends, sought = append(ends, earlier.done), append(sought, earlier)
		}
	}
	return ends, sought
}

// awaitAll waits for ends, of lanes or of anything else, at most for limit, or for what a shutdown that begins meanwhile leaves of it. The other
// lanes go on: their offsets are stored, and they see the poll goroutine alive.
func (e *engine) awaitAll(ends []<-chan struct{}, limit time.Duration) {
	deadline := time.NewTimer(max(0, limit))
	defer deadline.Stop()
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	began, stopping := time.Now(), e.stopping.Done()
	if !e.drainBy.IsZero() {
		stopping = nil
	}
	for _, end := range ends {
		for running := true; running; {
			select {
			case <-end:
				running = false
			case <-ticker.C:
				e.sched.beat()
				e.store(e.lanes)
			case <-stopping:
				stopping = nil
				e.beginDrain()
				deadline.Reset(max(0, min(limit-time.Since(began), e.set.drain)))
			case <-deadline.C:
				return
			}
		}
	}
	e.sched.beat()
}

func topicPartitions(partitions []kafka.TopicPartition) []TopicPartition {
	list := make([]TopicPartition, len(partitions))
	for i, tp := range partitions {
		list[i] = TopicPartition{*tp.Topic, tp.Partition}
	}
	return list
}

// names lists partitions for the log.
func names(partitions []kafka.TopicPartition) []string {
	list := make([]string, len(partitions))
	for i, tp := range partitions {
		list[i] = fmt.Sprintf("%s[%d]", *tp.Topic, tp.Partition)
	}
	slices.Sort(list)
	return list
}
