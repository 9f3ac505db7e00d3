package glue

import (
	"context"
	"errors"
	"fmt"

	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

// maxParallel is how many schemas are asked about side by side: Glue throttles by account and region.
const maxParallel = 8

// RegisterAll makes sure that all schemas are registered, and returns the versions in the order of schemas. What is there is found by look-ups.
// What is missing is checked first, all of it, by package compat against the versions that the schema's level asks about; where one is
// refused, nothing is registered, and Glue keeps no version with the status FAILURE. Only then the missing ones are registered. A history that may
// not be read leaves the verdict to Glue.
//
// A registry has no transactions, so where registering fails half-way, the error, a [*BatchError], lists what was registered and what was not.
// Calling it again goes on from there.
func (c *Client) RegisterAll(ctx context.Context, schemas ...serde.SubjectSchema) ([]serde.RegisteredSchema, error) {
	b := &batch{client: c, items: make([]item, len(schemas))}
	for i, s := range schemas {
		b.items[i].SubjectSchema = s
	}
	if err := b.name(); err != nil {
		return nil, err
	}
	for _, phase := range []func(context.Context, *item) error{b.find, b.check, b.add} {
		if b.run(ctx, phase) {
			return nil, b.failure(ctx)
		}
	}
	registered := make([]serde.RegisteredSchema, len(b.items))
	for i := range b.items {
		registered[i] = b.items[i].registered
	}
	return registered, nil
}

type batch struct {
	client *Client
	items  []item
}

// item is one schema of a batch.
type item struct {
	serde.SubjectSchema
	key        registrationKey
	registered serde.RegisteredSchema
	state      itemState
	err        error
}

type itemState uint8

const (
	itemUnknown itemState = iota
	itemFound             // it was there
	itemMissing
	itemAdded // by this call
)

// run takes all items through a phase, and reports whether one failed.
func (b *batch) run(ctx context.Context, phase func(context.Context, *item) error) (failed bool) {
	for i, err := range bulk.Each(ctx, len(b.items), maxParallel, func(ctx context.Context, i int) error { return phase(ctx, &b.items[i]) }) {
		b.items[i].err = err
		failed = failed || err != nil
	}
	return failed
}

// name gives the schemas their names, and refuses what needs no registry to be refused.
func (b *batch) name() error {
	var problems []error
	byName := map[string]*item{}
	for i := range b.items {
		it := &b.items[i]
		name, err := b.client.name(it.Subject)
		if err == nil {
			err = checkSchema(it.Schema)
		}
		it.key = registrationKey{name: name, format: dataFormat(it.Schema), text: it.Schema.Text}
		switch same := byName[name]; {
		case err != nil || same == nil || same.key == it.key:
		case same.Subject == it.Subject:
			err = errors.New("the subject is there twice, with different schemas")
		default:
			err = fmt.Errorf("subjects %s and %s have the same name in Glue, %s, and different schemas: choose other names with WithSchemaNames", same.Subject, it.Subject, name)
		}
		byName[name] = it
		if err != nil {
			problems = append(problems, Error{Op: opRegister, Registry: b.client.registry, Schema: it.Subject}.because(err))
		}
	}
	return errors.Join(problems...)
}

func (b *batch) find(ctx context.Context, it *item) error {
	var err error
	it.registered, err = b.client.Lookup(ctx, it.Subject, it.Schema)
	switch {
	case err == nil:
		it.state = itemFound
	case errors.Is(err, ErrNotFound):
		it.state = itemMissing
	default:
		return err
	}
	return nil
}

// check judges a missing item.
func (b *batch) check(ctx context.Context, it *item) error {
	if it.state != itemMissing {
		return nil
	}
	h, err := b.client.history(ctx, it.key.name)
	if err == nil && h.level == Disabled && h.latest > 0 {
		return disabled()
	}
	var problem error
	if err == nil {
		problem, err = b.client.check(ctx, it.key, h)
	}
	switch {
	case problem != nil:
		return &Error{kind: kindIncompatible, Message: "the level " + string(h.level) + " forbids this version", Err: problem}
	case err != nil && (ctx.Err() != nil || errors.Is(err, ErrUnavailable)):
		return err
	default: // a new schema, or a history that may not be read
		return nil
	}
}

func (b *batch) add(ctx context.Context, it *item) error {
	if it.state != itemMissing {
		return nil
	}
	var err error
	it.registered, err = b.client.registration(ctx, opRegister, it.Subject, it.Schema, b.client.registrations, b.client.add)
	if err == nil {
		it.state = itemAdded
	}
	return err
}

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
			e.Failed = append(e.Failed, Error{Op: opRegister, Registry: b.client.registry, Schema: it.Subject}.because(it.err))
		case it.state == itemFound:
			e.Found = append(e.Found, it.registered)
		case it.state == itemAdded:
			e.Registered = append(e.Registered, it.registered)
		default:
			e.Left = append(e.Left, it.Subject)
		}
	}
	if len(e.Failed) == 0 { // none had been begun when ctx ended
		e.Failed = append(e.Failed, Error{Op: opRegister}.because(ctx.Err()))
	}
	return e
}

// Error lists the subjects that failed and why, that were registered, and that were left alone, each at most ten of them.
func (e *BatchError) Error() string {
	return bulk.Text("glue: ", e.Registered, e.Found, e.Failed, e.Left)
}

// Unwrap returns the failures.
func (e *BatchError) Unwrap() []error { return e.Failed }
