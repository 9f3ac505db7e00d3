package avsc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// plainNumber spells a JSON number as the registry does: integers as they are
// (but no -0), all others as Java prints a double.
func plainNumber(text string) string {
	if isInteger(text) {
		if text == "-0" {
			return "0"
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return text
	}
	return javaDouble(f)
}

func isInteger(text string) bool { return !strings.ContainsAny(text, ".eEIN") }

// javaDouble prints like Double.toString: at least one digit after the point,
// and an exponent below a thousandth and from ten millions on.
func javaDouble(f float64) string {
	abs := math.Abs(f)
	switch {
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case math.IsNaN(f):
		return "NaN"
	case f == 0 || abs >= 1e-3 && abs < 1e7:
		return withFraction(strconv.FormatFloat(f, 'f', -1, 64))
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	n, _ := strconv.Atoi(exponent) // FormatFloat wrote it
	return withFraction(mantissa) + "E" + strconv.Itoa(n)
}

func withFraction(digits string) string {
	if strings.Contains(digits, ".") {
		return digits
	}
	return digits + ".0"
}

// parseDouble reads a float default that is written as a string.
func parseDouble(text string) (float64, error) {
	switch text {
	case "NaN", "Infinity", "+Infinity", "-Infinity":
	default:
		if text == "" || strings.Trim(text, "+-.0123456789eE") != "" {
			return 0, fmt.Errorf("For input string: %q", text) //nolint:staticcheck // the registry's text
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, fmt.Errorf("For input string: %q", text) //nolint:staticcheck // the registry's text
	}
	return f, nil
}

// fits reports whether an integer's text is within the given bits.
func fits(text string, bits int) bool {
	if !isInteger(text) {
		return false
	}
	_, err := strconv.ParseInt(text, 10, bits)
	return err == nil
}
