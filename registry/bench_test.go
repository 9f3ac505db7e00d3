package registry_test

import (
	"net/http"
	"testing"

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
