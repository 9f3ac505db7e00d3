package cases

import (
	"context"
	"fmt"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/internal/measure"
)

// Gated returns the cases that the gates are judged by: typical events, on one core and on two. A registry listens at url.
func Gated(ctx context.Context, url string) ([]measure.Case, error) {
	set, err := event.Typical()
	if err != nil {
		return nil, err
	}
	all, err := sequential(ctx, url, set)
	if err != nil {
		return nil, err
	}
	evolution, err := evolution(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("cases: evolved events: %w", err)
	}
	parallel, err := cores(ctx, url, set)
	if err != nil {
		return nil, fmt.Errorf("cases: two cores: %w", err)
	}
	return append(append(all, evolution...), parallel...), nil
}

// Rest returns the cases with minimal and large events.
func Rest(ctx context.Context, url string) ([]measure.Case, error) {
	var all []measure.Case
	for _, load := range []func() (event.Set, error){event.Minimal, event.Large} {
		set, err := load()
		if err != nil {
			return nil, err
		}
		cases, err := sequential(ctx, url, set)
		if err != nil {
			return nil, err
		}
		all = append(all, cases...)
	}
	return all, nil
}

func sequential(ctx context.Context, url string, set event.Set) ([]measure.Case, error) {
	all, err := ours(set)
	if err != nil {
		return nil, fmt.Errorf("cases: %w", err)
	}
	others, err := others(set)
	if err != nil {
		return nil, fmt.Errorf("cases: other codecs: %w", err)
	}
	serdes, err := serdes(ctx, url, set)
	if err != nil {
		return nil, fmt.Errorf("cases: serdes: %w", err)
	}
	return append(append(all, others...), serdes...), nil
}
