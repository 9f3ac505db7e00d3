package consumer

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Names of the headers that a dead letter has after the original ones, with [MagicbyteHeaders]. All values are text; times are RFC 3339
// in UTC.
const (
	HeaderOriginTopic     = "dlq.origin.topic"
	HeaderOriginPartition = "dlq.origin.partition"
	HeaderOriginOffset    = "dlq.origin.offset"
	HeaderOriginTimestamp = "dlq.origin.timestamp"
	HeaderOriginGroup     = "dlq.origin.group"
	HeaderErrorStage      = "dlq.error.stage"   // see [Stage]
	HeaderErrorClass      = "dlq.error.class"   // see [serde.Class]; "handler", "panic" or "timeout" for a handler
	HeaderErrorMessage    = "dlq.error.message" // at most 1 KiB
	HeaderAttempts        = "dlq.attempts"
	HeaderFirstFailedAt   = "dlq.first-failed-at"
	HeaderFailedAt        = "dlq.failed-at"
	HeaderKeySchemaID     = "dlq.schema.key-id"   // only where it is known
	HeaderValueSchemaID   = "dlq.schema.value-id" // only where it is known
)

// Prefixes of the names in the other profiles.
const (
	connectPrefix = "__connect.errors."
	streamsPrefix = "__streams.errors."
	springPrefix  = "kafka_dlt-"
)

const maxErrorMessage = 1 << 10

// HeaderProfile says under which names a dead letter tells where it comes from and why it is there, for what reads dead letters already.
type HeaderProfile uint8

const (
	// MagicbyteHeaders are the names of this package, [HeaderOriginTopic] and following. It is the default.
	MagicbyteHeaders HeaderProfile = iota
	// ConnectHeaders are those of Kafka Connect's errors.deadletterqueue.context.headers.enable: "__connect.errors." and topic, partition,
	// offset, connector.name (the group), task.id (0), stage, class.name (ours), exception.class.name and exception.message. All
	// values are text.
	ConnectHeaders
	// StreamsHeaders are those of Kafka Streams (KIP-1034): "__streams.errors." and exception, message, topic, partition, offset. All
	// values are text.
	StreamsHeaders
	// SpringHeaders are those of Spring for Apache Kafka's DeadLetterPublishingRecoverer: "kafka_dlt-" and original-topic,
	// original-partition (four bytes, big-endian), original-offset and original-timestamp (eight bytes), original-timestamp-type,
	// original-consumer-group, exception-fqcn, exception-message.
	SpringHeaders
)

// WithDeadLetterHeaders sets the names of the headers that say why a record is a dead letter. Default: [MagicbyteHeaders]. Names of
// Java classes hold the class of the error instead, see [HeaderErrorClass]; stack traces are not written.
func WithDeadLetterHeaders(profile HeaderProfile) Option {
	return option(func(s *settings) { s.letterHeaders = profile })
}

// append appends the headers of the profile, for a task that a group gives up.
func (p HeaderProfile) append(headers []kafka.Header, group string, t *task, f failure) []kafka.Header {
	text := func(name, value string) {
		headers = append(headers, kafka.Header{Key: name, Value: []byte(value)})
	}
	origin := t.ref()
	partition, offset := strconv.Itoa(int(origin.Partition)), strconv.FormatInt(origin.Offset, 10)
	message := truncated(f.err.Error(), maxErrorMessage)
	switch p {
	case ConnectHeaders:
		const prefix = connectPrefix
		text(prefix+"topic", origin.Topic)
		text(prefix+"partition", partition)
		text(prefix+"offset", offset)
		text(prefix+"connector.name", group)
		text(prefix+"task.id", "0")
		text(prefix+"stage", connectStage(f.stage))
		text(prefix+"class.name", "consumer.Consumer")
		text(prefix+"exception.class.name", f.class)
		text(prefix+"exception.message", message)
	case StreamsHeaders:
		const prefix = streamsPrefix
		text(prefix+"exception", f.class)
		text(prefix+"message", message)
		text(prefix+"topic", origin.Topic)
		text(prefix+"partition", partition)
		text(prefix+"offset", offset)
	case SpringHeaders:
		const prefix = springPrefix
		text(prefix+"original-topic", origin.Topic)
		headers = append(headers,
			kafka.Header{Key: prefix + "original-partition", Value: binary.BigEndian.AppendUint32(nil, uint32(origin.Partition))},
			kafka.Header{Key: prefix + "original-offset", Value: binary.BigEndian.AppendUint64(nil, uint64(origin.Offset))},
			kafka.Header{Key: prefix + "original-timestamp", Value: binary.BigEndian.AppendUint64(nil, uint64(t.m.Timestamp.UnixMilli()))})
		text(prefix+"original-timestamp-type", t.m.TimestampType.String())
		text(prefix+"original-consumer-group", group)
		text(prefix+"exception-fqcn", f.class)
		text(prefix+"exception-message", message)
	default:
		text(HeaderOriginTopic, origin.Topic)
		text(HeaderOriginPartition, partition)
		text(HeaderOriginOffset, offset)
		text(HeaderOriginTimestamp, stamp(t.m.Timestamp))
		text(HeaderOriginGroup, group)
		text(HeaderErrorStage, string(f.stage))
		text(HeaderErrorClass, f.class)
		text(HeaderErrorMessage, message)
		text(HeaderAttempts, strconv.Itoa(t.attempts))
		text(HeaderFirstFailedAt, stamp(t.first))
		text(HeaderFailedAt, stamp(time.Now()))
		keyID, valueID := f.ids(t)
		if !keyID.IsZero() {
			text(HeaderKeySchemaID, keyID.String())
		}
		if !valueID.IsZero() {
			text(HeaderValueSchemaID, valueID.String())
		}
	}
	return headers
}

// connectStage is a stage by Kafka Connect's name.
func connectStage(stage Stage) string {
	switch stage {
	case StageKey:
		return "KEY_CONVERTER"
	case StageValue:
		return "VALUE_CONVERTER"
	default:
		return "TASK_PUT"
	}
}

// check returns an error for a profile that does not exist.
func (p HeaderProfile) check() error {
	if p > SpringHeaders {
		return fmt.Errorf("consumer: WithDeadLetterHeaders(%d): no such profile", p)
	}
	return nil
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// truncated cuts text to at most limit bytes, not inside a character.
func truncated(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}
