package registry

import (
	"context"
	"sync"
)

// maxParallel is how many requests one call makes side by side.
const maxParallel = 32

// parallel calls do for each of 0..n-1, at most maxParallel at once, and returns the errors by index. What was not begun when ctx
// ends has its error.
func parallel(ctx context.Context, n int, do func(ctx context.Context, i int) error) []error {
	errs := make([]error, n)
	places := make(chan struct{}, maxParallel)
	var done sync.WaitGroup
	for i := range n {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			errs[i] = ctx.Err()
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
