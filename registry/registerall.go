package registry

import (
	"context"

	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxParallel is how many requests one call makes side by side.
const maxParallel = 32

// RegisterAll makes sure that all schemas are registered under their subjects, and returns the registrations in the order of schemas. What is
// there is found by look-ups, at most 32 at once. What is missing is checked first, all of it, by package compat against the versions that
// the subject's level asks about; if one is refused, nothing is registered. Only then the missing ones are registered, each after those of
// the same call that it refers to. A reference to a subject of the same call may leave its version 0: it gets the one that was found or made.
//
// A registry has no transactions, so where registering fails half-way, the error, a [*BatchError], lists what was registered and what was not.
// Calling it again goes on from there. What the registry alone knows (reserved fields, rules for schemas that are no Avro, its
// read-only mode) shows only when a schema is registered; a level that may not be read leaves the verdict to the registry.
func (c *Client) RegisterAll(ctx context.Context, schemas ...serde.SubjectSchema) ([]serde.RegisteredSchema, error) {
	b := &batch{client: c}
	if err := b.plan(schemas); err != nil {
		return nil, err
	}
	for _, phase := range []func(context.Context, *item) error{b.find, b.check, b.add} {
		if !b.run(ctx, phase) {
			return nil, b.failure(ctx)
		}
	}
	registered := make([]serde.RegisteredSchema, len(b.items))
	for i, it := range b.items {
		registered[i] = it.registered
	}
	return registered, nil
}

// run takes all items through a phase, those that others refer to first. It reports whether all came through.
func (b *batch) run(ctx context.Context, phase func(context.Context, *item) error) bool {
	for _, wave := range b.waves {
		for i, err := range bulk.Each(ctx, len(wave), maxParallel, func(ctx context.Context, i int) error { return phase(ctx, wave[i]) }) {
			if err != nil {
				wave[i].err = err
				b.failed.Store(true)
			}
		}
	}
	return !b.failed.Load()
}

var (
	_ serde.SchemaRegistry = (*Client)(nil)
	_ serde.BatchRegistry  = (*Client)(nil)
)
