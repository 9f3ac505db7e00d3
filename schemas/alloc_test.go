package schemas_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// The budgets of the hot path. An event that was read needs one copy of its bytes, one block for its optional parts, its items with theirs, and a
// map, which takes two.
func TestAllocationBudgets(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates on its own")
	}
	full := fullEvent()
	body := encode(t, full)
	buf := make([]byte, 0, 1024)
	event := new(schemas.OrderEvent)
	tests := []struct {
		name   string
		budget float64
		run    func() error
	}{
		{"encode", 0, func() (err error) { buf, err = schemas.OrderEvents.Append(buf[:0], full); return err }},
		{"encode by the plan", 0, func() (err error) { buf, err = schemas.OrderEvents.AppendByPlan(buf[:0], full); return err }},
		{"decode", 5, func() error { return schemas.OrderEvents.Decode(body, event) }},
	}
	for _, tt := range tests {
		got := testing.AllocsPerRun(200, func() {
			if err := tt.run(); err != nil {
				t.Fatal(err)
			}
		})
		if got > tt.budget {
			t.Errorf("%s: %v allocations, want at most %v", tt.name, got, tt.budget)
		}
	}
}
