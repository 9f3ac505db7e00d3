package avrogen

import "testing"

func TestPlural(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Order": "Orders", "Entry": "Entries", "Day": "Days", "Address": "Addresses", "Status": "Statuses", "Box": "Boxes", "Batch": "Batches",
		"Unions": "UnionsCodec", "Series": "SeriesCodec", "Y": "Ys",
	} {
		if got := plural(name); got != want {
			t.Errorf("plural(%s) = %s, want %s", name, got, want)
		}
	}
}
