package eventlog

import (
	"errors"
	"fmt"
)

var (
	// ErrClosed is returned by Run when it was called before, or after Close.
	ErrClosed = errors.New("eventlog: closed")
	// ErrConflict is in the error of a Run that found an object under the name of its own file, with other records: the topic was made anew, or
	// another one of that name is logged there. A prefix of its own for each log keeps them apart.
	ErrConflict = errors.New("the object holds other records of that name")
	// ErrDamaged is in the error of an object that is not what its writer has stored.
	ErrDamaged = errors.New("the object is damaged")
	// ErrNoEnvelope is in the error of [Replay] for a file of values: it has no keys, timestamps and headers.
	ErrNoEnvelope = errors.New("the file has values alone, without keys, timestamps and headers")
)

// GapError says that no object holds some offsets of a partition: one was removed, or never written.
type GapError struct {
	Topic     string
	Partition int32
	From, To  int64 // From is the first missing offset, To the one behind the last; -1 where that is not known
	// Key is the name that the first missing object had, where it can be told.
	Key string
}

// Error names the partition, the offsets and the object.
func (e *GapError) Error() string {
	which := fmt.Sprintf("offsets %d to %d are missing", e.From, e.To-1)
	switch {
	case e.To < 0:
		which = fmt.Sprintf("offsets from %d on are missing", e.From)
	case e.From < 0:
		which = fmt.Sprintf("offsets before %d are missing", e.To)
	}
	if e.Key != "" {
		which += ": there is no " + e.Key
	}
	return fmt.Sprintf("eventlog: %s[%d]: %s", e.Topic, e.Partition, which)
}

// ObjectError is what is wrong with an object.
type ObjectError struct {
	Key string
	Err error
}

// Error names the object and the cause.
func (e *ObjectError) Error() string { return fmt.Sprintf("eventlog: %s: %v", e.Key, e.Err) }

// Unwrap returns the cause.
func (e *ObjectError) Unwrap() error { return e.Err }
