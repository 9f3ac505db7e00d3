package bulk_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestEachBoundsWhatRunsAtOnce(t *testing.T) {
	t.Parallel()
	const n, most = 10, 3
	var running, seen atomic.Int32
	var full sync.WaitGroup // the first of them meet
	full.Add(most)
	errs := bulk.Each(t.Context(), n, most, func(_ context.Context, i int) error {
		seen.Store(max(seen.Load(), running.Add(1)))
		defer running.Add(-1)
		if i < most {
			full.Done()
			full.Wait()
		}
		return fmt.Errorf("%d", i)
	})
	for i, err := range errs {
		if err == nil || err.Error() != fmt.Sprint(i) {
			t.Errorf("error %d is %v", i, err)
		}
	}
	if len(errs) != n || seen.Load() > most {
		t.Errorf("%d errors, %d at once; want %d and at most %d", len(errs), seen.Load(), n, most)
	}
}

// TestEachEnds: what had begun is told from what had not, also where both end by the context.
func TestEachEnds(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	const n = 100
	var begun [n]bool
	errs := bulk.Each(ctx, n, 1, func(ctx context.Context, i int) error {
		begun[i] = true
		cancel()
		return ctx.Err()
	})
	for i, err := range errs {
		if !errors.Is(err, context.Canceled) || errors.Is(err, bulk.ErrLeft) == begun[i] {
			t.Errorf("%d, begun %v: %v", i, begun[i], err)
		}
	}
}

func TestTextNamesTenOfAKind(t *testing.T) {
	t.Parallel()
	var left []string
	for i := range 12 {
		left = append(left, fmt.Sprintf("s%d", i))
	}
	got := bulk.Text("registry: ", []serde.RegisteredSchema{{Subject: "a", ID: serde.NumberID(7)}}, nil, []error{errors.New("registry: register b: no")}, left)
	want := "registry: register 14 schemas: 1 failed: register b: no; 1 registered: a id 7; 12 not registered: " + strings.Join(left[:10], ", ") + ", and 2 more; 0 were there"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
