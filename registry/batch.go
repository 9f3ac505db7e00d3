package registry

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/registry/internal/bulk"
	"github.com/magicbyte-go/magicbyte/serde"
)

// batch is one call of RegisterAll.
type batch struct {
	client *Client
	items  []*item
	waves  [][]*item // each wave refers to items of earlier ones only
	failed atomic.Bool
}

// item is one schema of a batch.
type item struct {
	subject string
	schema  serde.Schema
	refers  []*item // by index of schema.References, nil for what is not in the batch

	registered serde.RegisteredSchema
	state      itemState
	fresh      bool // missing, and its subject has no versions that it could clash with
	err        error
}

type itemState uint8

const (
	itemUnknown itemState = iota
	itemFound             // it was there
	itemMissing
	itemAdded // by this call
)

// plan takes the schemas apart and puts them in the order of their references.
func (b *batch) plan(schemas []serde.SubjectSchema) error {
	var errs []error
	bySubject := make(map[string]*item)
	for _, s := range schemas {
		it := &item{subject: s.Subject, schema: s.Schema}
		it.schema.References = slices.Clone(it.schema.References) // versions are filled in
		b.items = append(b.items, it)
		attempt := Error{Op: opRegister, Subject: s.Subject}
		switch same := bySubject[s.Subject]; {
		case checkSubject(s.Subject) != nil:
			errs = append(errs, attempt.because(checkSubject(s.Subject)))
		case s.Schema.Text == "":
			errs = append(errs, attempt.because(errEmptySchema))
		case same != nil && newRegistrationKey(s.Subject, same.schema) != newRegistrationKey(s.Subject, s.Schema):
			errs = append(errs, attempt.because(errors.New("the subject is there twice, with different schemas")))
		}
		bySubject[s.Subject] = it
	}
	for _, it := range b.items {
		for _, ref := range it.schema.References {
			it.refers = append(it.refers, bySubject[b.client.referred(it.subject, ref)])
		}
	}
	if len(errs) > 0 {
		return errors.Join(errs...)
	}
	return b.order()
}

// order makes the waves.
func (b *batch) order() error {
	placed := make(map[*item]bool)
	for rest := b.items; len(rest) > 0; {
		var wave, later []*item
		for _, it := range rest {
			if slices.ContainsFunc(it.refers, func(to *item) bool { return to != nil && !placed[to] }) {
				later = append(later, it)
			} else {
				wave = append(wave, it)
			}
		}
		if len(wave) == 0 {
			return Error{Op: opRegister, Subject: later[0].subject}.because(errors.New("schemas refer to each other in a circle"))
		}
		for _, it := range wave {
			placed[it] = true
		}
		b.waves, rest = append(b.waves, wave), later
	}
	return nil
}

// find looks an item up. What refers to something missing is missing itself, and cannot even be asked about.
func (b *batch) find(ctx context.Context, it *item) error {
	for _, to := range it.refers {
		if to == nil {
			continue
		}
		if to.err != nil {
			return bulk.ErrLeft
		}
		if to.state == itemMissing {
			it.state = itemMissing
			return nil
		}
	}
	if err := it.fillVersions(); err != nil {
		return err
	}
	s, err := b.client.Lookup(ctx, it.subject, it.schema)
	switch {
	case err == nil:
		it.registered, it.state = s, itemFound
	case errors.Is(err, ErrSubjectNotFound):
		it.state, it.fresh = itemMissing, true
	case errors.Is(err, ErrSchemaNotFound):
		it.state = itemMissing
	default:
		return err
	}
	return nil
}

// fillVersions puts the versions of what is registered into references that left them open.
func (it *item) fillVersions() error {
	for i, to := range it.refers {
		ref := &it.schema.References[i]
		switch {
		case ref.Version != 0:
		case to == nil:
			return Error{Op: opRegister, Subject: it.subject}.because(fmt.Errorf("reference %q to subject %q has no version, and the subject is not among the schemas", ref.Name, ref.Subject))
		case to.registered.Version == 0:
			return Error{Op: opRegister, Subject: it.subject}.because(fmt.Errorf("reference %q: the registry has not said which version of %q it made", ref.Name, ref.Subject))
		default:
			ref.Version = to.registered.Version
		}
	}
	return nil
}

// check asks package compat whether a missing item may follow the versions that are there.
func (b *batch) check(ctx context.Context, it *item) error {
	if it.state != itemMissing || it.fresh || schemaType(it.schema.Type) != serde.TypeAvro {
		return nil
	}
	attempt := Error{Op: opRegister, Subject: it.subject}
	level, err := b.client.Level(ctx, it.subject)
	switch {
	case err != nil && (ctx.Err() != nil || errors.Is(err, ErrUnavailable)):
		return err
	case err != nil || level == compat.None:
		return nil // who may register may not see the configuration, and some registries have none for a subject: the verdict is the registry's
	}
	earlier, err := b.client.earlier(ctx, it.subject, level)
	if err != nil || earlier == nil {
		return err
	}
	candidate := compat.Schema{Text: it.schema.Text}
	if candidate.References, err = b.texts(ctx, it, make(map[versionKey]bool)); err != nil {
		return attempt.because(err)
	}
	result := compat.Check(level, candidate, earlier)
	result.Messages = slices.DeleteFunc(result.Messages, undecided)
	if err := result.Err(); err != nil {
		return attempt.because(fmt.Errorf("%w under level %s: %w", ErrIncompatible, level, err))
	}
	return nil
}

// undecided reports whether a message says that there is no verdict here. It is the registry's then, which may well read a text that
// this module cannot.
func undecided(m compat.Message) bool {
	return m.Type == compat.Unparsable || m.Type == compat.TooComplex
}

// add registers a missing item, unless another one has failed.
func (b *batch) add(ctx context.Context, it *item) error {
	if it.state != itemMissing {
		return nil
	}
	if b.failed.Load() {
		return bulk.ErrLeft
	}
	err := it.fillVersions()
	if err == nil {
		it.registered, err = b.client.registration(ctx, opRegister, it.subject, it.schema, b.client.registrations, b.client.add)
	}
	if err != nil {
		b.failed.Store(true)
		return err
	}
	it.state = itemAdded
	return nil
}

// texts returns the texts of what an item refers to, each after what it refers to itself. Versions in seen are left out.
func (b *batch) texts(ctx context.Context, it *item, seen map[versionKey]bool) ([]string, error) {
	var texts []string
	for i, ref := range it.schema.References {
		at := versionKey{subject: b.client.referred(it.subject, ref), version: ref.Version}
		if seen[at] {
			continue
		}
		to := it.refers[i]
		if to == nil || to.state != itemMissing {
			more, err := b.client.referredTexts(ctx, it.subject, it.schema.References[i:i+1], seen)
			if err != nil {
				return nil, err
			}
			texts = append(texts, more...)
			continue
		}
		seen[at] = true
		more, err := b.texts(ctx, to, seen)
		if err != nil {
			return nil, err
		}
		texts = append(append(texts, more...), to.schema.Text)
	}
	return texts, nil
}
