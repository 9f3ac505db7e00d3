package integration

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// final is an error that no repetition will mend.
type final struct{ error }

func (f final) Unwrap() error { return f.error }

// await asks until the answer is good, or final, or ctx ends.
func await(ctx context.Context, what string, ask func(context.Context) error) error {
	const (
		between = 50 * time.Millisecond
		each    = 5 * time.Second
	)
	for {
		err := func() error {
			ctx, cancel := context.WithTimeout(ctx, each)
			defer cancel()
			return ask(ctx)
		}()
		if err == nil || errors.As(err, new(final)) {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w (last answer: %w)", what, context.Cause(ctx), err)
		case <-time.After(between):
		}
	}
}
