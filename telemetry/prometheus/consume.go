package prometheus

import (
	"context"
	"strconv"
	"sync"
	"time"

	prom "github.com/prometheus/client_golang/prometheus"

	"github.com/magicbyte-go/magicbyte/consumer"
)

var (
	_ consumer.HookFor         = (*Metrics)(nil)
	_ consumer.HookHandle      = (*consuming)(nil)
	_ consumer.HookSettle      = (*consuming)(nil)
	_ consumer.HookRetry       = (*consuming)(nil)
	_ consumer.HookDecodeError = (*consuming)(nil)
	_ consumer.HookRebalance   = (*consuming)(nil)
	_ consumer.HookDrain       = (*consuming)(nil)
	_ consumer.HookCommit      = (*consuming)(nil)
	_ consumer.HookStatus      = (*consuming)(nil)
)

// consumerMetrics are those of all consumers that share a Metrics.
type consumerMetrics struct {
	settled       *prom.CounterVec
	settleTime    *prom.HistogramVec
	handlerTime   *prom.HistogramVec
	retries       *prom.CounterVec
	undecoded     *prom.CounterVec
	commits       *prom.CounterVec
	rebalances    *prom.CounterVec
	drainTime     *prom.HistogramVec
	unsettled     *prom.GaugeVec
	unsettledSize *prom.GaugeVec
	oldest        *prom.GaugeVec
	lag           *prom.GaugeVec
	paused        *prom.GaugeVec
}

func newConsumerMetrics(buckets []float64) consumerMetrics {
	counter := func(name, help string, labels ...string) *prom.CounterVec {
		return prom.NewCounterVec(prom.CounterOpts{Name: "magicbyte_consumer_" + name, Help: help}, labels)
	}
	histogram := func(name, help string, labels ...string) *prom.HistogramVec {
		return prom.NewHistogramVec(prom.HistogramOpts{Name: "magicbyte_consumer_" + name, Help: help, Buckets: buckets}, labels)
	}
	gauge := func(name, help string) *prom.GaugeVec {
		return prom.NewGaugeVec(prom.GaugeOpts{Name: "magicbyte_consumer_" + name, Help: help}, []string{labelGroup, labelTopic, labelPartition})
	}
	return consumerMetrics{
		settled: counter("records_total", "Records settled, by outcome: handled, skipped, dead-lettered.",
			labelGroup, labelTopic, labelOutcome),
		settleTime: histogram("settle_duration_seconds", "Time from the delivery of a record to its settlement, retries included, to a tenth of a second.",
			labelGroup, labelTopic),
		handlerTime: histogram("handler_duration_seconds", "Time in the handler, by outcome: handled, skipped, failed, deferred, given-up, stopped, interrupted.",
			labelGroup, labelTopic, labelOutcome),
		retries: counter("retries_total", "Records that were put back to be tried again.",
			labelGroup, labelTopic),
		undecoded: counter("decode_errors_total", "Failures to decode a record, by outcome: the class of the error. registry-unavailable and unknown-schema are counted for each try.",
			labelGroup, labelTopic, labelOutcome),
		commits: counter("commits_total", "Commits of offsets, by outcome: committed, failed.",
			labelGroup, labelOutcome),
		rebalances: counter("rebalances_total", "Changes of the assignment, by outcome: assigned, revoked, lost.",
			labelGroup, labelOutcome),
		drainTime: histogram("drain_duration_seconds", "Time that running handlers were waited for, by outcome: revoked, lost, shutdown.",
			labelGroup, labelOutcome),
		unsettled:     gauge("unsettled_records", "Records that were delivered and are not settled."),
		unsettledSize: gauge("unsettled_bytes", "Bytes of keys, values and headers of those records."),
		oldest:        gauge("oldest_unsettled_seconds", "Age of the oldest record that was delivered and is not settled; 0 where there is none."),
		lag:           gauge("lag_records", "Offsets between the first record that is not settled and the end of the partition."),
		paused:        gauge("paused", "1 while the partition is not fetched: it holds enough, or the service has paused it."),
	}
}

func (m *consumerMetrics) collectors() []prom.Collector {
	return []prom.Collector{
		m.settled, m.settleTime, m.handlerTime, m.retries, m.undecoded, m.commits, m.rebalances, m.drainTime,
		m.unsettled, m.unsettledSize, m.oldest, m.lag, m.paused,
	}
}

// HookFor returns the hook for one consumer: it is what makes Metrics fit into [consumer.WithHooks].
func (m *Metrics) HookFor(info consumer.Info) consumer.Hook {
	return &consuming{m: &m.consumer, group: info.Group, shown: map[consumer.TopicPartition]bool{}}
}

// consuming is the hook of one consumer.
type consuming struct {
	m     *consumerMetrics
	group string

	mu    sync.Mutex
	shown map[consumer.TopicPartition]bool // partitions with gauges
}

// OnHandle changes nothing: OnHandled is told the time.
func (*consuming) OnHandle(ctx context.Context, _ []consumer.AnyRecord) context.Context { return ctx }

// OnHandled times a call of the handler, with a record or a batch.
func (c *consuming) OnHandled(ctx context.Context, recs []consumer.AnyRecord, err error, took time.Duration) {
	c.m.handlerTime.WithLabelValues(c.group, recs[0].Info().Topic, string(consumer.ResultOf(ctx, err))).Observe(took.Seconds())
}

// OnSettled counts a record.
func (c *consuming) OnSettled(ref consumer.Ref, outcome consumer.Outcome, took time.Duration) {
	c.m.settled.WithLabelValues(c.group, ref.Topic, string(outcome)).Inc()
	c.m.settleTime.WithLabelValues(c.group, ref.Topic).Observe(took.Seconds())
}

// OnRetry counts a record that comes again.
func (c *consuming) OnRetry(rec consumer.AnyRecord, _ error, _ time.Duration) {
	c.m.retries.WithLabelValues(c.group, rec.Info().Topic).Inc()
}

// OnDecodeError counts by class, of which there are few.
func (c *consuming) OnDecodeError(ref consumer.Ref, _ consumer.Stage, class string, _ error) {
	c.m.undecoded.WithLabelValues(c.group, ref.Topic, class).Inc()
}

// OnAssigned counts.
func (c *consuming) OnAssigned([]consumer.TopicPartition) {
	c.m.rebalances.WithLabelValues(c.group, "assigned").Inc()
}

// OnRevoked counts, and times the wait for handlers.
func (c *consuming) OnRevoked(_ []consumer.TopicPartition, lost bool, took time.Duration) {
	outcome := "revoked"
	if lost {
		outcome = "lost"
	}
	c.m.rebalances.WithLabelValues(c.group, outcome).Inc()
	c.m.drainTime.WithLabelValues(c.group, outcome).Observe(took.Seconds())
}

// OnDrained times the wait for handlers.
func (c *consuming) OnDrained(took time.Duration, _ int) {
	c.m.drainTime.WithLabelValues(c.group, "shutdown").Observe(took.Seconds())
}

// OnCommitted counts.
func (c *consuming) OnCommitted(_ []consumer.Ref, err error) {
	outcome := "committed"
	if err != nil {
		outcome = failed
	}
	c.m.commits.WithLabelValues(c.group, outcome).Inc()
}

// OnStatus shows the partitions that this member has, and no longer those that went away.
func (c *consuming) OnStatus(partitions []consumer.PartitionStatus) {
	c.mu.Lock()
	defer c.mu.Unlock()
	gone := c.shown
	c.shown = make(map[consumer.TopicPartition]bool, len(partitions))
	for _, p := range partitions {
		c.shown[p.TopicPartition] = true
		delete(gone, p.TopicPartition)
		labels := c.labels(p.TopicPartition)
		c.m.unsettled.WithLabelValues(labels...).Set(float64(p.Unsettled))
		c.m.unsettledSize.WithLabelValues(labels...).Set(float64(p.UnsettledBytes))
		c.m.oldest.WithLabelValues(labels...).Set(p.Oldest.Seconds())
		paused := 0.0
		if p.Paused {
			paused = 1
		}
		c.m.paused.WithLabelValues(labels...).Set(paused)
		if p.Lag >= 0 {
			c.m.lag.WithLabelValues(labels...).Set(float64(p.Lag))
		} else {
			c.m.lag.DeleteLabelValues(labels...)
		}
	}
	for p := range gone {
		for _, gauge := range []*prom.GaugeVec{c.m.unsettled, c.m.unsettledSize, c.m.oldest, c.m.lag, c.m.paused} {
			gauge.DeleteLabelValues(c.labels(p)...)
		}
	}
}

func (c *consuming) labels(p consumer.TopicPartition) []string {
	return []string{c.group, p.Topic, strconv.Itoa(int(p.Partition))}
}
