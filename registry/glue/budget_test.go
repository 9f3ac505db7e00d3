//go:build !race

package glue_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
)

func TestAllocCachedID(t *testing.T) {
	c := newClient(t, new(fakeglue.Server))
	first, ctx := register(t, c, "orders-value", record(fieldID)), t.Context()
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := c.SchemaByID(ctx, "", first.ID); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("a cached id costs %v allocations, want 0", n)
	}
}
