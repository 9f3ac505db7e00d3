package hamba_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

const personSchema = `{"type":"record","name":"Person","namespace":"com.example","fields":[
	{"name":"name","type":"string"},
	{"name":"age","type":"int"},
	{"name":"email","type":["null","string"],"default":null},
	{"name":"tags","type":{"type":"array","items":"string"},"default":[]},
	{"name":"scores","type":{"type":"map","values":"double"},"default":{}}
]}`

type person struct {
	Name   string             `avro:"name"`
	Age    int32              `avro:"age"`
	Email  *string            `avro:"email"`
	Tags   []string           `avro:"tags"`
	Scores map[string]float64 `avro:"scores"`
}

var (
	_ serde.Codec[person]         = (*hamba.Codec[person])(nil)
	_ serde.Codec[map[string]any] = (*hamba.Codec[map[string]any])(nil)
)

func ada() *person {
	return &person{
		Name: "Ada", Age: 36, Email: new("ada@example.com"), Tags: []string{"x", "y"}, Scores: map[string]float64{"chess": 1.5},
	}
}

func decoderOf[T any](t *testing.T, c *hamba.Codec[T], writer, reader []string) func([]byte, *T) error {
	t.Helper()
	dec, err := c.Decoder(writer, reader)
	if err != nil {
		t.Fatalf("Decoder: %v", err)
	}
	return dec
}

func bytesOf[T any](t *testing.T, c *hamba.Codec[T], v *T) []byte {
	t.Helper()
	enc, err := c.Encoder(nil)
	if err != nil {
		t.Fatalf("Encoder: %v", err)
	}
	body, err := enc(nil, v)
	if err != nil {
		t.Fatalf("encode %+v: %v", v, err)
	}
	return body
}

func TestCodecDescribesItsSchema(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	if c.Schema() != personSchema || c.Name() != "com.example.Person" || c.SchemaType() != serde.TypeAvro {
		t.Errorf("Schema, Name, SchemaType = %q, %q, %q", c.Schema(), c.Name(), c.SchemaType())
	}
	for _, schema := range []string{"string", `"string"`, `{"type":"string"}`} {
		if name := hamba.MustFor[string](schema).Name(); name != "" {
			t.Errorf("Name of %s = %q, want none", schema, name)
		}
	}
}

func TestEncoderAppends(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	enc, err := c.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	v := &person{Name: "Bo", Tags: []string{"t"}}
	got, err := enc([]byte("head"), v)
	if err != nil {
		t.Fatal(err)
	}
	// "Bo", 0, null, one block of one item with a plain positive count, no entries
	if want := "head" + "\x04Bo" + "\x00" + "\x00" + "\x02\x02t\x00" + "\x00"; string(got) != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestDecoderReplacesTheTarget(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	dec := decoderOf(t, c, nil, nil)
	got := ada()
	email, scores := got.Email, got.Scores
	want := &person{Name: "Bo", Email: new("bo@example.com"), Tags: []string{}, Scores: map[string]float64{"go": 2}}
	if err := dec(bytesOf(t, c, want), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if *email != "ada@example.com" || len(scores) != 1 || scores["chess"] != 1.5 {
		t.Errorf("an earlier value was written over: %q, %v", *email, scores)
	}
}

func TestDecodedValueKeepsNothingOfTheInput(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	want := ada()
	want.Name = strings.Repeat("long", 1000)
	body := bytesOf(t, c, want)
	var got person
	if err := decoderOf(t, c, nil, nil)(body, &got); err != nil {
		t.Fatal(err)
	}
	clear(body)
	if diff := cmp.Diff(want, &got); diff != "" {
		t.Errorf("after the input was overwritten (-want +got):\n%s", diff)
	}
}

func TestPrimitiveSchemas(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[string](`"string"`)
	var got string
	if err := decoderOf(t, c, nil, nil)(bytesOf(t, c, new("käse")), &got); err != nil || got != "käse" {
		t.Errorf("string: %q, %v", got, err)
	}
	n := hamba.MustFor[int64](`"long"`)
	var number int64
	if err := decoderOf(t, n, nil, nil)(bytesOf(t, n, new(int64(-1<<63))), &number); err != nil || number != -1<<63 {
		t.Errorf("long: %d, %v", number, err)
	}
}

func TestCodecOfWhatDoesNotFit(t *testing.T) {
	t.Parallel()
	type wrong struct {
		Name int `avro:"name"`
	}
	type partial struct {
		Name string `avro:"name"`
		Tags []string
	}
	tests := []struct {
		name string
		make func() error
		want string
	}{
		{"no JSON", func() error { return errOf(hamba.For[person](`{"type":`)) }, "unexpected end of JSON input"},
		{"unknown type", func() error { return errOf(hamba.For[person](`"Person"`)) }, "unknown type: Person"},
		{"empty", func() error { return errOf(hamba.For[person](``)) }, "does not parse"},
		{"deep", func() error { return errOf(hamba.For[person](strings.Repeat(`{"type":"array","items":`, 300))) }, "more than 200 levels"},
		{"long", func() error { return errOf(hamba.For[person](`"` + strings.Repeat("x", 2<<20) + `"`)) }, "more than 1048576 bytes"},
		{"field type", func() error {
			return errOf(hamba.For[wrong](`{"type":"record","name":"P","fields":[{"name":"name","type":"string"}]}`))
		}, "name: int is unsupported for Avro string"},
		{"missing fields", func() error { return errOf(hamba.For[partial](personSchema)) }, "no Go field for age, email, tags, scores"},
		{"type inside an empty list", func() error {
			return errOf(hamba.For[struct {
				L []int `avro:"l"`
			}](`{"type":"record","name":"P","fields":[{"name":"l","type":["null",{"type":"array","items":"string"}]}]}`))
		}, "int is unsupported for Avro string"},
		{"generic of no record", func() error { return errOf(hamba.Generic(`"string"`)) }, "is unsupported for Avro string"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.make()
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.HasPrefix(err.Error(), "hamba: codec of ") &&
				!strings.HasPrefix(err.Error(), "hamba: encoder of ") && !strings.HasPrefix(err.Error(), "hamba: decoder of ") {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func errOf[T any](_ *hamba.Codec[T], err error) error { return err }

func TestMustForPanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	hamba.MustFor[person](`"nothing"`)
}

// Two definitions of one name, each in schemas of its own, must not meet: bytes of one read with the other come out wrong.
func TestReferencesStayInTheirCall(t *testing.T) {
	t.Parallel()
	const holder = `{"type":"record","name":"H","fields":[{"name":"p","type":"P"}]}`
	first := []string{`{"type":"record","name":"P","fields":[{"name":"a","type":"string"},{"name":"b","type":"string"}]}`, holder}
	second := []string{`{"type":"record","name":"P","fields":[{"name":"b","type":"string"},{"name":"a","type":"string"}]}`, holder}
	c, err := hamba.Generic("")
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		for _, schema := range [][]string{first, second} {
			want := map[string]any{"p": map[string]any{"a": "1", "b": "2"}}
			enc, err := c.Encoder(schema)
			if err != nil {
				t.Fatal(err)
			}
			body, err := enc(nil, &want)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if err := decoderOf(t, c, schema, nil)(body, &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", schema[0], diff)
			}
		}
	}
	if _, err := c.Decoder([]string{holder}, nil); err == nil {
		t.Error("a name of an earlier call is known")
	}
	// A member of a union of references is asked for by its quoted name.
	if enc, err := c.Encoder(append(first, `"H"`)); err != nil || enc == nil {
		t.Errorf("Encoder of a quoted name: %v", err)
	}
}

func TestGenericWithoutSchema(t *testing.T) {
	t.Parallel()
	c, err := hamba.Generic("")
	if err != nil {
		t.Fatal(err)
	}
	if c.Schema() != "" || c.Name() != "" {
		t.Errorf("Schema, Name = %q, %q, want none", c.Schema(), c.Name())
	}
	if _, err := c.Encoder(nil); err == nil {
		t.Error("Encoder(nil): no error")
	}
	if _, err := c.Decoder(nil, nil); err == nil {
		t.Error("Decoder(nil, nil): no error")
	}
	var got map[string]any
	if err := decoderOf(t, c, []string{personSchema}, nil)(bytesOf(t, hamba.MustFor[person](personSchema), ada()), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"name": "Ada", "age": 36, "email": "ada@example.com", "tags": []any{"x", "y"}, "scores": map[string]any{"chess": 1.5},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// hamba keys its decoders by the writer alone: in one configuration, the second reader gets the decoder of the first.
func TestTwoReadersOfOneWriterAtOnce(t *testing.T) {
	t.Parallel()
	const narrowSchema = `{"type":"record","name":"Person","namespace":"com.example","fields":[{"name":"age","type":"long"},
		{"name":"nick","type":"string","default":"none"}]}`
	c, err := hamba.Generic(personSchema)
	if err != nil {
		t.Fatal(err)
	}
	body := bytesOf(t, hamba.MustFor[person](personSchema), ada())
	narrow := decoderOf(t, c, nil, []string{narrowSchema})
	wide := decoderOf(t, c, nil, nil)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			dec, want := narrow, map[string]any{"age": int64(36), "nick": "none"}
			if i%2 == 0 {
				dec, want = wide, map[string]any{
					"name": "Ada", "age": 36, "email": "ada@example.com", "tags": []any{"x", "y"}, "scores": map[string]any{"chess": 1.5},
				}
			}
			for range 200 {
				var got map[string]any
				if err := dec(body, &got); err != nil {
					t.Error(err)
					return
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
					return
				}
			}
		})
	}
	wg.Wait()
}

func TestNilPointersAreErrors(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	enc, err := c.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	var e *hamba.Error
	if _, err := enc(nil, nil); !errors.As(err, &e) {
		t.Errorf("encode nil: %v", err)
	}
	if err := decoderOf(t, c, nil, nil)([]byte{0}, nil); !errors.As(err, &e) {
		t.Errorf("decode into nil: %v", err)
	}
}

// hamba writes the default of a field that the struct does not have, and drops what it reads for it.
func TestSchemasWithMoreFieldsThanTheStruct(t *testing.T) {
	t.Parallel()
	c := hamba.MustFor[person](personSchema)
	newer := []string{strings.Replace(personSchema, `{"name":"tags"`, `{"name":"channel","type":"string","default":"web"},{"name":"tags"`, 1)}
	_, encoder := c.Encoder(newer)
	_, decoder := c.Decoder(newer, newer)
	for name, err := range map[string]error{"Encoder": encoder, "Decoder": decoder} {
		if err == nil || !strings.Contains(err.Error(), "no Go field for channel") {
			t.Errorf("%s: %v, want the field named", name, err)
		}
	}
	if _, err := c.Decoder(newer, nil); err != nil {
		t.Errorf("a field that the reader schema does not have: %v", err)
	}
}
