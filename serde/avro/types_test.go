package avro_test

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

var compareAll = cmp.Options{
	cmp.Comparer(func(a, b avro.LocalTime) bool { return a == b }),
	cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
	cmp.Comparer(func(a, b *big.Int) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
	cmp.AllowUnexported(money{}),
}

// roundTrip writes a value with the codec of its type, reads it back and compares.
func roundTrip[T any](t *testing.T, schema string, want T, opts ...avro.Option) []byte {
	t.Helper()
	c, err := avro.For[T](schema, opts...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.Append(nil, &want)
	if err != nil {
		t.Fatalf("Append(%+v): %v", want, err)
	}
	var got T
	if err := c.Decode(out, &got); err != nil {
		t.Fatalf("Decode(%x): %v", out, err)
	}
	if diff := cmp.Diff(want, got, compareAll); diff != "" {
		t.Errorf("%x (-want +got):\n%s", out, diff)
	}
	for n := range out {
		if err := c.Decode(out[:n], &got); err == nil {
			t.Errorf("cut to %d of %d bytes: no error", n, len(out))
		}
	}
	if err := c.Decode(append(out, 0), &got); err == nil || !strings.Contains(err.Error(), "left over") {
		t.Errorf("one byte more: %v", err)
	}
	return out
}

func record(fields ...string) string {
	return `{"type":"record","name":"com.example.R","fields":[` + strings.Join(fields, ",") + `]}`
}

func field(name, schema string) string { return fmt.Sprintf(`{"name":%q,"type":%s}`, name, schema) }

type small struct {
	A int8   `avro:"a"`
	B uint16 `avro:"b"`
	C uint32 `avro:"c"`
	D int16  `avro:"d"`
	E int    `avro:"e"`
	F int    `avro:"f"`
}

type inner struct {
	N int32   `avro:"n"`
	O *string `avro:"o"`
}

type scalars struct {
	Bool    bool    `avro:"bool"`
	Int     int32   `avro:"int"`
	Long    int64   `avro:"long"`
	Float   float32 `avro:"float"`
	Double  float64 `avro:"double"`
	Bytes   []byte  `avro:"bytes"`
	String  string  `avro:"string"`
	Fixed   [3]byte `avro:"fixed"`
	FixedSl []byte  `avro:"fixedsl"`
}

type logicals struct {
	Date    time.Time            `avro:"date"`
	OfDay3  time.Duration        `avro:"timems"`
	OfDay6  time.Duration        `avro:"timeus"`
	StampMs time.Time            `avro:"stampms"`
	StampUs time.Time            `avro:"stampus"`
	StampNs time.Time            `avro:"stampns"`
	LocalMs avro.LocalTime       `avro:"localms"`
	LocalUs avro.LocalTime       `avro:"localus"`
	LocalNs avro.LocalTime       `avro:"localns"`
	Dur     avro.Duration        `avro:"dur"`
	Dec     avro.Decimal         `avro:"dec"`
	Rat     *big.Rat             `avro:"rat"`
	RatFix  *big.Rat             `avro:"ratfix"`
	NoRat   *big.Rat             `avro:"norat"`
	UUID    [16]byte             `avro:"uuid"`
	UUIDTxt string               `avro:"uuidtxt"`
	UUIDFix [16]byte             `avro:"uuidfix"`
	UUIDFx2 string               `avro:"uuidfx2"`
	RawMs   int64                `avro:"rawms"`
	OptTime *time.Time           `avro:"opttime"`
	Times   []time.Time          `avro:"times"`
	ByDay   map[string]time.Time `avro:"byday"`
}

func logical(kind, name string) string {
	return fmt.Sprintf(`{"type":%q,"logicalType":%q}`, kind, name)
}

const (
	decimal92  = `{"type":"bytes","logicalType":"decimal","precision":9,"scale":2}`
	uuidString = `{"type":"string","logicalType":"uuid"}`
)

var logicalSchema = record(
	field("date", logical("int", "date")),
	field("timems", logical("int", "time-millis")),
	field("timeus", logical("long", "time-micros")),
	field("stampms", logical("long", "timestamp-millis")),
	field("stampus", logical("long", "timestamp-micros")),
	field("stampns", logical("long", "timestamp-nanos")),
	field("localms", logical("long", "local-timestamp-millis")),
	field("localus", logical("long", "local-timestamp-micros")),
	field("localns", logical("long", "local-timestamp-nanos")),
	field("dur", `{"type":"fixed","name":"Dur","size":12,"logicalType":"duration"}`),
	field("dec", decimal92),
	field("rat", decimal92),
	field("ratfix", `{"type":"fixed","name":"Dec","size":5,"logicalType":"decimal","precision":9,"scale":3}`),
	field("norat", `["null",`+decimal92+`]`),
	field("uuid", uuidString),
	field("uuidtxt", uuidString),
	field("uuidfix", `{"type":"fixed","name":"U","size":16,"logicalType":"uuid"}`),
	field("uuidfx2", `"U"`),
	field("rawms", logical("long", "timestamp-millis")),
	field("opttime", `["null",`+logical("long", "timestamp-micros")+`]`),
	field("times", `{"type":"array","items":`+logical("long", "timestamp-millis")+`}`),
	field("byday", `{"type":"map","values":`+logical("int", "date")+`}`),
)

func TestEveryTypeComesBack(t *testing.T) {
	t.Parallel()
	t.Run("scalars", func(t *testing.T) {
		t.Parallel()
		schema := record(field("bool", `"boolean"`), field("int", `"int"`), field("long", `"long"`), field("float", `"float"`),
			field("double", `"double"`), field("bytes", `"bytes"`), field("string", `"string"`),
			field("fixed", `{"type":"fixed","name":"F3","size":3}`), field("fixedsl", `"F3"`))
		roundTrip(t, schema, scalars{true, -1 << 31, -1 << 63, 1.5, -2.25, []byte{0, 255}, "grün", [3]byte{1, 2, 3}, []byte{4, 5, 6}})
		roundTrip(t, schema, scalars{Bytes: []byte{}, FixedSl: []byte{0, 0, 0}, Long: 1<<63 - 1, Int: 1<<31 - 1})
	})
	t.Run("integers of other sizes", func(t *testing.T) {
		t.Parallel()
		schema := record(field("a", `"int"`), field("b", `"int"`), field("c", `"long"`), field("d", `"long"`), field("e", `"int"`), field("f", `"long"`))
		roundTrip(t, schema, small{-128, 65535, 1<<32 - 1, -32768, -1 << 31, 1 << 60})
	})
	t.Run("logical types", func(t *testing.T) {
		t.Parallel()
		at := time.Date(1969, 7, 20, 20, 17, 40, 123456789, time.UTC)
		id := [16]byte{1, 0x90, 0xb3, 0xc4, 0x7d, 0x2e, 0x7a, 0x31, 0x9f, 0, 1, 2, 3, 4, 5, 255}
		roundTrip(t, logicalSchema, logicals{
			Date: at.Truncate(24 * time.Hour), OfDay3: 23*time.Hour + time.Millisecond, OfDay6: time.Microsecond,
			StampMs: at.Truncate(time.Millisecond), StampUs: at.Truncate(time.Microsecond), StampNs: at,
			LocalMs: avro.LocalTimeOf(at.Truncate(time.Millisecond)), LocalUs: avro.LocalTimeOf(at.Truncate(time.Microsecond)), LocalNs: avro.LocalTimeOf(at),
			Dur: avro.Duration{Months: 14, Days: 1 << 31, Millis: 999}, Dec: avro.Decimal{Unscaled: big.NewInt(-128), Scale: 2},
			Rat: big.NewRat(12345, 100), RatFix: big.NewRat(-1, 8), UUID: id, UUIDTxt: "not always a UUID", UUIDFix: id,
			UUIDFx2: "0190b3c4-7d2e-7a31-9f00-0102030405ff", RawMs: -5, OptTime: new(at.Truncate(time.Microsecond)),
			Times: []time.Time{time.UnixMilli(-1).UTC(), time.UnixMilli(0).UTC()}, ByDay: map[string]time.Time{"": time.Unix(-86400, 0).UTC()},
		})
	})
	t.Run("arrays and maps", func(t *testing.T) {
		t.Parallel()
		type key string
		type all struct {
			Ints    []int32                     `avro:"ints"`
			Inners  []inner                     `avro:"inners"`
			Ptrs    []*inner                    `avro:"ptrs"`
			Nested  [][]string                  `avro:"nested"`
			Longs   map[string]int64            `avro:"longs"`
			Keyed   map[key]key                 `avro:"keyed"`
			Records map[string]inner            `avro:"records"`
			Deep    map[string]map[string][]int `avro:"deep"`
			Empty   []struct{}                  `avro:"empty"`
			NoMap   map[string]string           `avro:"nomap"`
			NoSlice []string                    `avro:"noslice"`
			PtrMap  *map[string]int64           `avro:"ptrmap"`
		}
		innerSchema := `{"type":"record","name":"Inner","fields":[{"name":"n","type":"int"},{"name":"o","type":["null","string"]}]}`
		array := func(items string) string { return `{"type":"array","items":` + items + `}` }
		mapOf := func(values string) string { return `{"type":"map","values":` + values + `}` }
		schema := record(field("ints", array(`"int"`)), field("inners", array(innerSchema)), field("ptrs", array(`"Inner"`)),
			field("nested", array(array(`"string"`))), field("longs", mapOf(`"long"`)), field("keyed", mapOf(`"string"`)),
			field("records", mapOf(`"Inner"`)), field("deep", mapOf(mapOf(array(`"int"`)))),
			field("empty", array(`{"type":"record","name":"E","fields":[]}`)), field("nomap", `["null",`+mapOf(`"string"`)+`]`),
			field("noslice", `[`+array(`"string"`)+`,"null"]`), field("ptrmap", `["null",`+mapOf(`"long"`)+`]`))
		many := make([]inner, 3000)
		for i := range many {
			many[i].N = int32(i)
			if i%3 == 0 {
				many[i].O = new(fmt.Sprint(i))
			}
		}
		roundTrip(t, schema, all{
			Ints: []int32{1, -2, 3}, Inners: []inner{{1, new("x")}, {2, nil}, {3, new("")}}, Ptrs: []*inner{{4, nil}, {5, new("y")}},
			Nested: [][]string{{}, {"a", "b"}}, Longs: map[string]int64{"a": 1, "b": -1}, Keyed: map[key]key{"k": "v"},
			Records: map[string]inner{"r": {6, new("z")}, "s": {7, nil}}, Deep: map[string]map[string][]int{"d": {"e": {1, 2}, "f": {}}},
			Empty: make([]struct{}, 5), PtrMap: &map[string]int64{"p": 1},
		}, avro.WithSortedMaps())
		c := avro.MustFor[all](schema)
		big := all{Ints: []int32{}, Inners: many, Ptrs: []*inner{}, Nested: [][]string{}, Longs: map[string]int64{}, Keyed: map[key]key{}, Records: map[string]inner{}, Deep: map[string]map[string][]int{}, Empty: []struct{}{}}
		out, err := c.Append(nil, &big)
		if err != nil {
			t.Fatal(err)
		}
		var got all
		if err := c.Decode(out, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(big, got); diff != "" {
			t.Errorf("many items (-want +got):\n%s", diff)
		}
	})
	t.Run("optional values", func(t *testing.T) {
		t.Parallel()
		type all struct {
			A avro.Optional[int64]     `avro:"a"`
			B avro.Optional[string]    `avro:"b"`
			C avro.Optional[inner]     `avro:"c"`
			D avro.Optional[time.Time] `avro:"d"`
			E **string                 `avro:"e"`
			F *inner                   `avro:"f"`
		}
		schema := record(field("a", `["null","long"]`), field("b", `["string","null"]`),
			field("c", `["null",{"type":"record","name":"Inner","fields":[{"name":"n","type":"int"},{"name":"o","type":["null","string"]}]}]`),
			field("d", `["null",`+logical("long", "timestamp-millis")+`]`), field("e", `["null","string"]`), field("f", `"Inner"`))
		roundTrip(t, schema, all{avro.Some(int64(7)), avro.Some(""), avro.Some(inner{1, new("o")}), avro.Some(time.UnixMilli(1).UTC()), new(new("e")), &inner{2, nil}})
		roundTrip(t, schema, all{F: &inner{0, new("")}})
	})
	t.Run("embedded structs", func(t *testing.T) {
		t.Parallel()
		type Base struct {
			ID   string `avro:"id"`
			Name string `avro:"name"`
		}
		type all struct {
			Base
			Name  string `avro:"name"`
			Plain int32
			Skip  int32 `avro:"-"`
		}
		got := roundTrip(t, record(field("name", `"string"`), field("id", `"string"`), field("Plain", `"int"`)), all{Base: Base{ID: "i"}, Name: "outer", Plain: 1})
		if want := "\x0aouter\x02i\x02"; string(got) != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
	t.Run("values that are no records", func(t *testing.T) {
		t.Parallel()
		roundTrip(t, `"string"`, "text")
		roundTrip(t, `{"type":"array","items":["null","long"]}`, []*int64{new(int64(1)), nil})
		roundTrip(t, `["null","int"]`, new(int32(5)))
		roundTrip(t, `["int"]`, int32(5))
		roundTrip(t, `["null",{"type":"record","name":"Empty","fields":[]}]`, &struct{}{})
	})
}

type node struct {
	Value int64  `avro:"value"`
	Next  *node  `avro:"next"`
	Kids  []node `avro:"kids"`
}

const nodeSchema = `{"type":"record","name":"Node","fields":[{"name":"value","type":"long"},{"name":"next","type":["null","Node"]},{"name":"kids","type":{"type":"array","items":"Node"}}]}`

func chain(n int) *node {
	var head *node
	for i := range n {
		head = &node{int64(i), head, []node{}}
	}
	return head
}

func TestRecursiveTypes(t *testing.T) {
	t.Parallel()
	roundTrip(t, nodeSchema, node{1, &node{2, nil, []node{{3, &node{4, nil, []node{}}, []node{}}}}, []node{{5, nil, []node{{6, nil, []node{}}}}, {7, nil, []node{}}}})
	type holder struct {
		List *node `avro:"list"`
	}
	roundTrip(t, record(field("list", nodeSchema)), holder{chain(20)})
}

func TestDepthIsLimited(t *testing.T) {
	t.Parallel()
	c := avro.MustFor[node](nodeSchema)
	tight := avro.MustFor[node](nodeSchema, avro.WithMaxDepth(50))
	out, err := c.Append(nil, chain(999)) // the last one's array is level 1,000
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Append(nil, chain(1000)); err == nil {
		t.Error("1,001 levels were written")
	}
	if err := c.Decode(out, new(node)); err != nil {
		t.Error(err)
	}
	if err := tight.Decode(out, new(node)); err == nil || !strings.Contains(err.Error(), "WithMaxDepth") {
		t.Errorf("1,000 levels where 50 are allowed: %v", err)
	}
	if _, err := tight.Append(nil, chain(60)); err == nil || !strings.Contains(err.Error(), "WithMaxDepth") {
		t.Errorf("60 levels where 50 are allowed: %v", err)
	}
	loop := &node{Kids: []node{}}
	loop.Next = loop
	if _, err := c.Append(nil, loop); err == nil {
		t.Error("a value that contains itself was written")
	}
	deep := []byte(strings.Repeat("\x00\x02", 10_000))
	if err := c.Decode(deep, new(node)); err == nil || !strings.Contains(err.Error(), "WithMaxDepth") {
		t.Errorf("10,000 levels: %v", err)
	}
}

// Enums in the forms that Go types give them.
type (
	ordered   int32
	symbolic  uint8
	textual   int
	named     string
	stringing int
)

func (symbolic) Symbols() []string { return []string{"C", "A", "B"} }

func (v *textual) UnmarshalText(text []byte) error {
	i := strings.Index("XYABC", string(text))
	if i < 0 {
		return errors.New("unknown")
	}
	*v = textual(i + 10)
	return nil
}

func (v stringing) String() string {
	return map[stringing]string{1: "B", 2: "A", 3: "C"}[v]
}

func TestEnums(t *testing.T) {
	t.Parallel()
	type all struct {
		Ordered   ordered   `avro:"o"`
		Symbolic  symbolic  `avro:"s"`
		Textual   textual   `avro:"t"`
		Named     named     `avro:"n"`
		Stringing stringing `avro:"g"`
	}
	schema := record(field("o", `{"type":"enum","name":"E","symbols":["A","B","C"]}`), field("s", `"E"`), field("t", `"E"`), field("n", `"E"`), field("g", `"E"`))
	good := all{2, 3, 13, "B", 1}
	if got := roundTrip(t, schema, good); string(got) != "\x02\x02\x02\x02\x02" {
		t.Errorf("got %x, want B five times", got)
	}
	for name, change := range map[string]func(*all){
		"o": func(v *all) { v.Ordered = 0 },
		"s": func(v *all) { v.Symbolic = 0 },
		"t": func(v *all) { v.Textual = 1 },
		"n": func(v *all) { v.Named = "secret" },
		"g": func(v *all) { v.Stringing = 4 },
	} {
		v := good
		change(&v)
		_, err := avro.MustFor[all](schema).Append(nil, &v)
		var e *avro.Error
		if !errors.As(err, &e) || e.FieldPath() != name || strings.Contains(err.Error(), "secret") {
			t.Errorf("%+v: %v", v, err)
		}
	}
	// Symbols count by name, whatever their order is in the writer's schema, and whatever the reader's order was for the Go type.
	writer := strings.Replace(schema, `["A","B","C"]`, `["D","C","B","A"]`, 1)
	decode, err := avro.MustFor[all](schema).Decoder([]string{writer}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got all
	if err := decode([]byte{4, 4, 4, 4, 4}, &got); err != nil || got != good {
		t.Errorf("got %+v, %v, want %+v", got, err, good)
	}
	var e *avro.Error
	for i, name := range []string{"o", "s", "t", "n", "g"} {
		in := []byte{4, 4, 4, 4, 4}
		in[i] = 0
		err = decode(in, &got)
		if !errors.As(err, &e) || !e.Unresolvable() || e.FieldPath() != name || e.Offset() != i || !strings.Contains(err.Error(), "D") {
			t.Errorf("an unknown symbol: %v, want it for %s at byte %d", err, name, i)
		}
	}
	if err := decode([]byte{4, 4, 4, 8, 4}, &got); !errors.As(err, &e) || e.Unresolvable() {
		t.Errorf("a symbol that the writer does not have: %v", err)
	}
	if got != (all{}) {
		t.Errorf("an error leaves %+v", got)
	}
}

// money is a Custom type on a decimal.
type money struct{ cents int64 }

func (m *money) AvroValue() (any, error) {
	if m.cents < 0 {
		return nil, errors.New("negative")
	}
	return avro.Decimal{Unscaled: big.NewInt(m.cents), Scale: 2}, nil
}

func (m *money) SetAvroValue(v any) error {
	d, ok := v.(avro.Decimal)
	if !ok || d.Unscaled.Sign() < 0 {
		return errors.New("no money")
	}
	m.cents = d.Unscaled.Int64()
	return nil
}

func TestCustomTypes(t *testing.T) {
	t.Parallel()
	type all struct {
		Price money            `avro:"price"`
		Tip   *money           `avro:"tip"`
		Parts []money          `avro:"parts"`
		By    map[string]money `avro:"by"`
	}
	schema := record(field("price", decimal92), field("tip", `["null",`+decimal92+`]`),
		field("parts", `{"type":"array","items":`+decimal92+`}`), field("by", `{"type":"map","values":`+decimal92+`}`))
	roundTrip(t, schema, all{money{1299}, &money{5}, []money{{1}, {2}}, map[string]money{"a": {3}}})
	roundTrip(t, schema, all{Parts: []money{}, By: map[string]money{}})
	_, err := avro.MustFor[all](schema).Append(nil, &all{Parts: []money{{1}, {-1}}})
	var e *avro.Error
	if !errors.As(err, &e) || e.FieldPath() != "parts[1]" || errors.Unwrap(err) == nil {
		t.Errorf("Append: %v", err)
	}
}

type (
	shape  interface{ isShape() }
	circle struct {
		R float64 `avro:"r"`
	}
	square struct {
		A     float64 `avro:"a"`
		Label *string `avro:"label"`
	}
	text string
)

func (circle) isShape()  {}
func (*square) isShape() {}
func (text) isShape()    {}

var shapes = avro.WithUnion[shape](map[string]shape{"com.example.Circle": circle{}, "Square": &square{}, "string": text("")})

func TestUnionsOfSeveralTypes(t *testing.T) {
	t.Parallel()
	union := `["null",{"type":"record","name":"com.example.Circle","fields":[{"name":"r","type":"double"}]},"string",` +
		`{"type":"record","name":"Square","namespace":"","fields":[{"name":"a","type":"double"},{"name":"label","type":["null","string"]}]}]`
	type all struct {
		One  shape   `avro:"one"`
		Many []shape `avro:"many"`
		Any  any     `avro:"any"`
	}
	schema := record(field("one", union), field("many", `{"type":"array","items":["null","com.example.Circle","string","Square"]}`), field("any", `["null","int","string"]`))
	want := all{circle{1}, []shape{nil, text("x"), &square{2, new("l")}, &square{3, nil}}, avro.Branch{Name: "string", Value: "s"}}
	roundTrip(t, schema, want, shapes)
	roundTrip(t, schema, all{Many: []shape{}}, shapes)
	if _, err := avro.For[all](schema); err == nil || !strings.Contains(err.Error(), "WithUnion") {
		t.Errorf("without WithUnion: %v", err)
	}
	c := avro.MustFor[all](schema, shapes)
	if out, err := c.Append(nil, &all{Many: []shape{}, Any: int32(1)}); err != nil || string(out) != "\x00\x00\x02\x02" {
		t.Errorf("a value without its branch: %x, %v", out, err)
	}
	// The bytes are those of the generic form.
	bytes, err := c.Append(nil, &want)
	if err != nil {
		t.Fatal(err)
	}
	g := avro.MustFor[avro.Record](schema)
	var r avro.Record
	if err := g.Decode(bytes, &r); err != nil {
		t.Fatal(err)
	}
	if label, err := r.Get("many[2].label"); err != nil || label != "l" {
		t.Errorf("label is %v, %v", label, err)
	}
	if again, err := g.Append(nil, &r); err != nil || string(again) != string(bytes) {
		t.Errorf("generic form: %x, %v, want %x", again, err, bytes)
	}
}

func TestMissingGoFieldsAreListed(t *testing.T) {
	t.Parallel()
	type part struct {
		B string `avro:"b"`
	}
	type all struct {
		A     string `avro:"a"`
		Parts []part `avro:"parts"`
		One   part   `avro:"one"`
	}
	p := `{"type":"record","name":"P","fields":[{"name":"b","type":"string"},{"name":"x","type":"int"}]}`
	schema := record(field("a", `"string"`), field("y", `"int"`), field("parts", `{"type":"array","items":`+p+`}`), field("one", `"P"`), field("z", `"int"`))
	_, err := avro.For[all](schema)
	for _, name := range []string{"y", "one.x", "z"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("got %v, want %s named", err, name)
		}
	}
}

func TestGoTypesThatDoNotFit(t *testing.T) {
	t.Parallel()
	check := func(name string, err error) {
		t.Helper()
		var e *avro.Error
		if !errors.As(err, &e) || e.Unresolvable() {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := avro.For[string](`"int"`)
	check("int", err)
	_, err = avro.For[int32](`"long"`)
	if err != nil {
		t.Errorf("a long may be held by an int32 that is checked: %v", err)
	}
	_, err = avro.For[int64](`["null","long"]`)
	check("null", err)
	_, err = avro.For[[]int](`{"type":"map","values":"int"}`)
	check("map", err)
	_, err = avro.For[map[int]int](`{"type":"map","values":"int"}`)
	check("map", err)
	_, err = avro.For[[4]byte](`{"type":"fixed","name":"F","size":3}`)
	check("fixed", err)
	_, err = avro.For[int](`["int","string"]`)
	check("union", err)
	_, err = avro.For[float64](`"float"`)
	check("float", err)
}

// TestOnlyFieldOfAnOptionalRecord has records of one string field behind pointers, in structs where that field is not the first.
func TestOnlyFieldOfAnOptionalRecord(t *testing.T) {
	t.Parallel()
	type inner struct {
		Before int64  `avro:"-"`
		Name   string `avro:"name"`
		After  *int64 `avro:"-"`
	}
	type outer struct {
		In *inner `avro:"in"`
	}
	c := avro.MustFor[outer](record(field("in", `["null",`+strings.Replace(record(field("name", `"string"`)), "example.R", "example.Inner", 1)+`]`)))
	want := outer{&inner{Name: "abc"}}
	out, err := c.Append(nil, &outer{&inner{Before: 1 << 40, Name: "abc", After: new(int64)}})
	if err != nil || string(out) != "\x02\x06abc" {
		t.Errorf("got %q, %v", out, err)
	}
	var got outer
	if err := c.Decode([]byte("\x02\x06abc"), &got); err != nil || !cmp.Equal(got, want) {
		t.Errorf("got %+v, %v, want %+v", got.In, err, want.In)
	}
	err = c.Decode([]byte("\x02\x02\xff"), &got)
	var e *avro.Error
	if !errors.As(err, &e) || e.FieldPath() != "in.name" {
		t.Errorf("got %v, want an error of in.name", err)
	}
}

// TestPointersToRecordsInStructs is for builds that check conversions of pointers, as those with -race do.
func TestPointersToRecordsInStructs(t *testing.T) {
	t.Parallel()
	type outer struct {
		In *avro.Record `avro:"in"`
	}
	c := avro.MustFor[outer](record(field("in", strings.Replace(record(field("n", `"int"`)), "example.R", "example.Inner", 1))))
	v := new(outer)
	if err := c.Decode([]byte{2}, v); err != nil {
		t.Fatal(err)
	}
	if out, err := c.Append(nil, v); err != nil || string(out) != "\x02" {
		t.Errorf("got %q, %v", out, err)
	}
}

// TestRecordsGoToTheirBranch writes a Record, without Branch, to a union that has a record with the same fields before its own.
func TestRecordsGoToTheirBranch(t *testing.T) {
	t.Parallel()
	named := func(name string) string {
		return strings.Replace(record(field("n", `"int"`)), "example.R", "example."+name, 1)
	}
	c := avro.MustFor[any](`[` + named("A") + `,` + named("B") + `]`)
	for name, want := range map[string]string{"A": "\x00\x02", "B": "\x02\x02", "C": "\x00\x02"} {
		schema, err := avro.Parse(named(name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := avro.NewRecord(schema)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Set("n", 1); err != nil {
			t.Fatal(err)
		}
		for _, v := range []any{r, *r} {
			if out, err := c.Append(nil, &v); err != nil || string(out) != want {
				t.Errorf("%s as a %T: got %q, %v, want %q", name, v, out, err, want)
			}
		}
	}
}

// TestTimesThatJavaTakesForNever writes what reading takes: the ends of 64 bits stand for never and always in many a schema.
func TestTimesThatJavaTakesForNever(t *testing.T) {
	t.Parallel()
	c := avro.MustFor[time.Time](`{"type":"long","logicalType":"timestamp-millis"}`)
	for _, n := range []int64{-1 << 63, 1<<63 - 1} {
		var v time.Time
		if err := c.Decode(long(n), &v); err != nil {
			t.Fatal(err)
		}
		if out, err := c.Append(nil, &v); err != nil || string(out) != string(long(n)) {
			t.Errorf("%d: got %x, %v", n, out, err)
		}
	}
}

// TestMapsInUnionsOfRecords writes maps that only the last branch takes, in so many levels that trying all ways would take years.
func TestMapsInUnionsOfRecords(t *testing.T) {
	t.Parallel()
	c := avro.MustFor[any](`{"type":"record","name":"R","fields":[{"name":"e","type":["null",
		{"type":"record","name":"A","fields":[{"name":"next","type":["null","A",
			{"type":"record","name":"B","fields":[{"name":"next","type":["null","A","B"]},{"name":"y","type":"int"}]}]},
			{"name":"x","type":"int"}]},"B"]}]}`)
	for _, end := range []any{nil, "not a record"} {
		const levels = 200
		e := end
		for range levels {
			e = map[string]any{"next": e, "y": int32(1)}
		}
		var v any = map[string]any{"e": e}
		out, err := c.Append(nil, &v)
		if (err == nil) != (end == nil) || err == nil && len(out) != 2*levels+1 {
			t.Errorf("with %v at the end: got %d bytes, %v", end, len(out), err)
		}
	}
}
