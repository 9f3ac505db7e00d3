package registry

import (
	"context"
	"errors"
	"fmt"
	"strings"

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
		case it.err != nil && !errors.Is(it.err, errLeft):
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
	total := len(e.Registered) + len(e.Found) + len(e.Failed) + len(e.Left)
	var failed, registered []string
	for _, err := range e.Failed {
		failed = append(failed, strings.TrimPrefix(err.Error(), "registry: "))
	}
	for _, s := range e.Registered {
		registered = append(registered, s.Subject+" id "+s.ID.String())
	}
	return fmt.Sprintf("registry: register %d schemas: %d failed%s; %d registered%s; %d not registered%s; %d were there",
		total, len(failed), list(failed, "; "), len(registered), list(registered, ", "), len(e.Left), list(e.Left, ", "), len(e.Found))
}

func list(all []string, separator string) string {
	const most = 10
	switch {
	case len(all) == 0:
		return ""
	case len(all) > most:
		return ": " + strings.Join(all[:most], separator) + fmt.Sprintf("%sand %d more", separator, len(all)-most)
	default:
		return ": " + strings.Join(all, separator)
	}
}

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return e.Failed }
