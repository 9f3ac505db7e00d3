package consumer

import (
	"errors"
	"fmt"
	"strings"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

var (
	// ErrClosed is returned by Run when it was called before, or after Close.
	ErrClosed = errors.New("consumer: closed")
	// ErrNotAssigned is returned for a partition that the consumer does not have, or while it does not run.
	ErrNotAssigned = errors.New("consumer: partition is not assigned to this member")
	// ErrUnauthorized is in the error of a Run that ended because the brokers do not, or no longer, allow the topic or the group.
	ErrUnauthorized = errors.New("not authorized: see the access control lists of the brokers")
	// ErrTopicMissing is returned by Run when a topic does not exist (see [WithAllowMissingTopic]), nor the dead-letter
	// topic (see [WithCreateTopics]).
	ErrTopicMissing = kafkaclient.ErrTopicMissing
)

// Why the context of a handler ended: what [context.Cause] returns for it. The record is not settled by a handler that
// returns an error after that; it is delivered again, here or to another member, and counts as no attempt.
var (
	// ErrShutdown: the consumer is shutting down and the time to drain is over.
	ErrShutdown = errors.New("consumer: shutting down")
	// ErrRevoked: the partition goes to another member and the time to drain is over.
	ErrRevoked = errors.New("consumer: partition revoked")
	// ErrLost: the partition was lost (the session expired) and may be with another member already.
	ErrLost = errors.New("consumer: partition lost")
)

// ErrHandlerTimeout is the cause of a handler's context that ended by [WithHandlerTimeout]. It is found in the error of such a
// handler too, which is a failed attempt like any other.
var ErrHandlerTimeout = errors.New("consumer: handler took too long")

// TopicPartition names a partition.
type TopicPartition struct {
	Topic     string
	Partition int32
}

// String returns "topic[partition]".
func (p TopicPartition) String() string { return fmt.Sprintf("%s[%d]", p.Topic, p.Partition) }

// Ref names a record.
type Ref struct {
	Topic     string
	Partition int32
	Offset    int64
}

// String returns "topic[partition]@offset".
func (r Ref) String() string { return fmt.Sprintf("%s[%d]@%d", r.Topic, r.Partition, r.Offset) }

// Stage says what was done with a record when it failed.
type Stage string

// The stages, as they stand in the header dlq.error.stage.
const (
	StageKey     Stage = "key-decode"
	StageValue   Stage = "value-decode"
	StageHandler Stage = "handler"
)

// RecordError ends Run: a record could not be decoded or handled and there are no dead letters to put it into, or the
// handler asked to stop. The record is not settled: the next Run begins with it.
type RecordError struct {
	Ref
	Stage Stage
	Err   error
	hint  string
}

// Error names the record, the stage, the cause and the way out.
func (e *RecordError) Error() string {
	return fmt.Sprintf("consumer: record %s: %s: %v%s", e.Ref, e.Stage, e.Err, e.hint)
}

// Unwrap returns the cause.
func (e *RecordError) Unwrap() error { return e.Err }

// PoisonError ends Run: of the last records of a partition, more than half could never be decoded. That is rather a consumer
// built against the wrong schema than so many bad records, and must not drain a topic into the dead letters.
type PoisonError struct {
	Topic     string
	Partition int32
	Offsets   []int64 // the undecodable ones among the last 100, oldest first
	Err       error   // why the newest of them failed
}

// Error names the partition, the newest record and its cause.
func (e *PoisonError) Error() string {
	return fmt.Sprintf("consumer: %s[%d]: %d of the last records cannot be decoded, the newest at offset %d: %v (is this the right schema for the topic?)",
		e.Topic, e.Partition, len(e.Offsets), e.Offsets[len(e.Offsets)-1], e.Err)
}

// Unwrap returns the cause of the newest failure.
func (e *PoisonError) Unwrap() error { return e.Err }

// PanicError is a panic of a handler or a deserializer, or of the methods of an error that one of them returned, as an error.
type PanicError struct {
	Value any    // what was passed to panic
	Stack []byte // the goroutine's stack, as text
}

// Error shows the panic's value, not the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v", e.Value) }

// Unwrap returns the panic's value if it is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// ShutdownError says that a shutdown ran out of time. Nothing is lost: every record that it names is unsettled and will be
// delivered again.
type ShutdownError struct {
	// Abandoned are the records whose handlers were cancelled, or still run, when the time to drain and the grace were over.
	Abandoned []Ref
	// Unflushed are the records whose dead letters were not acknowledged in time; they may be in the dead-letter topic.
	Unflushed []Ref
	// CloseTimedOut says that the Kafka client did not close in time. Its goroutine and its threads are left behind, and the
	// group may count the member until its session expires.
	CloseTimedOut bool
}

// Error lists what was cut short.
func (e *ShutdownError) Error() string {
	var parts []string
	if len(e.Abandoned) > 0 {
		parts = append(parts, "handlers cut short: "+refs(e.Abandoned))
	}
	if len(e.Unflushed) > 0 {
		parts = append(parts, "dead letters not acknowledged: "+refs(e.Unflushed))
	}
	if e.CloseTimedOut {
		parts = append(parts, "the Kafka client did not close in time")
	}
	return "consumer: shutdown ran out of time: " + strings.Join(parts, "; ")
}

// refs lists the first few records.
func refs(list []Ref) string {
	const shown = 5
	var b strings.Builder
	for i, r := range list {
		if i == shown {
			fmt.Fprintf(&b, " and %d more", len(list)-shown)
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(r.String())
	}
	return b.String()
}
