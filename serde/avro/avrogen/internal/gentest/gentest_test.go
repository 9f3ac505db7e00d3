package gentest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/big"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/avrogen/internal/gentest/optionals"
)

// generated is what *T has when T is generated.
type generated[T any] interface {
	*T
	AppendAvro(dst []byte) ([]byte, error)
	DecodeAvro(src []byte) (rest []byte, err error)
	AvroSchema() string
}

// methods is what it has within its package.
type methods interface {
	readAvro(in *avro.Input, pos, depth int) int
	appendAvro(out *avro.Output, i, depth int) int
}

var compare = cmp.Options{
	cmp.Comparer(func(a, b avro.LocalTime) bool { return a == b }),
	cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 }),
	cmpopts.EquateNaNs(),
}

// subject is a generated type without its type.
type subject struct {
	name   string
	schema *avro.Schema
	decode func(src []byte) (v any, rest []byte, err error) // generated
	plan   func(src []byte) (v any, rest []byte, err error)
	// encode and planEncode write what decode returned.
	encode, planEncode func(v any) ([]byte, error)
	zero               func(v any) bool
	// toJSON and fromJSON are the codec's way to Avro's JSON encoding and back.
	toJSON   func(v any) ([]byte, error)
	fromJSON func(text []byte) (any, error)
}

func subjectOf[T any, P generated[T]](tb testing.TB, c avro.Codec[T]) subject {
	tb.Helper()
	schema, err := avro.Parse(P(new(T)).AvroSchema())
	if err != nil {
		tb.Fatal(err)
	}
	return subject{
		name: c.Name(), schema: schema,
		decode: func(src []byte) (any, []byte, error) {
			v := new(T)
			rest, err := P(v).DecodeAvro(src)
			return v, rest, err
		},
		plan: func(src []byte) (any, []byte, error) {
			v := new(T)
			rest, err := c.DecodeByPlan(src, v)
			return v, rest, err
		},
		encode:     func(v any) ([]byte, error) { return P(v.(*T)).AppendAvro(nil) },
		planEncode: func(v any) ([]byte, error) { return c.AppendByPlan(nil, v.(*T)) },
		zero:       func(v any) bool { return cmp.Equal(new(T), v.(*T), compare) },
		toJSON:     func(v any) ([]byte, error) { return c.AppendJSON(nil, v.(*T)) },
		fromJSON: func(text []byte) (any, error) {
			v := new(T)
			return v, c.DecodeJSON(text, v)
		},
	}
}

func subjects(tb testing.TB) []subject {
	tb.Helper()
	return []subject{
		subjectOf(tb, Alls), subjectOf(tb, EdgesCodec), subjectOf(tb, Logicals), subjectOf(tb, UnionsCodec), subjectOf(tb, Nodes), subjectOf(tb, Types),
		subjectOf(tb, Customers), subjectOf(tb, Invoices), subjectOf(tb, Openeds), subjectOf(tb, Closeds),
		subjectOf(tb, optionals.Alls), subjectOf(tb, optionals.Logicals), subjectOf(tb, optionals.Nodes),
	}
}

// each runs a test for every type with some random values.
func each(t *testing.T, values int, test func(t *testing.T, s subject, in []byte)) {
	t.Helper()
	for i, s := range subjects(t) {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(uint64(i), 1))
			for range values {
				test(t, s, randomBytes(t, r, nil, s.schema, 0))
			}
		})
	}
}

func TestGeneratedBytesAreThePlans(t *testing.T) {
	t.Parallel()
	each(t, 40, func(t *testing.T, s subject, in []byte) {
		want, _, err := s.plan(in)
		if err != nil {
			t.Fatalf("plan: %v\n%x", err, in)
		}
		got, rest, err := s.decode(append(bytes.Clone(in), "rest"...))
		if err != nil || string(rest) != "rest" {
			t.Fatalf("decode %x: rest %q, %v", in, rest, err)
		}
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Fatalf("decode %x (-plan +generated):\n%s", in, diff)
		}
		for name, encode := range map[string]func(any) ([]byte, error){"generated": s.encode, "plan": s.planEncode} {
			if out, err := encode(got); err != nil || !bytes.Equal(out, in) {
				t.Errorf("%s: encode %x, %v, want %x", name, out, err, in)
			}
		}
	})
}

func TestGeneratedTypesHaveJSON(t *testing.T) {
	t.Parallel()
	each(t, 20, func(t *testing.T, s subject, in []byte) {
		v, _, err := s.decode(in)
		if err != nil {
			t.Fatalf("decode %x: %v", in, err)
		}
		text, err := s.toJSON(v)
		if err != nil {
			t.Fatalf("%x: %v", in, err)
		}
		if same, err := s.schema.BinaryToJSON(nil, in); err != nil || !bytes.Equal(same, text) {
			t.Errorf("%x: the schema writes %s, %v, the codec %s", in, same, err, text)
		}
		back, err := s.fromJSON(text)
		if err != nil {
			t.Fatalf("%x: %s: %v", in, text, err)
		}
		if diff := cmp.Diff(v, back, compare); diff != "" {
			t.Errorf("%x: %s (-want +got):\n%s", in, text, diff)
		}
	})
}

// What is regular must not be left to the plan, where no test of results would miss it.
func TestGeneratedMethodsDoTheWork(t *testing.T) {
	t.Parallel()
	each(t, 40, func(t *testing.T, s subject, in []byte) {
		v, _, err := s.decode(in)
		if err != nil {
			t.Fatal(err)
		}
		m, ok := v.(methods)
		if !ok {
			t.Skip("its methods are in another package")
		}
		var out avro.Output
		i := m.appendAvro(&out, out.Start(nil), 0)
		if out.Failed() || !bytes.Equal(out.End(i), in) {
			t.Errorf("appendAvro left %x to the plan", in)
		}
		var input avro.Input
		input.Start(in)
		if pos := m.readAvro(&input, 0, 0); pos != len(in) {
			t.Errorf("readAvro(%x) = %d, want %d", in, pos, len(in))
		}
	})
}

func TestErrorsAreThePlans(t *testing.T) {
	t.Parallel()
	each(t, 4, func(t *testing.T, s subject, in []byte) {
		for n := range in {
			_, _, want := s.plan(in[:n])
			v, rest, err := s.decode(in[:n])
			var typed *avro.Error
			if want == nil || err == nil || err.Error() != want.Error() || !errors.As(err, &typed) || len(rest) != n {
				t.Fatalf("cut to %d of %x:\ngot  %v, rest of %d bytes\nwant %v", n, in, err, len(rest), want)
			}
			if !s.zero(v) {
				t.Fatalf("cut to %d of %x: left behind %+v", n, in, v)
			}
		}
	})
}

// Other writers write several blocks, and blocks with their size in bytes.
func TestBlocksOfEveryKind(t *testing.T) {
	t.Parallel()
	var all All
	in, err := withEnums(&all).AppendAvro(nil)
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(in, []byte("MARK")) + 4 + len(all.Fixed) + len(all.BigFixed) + 1
	long := func(v int64) []byte { return binary.AppendVarint(nil, v) }
	join := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	tests := []struct {
		name  string
		array []byte
		want  []int64 // nil for an error
	}{
		{"two blocks", []byte{2, 2, 4, 4, 6, 0}, []int64{1, 2, 3}},
		{"a block with its size", []byte{3, 4, 2, 4, 0}, []int64{1, 2}},
		{"both", []byte{2, 2, 3, 4, 4, 6, 0}, []int64{1, 2, 3}},
		{"a size too small", []byte{3, 2, 2, 4, 0}, nil},
		{"a size too large", []byte{3, 6, 2, 4, 0}, nil},
		{"a negative size", []byte{3, 3, 2, 4, 0}, nil},
		{"a count of 2^40", join(long(1<<40), []byte{2, 0}), nil},
		{"a count of -2^40", join(long(-1<<40), []byte{2, 2, 0}), nil},
		{"the least count", join(long(-1<<63), []byte{2, 2, 0}), nil},
		{"a number of 11 bytes", []byte{2, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 1, 0}, nil},
		{"a number of 65 bits", []byte{2, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0}, nil},
		{"a number of more bytes than needed", []byte{2, 0x82, 0x00, 0}, []int64{1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			src := join(in[:at], tt.array, in[at+1:])
			var got, plan All
			_, err := got.DecodeAvro(src)
			_, planErr := Alls.DecodeByPlan(src, &plan)
			if (err == nil) != (tt.want != nil) || (planErr == nil) != (err == nil) {
				t.Fatalf("got %v, the plan's is %v", err, planErr)
			}
			if diff := cmp.Diff(tt.want, got.Array); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if err != nil && !strings.Contains(err.Error(), "array") {
				t.Errorf("the error does not name the field: %v", err)
			}
		})
	}
}

// withEnums returns v with its enums set, and a mark in its string.
func withEnums(v *All) *All {
	v.Enum, v.String, v.Alone = 1, "MARK", "x"
	return v
}

func TestHostileCountsAllocateLittle(t *testing.T) { // not in parallel with others, which allocate too
	in, err := withEnums(new(All)).AppendAvro(nil)
	if err != nil {
		t.Fatal(err)
	}
	for n := range in {
		src := append(bytes.Clone(in[:n]), 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)
		var v All
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _ = v.DecodeAvro(src)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
			t.Errorf("a count at byte %d allocates %d bytes", n, used)
		}
	}
}

func TestEncodingRefusesWhatHasNoBytes(t *testing.T) {
	t.Parallel()
	valid := func() *All { return withEnums(new(All)) }
	bad := "\xff"
	color := Color(0)
	tests := map[string]*All{
		"enum":             {},
		"string":           func() *All { v := valid(); v.String = bad; return v }(),
		"nested[0][0][#0]": func() *All { v := valid(); v.Nested = [][]map[string]*string{{{"k": &bad}}}; return v }(),
		"maybe_enum":       func() *All { v := valid(); v.MaybeEnum = &color; return v }(),
		"maybe_array[1]":   func() *All { v := valid(); v.MaybeArray = []Color{1, 4}; return v }(),
		"parts[0].o":       func() *All { v := valid(); v.Parts = []Part{{O: &bad}}; return v }(),
		"texts[#0]":        func() *All { v := valid(); v.Texts = map[string]string{"": bad}; return v }(),
	}
	for path, v := range tests {
		out, err := v.AppendAvro([]byte("kept"))
		var typed *avro.Error
		if !errors.As(err, &typed) || typed.FieldPath() != path || string(out) != "kept" || strings.Contains(err.Error(), bad) {
			t.Errorf("%s: got %q, %v", path, out, err)
		}
	}
	if out, err := (&Unions{}).AppendAvro(nil); err == nil {
		t.Errorf("a union without null: nil is written as %x", out)
	}
	if out, err := (&Unions{Value: (*Leaf)(nil), Must: UnionsMustInt(1)}).AppendAvro(nil); err == nil {
		t.Errorf("a nil record in a union is written as %x", out)
	}
}

func TestDepthIsLimited(t *testing.T) {
	t.Parallel()
	deep := func(levels int) *Node {
		var n *Node
		for range levels {
			n = &Node{Next: n}
		}
		return n
	}
	if _, err := deep(400).AppendAvro(nil); err != nil {
		t.Errorf("400 nodes: %v", err)
	}
	if _, err := deep(1100).AppendAvro(nil); err == nil || !strings.Contains(err.Error(), "WithMaxDepth") {
		t.Errorf("1100 nodes: %v", err)
	}
	circle := &Node{}
	circle.Next, circle.Before = circle, circle
	circle.Children = []Node{{}}
	if _, err := circle.AppendAvro(nil); err == nil {
		t.Error("a circle was written")
	}
	var v Node
	for name, src := range map[string][]byte{
		"next":   bytes.Repeat([]byte{0, 2}, 50_000),
		"before": bytes.Repeat([]byte{0, 0, 0}, 50_000),
		"zeros":  make([]byte, 100_000),
	} {
		if _, err := v.DecodeAvro(src); name != "zeros" && err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRecordsShareNoMemoryThatChanges(t *testing.T) {
	t.Parallel()
	each(t, 40, func(t *testing.T, s subject, in []byte) {
		src := bytes.Clone(in)
		first, _, err := s.decode(src)
		if err != nil {
			t.Fatal(err)
		}
		clear(src)
		want, _, err := s.plan(in)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.decode(in); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, first, compare); diff != "" {
			t.Errorf("after the input was overwritten (-want +got):\n%s", diff)
		}
	})
}

func TestDecodingReplacesTheWholeValue(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	schema := subjectOf(t, Alls).schema
	var v All
	for range 40 {
		in := randomBytes(t, r, nil, schema, 0)
		var want All
		if _, err := want.DecodeAvro(in); err != nil {
			t.Fatal(err)
		}
		before, err := v.AppendAvro(nil)
		old := v
		if _, decodeErr := v.DecodeAvro(in); decodeErr != nil {
			t.Fatal(decodeErr)
		}
		if diff := cmp.Diff(want, v, compare); diff != "" {
			t.Fatalf("(-want +got):\n%s", diff)
		}
		if err == nil {
			if after, err := old.AppendAvro(nil); err != nil || !bytes.Equal(before, after) {
				t.Fatalf("what the value held before changed: %x, %v, want %x", after, err, before)
			}
		}
	}
}

func TestEnumsAreTexts(t *testing.T) {
	t.Parallel()
	if c, err := ParseColor("GREEN"); err != nil || c != ColorGreen {
		t.Errorf("got %v, %v", c, err)
	}
	if _, err := ParseColor("PINK"); err == nil || err.Error() != `gentest: Color has no symbol "PINK"` {
		t.Errorf("got %v", err)
	}
	for c, want := range map[Color]string{0: "unset", 3: "BLUE", 4: "Color(4)", -1: "Color(-1)"} {
		text, err := c.MarshalText()
		if got := c.String(); got != want || (err == nil) != (c == 3) || err == nil && string(text) != want {
			t.Errorf("%d: got %s, %q, %v, want %s", int(c), got, text, err, want)
		}
	}
	var c Color
	if err := c.UnmarshalText([]byte("RED")); err != nil || c != ColorRed {
		t.Errorf("got %v, %v", c, err)
	}
}

func FuzzGeneratedAgainstPlan(f *testing.F) {
	all := subjects(f)
	r := rand.New(rand.NewPCG(3, 3))
	for i, s := range all {
		for range 4 {
			f.Add(byte(i), randomBytes(f, r, nil, s.schema, 0))
		}
	}
	f.Fuzz(func(t *testing.T, which byte, in []byte) {
		s := all[int(which)%len(all)]
		want, wantRest, wantErr := s.plan(in)
		got, rest, err := s.decode(in)
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() || len(rest) != len(wantRest) {
			t.Fatalf("%s: decode %x\ngot  %v, rest of %d bytes\nwant %v, rest of %d bytes", s.name, in, err, len(rest), wantErr, len(wantRest))
		}
		if err != nil {
			return
		}
		if diff := cmp.Diff(want, got, compare); diff != "" {
			t.Fatalf("%s: decode %x (-plan +generated):\n%s", s.name, in, diff)
		}
		out, err := s.encode(got)
		planned, planErr := s.planEncode(got)
		if (err == nil) != (planErr == nil) || len(out) != len(planned) {
			t.Fatalf("%s: encode %+v\ngot  %x, %v\nwant %x, %v", s.name, got, out, err, planned, planErr)
		}
		if err != nil {
			return
		}
		again, _, err := s.plan(out)
		if diff := cmp.Diff(got, again, compare); err != nil || diff != "" {
			t.Fatalf("%s: %x is read as another value: %v\n%s", s.name, out, err, diff)
		}
	})
}
