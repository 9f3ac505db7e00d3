package serde_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

// TestSeveralTypesByTheirAliases: a record that was renamed is read as one of a single codec is (Avro specification, "Aliases"), and a name is worth more than an alias.
func TestSeveralTypesByTheirAliases(t *testing.T) {
	t.Parallel()
	type First struct {
		Text string `avro:"text"`
	}
	type Second struct {
		Text string `avro:"text"`
	}
	const fields = `"fields":[{"name":"text","type":"string"}]}`
	const (
		old     = `{"type":"record","name":"test.Old",` + fields
		older   = `{"type":"record","name":"elsewhere.Older",` + fields
		bare    = `{"type":"record","name":"Bare",` + fields
		first   = `{"type":"record","name":"First","namespace":"test","aliases":["Old","elsewhere.Older","test.Second",".Bare"],` + fields
		second  = `{"type":"record","name":"test.Second","aliases":["Old"],` + fields
		renamed = `{"type":"record","name":"test.First","aliases":["New"],` + fields
		newer   = `{"type":"record","name":"test.New",` + fields
	)
	members := []serde.Member[any]{serde.MemberOf[any](avro.MustFor[First](first)), serde.MemberOf[any](avro.MustFor[Second](second))}
	for _, test := range []struct {
		name   string
		writer string
		latest string // registered last, with the policy Latest; "" for the codec's own
		body   string
		want   any
	}{
		{name: "in the namespace of the type", writer: old, body: "\x04hi", want: &First{"hi"}},
		{name: "in another", writer: older, body: "\x04hi", want: &First{"hi"}},
		{name: "in none", writer: bare, body: "\x04hi", want: &First{"hi"}},
		{name: "a name before an alias", writer: second, body: "\x04hi", want: &Second{"hi"}},
		{name: "in a union", writer: "[" + second + "," + older + "]", body: "\x02\x04hi", want: &First{"hi"}},
		{name: "nobody's", writer: newer, body: "\x04hi"},
		{name: "of a fetched reader schema", writer: newer, latest: renamed, body: "\x04hi", want: &First{"hi"}},
		{name: "of a branch of it", writer: newer, latest: "[" + second + "," + renamed + "]", body: "\x04hi", want: &First{"hi"}},
		{name: "not of the codec's own then", writer: older, latest: renamed, body: "\x04hi"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reg := new(serdetest.MemoryRegistry)
			id := register(t, reg, "notes-value", test.writer).ID
			var opts []serde.DeserializerOption
			if test.latest != "" {
				register(t, reg, "notes-value", test.latest)
				opts = append(opts, serde.ReadWith(serde.Latest(0)))
			}
			deser := serde.NewMultiDeserializer(reg, members, opts...)
			got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: append(serde.AppendFrame(nil, id), test.body...)})
			if unclaimed := (*serde.UnclaimedError)(nil); test.want == nil {
				if !errors.As(err, &unclaimed) || serde.ClassOf(err) != serde.ClassUnresolvable {
					t.Errorf("got %#v, %v; want that nobody claims it", got, err)
				}
				return
			}
			if err != nil || !cmp.Equal(got, test.want) {
				t.Errorf("got %#v, %v; want %#v", got, err, test.want)
			}
		})
	}
}
