package compat_test

import (
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// FuzzCheck gives two texts, whatever they are. A check answers, always the same, and each message can be told.
func FuzzCheck(f *testing.F) {
	random := &randomSchemas{Rand: rand.New(rand.NewPCG(3, 3))}
	for range 50 {
		reader, writer := random.pair()
		f.Add(reader, writer)
	}
	f.Add(`["null",{"type":"enum","name":"E","symbols":[],"default":"A"}]`, `{"type":"fixed","name":"E","size":0}`)
	f.Add(record(`{"name":"next","type":["null","R"]}`), record(`{"name":"next","type":"R"}`))
	f.Fuzz(func(t *testing.T, candidate, earlier string) {
		check := func(level compat.Level) []string {
			result := compat.Check(level, compat.Schema{Text: candidate}, versions(earlier, candidate))
			if result.Compatible() != (result.Err() == nil) {
				t.Errorf("compatible %t, error %v", result.Compatible(), result.Err())
			}
			var lines []string
			for _, m := range result.Messages[:min(len(result.Messages), 100)] {
				if m.String() == "" || m.Description() == "" || m.Type == "" {
					t.Errorf("a message without text: %#v", m)
				}
				lines = append(lines, m.Path()+m.String())
			}
			return lines
		}
		full := check(compat.FullTransitive)
		if diff := cmp.Diff(full, check(compat.FullTransitive)); diff != "" {
			t.Errorf("the second answer differs (-first +second):\n%s", diff)
		}
		if len(full) == 0 && (len(check(compat.BackwardTransitive)) > 0 || len(check(compat.ForwardTransitive)) > 0) {
			t.Error("FULL holds, but not both of its directions")
		}
	})
}
