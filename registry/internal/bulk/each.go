package bulk

import (
	"context"
	"errors"
	"fmt"
	"sync"
)

// ErrLeft is the error of what was not begun, because ctx had ended or something else had failed.
var ErrLeft = errors.New("not begun")

// Each calls do for each of 0..n-1, at most so many at once, and returns the errors by index. What was not begun when ctx ends has
// [ErrLeft] with the error of ctx.
func Each(ctx context.Context, n, most int, do func(ctx context.Context, i int) error) []error {
	errs := make([]error, n)
	places := make(chan struct{}, most)
	var done sync.WaitGroup
	for i := range n {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			errs[i] = fmt.Errorf("%w: %w", ErrLeft, ctx.Err())
			continue
		}
		done.Go(func() {
			defer func() { <-places }()
			errs[i] = do(ctx, i)
		})
	}
	done.Wait()
	return errs
}
