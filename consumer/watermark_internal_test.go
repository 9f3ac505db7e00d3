package consumer

import (
	"math/rand/v2"
	"testing"
)

// watermarkModel is the definition in the plainest form: every delivered offset with whether it is settled.
type watermarkModel struct {
	delivered []int64
	settled   map[int64]bool
}

func (m *watermarkModel) position() (int64, bool) {
	for _, offset := range m.delivered {
		if !m.settled[offset] {
			return offset, true
		}
	}
	if len(m.delivered) == 0 {
		return 0, false
	}
	return m.delivered[len(m.delivered)-1] + 1, true
}

func (m *watermarkModel) gap() bool {
	open := false
	for _, offset := range m.delivered {
		open = open || !m.settled[offset]
		if open && m.settled[offset] {
			return true
		}
	}
	return false
}

func TestWatermarkAgreesWithModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		var w watermark
		model := watermarkModel{settled: map[int64]bool{}}
		next := rng.Int64N(1000)
		before := int64(-1)
		for step := range 400 {
			switch rng.IntN(5) {
			case 0, 1: // deliver, often with a hole
				if !w.deliver(next) {
					t.Fatalf("seed %d step %d: deliver(%d) = false for a new offset", seed, step, next)
				}
				model.delivered = append(model.delivered, next)
				next += 1 + rng.Int64N(3)
			case 2: // again, or from before the assignment: ignored
				if len(model.delivered) > 0 && w.deliver(model.delivered[rng.IntN(len(model.delivered))]) {
					t.Fatalf("seed %d step %d: an offset was delivered twice", seed, step)
				}
			case 3: // settle one of those delivered, perhaps for the second time
				if len(model.delivered) > 0 {
					offset := model.delivered[rng.IntN(len(model.delivered))]
					w.settle(offset)
					model.settled[offset] = true
				}
			case 4: // settle the lowest, or something unknown
				if offset, ok := model.position(); ok && offset < next {
					w.settle(offset)
					if len(model.delivered) > 0 && offset <= model.delivered[len(model.delivered)-1] {
						model.settled[offset] = true
					}
				}
				w.settle(next + 7)
			}
			if got, want := w.gap(), model.gap(); got != want {
				t.Fatalf("seed %d step %d: gap() = %t, want %t", seed, step, got, want)
			}
			got, gotOK := w.position()
			want, wantOK := model.position()
			if gotOK != wantOK || gotOK && got != want {
				t.Fatalf("seed %d step %d: position() = %d, %t, want %d, %t", seed, step, got, gotOK, want, wantOK)
			}
			if gotOK && got < before {
				t.Fatalf("seed %d step %d: position went back from %d to %d", seed, step, before, got)
			}
			if gotOK {
				before = got
			}
		}
	}
}

func TestWatermarkKeepsWhatIsUnsettledOnly(t *testing.T) {
	t.Parallel()
	var w watermark
	w.deliver(0)
	for offset := int64(1); offset < 100_000; offset++ {
		w.deliver(offset)
		w.settle(offset - 1)
	}
	if got := cap(w.offsets); got > 64 {
		t.Errorf("room for %d offsets with never more than 2 unsettled", got)
	}
	var stuck watermark // at its first offset, while all others are settled
	for offset := range int64(100_000) {
		stuck.deliver(offset)
		if offset > 0 {
			stuck.settle(offset)
		}
	}
	if got := cap(stuck.offsets); got > 64 {
		t.Errorf("room for %d offsets with one unsettled", got)
	}
	if got, _ := stuck.position(); got != 0 {
		t.Errorf("position() = %d, want 0", got)
	}
}
