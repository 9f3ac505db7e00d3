package consumer

import (
	"log/slog"
	"slices"
	"time"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// shutdown ends what poll began, within the bounds of the settings: no record is started any more, running handlers finish or
// are cancelled, dead letters are acknowledged or not, offsets are stored, the member leaves its group, the client closes.
// It polls all the while, so that the group does not take the member for dead. The error is nil or a *ShutdownError.
func (e *engine) shutdown() error {
	e.log.Info("shutting down", slog.String(keyGroup, e.group))
	began := time.Now()
	e.beginDrain()
	if e.transact != nil {
		e.transact.finish()
	}
	for _, l := range e.lanes {
		l.halt(ErrShutdown)
	}
	e.pauseAll()

	e.pollUntil(e.drainBy, e.quiet)
	for _, lanes := range []map[TopicPartition]*lane{e.lanes, e.lingering} {
		for _, l := range lanes {
			l.cancel(ErrShutdown)
		}
	}
	e.pollUntil(time.Now().Add(e.set.cancelGrace), e.quiet)
	e.pollUntil(time.Now().Add(e.set.flush), e.flushed)
	for _, l := range e.lanes {
		l.abandon()
	}
	report := e.unfinished()
	each(e.set.hooks, func(h HookDrain) { h.OnDrained(time.Since(began), len(report.Abandoned)+len(report.Unflushed)) })

	e.store(e.lanes)
	e.leave(began.Add(e.set.shutdownTimeout - e.set.closeTimeout))
	if e.quiet() {
		e.sched.workers.Wait() // they are about to end
	}
	e.polling.Store(false)
	final := *report // a client that is left behind in its Close may still revoke partitions
	final.CloseTimedOut = !e.close()
	if len(final.Abandoned) > 0 || len(final.Unflushed) > 0 || final.CloseTimedOut {
		return &final
	}
	return nil
}

// beginDrain starts the time that a shutdown has for running handlers, unless a revocation that was waiting for some has done so.
func (e *engine) beginDrain() {
	if e.drainBy.IsZero() {
		e.drainBy = time.Now().Add(e.set.drain)
	}
}

// pollUntil polls until enough is true, or until deadline.
func (e *engine) pollUntil(deadline time.Time, enough func() bool) {
	for !enough() && time.Now().Before(deadline) {
		e.step(shortPoll)
	}
}

// quiet reports whether all lanes have ended, those of partitions that went away before too.
func (e *engine) quiet() bool {
	for _, lanes := range []map[TopicPartition]*lane{e.lanes, e.lingering} {
		for _, l := range lanes {
			if !l.ended() {
				return false
			}
		}
	}
	return true
}

// flushed reports whether no dead letter is on its way.
func (e *engine) flushed() bool {
	for _, l := range e.lanes {
		if !l.flushed() {
			return false
		}
	}
	return true
}

// unfinished lists the records that the shutdown cut short: in the lanes that are left, and in revocations meanwhile. What lingers from
// revocations before it was cut short by those, so of that only what still runs counts.
func (e *engine) unfinished() *ShutdownError {
	report := &e.cut
	for _, l := range e.lanes {
		report.add(l)
	}
	for _, l := range e.lingering {
		if !l.ended() {
			report.add(l)
		}
	}
	return report
}

// add lists what l did not finish, each record once.
func (e *ShutdownError) add(l *lane) {
	abandoned, unflushed := l.unfinished()
	e.Abandoned, e.Unflushed = union(e.Abandoned, abandoned), union(e.Unflushed, unflushed)
}

func union(list, more []Ref) []Ref {
	for _, ref := range more {
		if !slices.Contains(list, ref) {
			list = append(list, ref)
		}
	}
	return list
}

// pauseAll stops fetching: what comes would only be dropped.
func (e *engine) pauseAll() {
	partitions, err := e.client.Assignment()
	if err == nil && len(partitions) > 0 {
		err = e.client.Pause(partitions)
	}
	if err != nil {
		e.log.Debug("partitions not paused", slog.Any(keyError, err))
	}
	clear(e.crowded)
}

// patience is how long a member may take to join, if it is doing so, and then to leave, where the rest of the shutdown has left the time. Brokers
// answer in milliseconds; a second and more was seen where the machine was busy.
const patience = 5 * time.Second

// leave takes the member out of its group. Closing the client is not enough: a cooperative member that owns nothing, is between the two
// phases of a rebalance, or still commits, would not say goodbye, and the group would wait for its session to expire. So does a member of the
// new protocol (KIP-848) as long as the answer to its first heartbeat is under way: librdkafka takes it for no member.
// by is the time that the shutdown has for this.
func (e *engine) leave(by time.Time) {
	member := func() bool { return kafkaclient.InGroup(e.client, e.epochs) }
	if e.epochs && !e.refused {
		e.pollUntil(earlier(time.Now().Add(patience), by.Add(-e.set.leave)), member)
	}
	if err := e.client.Unsubscribe(); err != nil {
		e.log.Warn("not unsubscribed", slog.Any(keyError, err))
		return
	}
	e.pollUntil(earlier(time.Now().Add(patience), by), func() bool { return len(e.lanes) == 0 && (e.stays || !member()) })
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// close closes the clients, and reports whether that came through in time.
func (e *engine) close() bool {
	return kafkaclient.CloseWithin(e.set.closeTimeout, func() {
		e.tokens.Close()
		e.endAside()
		e.aside.Wait()
		if e.transact != nil {
			e.transact.close()
		}
		if err := e.client.Close(); err != nil {
			e.log.Warn("Kafka client not closed", slog.Any(keyError, err))
		}
		e.logs.Wait()
		if e.letters != nil {
			e.letters.close()
		}
	})
}
