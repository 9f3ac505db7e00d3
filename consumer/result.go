package consumer

import "errors"

// Skip is what a handler returns to settle a record without having handled it; the reason is logged. It may be wrapped.
func Skip(reason string) error { return &result{kind: resultSkip, err: errors.New(reason)} }

// DeadLetter is what a handler returns to have a record put into the dead letters at once. Without [WithDeadLetters], Run
// stops with a [RecordError]. It may be wrapped.
func DeadLetter(err error) error { return &result{kind: resultDeadLetter, err: err} }

// Stop is what a handler returns to leave the record unsettled and end Run with a [RecordError] around err. It may be
// wrapped.
func Stop(err error) error { return &result{kind: resultStop, err: err} }

type resultKind uint8

const (
	resultDeadLetter resultKind = iota
	resultSkip
	resultStop
)

// result is a handler's decision about its record, as an error.
type result struct {
	kind resultKind
	err  error
}

func (r *result) Error() string {
	if r.err == nil {
		return "no reason given"
	}
	return r.err.Error()
}

func (r *result) Unwrap() error { return r.err }
