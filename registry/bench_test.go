package registry_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// cachedClient has the ids 1 to n in its cache, with a context and a GUID besides.
func cachedClient(tb testing.TB, n int32) *registry.Client {
	tb.Helper()
	c, err := registry.New("http://registry", registry.WithTransport(inMemory(func(*http.Request) answer { return ok(`{"schema":"\"int\""}`) })))
	if err != nil {
		tb.Fatal(err)
	}
	ids := []serde.SchemaID{serde.GUIDID([16]byte{1})}
	for i := range n {
		ids = append(ids, serde.NumberID(i+1))
	}
	for _, id := range ids {
		for _, context := range []string{"", ".c"} {
			if _, err := c.SchemaByID(tb.Context(), context, id); err != nil {
				tb.Fatal(err)
			}
		}
	}
	return c
}

func TestCachedSchemaAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("allocations are not counted with the race detector on")
	}
	c := cachedClient(t, 100)
	ctx := t.Context()
	for name, ask := range map[string]func(){
		"number":  func() { _, _ = c.SchemaByID(ctx, "", serde.NumberID(77)) },
		"context": func() { _, _ = c.SchemaByID(ctx, ".c", serde.NumberID(77)) },
		"GUID":    func() { _, _ = c.SchemaByID(ctx, "", serde.GUIDID([16]byte{1})) },
	} {
		if got := testing.AllocsPerRun(100, ask); got != 0 {
			t.Errorf("%s: %v allocations, want none", name, got)
		}
	}
}

// BenchmarkCachedBesideAMap finds cached ids and reads a bare map in turns, 10,000 of each, so that what else the machine does meets both. What
// it reports is the median of the turns, and how many times as long a hit takes as the map: at most 2.5, or 15 ns.
func BenchmarkCachedBesideAMap(b *testing.B) {
	const n, turn = 1000, 10_000
	ctx := b.Context()
	c := cachedClient(b, n)
	m := map[int32]serde.Schema{}
	for i := range int32(n) {
		m[i+1] = serde.Schema{Text: `"int"`}
	}
	length := 0 // so that nothing is left out
	var hits, reads []time.Duration
	for b.Loop() {
		start := time.Now()
		for i := range int32(turn) {
			s, _ := c.SchemaByID(ctx, "", serde.NumberID(i%n+1))
			length += len(s.Text)
		}
		between := time.Now()
		for i := range int32(turn) {
			s := m[i%n+1]
			length += len(s.Text)
		}
		hits, reads = append(hits, between.Sub(start)), append(reads, time.Since(between))
	}
	if want := 2 * turn * len(hits) * len(`"int"`); length != want {
		b.Errorf("%d bytes of schemas were found, want %d", length, want)
	}
	median := func(all []time.Duration) float64 {
		slices.Sort(all)
		return float64(all[len(all)/2].Nanoseconds()) / turn
	}
	hit, read := median(hits), median(reads)
	b.ReportMetric(hit, "hit-ns")
	b.ReportMetric(read, "map-ns")
	b.ReportMetric(hit/read, "times")
}

func BenchmarkSchemaByID(b *testing.B) {
	const n = 1000
	ctx := b.Context()
	b.Run("cached", func(b *testing.B) {
		c := cachedClient(b, n)
		b.ReportAllocs()
		for i := int32(0); b.Loop(); i++ {
			if _, err := c.SchemaByID(ctx, "", serde.NumberID(i%n+1)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("cached-parallel", func(b *testing.B) {
		c := cachedClient(b, n)
		b.ReportAllocs()
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := int32(0); pb.Next(); i++ {
				if _, err := c.SchemaByID(ctx, "", serde.NumberID(i%n+1)); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
	b.Run("bare-map", func(b *testing.B) { // the floor: one map, no contexts, no writers
		m := map[int32]serde.Schema{}
		for i := range int32(n) {
			m[i+1] = serde.Schema{Text: `"int"`}
		}
		b.ReportAllocs()
		for i := int32(0); b.Loop(); i++ {
			if _, ok := m[i%n+1]; !ok {
				b.Fatal("missing")
			}
		}
	})
	b.Run("cold", func(b *testing.B) {
		c := cachedClient(b, 0)
		b.ReportAllocs()
		for i := int32(1); b.Loop(); i++ {
			if _, err := c.SchemaByID(ctx, "", serde.NumberID(i)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
