//go:build !linux || !cgo || magicbyte_poll

package librdkafka

import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

// Reader is not available in this build.
type Reader struct{}

// NewReader returns false.
func NewReader(*kafka.Consumer) (*Reader, bool) { return nil, false }

// Poll is never called.
func (*Reader) Poll(timeoutMs int, room func() (records, bytes int)) kafka.Event { return nil }

// Drop is never called.
func (*Reader) Drop(topic string, partition int32) {}

// Close is never called.
func (*Reader) Close() kafka.Event { return nil }
