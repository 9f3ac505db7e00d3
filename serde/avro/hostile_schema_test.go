package avro_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// allocated returns how many bytes f allocates. Tests that use it must not run in parallel with others.
func allocated(f func()) int {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return int(after.TotalAlloc - before.TotalAlloc)
}

// leastAllocated is allocated for bounds of some KiB, and an f that does the same each time: the runtime counts for the whole process, and what its own
// goroutines allocate meanwhile only adds.
func leastAllocated(f func()) int { return min(allocated(f), allocated(f), allocated(f)) }

// list joins what f returns for 0 to n-1.
func list(n int, f func(i int) string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f(i))
	}
	return b.String()
}

// maxAllocated is what parsing may allocate per byte of text, and besides.
const (
	maxAllocatedPerByte = 64
	maxAllocatedFree    = 256 << 10
)

func TestHostileSchemas(t *testing.T) { //nolint:paralleltest // measures what is allocated
	long := strings.Repeat("n", 400<<10)
	tests := []struct {
		name, text string
		want       string // part of the error, "" for none
		atMost     int    // bytes allocated; 0 for the usual multiple of the text
	}{
		{"10 MB of text", `"` + strings.Repeat("x", 10<<20) + `"`, "raise the limit with WithSchemaLimits", 4 << 10},
		{"10,000 arrays in JSON", strings.Repeat("[", 10_000), "nested deeper than 1000 levels", 0},
		{"10,000 objects in JSON", strings.Repeat(`{"type":`, 10_000), "nested deeper than 1000 levels", 0},
		{"10,000 levels of arrays", strings.Repeat(`{"type":"array","items":`, 10_000) + `"int"` + strings.Repeat("}", 10_000), "nested deeper than 1000 levels", 0},
		{"10,000 levels in a default", fields(`{"name":"a","type":"int","default":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`), "nested deeper than 1000 levels", 0},
		{"10,000 records one within the other by name", "[" + list(10_000, func(i int) string {
			return fmt.Sprintf(`{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d"}]}`, i, (i+1)%10_000)
		}) + "]", "", 0},
		{"a record of 30,000 fields", fields(list(30_000, func(i int) string { return fmt.Sprintf(`{"name":"f%d","type":"int"}`, i) })), "", 0},
		{"an enum of 100,000 symbols", `{"type":"enum","name":"E","symbols":[` + list(100_000, func(i int) string { return fmt.Sprintf(`"s%d"`, i) }) + "]}", "", 0},
		{"100,000 aliases", `{"type":"fixed","name":"F","size":1,"aliases":[` + list(100_000, func(i int) string { return fmt.Sprintf(`"a%d"`, i) }) + "]}", "", 0},
		{"100,000 properties", `{"type":"int",` + list(100_000, func(i int) string { return fmt.Sprintf(`"%d":0`, i) }) + "}", "", 0},
		{"one property 100,000 times", `{"type":"int",` + list(100_000, func(int) string { return `"p":0` }) + "}", "", 0},
		{"a default of 500,000 items", fields(`{"name":"a","type":{"type":"array","items":"int"},"default":[` + list(500_000, func(int) string { return "0" }) + "]}"), "", 0},
		{"a property of 300,000 empty arrays", `{"type":"int","p":[` + list(300_000, func(int) string { return "[]" }) + "]}", "", 0},
		{"a comment of 1 MB", "/*" + strings.Repeat("*", 1<<20-20) + `*/"int"`, "", 4 << 10},
		{"100,000 comments", strings.Repeat("//\n", 100_000) + `"int"`, "", 4 << 10},
		{"100,000 errors in waiting", "[" + list(100_000, func(i int) string { return fmt.Sprintf(`"u%d"`, i) }) + "]", `type "u0" is not known`, 0},
		{"a long namespace for many types", `{"type":"record","name":"R","namespace":"` + long + `","fields":[` + list(8_000, func(i int) string {
			return fmt.Sprintf(`{"name":"f%d","type":{"type":"fixed","name":"F%d","size":1}}`, i, i)
		}) + "]}", "shorten the namespaces", 0},
		{"a long namespace for many aliases", `{"type":"fixed","name":"F","size":1,"namespace":"` + long + `","aliases":[` + list(50_000, func(i int) string {
			return fmt.Sprintf(`"a%d"`, i)
		}) + "]}", "shorten the namespaces", 0},
		{"a long namespace for many uses of a type", `{"type":"record","name":"R","namespace":"` + long + `","fields":[` + list(20_000, func(i int) string {
			return fmt.Sprintf(`{"name":"f%d","type":"R"}`, i)
		}) + "]}", "shorten the namespaces", 0},
		{"a long name in an error", fields(`{"name":"a","type":"` + long + `"}`), `nnn..."`, 0},
		{"a default that is an array of its own record", fields(`{"name":"n","type":{"type":"array","items":"R"},"default":[{}]}`), "still being declared", 0},
		{"a union of records, nested, for a default that fits none", branching(12, `{"f":`, "1", "}"), "too many branches to try", 8 << 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var err error
			got := leastAllocated(func() { _, err = avro.Parse(test.text) })
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("Parse = %v, want %q", err, test.want)
			}
			atMost := test.atMost
			if atMost == 0 {
				atMost = maxAllocatedPerByte*len(test.text) + maxAllocatedFree
			}
			if got > atMost {
				t.Errorf("Parse allocated %d bytes for a text of %d (%d per byte), want at most %d", got, len(test.text), got/len(test.text), atMost)
			}
			if err != nil && len(err.Error()) > 600 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// branching is a record with a default for a union of eight records, each of which has a field of the next such union.
func branching(depth int, open, inner, end string) string {
	var b strings.Builder
	for level := range depth {
		next := `"int"`
		if level > 0 {
			next = "[" + list(8, func(i int) string { return fmt.Sprintf(`"L%d_%d"`, level-1, i) }) + "]"
		}
		b.WriteString(list(8, func(i int) string {
			return fmt.Sprintf(`{"type":"record","name":"L%d_%d","fields":[{"name":"f","type":%s},{"name":"last","type":"string"}]}`, level, i, next)
		}))
		b.WriteByte(',')
	}
	top := "[" + list(8, func(i int) string { return fmt.Sprintf(`"L%d_%d"`, depth-1, i) }) + "]"
	return "[" + b.String() + fields(`{"name":"x","type":`+top+`,"default":`+strings.Repeat(open, depth)+inner+strings.Repeat(end, depth)+`}`) + "]"
}

func TestSchemaLimits(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"type":"array","items":`, 1500) + `"int"` + strings.Repeat("}", 1500)
	if _, err := avro.Parse(deep); err == nil || !strings.Contains(err.Error(), "raise the limit with WithSchemaLimits") {
		t.Errorf("1,500 levels: %v, want an error that names the option", err)
	}
	parse(t, deep, avro.WithSchemaLimits(0, 1500))
	if _, err := avro.Parse(`"string"`, avro.WithSchemaLimits(7, 0)); err == nil || !strings.Contains(err.Error(), "it has 8 bytes, the limit is 7") {
		t.Errorf("8 bytes of 7: %v", err)
	}
	parse(t, `"string"`, avro.WithSchemaLimits(8, 0))
	long := `"int"` + strings.Repeat(" ", 1<<20)
	if _, err := avro.Parse(long, avro.WithSchemaLimits(-1, -1)); err == nil {
		t.Error("a limit below 1 does not keep the default")
	}
	parse(t, long, avro.WithSchemaLimits(2<<20, 0))
}
