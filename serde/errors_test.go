package serde_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

func TestErrorClasses(t *testing.T) {
	t.Parallel()
	cases := []struct {
		class     serde.Class
		sentinel  error
		permanent bool
		text      string
	}{
		{serde.ClassOther, nil, false, "other"},
		{serde.ClassFrame, serde.ErrFrame, true, "frame"},
		{serde.ClassUnknownSchema, serde.ErrUnknownSchema, true, "unknown-schema"},
		{serde.ClassUnresolvable, serde.ErrUnresolvable, true, "unresolvable"},
		{serde.ClassCorrupt, serde.ErrCorrupt, true, "corrupt"},
		{serde.ClassRegistryUnavailable, serde.ErrRegistryUnavailable, false, "registry-unavailable"},
		{serde.ClassInvalid, serde.ErrInvalid, true, "invalid"},
	}
	for _, c := range cases {
		err := fmt.Errorf("handling: %w", &serde.Error{Op: "deserialize", Class: c.class, Err: context.Canceled})
		if got := serde.ClassOf(err); got != c.class {
			t.Errorf("ClassOf(%v) = %v, want %v", err, got, c.class)
		}
		for _, other := range cases {
			if want := other.sentinel != nil && other.class == c.class; other.sentinel != nil && errors.Is(err, other.sentinel) != want {
				t.Errorf("errors.Is(class %v, %v) = %v, want %v", c.class, other.sentinel, !want, want)
			}
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("class %v hides its cause", c.class)
		}
		if c.class.Permanent() != c.permanent || c.class.String() != c.text {
			t.Errorf("class %v: permanent %v, text %q; want %v, %q", c.class, c.class.Permanent(), c.class.String(), c.permanent, c.text)
		}
	}
	if got := serde.ClassOf(errors.New("plain")); got != serde.ClassOther {
		t.Errorf("ClassOf(an error of another package) = %v", got)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cases := []struct {
		err  *serde.Error
		want string
	}{
		{
			&serde.Error{Op: "deserialize", Class: serde.ClassCorrupt, Topic: "orders", ID: serde.NumberID(42), Field: "payload.currency", Err: errors.New("payload.currency at byte 7: 3 bytes left")},
			"serde: deserialize orders (schema id 42): payload.currency at byte 7: 3 bytes left",
		},
		{
			&serde.Error{Op: "serialize", Class: serde.ClassInvalid, Topic: "orders", Subject: "orders-value", ID: serde.NumberID(42), Field: "order_id", Err: errors.New("is empty")},
			"serde: serialize orders (subject orders-value, schema id 42): order_id: is empty",
		},
		{
			&serde.Error{Op: "deserialize", Topic: "orders", Field: "id", Err: errors.New("avro: decode Order: id at byte 7: 3 bytes left")},
			"serde: deserialize orders: avro: decode Order: id at byte 7: 3 bytes left",
		},
		{
			&serde.Error{Op: "deserialize", Topic: "orders", Field: "id", Err: errors.New("it is void")},
			"serde: deserialize orders: id: it is void",
		},
		{
			&serde.Error{Op: "start", Err: fmt.Errorf("%w: no answer", serde.ErrRegistryUnavailable)},
			"serde: start: schema registry unavailable: no answer",
		},
	}
	for _, c := range cases {
		if got := c.err.Error(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
