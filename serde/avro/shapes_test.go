package avro_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// mark is a Custom of a string.
type mark struct{ text string }

func (m *mark) AvroValue() (any, error) { return m.text, nil }

func (m *mark) SetAvroValue(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("not a string")
	}
	m.text = text
	return nil
}

// A struct that embeds a Custom has its methods, and is a record all the same.
func TestStructThatEmbedsACustomIsARecord(t *testing.T) {
	t.Parallel()
	type labelled struct {
		mark `avro:"mark"`
		N    int32 `avro:"n"`
	}
	type marked struct {
		Mark mark  `avro:"mark"`
		N    int32 `avro:"n"`
	}
	schema := record(field("n", `"int"`))
	c, err := avro.For[labelled](schema)
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Append(nil, &labelled{N: 21})
	if err != nil {
		t.Fatal(err)
	}
	if want := []byte{42}; !cmp.Equal(out, want) {
		t.Errorf("got % x, want % x", out, want)
	}
	if _, err := avro.For[marked](record(field("mark", `"string"`), field("n", `"int"`))); err != nil {
		t.Errorf("a Custom as a field of its own: %v", err)
	}
}

type selfPointer *selfPointer

func TestPointerToItselfIsRefused(t *testing.T) {
	t.Parallel()
	type holder struct {
		P selfPointer `avro:"p"`
	}
	for name, schema := range map[string]string{"int": `"int"`, "optional": `["null","int"]`} {
		_, err := avro.For[holder](record(field("p", schema)))
		if err == nil || !strings.Contains(err.Error(), "pointer to pointers") {
			t.Errorf("%s: got the error %v, want one about pointers to pointers", name, err)
		}
	}
	type deep struct {
		P ***int32 `avro:"p"`
	}
	c := avro.MustFor[deep](record(field("p", `"int"`)))
	var v deep
	if err := c.Decode([]byte{42}, &v); err != nil {
		t.Fatal(err)
	}
	if got := ***v.P; got != 21 {
		t.Errorf("behind three pointers: got %d, want 21", got)
	}
}

func TestNilCustomInAnyIsNull(t *testing.T) {
	t.Parallel()
	type holder struct {
		V any `avro:"v"`
	}
	tests := []struct {
		name, schema string
		v            any
		want         []byte
		problem      string
	}{
		{"a union with null", `["null","string"]`, (*mark)(nil), []byte{0}, ""},
		{"a value in a union", `["null","string"]`, &mark{"a"}, []byte{2, 2, 'a'}, ""},
		{"no null in the schema", `"string"`, (*mark)(nil), nil, "nil, where the schema has"},
	}
	for _, tt := range tests {
		out, err := avro.MustFor[holder](record(field("v", tt.schema))).Append(nil, &holder{tt.v})
		switch {
		case tt.problem == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.problem == "" && !cmp.Equal(out, tt.want):
			t.Errorf("%s: got % x, want % x", tt.name, out, tt.want)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), tt.problem)):
			t.Errorf("%s: got the error %v, want one with %q", tt.name, err, tt.problem)
		}
	}
}

func TestFieldBehindAnEmbeddedPointerIsNamed(t *testing.T) {
	t.Parallel()
	type Base struct {
		ID string `avro:"id"`
	}
	type holder struct {
		*Base
		N int32 `avro:"n"`
	}
	_, err := avro.For[holder](record(field("id", `"string"`), field("n", `"int"`)))
	if err == nil || !strings.Contains(err.Error(), "id (the embedded *avro_test.Base has one") {
		t.Errorf("got the error %v, want one that names the embedded pointer", err)
	}
}

// A fixed of the largest size twice is more room than 32 bits can count.
func TestLargeFixedsMakeTheirOwnRoom(t *testing.T) {
	t.Parallel()
	type large [1 << 29]byte
	type holder struct {
		A *large `avro:"a"`
		B *large `avro:"b"`
		C *large `avro:"c"`
		D *large `avro:"d"`
		E *large `avro:"e"`
		N int32  `avro:"n"`
	}
	fixed := `["null",{"type":"fixed","name":"F","size":536870912}]`
	fields := []string{field("a", fixed)}
	for _, name := range []string{"b", "c", "d", "e"} {
		fields = append(fields, field(name, `["null","F"]`))
	}
	c, err := avro.For[holder](record(append(fields, field("n", `"int"`))...))
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Append(nil, &holder{N: 21})
	if want := []byte{0, 0, 0, 0, 0, 42}; err != nil || !cmp.Equal(out, want) {
		t.Errorf("got % x, %v; want % x", out, err, want)
	}
	if cap(out) > 1<<10 {
		t.Errorf("%d bytes of room were made for %d", cap(out), len(out))
	}
}

func TestTwoFieldsOfOneName(t *testing.T) {
	t.Parallel()
	type One struct {
		ID string `avro:"id"`
	}
	type Other struct {
		ID string `avro:"id"`
	}
	type siblings struct {
		A string `avro:"id"`
		B string `avro:"id"`
	}
	type embedded struct {
		One
		Other
	}
	type shadowed struct {
		One
		Other
		ID string `avro:"id"`
	}
	type tagged struct {
		First  string `avro:"-"`
		Second string `avro:"Third"`
		Third  string
	}
	schema := record(field("id", `"string"`))
	for name, err := range map[string]error{
		"in One struct":       second(avro.For[siblings](schema)),
		"of embedded structs": second(avro.For[embedded](schema)),
	} {
		if err == nil || !strings.Contains(err.Error(), "id (") || !strings.Contains(err.Error(), "two fields of this name") {
			t.Errorf("%s: %v, want the name and why", name, err)
		}
	}
	roundTrip(t, schema, shadowed{ID: "x"})
	roundTrip(t, record(field("Third", `"string"`)), tagged{Second: "x"})
}

func second[T any](_ T, err error) error { return err }
