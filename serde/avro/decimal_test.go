package avro_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A Decimal of any scale is written with that of the schema, here 2, if that holds its value.
func TestDecimalScales(t *testing.T) {
	t.Parallel()
	generic := avro.MustFor[any](decimal92)
	typed := avro.MustFor[avro.Decimal](decimal92)
	for _, c := range []struct {
		name     string
		unscaled *big.Int
		scale    int
		text     string // as String shows it
		want     string // as it is read back, "" where it is refused
	}{
		{"the schema's", big.NewInt(-1250), 2, "-12.50", "-12.50"},
		{"less", big.NewInt(5), 0, "5", "5.00"},
		{"more", big.NewInt(12500), 3, "12.500", "12.50"},
		{"more, with digits that do not fit", big.NewInt(12505), 3, "12.505", ""},
		{"negative", big.NewInt(-5), -2, "-500", "-500.00"},
		{"negative, with too many digits", big.NewInt(1), -7, "10000000", ""},
		{"zero", nil, -3, "0", "0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := avro.Decimal{Unscaled: c.unscaled, Scale: c.scale}
			if got := d.String(); got != c.text {
				t.Errorf("String() is %s, want %s", got, c.text)
			}
			var v any = d
			out, err := typed.Append(nil, &d)
			same, genericErr := generic.Append(nil, &v)
			if (err == nil) != (c.want != "") || (genericErr == nil) != (err == nil) || string(out) != string(same) && err == nil {
				t.Fatalf("%s: got %x, %v and %x, %v", d, out, err, same, genericErr)
			}
			if err != nil {
				return
			}
			var back avro.Decimal
			if err := typed.Decode(out, &back); err != nil || back.String() != c.want {
				t.Errorf("%s comes back as %s, %v, want %s", d, back, err, c.want)
			}
		})
	}
	for _, scale := range []int{10_001, -10_001} {
		if _, err := typed.Append(nil, &avro.Decimal{Unscaled: big.NewInt(1), Scale: scale}); err == nil || !strings.Contains(err.Error(), "between -10000 and 10000") {
			t.Errorf("scale %d: %v", scale, err)
		}
	}
}
