package avro

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
)

func TestHostileDefaults(t *testing.T) { //nolint:paralleltest // measures what is allocated
	// Each record has two fields of the one before, with the default {}: encoded, the last one has 2^40 bytes.
	var doubling strings.Builder
	doubling.WriteString(`{"type":"record","name":"R0","fields":[{"name":"a","type":"boolean","default":true}]}`)
	var empty strings.Builder
	empty.WriteString(`{"type":"record","name":"R0","fields":[]}`)
	for i := 1; i <= 40; i++ {
		next := fmt.Sprintf(`,{"type":"record","name":"R%d","fields":[{"name":"a","type":"R%d","default":{}},{"name":"b","type":"R%[2]d","default":{}}]}`, i, i-1)
		doubling.WriteString(next)
		empty.WriteString(next)
	}
	tests := []struct{ name, text, want string }{
		{"defaults of defaults that double", "[" + doubling.String() + "]", "defaults of defaults multiply"},
		{"defaults of defaults that double without bytes", "[" + empty.String() + "]", "defaults of defaults multiply"},
		{"a default that contains itself", defaultField(`{"type":"array","items":"R"}`, `[{}]`, ""), "it contains itself"},
		{"defaults that contain each other", `[{"type":"record","name":"A","fields":[{"name":"b","type":"B","default":{}}]},{"type":"record","name":"B","fields":[{"name":"a","type":"A","default":{}}]}]`, "it contains itself"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, err := Parse(test.text, Lenient())
			if err != nil {
				t.Fatalf("Parse = %v", err)
			}
			if s.Kind() == KindUnion {
				s = s.Branches()[len(s.Branches())-1]
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = s.Fields()[0].appendDefault(nil)
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("default = %v, want %q", err, test.want)
			}
			if got, most := after.TotalAlloc-before.TotalAlloc, uint64(8*maxDefaultBytes); got > most {
				t.Errorf("allocated %d bytes, want at most %d", got, most)
			}
		})
	}
}
