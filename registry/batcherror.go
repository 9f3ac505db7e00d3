package registry

import (
	"context"
	"errors"

	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

// BatchError says how far [Client.RegisterAll] came.
type BatchError struct {
	Registered []serde.RegisteredSchema // added by this call
	Found      []serde.RegisteredSchema // were there before
	Failed     []error                  // an [*Error] for each subject that failed
	Left       []string                 // subjects that were left alone because of those
}

func (b *batch) failure(ctx context.Context) *BatchError {
	e := &BatchError{}
	for _, it := range b.items {
		switch {
		case it.err != nil && !errors.Is(it.err, bulk.ErrLeft):
			e.Failed = append(e.Failed, Error{Op: opRegister, Subject: it.subject}.because(it.err))
		case it.state == itemFound:
			e.Found = append(e.Found, it.registered)
		case it.state == itemAdded:
			e.Registered = append(e.Registered, it.registered)
		default:
			e.Left = append(e.Left, it.subject)
		}
	}
	if len(e.Failed) == 0 { // none had been begun when ctx ended
		e.Failed = append(e.Failed, Error{Op: opRegister}.because(ctx.Err()))
	}
	return e
}

// Error lists the subjects that failed and why, that were registered, and that were left alone, each at most ten of them.
func (e *BatchError) Error() string {
	return bulk.Text("registry: ", e.Registered, e.Found, e.Failed, e.Left)
}

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return e.Failed }
