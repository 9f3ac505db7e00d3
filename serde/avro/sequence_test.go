package avro_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// sequenceOf returns a sequence of n order events, their bytes, and the events.
func sequenceOf(t testing.TB, c avro.Codec[orderEvent], n int) (*avro.Sequence[orderEvent], []byte, []orderEvent) {
	t.Helper()
	s, err := c.Sequence(nil)
	if err != nil {
		t.Fatal(err)
	}
	var src []byte
	want := make([]orderEvent, n)
	for i := range want {
		e := typicalOrder(i)
		if src, err = c.Append(src, e); err != nil {
			t.Fatal(err)
		}
		want[i] = *e
	}
	return s, src, want
}

func TestSequenceReadsValuesThatOwnTheirMemory(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]avro.Option{"copied": nil, "aliased": {avro.WithAliasedInput()}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, src, want := sequenceOf(t, orderCodec(t, opts...), 500)
			var got []orderEvent
			for range 2 { // a sequence is for many pieces
				got = nil
				piece := bytes.Clone(src)
				s.Reset(piece)
				for s.Len() > 0 {
					var e orderEvent
					if err := s.Next(&e); err != nil {
						t.Fatal(err)
					}
					got = append(got, e)
				}
				for i := range piece {
					piece[i] = 0xff
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSequencePassesOverWhatIsUnresolvable(t *testing.T) {
	t.Parallel()
	type value struct {
		E string `avro:"e"`
		S string `avro:"s"`
	}
	schema := func(symbols string) string {
		return record(field("e", `{"type":"enum","name":"E","symbols":[`+symbols+`]}`), field("s", `"string"`))
	}
	s, err := avro.MustFor[value](schema(`"A","B"`)).Sequence([]string{schema(`"A","B","NEW"`)})
	if err != nil {
		t.Fatal(err)
	}
	if s.MinSize() != 2 {
		t.Errorf("a value takes at least %d bytes, want 2", s.MinSize())
	}
	s.Reset([]byte("\x00\x02x\x04\x02y\x02\x02z\x09"))
	var got value
	for i, want := range []value{{"A", "x"}, {}, {"B", "z"}} {
		err := s.Next(&got)
		var e *avro.Error
		if (i == 1) != (errors.As(err, &e) && e.Unresolvable()) || got != want {
			t.Errorf("value %d: %+v, %v, want %+v", i, got, err, want)
		}
	}
	for range 2 {
		got.S = "left"
		if err := s.Next(&got); err == nil || !strings.Contains(err.Error(), "at byte 9") || got.S != "" || s.Len() != 1 {
			t.Errorf("corrupt bytes: %v, %+v, %d bytes left", err, got, s.Len())
		}
	}
	if err := s.Next(nil); err == nil {
		t.Error("read into nil")
	}
	s.Reset([]byte("\x00\x02x"))
	if err := s.Next(&got); err != nil || got.S != "x" {
		t.Errorf("a new piece: %+v, %v", got, err)
	}
}

// inputValue is generated, and reads from inputs; what begins with a 'P' is left to the plan.
type inputValue struct {
	N int32 `avro:"n"`
}

func (*inputValue) AppendAvro(dst []byte) ([]byte, error) { return append(dst, 'G'), nil }
func (*inputValue) DecodeAvro(src []byte) ([]byte, error) {
	return src, errors.New("not for sequences")
}

func (v *inputValue) ReadAvro(in *avro.Input, pos int) int {
	n, pos := in.Int(pos)
	if n == 4 {
		v.N = -1
		return -1
	}
	v.N = n * 100
	return pos
}

func TestSequencesOfGeneratedTypes(t *testing.T) {
	t.Parallel()
	c := avro.MustFor[inputValue](record(field("n", `"int"`)))
	s, err := c.Sequence(nil)
	if err != nil {
		t.Fatal(err)
	}
	s.Reset(long(1, 4, 2))
	for i, want := range []int32{100, 4, 200} {
		var v inputValue
		if err := s.Next(&v); err != nil || v.N != want {
			t.Errorf("value %d is %d, %v, want %d", i, v.N, err, want)
		}
	}
	evolved, err := c.Sequence([]string{record(field("m", `"int"`), field("n", `"int"`))})
	if err != nil {
		t.Fatal(err)
	}
	evolved.Reset(long(7, 1))
	var v inputValue
	if err := evolved.Next(&v); err != nil || v.N != 1 {
		t.Errorf("another writer: %+v, %v", v, err)
	}
}

func TestSequencesHaveTheirSchemas(t *testing.T) {
	t.Parallel()
	c, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Sequence(nil); err == nil {
		t.Error("a sequence of no schema")
	}
	s, err := c.Sequence([]string{record(field("n", `"int"`))})
	if err != nil {
		t.Fatal(err)
	}
	s.Reset(long(1, 2))
	var r avro.Record
	for _, want := range []int32{1, 2} {
		if err := s.Next(&r); err != nil {
			t.Fatal(err)
		}
		if got, err := r.Get("n"); err != nil || got != want {
			t.Errorf("got %v, %v, want %d", got, err, want)
		}
	}
	if _, err := avro.MustFor[inputValue](record(field("n", `"int"`))).Sequence([]string{record(field("m", `"int"`))}); err == nil {
		t.Error("schemas that do not resolve")
	}
}

func TestEqualSchemas(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`"long"`, `{"type":"long","x":1}`, true},
		{`"long"`, `"int"`, false},
		{`"long"`, `{"type":"long","logicalType":"timestamp-millis"}`, false},
	} {
		if got := mustParse(t, c.a).Equal(mustParse(t, c.b)); got != c.want {
			t.Errorf("%s and %s: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestSequenceOfJSON(t *testing.T) {
	t.Parallel()
	type state struct {
		E string `avro:"e"`
	}
	writer := record(field("e", `{"type":"enum","name":"E","symbols":["A","B"]}`), field("x", `["null","bytes"]`))
	seq, err := avro.MustFor[state](record(field("e", `{"type":"enum","name":"E","symbols":["A"]}`))).Sequence([]string{writer})
	if err != nil {
		t.Fatal(err)
	}
	seq.Reset(join(long(0, 0), long(1, 1, 1), []byte{0xff}, long(0, 0), long(1, 2)))
	var v state
	if err := seq.Next(&v); err != nil || v.E != "A" {
		t.Errorf("got %v, %v, want A", v, err)
	}
	// What the writer wrote, also where the reader has no place for it.
	out, err := seq.AppendJSON([]byte("kept "))
	if want := `kept {"e":"B","x":{"bytes":"` + "\u00ff" + `"}}`; err != nil || string(out) != want {
		t.Errorf("got %s, %v, want %s", out, err, want)
	}
	if err := seq.Next(&v); err != nil || v.E != "A" {
		t.Errorf("got %v, %v, want A", v, err)
	}
	for range 2 {
		if out, err := seq.AppendJSON([]byte("kept")); err == nil || !strings.Contains(err.Error(), "no branch 2") || string(out) != "kept" {
			t.Errorf("got %s, %v, want that there is no branch 2", out, err)
		}
	}
	if err := seq.Next(&v); err == nil {
		t.Errorf("got %v behind corrupt bytes", v)
	}
}
