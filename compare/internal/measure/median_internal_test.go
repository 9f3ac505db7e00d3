package measure

import "testing"

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1, 100, 2}, 3}} {
		given := append([]float64{}, c.of...)
		if got := median(given); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.of, got, c.want)
		}
		for i := range given {
			if given[i] != c.of[i] {
				t.Errorf("median changed its argument to %v", given)
			}
		}
	}
	if got := tenth(12.349); got != 12.3 {
		t.Errorf("tenth(12.349) = %v", got)
	}
}
