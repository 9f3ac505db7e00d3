package avrogen

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// initialisms are words that Go writes in capitals.
var initialisms = map[string]bool{}

func init() {
	for _, word := range strings.Fields(`ACL API ASCII CPU CSS CSV DNS EAN EOF GUID HTML HTTP HTTPS IBAN ID IP ISBN ISO JSON JWT OS PIN RAM
		RPC SKU SLA SMS SMTP SQL SSH SSN TCP TLS TTL UDP UI UID UPC URI URL UTC UTF8 UUID VAT VIN VM XML ZIP`) {
		initialisms[word] = true
	}
}

// goName returns a name of a schema as an exported name in Go: order_id is OrderID, ORDER_CREATED OrderCreated.
func goName(name string) string {
	var b strings.Builder
	for _, word := range words(name) {
		upper := strings.ToUpper(word)
		if initialisms[upper] {
			b.WriteString(upper)
			continue
		}
		for i, r := range word {
			if i == 0 {
				r = unicode.ToUpper(r)
			}
			b.WriteRune(r)
		}
	}
	out := b.String()
	if first := []rune(out + "0")[0]; !unicode.IsUpper(first) {
		return "X" + out // digits, and scripts without capitals
	}
	return out
}

// words splits a name at underscores and, where it has both cases, before capitals: userId, HTTPServer. Words of a name in capitals alone are
// returned in small letters.
func words(name string) []string {
	mixed := strings.ToUpper(name) != name
	var out []string
	for part := range strings.SplitSeq(name, "_") {
		if !mixed {
			out = append(out, strings.ToLower(part))
			continue
		}
		runes := []rune(part)
		start := 0
		for i := 1; i < len(runes); i++ {
			before, next := runes[i-1], rune(0)
			if i+1 < len(runes) {
				next = runes[i+1]
			}
			if unicode.IsUpper(runes[i]) && (!unicode.IsUpper(before) || unicode.IsLower(next)) {
				out = append(out, string(runes[start:i]))
				start = i
			}
		}
		out = append(out, string(runes[start:]))
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// unexported returns an exported Go name with its first word in small letters.
func unexported(name string) string {
	runes := []rune(name)
	n := 0
	for n < len(runes) && unicode.IsUpper(runes[n]) {
		n++
	}
	if n > 1 && n < len(runes) && unicode.IsLower(runes[n]) {
		n-- // the beginning of the next word
	}
	return strings.ToLower(string(runes[:n])) + string(runes[n:])
}

// plural returns the plural of a Go name, for the codec of its values: Orders of Order, Addresses of Address. What may be a plural already
// has no other: UnionsCodec of Unions.
func plural(name string) string {
	ends := func(suffixes ...string) bool {
		return slices.ContainsFunc(suffixes, func(s string) bool { return strings.HasSuffix(name, s) })
	}
	switch {
	case ends("s") && !ends("ss", "us", "is", "as"):
		return name + "Codec"
	case ends("y") && len(name) > 1 && !strings.ContainsRune("aeiou", rune(name[len(name)-2])):
		return name[:len(name)-1] + "ies"
	case ends("s", "x", "z", "ch", "sh"):
		return name + "es"
	default:
		return name + "s"
	}
}

// scope keeps names apart.
type scope map[string]bool

// claim returns name, with a number behind it where it is taken.
func (s scope) claim(name string) string {
	unique := name
	for i := 2; s[unique]; i++ {
		unique = name + strconv.Itoa(i)
	}
	s[unique] = true
	return unique
}

// typeNames returns a Go name for each full name. Where several have the same, all of them get more and more parts of their namespaces in
// front, until they differ or have no more.
func typeNames(full []string) map[string]string {
	out := make(map[string]string, len(full))
	for parts := 1; ; parts++ {
		by := map[string][]string{}
		for _, name := range full {
			if parts == 1 {
				out[name] = lastParts(name, 1)
			}
			by[out[name]] = append(by[out[name]], name)
		}
		again := false
		for _, names := range by {
			for _, name := range names {
				if longer := lastParts(name, parts+1); len(names) > 1 && longer != out[name] {
					out[name], again = longer, true
				}
			}
		}
		if !again {
			return out
		}
	}
}

// lastParts returns the Go name of the last parts of a full name.
func lastParts(full string, n int) string {
	parts := strings.Split(full, ".")
	parts = parts[max(len(parts)-n, 0):]
	var b strings.Builder
	for _, part := range parts {
		b.WriteString(goName(part))
	}
	return b.String()
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
