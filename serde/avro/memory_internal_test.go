package avro

import (
	"math/big"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unsafe"
)

// memoryCase is a schema and the Go type for it.
type memoryCase struct {
	name, schema string
	typ          reflect.Type
	writer       string // "" for the same schema
}

type defaultItem struct {
	A int32   `avro:"a"`
	B []int64 `avro:"b"`
}

type wideItem struct {
	N    int32    `avro:"n"`
	Big  *bigPart `avro:"big"`
	Text *string  `avro:"text"`
}

type bigPart struct {
	Fixed [200]byte `avro:"fixed"`
	Text  *string   `avro:"text"`
}

var memoryCases = []memoryCase{
	{"longs", `{"type":"array","items":"long"}`, reflect.TypeFor[[]int64](), ""},
	{"strings", `{"type":"array","items":"string"}`, reflect.TypeFor[[]string](), ""},
	{"generic longs", `{"type":"array","items":"long"}`, anyType, ""},
	{"generic arrays", `{"type":"array","items":{"type":"array","items":"string"}}`, anyType, ""},
	{"map", `{"type":"map","values":"string"}`, reflect.TypeFor[map[string]string](), ""},
	{"map of longs", `{"type":"map","values":"long"}`, reflect.TypeFor[map[string]int64](), ""},
	{"generic map", `{"type":"map","values":["null","string","long"]}`, anyType, ""},
	{"optional parts", `{"type":"array","items":{"type":"record","name":"W","fields":[{"name":"n","type":"int"},
		{"name":"big","type":["null",{"type":"record","name":"B","fields":[{"name":"fixed","type":{"type":"fixed","name":"F","size":200}},{"name":"text","type":["null","string"]}]}]},
		{"name":"text","type":["null","string"]}]}}`, reflect.TypeFor[[]wideItem](), ""},
	{"generic records", `{"type":"array","items":{"type":"record","name":"W","fields":[{"name":"n","type":"int"},{"name":"t","type":["null","W"]}]}}`, anyType, ""},
	{"decimals", `{"type":"array","items":{"type":"bytes","logicalType":"decimal","precision":4}}`, reflect.TypeFor[[]Decimal](), ""},
	{"fractions of many digits", `{"type":"array","items":{"type":"bytes","logicalType":"decimal","precision":1000,"scale":1000}}`, reflect.TypeFor[[]*big.Rat](), ""},
	{
		"long defaults", `{"type":"array","items":{"type":"record","name":"D","fields":[{"name":"a","type":"int"},
		{"name":"b","type":{"type":"array","items":"long"},"default":[0` + strings.Repeat(",0", 300) + `]}]}}`, reflect.TypeFor[[]defaultItem](),
		`{"type":"array","items":{"type":"record","name":"D","fields":[{"name":"a","type":"int"}]}}`,
	},
}

// inputs makes bytes that get far: counts and lengths that the bytes behind them bear out, and then anything.
func (c memoryCase) inputs(t *testing.T) [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	var all [][]byte
	sizes := []int{100, 5_000, 100_000}
	if testing.Short() {
		sizes = sizes[:2]
	}
	for _, n := range sizes {
		for _, fill := range []byte{0, 2, 1} {
			in := appendLong(nil, int64(n/4))
			for len(in) < n {
				in = append(in, fill)
			}
			all = append(all, in)
		}
		in := appendLong(nil, int64(n/2))
		for len(in) < n {
			in = append(in, byte(r.UintN(6)))
		}
		all = append(all, in)
	}
	t.Logf("%d inputs", len(all))
	return all
}

// TestMemoryIsBounded asserts the bound that the plan computes: 64 KiB and K times the bytes of the input.
func TestMemoryIsBounded(t *testing.T) {
	cfg, err := newConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range memoryCases {
		schema, err := Parse(c.schema)
		if err != nil {
			t.Fatal(err)
		}
		writer := schema
		if c.writer != "" {
			if writer, err = Parse(c.writer); err != nil {
				t.Fatal(err)
			}
		}
		plan, err := (&codecState{cfg: cfg}).decoding(writer, schema, c.typ)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for _, in := range c.inputs(t) {
			v := reflect.New(c.typ)
			plan.decode(in, v.UnsafePointer()) //nolint:errcheck // most are wrong; what they cost is the question
			v.Elem().SetZero()
			used := allocated(func() { plan.decode(in, v.UnsafePointer()) }) //nolint:errcheck // as above
			bound := maxFirst + plan.factor()*float64(len(in))
			if float64(used) > bound {
				t.Errorf("%s: %d bytes of input made it allocate %d, the bound is %.0f (K = %.0f)", c.name, len(in), used, bound, plan.factor())
			}
			worst = max(worst, float64(used)/bound)
		}
		t.Logf("%s: K = %.0f, at most %.0f%% of the bound", c.name, plan.factor(), 100*worst)
	}
}

type family struct {
	Name     *string  `avro:"name"`
	Children []family `avro:"children"`
}

// Items that hold arrays of such items share what memory is allocated with, and none of it may be lost on the way.
func TestMemoryOfArraysWithinArraysIsBounded(t *testing.T) {
	const nodes = `{"type":"record","name":"N","fields":[{"name":"name","type":["null","string"]},{"name":"children","type":{"type":"array","items":"N"}}]}`
	schema, err := Parse(nodes)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := (&codecState{cfg: defaultConfig}).decoding(schema, schema, reflect.TypeFor[family]())
	if err != nil {
		t.Fatal(err)
	}
	name := []byte{2, 2, 'x'}
	for _, own := range []string{"\x00", "\x02\x00\x00\x00", "\x04\x02\x02y\x00\x00\x00\x00"} { // the children of each child
		const children = 10_000
		in := appendLong(slices.Clone(name), children)
		for range children {
			in = append(append(in, name...), own...)
		}
		in = append(in, 0)
		var v family
		used := allocated(func() { err = plan.decode(in, unsafe.Pointer(&v)) })
		if err != nil || len(v.Children) != children || *v.Children[children-1].Name != "x" {
			t.Fatalf("%d children, %v", len(v.Children), err)
		}
		if bound := maxFirst + plan.factor()*float64(len(in)); float64(used) > bound {
			t.Errorf("with %q in each child: %d bytes of input made it allocate %d, the bound is %.0f", own, len(in), used, bound)
		}
	}
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestSchemasThatMultiplyStayFlat compiles types that name each other so that writing them out would take 2^40 operations.
func TestSchemasThatMultiplyStayFlat(t *testing.T) {
	var text strings.Builder
	text.WriteString(`{"type":"record","name":"R","fields":[{"name":"f0","type":{"type":"record","name":"R0","fields":[{"name":"n","type":"int"}]}}`)
	const levels = 40
	for i := 1; i <= levels; i++ {
		r, f := "R"+string(rune('A'+i)), "f"+string(rune('A'+i))
		inner := "R0"
		if i > 1 {
			inner = "R" + string(rune('A'+i-1))
		}
		text.WriteString(`,{"name":"` + f + `","type":{"type":"record","name":"` + r + `","fields":[{"name":"a","type":"` + inner + `"},{"name":"b","type":"` + inner + `"}]}}`)
	}
	text.WriteString("]}")
	schema, err := Parse(strings.NewReplacer("R[", "R_1", "R\\", "R_2", "R]", "R_3", "R^", "R_4", "R`", "R_5", "f[", "f_1", "f\\", "f_2", "f]", "f_3", "f^", "f_4", "f`", "f_5").Replace(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := newConfig(nil)
	if err != nil {
		t.Fatal(err)
	}
	empty, err := Parse(`{"type":"record","name":"R","fields":[]}`)
	if err != nil {
		t.Fatal(err)
	}
	for name, reader := range map[string]*Schema{"skipped": empty, "generic": schema} {
		used := allocated(func() {
			plan, err := (&codecState{cfg: cfg}).decoding(schema, reader, recordType)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var v Record
			if err := plan.decode(make([]byte, 100), unsafe.Pointer(&v)); err == nil {
				t.Errorf("%s: 100 bytes were enough", name)
			}
		})
		if used > 64<<20 {
			t.Errorf("%s: %d bytes allocated", name, used)
		}
	}
}

// TestTimesOfTheirUnits checks the ends of what 64 bits hold.
func TestTimesOfTheirUnits(t *testing.T) {
	for _, tick := range []int64{1, 1_000, 1_000_000} {
		for _, n := range []int64{-1 << 63, -1<<63 + 1, -1, 0, 1, 999, -999, 1<<63 - 1} {
			if got, ok := ticksOf(timeOf(n, tick), tick); !ok || got != n {
				t.Errorf("tick %d: %d comes back as %d, %v", tick, n, got, ok)
			}
		}
		if _, ok := ticksOf(timeOf(1<<63-1, tick).AddDate(1, 0, 0), tick); ok {
			t.Errorf("tick %d: a year later is in range", tick)
		}
		if _, ok := ticksOf(timeOf(-1<<63, tick).AddDate(-1, 0, 0), tick); ok {
			t.Errorf("tick %d: a year earlier is in range", tick)
		}
	}
	for _, n := range []int64{-1 << 31, -1, 0, 1, 1<<31 - 1} {
		if got, ok := ticksOf(timeOf(n, nanos[logicalDate]), nanos[logicalDate]); !ok || got != n {
			t.Errorf("day %d comes back as %d, %v", n, got, ok)
		}
	}
}
