package integration

import (
	"context"
	"fmt"
	"time"
)

// await asks until the answer is good or ctx ends.
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
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s does not answer: %w (last: %w)", what, context.Cause(ctx), err)
		case <-time.After(between):
		}
	}
}
