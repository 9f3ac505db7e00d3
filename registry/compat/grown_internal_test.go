package compat

import (
	"fmt"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// grown are families of pairs that grow with n. Their comparison must grow no faster.
var grown = []struct {
	name string
	most int // n at which a text has about as many bytes, levels or fields as may be
	pair func(n int) (reader, writer string)
}{
	{"fields", 20_000, func(n int) (string, string) {
		return record("R", numbered(n, `{"name":"f%d","type":"long"}`), `{"name":"new","type":"int"}`), record("R", numbered(n, `{"name":"f%d","type":"int"}`))
	}},
	{"fields in reverse, all clash", 20_000, func(n int) (string, string) {
		return record("R", reversed(n, `{"name":"f%d","type":"int"}`)), record("R", numbered(n, `{"name":"f%d","type":"string"}`))
	}},
	{"renamed fields", 10_000, func(n int) (string, string) {
		return record("R", numbered(n, `{"name":"g%d","type":"int","aliases":["f%[1]d"]}`)), record("R", numbered(n, `{"name":"f%d","type":"int"}`))
	}},
	{"levels of arrays", 4000, func(n int) (string, string) {
		return nested(n, `{"type":"array","items":`, "}", `"int"`), nested(n, `{"type":"array","items":`, "}", `"string"`)
	}},
	{"levels of records", 1300, func(n int) (string, string) {
		level := func(leaf string) string {
			var open strings.Builder
			for i := range n {
				fmt.Fprintf(&open, `{"type":"record","name":"R%d","fields":[{"name":"f","type":`, i)
			}
			return open.String() + leaf + strings.Repeat("}]}", n)
		}
		return level(`"int"`), level(`"string"`)
	}},
	{"unions of records", 10_000, func(n int) (string, string) {
		return "[" + reversed(n, `{"type":"record","name":"R%d","fields":[{"name":"f","type":"long"}]}`) + "]", "[" + numbered(n, `{"type":"record","name":"R%d","fields":[{"name":"f","type":"int"}]}`) + "]"
	}},
	{"unions of strangers", 10_000, func(n int) (string, string) {
		return "[" + numbered(n, `{"type":"record","name":"R%d","fields":[{"name":"f","type":"long"}]}`) + "]", "[" + numbered(n, `{"type":"record","name":"W%d","fields":[{"name":"f","type":"int"}]}`) + "]"
	}},
	{"unions of renamed types", 10_000, func(n int) (string, string) {
		return "[" + reversed(n, `{"type":"fixed","name":"R%d","size":2,"aliases":["W%[1]d"]}`) + "]", "[" + numbered(n, `{"type":"fixed","name":"W%d","size":2}`) + "]"
	}},
	{"fields with one union", 8000, func(n int) (string, string) {
		fields := func(first string) string {
			return record("R", numbered(n/4, `{"name":"f%d","type":["null","int","string",{"type":"record","name":"U%[1]d","fields":[{"name":"a","type":"`+first+`"}]}]}`))
		}
		return fields("int"), fields("long")
	}},
	{"symbols", 50_000, func(n int) (string, string) {
		return `{"type":"enum","name":"E","symbols":[` + reversed(n, `"S%d"`) + `]}`, `{"type":"enum","name":"E","symbols":[` + numbered(n, `"S%d"`) + `]}`
	}},
	{"types that are used twice by types that are used twice", 8000, func(n int) (string, string) {
		return chain(n, `{"type":"fixed","name":"last","size":1}`), chain(n, `{"type":"fixed","name":"last","size":2}`)
	}},
	{"a cycle", 7500, func(n int) (string, string) {
		return cycle(n, "int"), cycle(n, "string")
	}},
}

func numbered(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[i] = fmt.Sprintf(item, i)
	}
	return strings.Join(items, ",")
}

func reversed(n int, item string) string {
	items := make([]string, n)
	for i := range items {
		items[n-1-i] = fmt.Sprintf(item, i)
	}
	return strings.Join(items, ",")
}

func record(name string, fields ...string) string {
	return `{"type":"record","name":"` + name + `","fields":[` + strings.Join(fields, ",") + `]}`
}

func nested(n int, open, end, leaf string) string {
	return strings.Repeat(open, n) + leaf + strings.Repeat(end, n)
}

// chain makes n records, each of two fields of the next. They are defined side by side, so that the text is flat.
func chain(n int, last string) string {
	var fields []string
	for i := range n - 1 {
		fields = append(fields, fmt.Sprintf(`{"name":"f%d","type":{"type":"record","name":"C%[1]d","fields":[{"name":"a","type":"C%d"},{"name":"b","type":"C%[2]d"}]}}`, i, i+1))
	}
	fields = append(fields, fmt.Sprintf(`{"name":"f","type":{"type":"record","name":"C%d","fields":[{"name":"a","type":%s}]}}`, n-1, last))
	return record("R", fields...)
}

// cycle makes n records that refer to each other in a circle.
func cycle(n int, leaf string) string {
	var fields []string
	for i := range n {
		fields = append(fields, fmt.Sprintf(`{"name":"f%d","type":{"type":"record","name":"C%[1]d","fields":[{"name":"a","type":["null","C%d"]},{"name":"b","type":"%s"}]}}`, i, (i+1)%n, leaf))
	}
	return record("R", fields...)
}

func parsed(tb testing.TB, text string) *avro.Schema {
	tb.Helper()
	s, err := parse(Schema{Text: text})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestWorkIsLinear counts the steps of a comparison, which bound its time and memory, instead of measuring either.
func TestWorkIsLinear(t *testing.T) {
	t.Parallel()
	for _, family := range grown {
		t.Run(family.name, func(t *testing.T) {
			t.Parallel()
			steps := func(n int) int {
				readerText, writerText := family.pair(n)
				if len(readerText) > MaxText || len(writerText) > MaxText {
					t.Fatalf("n %d: %d and %d bytes", n, len(readerText), len(writerText))
				}
				reader, writer := parsed(t, readerText), parsed(t, writerText)
				c := newComparison(reader, writer)
				before := c.steps
				if _, err := c.problems(pair{reader, writer}); err != nil {
					t.Fatalf("n %d: %v, with a budget of %d steps", n, err, before)
				}
				return before - c.steps
			}
			n := family.most / 4
			if testing.Short() {
				n /= 8
			}
			few, many := steps(n), steps(4*n)
			if few == 0 || float64(many)/float64(few) > 4.1 {
				t.Errorf("%d steps for n %d, %d for %d; want at most four times as many", few, n, many, 4*n)
			}
		})
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	reader, writer := chain(60, `{"type":"fixed","name":"last","size":1}`), chain(60, `{"type":"fixed","name":"last","size":2}`)
	messages := Check(Backward, Schema{Text: reader}, []Schema{{Text: writer}}).Messages
	if len(messages) != MaxMessages {
		t.Fatalf("%d messages of some 2^60, want %d", len(messages), MaxMessages)
	}
	if got, want := messages[MaxMessages-1].Type, FixedSizeMismatch; got != want {
		t.Errorf("the last one is %s, want %s", got, want)
	}
	if got := (Result{messages}).Err().Error(); !strings.HasSuffix(got, "; and 9990 more") {
		t.Errorf("the error ends with %s", got[max(0, len(got)-100):])
	}
}

func TestTooComplex(t *testing.T) {
	t.Parallel()
	namesakes := func(n int, field string) string {
		return "[" + numbered(n, `{"type":"record","name":"n%d.R","fields":[{"name":"`+field+`","type":"int"}]}`) + "]"
	}
	tests := []struct{ name, reader, writer string }{
		{"cycles of lengths without a common divisor", cycle(3001, "int"), cycle(3000, "int")},
		{"unions of records of one name", namesakes(10_000, "a"), namesakes(10_000, "b")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			reader := strings.Replace(tt.reader, `"fields":[`, `"fields":[{"name":"x","type":"int","default":0},`, 1)
			messages := Check(Full, Schema{Text: reader}, []Schema{{Version: 3, Text: tt.writer}}).Messages
			if len(messages) != 2 || messages[0].Type != TooComplex || messages[1].Type != TooComplex || messages[0].Version != 3 {
				t.Errorf("got %.300v, want a message of type %s for each direction", messages, TooComplex)
			}
		})
	}
}

// BenchmarkCheck checks pairs of growing size, parsing included. Time and memory per n must stay the same.
func BenchmarkCheck(b *testing.B) {
	for _, family := range grown {
		for part := 16; part >= 1; part /= 4 {
			n := family.most / part
			reader, writer := family.pair(n)
			b.Run(fmt.Sprintf("%s/%d", strings.ReplaceAll(family.name, " ", "-"), n), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(reader) + len(writer)))
				for b.Loop() {
					Check(Backward, Schema{Text: reader}, []Schema{{Text: writer}})
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/n")
			})
		}
	}
}
