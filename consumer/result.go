package consumer

import (
	"errors"
	"fmt"
	"time"
)

// Skip is what a handler returns to settle a record without having handled it; the reason is logged. It may be wrapped, as all
// results may.
func Skip(reason string) error { return &result{kind: resultSkip, err: errors.New(reason)} }

// Permanent is what a handler returns when trying the record again is useless. It is treated as one whose attempts are used up: a dead
// letter, or without [WithDeadLetters] the end of Run with a [RecordError].
func Permanent(err error) error { return &result{kind: resultPermanent, err: readable(err)} }

// RetryAfter is what a handler returns to get the record again after d, when it knows how long what it needs will be away. It takes
// no attempt and none of the policy's time, so it may be returned for ever. The record's partition, or its key, waits. A d below
// zero is zero.
func RetryAfter(d time.Duration, err error) error {
	return &result{kind: resultRetryAfter, err: readable(err), after: max(0, d)}
}

// DeadLetter is what a handler returns to have a record put into the dead letters at once. Without [WithDeadLetters], Run
// stops with a [RecordError].
func DeadLetter(err error) error { return &result{kind: resultDeadLetter, err: readable(err)} }

// Stop is what a handler returns to leave the record unsettled and end Run with a [RecordError] around err.
func Stop(err error) error { return &result{kind: resultStop, err: readable(err)} }

type resultKind uint8

const (
	resultDeadLetter resultKind = iota
	resultPermanent
	resultRetryAfter
	resultSkip
	resultStop
	resultUntouched
)

// errUntouched is the result of a record that the run's end kept from being looked at.
var errUntouched error = &result{kind: resultUntouched}

// result is a handler's decision about its record, as an error.
type result struct {
	kind  resultKind
	after time.Duration // of resultRetryAfter
	err   error
}

func (r *result) Error() string {
	if r.err == nil {
		return "no reason given"
	}
	return r.err.Error()
}

func (r *result) Unwrap() error { return r.err }

// BatchError is what a handler of [Consumer.RunBatch] returns when it failed at one record: those before it are settled, it itself is
// treated as Err says, and it and those behind it are delivered again. Err may be a [Permanent], a [Skip] and so on.
type BatchError struct {
	Index int // of the record in the batch
	Err   error
}

// Error names the index and the cause.
func (e *BatchError) Error() string { return fmt.Sprintf("record %d of the batch: %v", e.Index, e.Err) }

// Unwrap returns the cause.
func (e *BatchError) Unwrap() error { return e.Err }
