package serde

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// bySubject has version 1 of each subject.
type bySubject map[string]Schema

func (b bySubject) SchemaByID(context.Context, string, SchemaID) (Schema, error) {
	return Schema{}, ErrUnknownSchema
}

func (b bySubject) SchemaByVersion(_ context.Context, subject string, version int) (RegisteredSchema, error) {
	s, ok := b[subject]
	if !ok || version != 1 {
		return RegisteredSchema{}, fmt.Errorf("%w: %s version %d", ErrUnknownSchema, subject, version)
	}
	return RegisteredSchema{Schema: s, Subject: subject, Version: 1}, nil
}

// What a schema refers to is meant in the context of that schema, however it was reached.
func TestReferencesStayInTheirContext(t *testing.T) {
	t.Parallel()
	refers := func(text string, subjects ...string) Schema {
		s := Schema{Text: text}
		for _, subject := range subjects {
			s.References = append(s.References, Reference{Name: subject, Subject: subject, Version: 1})
		}
		return s
	}
	reg := bySubject{
		"street":      refers("street of the default context"),
		":.:street":   refers("street of the default context"),
		":.c:address": refers("address of c", "street"),
		":.c:street":  refers("street of c"),
		"country":     refers("country of the default context"),
		":.:country":  refers("country of the default context", "street"),
		":.c::odd":    refers("a plain name that begins with a colon"),
	}
	for _, tc := range []struct {
		name, context string
		schema        Schema
		want          []string
	}{
		{"from the default context", "", refers("top", ":.c:address", "street"), []string{"street of c", "address of c", "street of the default context", "top"}},
		{"from another one", ".c", refers("top", "address", ":.:country"), []string{"street of c", "address of c", "street of the default context", "country of the default context", "top"}},
		{"a plain name with a colon", ".c", refers("top", ":odd"), []string{"a plain name that begins with a colon", "top"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got, err := texts(t.Context(), reg, tc.context, tc.schema)
			if diff := cmp.Diff(tc.want, got); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
}
