package prometheus

import (
	"errors"
	"fmt"

	prom "github.com/prometheus/client_golang/prometheus"
)

// Metrics holds the collectors of all producers and consumers of a process that share it. It is safe for concurrent use.
type Metrics struct {
	sent         *prom.CounterVec
	sentBytes    *prom.CounterVec
	sendDuration *prom.HistogramVec
	consumer     consumerMetrics
}

// Option configures Metrics.
type Option interface {
	apply(*options)
}

type options struct {
	buckets []float64
}

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

// WithBuckets sets the upper bounds of the histograms' buckets, in seconds [1 ms to 32 s, each twice the one before]. None makes
// histograms without buckets, which hold count and sum alone.
func WithBuckets(bounds ...float64) Option {
	return optionFunc(func(o *options) { o.buckets = bounds })
}

// New makes the metrics and registers them. Registering them twice with one registerer is an error: share the Metrics.
func New(registerer prom.Registerer, opts ...Option) (*Metrics, error) {
	if registerer == nil {
		return nil, errors.New("prometheus: the registerer is nil")
	}
	o := options{buckets: prom.ExponentialBuckets(0.001, 2, 16)}
	for _, opt := range opts {
		opt.apply(&o)
	}
	m := &Metrics{
		sent: prom.NewCounterVec(prom.CounterOpts{
			Name: "magicbyte_producer_records_total",
			Help: "Records sent, by outcome: acknowledged, failed (certainly not in the log), indeterminate (may be in the log).",
		}, []string{labelTopic, labelOutcome}),
		sentBytes: prom.NewCounterVec(prom.CounterOpts{
			Name: "magicbyte_producer_bytes_total",
			Help: "Bytes of keys and values of acknowledged records.",
		}, []string{labelTopic}),
		sendDuration: prom.NewHistogramVec(prom.HistogramOpts{
			Name:    "magicbyte_producer_send_duration_seconds",
			Help:    "Time from the call of Send to the outcome of the record.",
			Buckets: o.buckets,
		}, []string{labelTopic}),
		consumer: newConsumerMetrics(o.buckets),
	}
	for _, c := range m.collectors() {
		if err := registerer.Register(c); err != nil {
			return nil, fmt.Errorf("prometheus: register the metrics of magicbyte: %w", err)
		}
	}
	return m, nil
}

const (
	labelTopic     = "topic"
	labelPartition = "partition"
	labelGroup     = "group"
	labelOutcome   = "outcome"
)

func (m *Metrics) collectors() []prom.Collector {
	return append([]prom.Collector{m.sent, m.sentBytes, m.sendDuration}, m.consumer.collectors()...)
}
