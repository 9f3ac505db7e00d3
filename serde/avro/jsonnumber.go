package avro

import (
	"math"
	"strconv"
	"strings"
)

// appendJSONFloat appends a float or double as Java prints a double: with a point always, as 0.001 up to 9999999.0, and as 1.0E7 outside
// of that. Its digits are the fewest that make the value again, but at least two: 4.9E-324.
func appendJSONFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	if abs := math.Abs(f); abs == 0 || abs >= 1e-3 && abs < 1e7 {
		start := len(dst)
		dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
		if !strings.Contains(string(dst[start:]), ".") {
			dst = append(dst, ".0"...)
		}
		return dst
	}
	var buf [32]byte
	text := strconv.AppendFloat(buf[:0], f, 'E', -1, 64)
	if !strings.Contains(string(text), ".") {
		text = strconv.AppendFloat(buf[:0], f, 'E', 1, 64)
	}
	digits, exponent, _ := strings.Cut(string(text), "E")
	n, _ := strconv.Atoi(exponent)
	return strconv.AppendInt(append(append(dst, digits...), 'E'), int64(n), 10)
}

// wholeNumber returns a JSON number that is a whole one, in whatever form: 100, 100.0 and 1e2 are the same.
func wholeNumber(text string) (int64, bool) {
	mantissa, exponent, hasExponent := strings.Cut(strings.ToLower(text), "e")
	var shift int64
	if hasExponent {
		var err error
		if shift, err = strconv.ParseInt(exponent, 10, 32); err != nil {
			return 0, false
		}
	}
	whole, fraction, hasFraction := strings.Cut(mantissa, ".")
	if hasExponent || hasFraction {
		digits := strings.TrimRight(whole+fraction, "0")
		shift += int64(len(whole) - len(digits)) // zeros that are missing at the end
		switch {
		case digits == "" || digits == "-":
			return 0, true
		case shift < 0 || shift > 18:
			return 0, false
		}
		text = digits + strings.Repeat("0", int(shift))
	}
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
