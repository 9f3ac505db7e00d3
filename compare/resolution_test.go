package compare_test

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	twmb "github.com/twmb/avro"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// evolve returns a schema with which older values of schema may have been written, and adds to schema the aliases and defaults
// that it takes.
func (m *schemaMaker) evolve(schema any) any {
	switch s := schema.(type) {
	case string:
		older := map[string][]string{
			"long": {"int"}, "float": {"int", "long"}, "double": {"int", "long", "float"}, "string": {"bytes"}, "bytes": {"string"},
		}[s]
		switch {
		case older != nil && m.IntN(3) == 0:
			return older[m.IntN(len(older))]
		case s != "null" && m.IntN(12) == 0:
			return []any{s} // a union of one
		}
		return s
	case []any:
		var kept []any
		for _, i := range m.Perm(len(s)) {
			if m.IntN(4) > 0 {
				kept = append(kept, s[i])
			}
		}
		if len(kept) == 0 {
			return s
		}
		if len(kept) == 1 && m.IntN(2) == 0 {
			return kept[0]
		}
		return kept
	}
	s := schema.(map[string]any)
	switch s["type"] {
	case "array":
		return map[string]any{"type": "array", "items": m.evolve(s["items"])}
	case "map":
		return map[string]any{"type": "map", "values": m.evolve(s["values"])}
	case "record":
		return m.evolveRecord(s)
	case "enum":
		symbols := s["symbols"].([]any)
		if m.IntN(2) == 0 {
			s["default"] = symbols[m.IntN(len(symbols))]
			symbols = append([]any{"OTHER"}, symbols...)
		}
		return map[string]any{"type": "enum", "name": s["name"], "symbols": symbols}
	default:
		return s
	}
}

func (m *schemaMaker) evolveRecord(s map[string]any) any {
	w := map[string]any{"type": "record", "name": s["name"]}
	if m.IntN(3) == 0 {
		old := m.name("Old")
		s["aliases"], w["name"] = []any{old}, old
	}
	fields := []any{}
	for _, f := range s["fields"].([]any) {
		f := f.(map[string]any)
		older := map[string]any{"name": f["name"], "type": m.evolve(f["type"])}
		if def, ok := m.fallback(f["type"]); ok && m.IntN(3) == 0 {
			f["default"] = def
			continue
		}
		if m.IntN(4) == 0 {
			old := m.name("old")
			f["aliases"], older["name"] = []any{old}, old
		}
		fields = append(fields, older)
	}
	for range m.IntN(3) {
		fields = append(fields, map[string]any{"name": m.name("gone"), "type": m.schema(1)})
	}
	m.Shuffle(len(fields), func(i, j int) { fields[i], fields[j] = fields[j], fields[i] })
	w["fields"] = fields
	return w
}

// fallback returns a default for simple types.
func (m *schemaMaker) fallback(schema any) (any, bool) {
	switch s := schema.(type) {
	case []any:
		return m.fallback(s[0])
	case map[string]any:
		switch s["type"] {
		case "array":
			return []any{}, true
		case "map":
			return map[string]any{}, true
		}
		return nil, false
	}
	return map[any]any{"null": nil, "boolean": true, "int": -5, "long": 1 << 40, "float": 1.5, "double": -0.25, "bytes": "\u00ff\u0000", "string": "grün"}[schema], true
}

// What one library resolves the other resolves to the same values, but for the differences that TestResolutionDifferences names.
func TestResolutionDifferential(t *testing.T) {
	const bodies = 6
	schemas := *randomSchemas
	m := &schemaMaker{Rand: rand.New(rand.NewPCG(2, uint64(schemas)))}
	read := 0
	for range schemas {
		reader := m.record(3)
		writer := m.evolve(reader)
		writerText, readerText := text(t, writer), text(t, reader)
		ours, err := avro.For[any](readerText)
		if err != nil {
			t.Fatalf("%s: %v", readerText, err)
		}
		decode, err := ours.Decoder([]string{writerText}, nil)
		theirWriter, theirReader := twmb.MustParse(writerText), twmb.MustParse(readerText)
		theirs, theirErr := twmb.Resolve(theirWriter, theirReader)
		if err != nil || theirErr != nil {
			t.Fatalf("writer %s\nreader %s\n%v; twmb: %v", writerText, readerText, err, theirErr)
		}
		for range bodies {
			body := m.body(nil, writer)
			var mine, other any
			err := decode(body, &mine)
			_, theirErr := theirs.Decode(body, &other)
			if err != nil && theirErr == nil && differs(err) {
				continue
			}
			if (err == nil) != (theirErr == nil) {
				t.Fatalf("writer %s\nreader %s\n%x: %v; twmb: %v", writerText, readerText, body, err, theirErr)
			}
			if diff := cmp.Diff(other, plainValue(t, mine), sameFloats); diff != "" {
				t.Fatalf("writer %s\nreader %s\n%x (-twmb +ours):\n%s", writerText, readerText, body, diff)
			}
			read++
		}
	}
	if read < schemas*bodies/2 {
		t.Errorf("%d bodies of %d were read", read, schemas*bodies)
	}
}

func text(t *testing.T, schema any) string {
	t.Helper()
	out, err := json.Marshal(schema)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// resolutionDifferences are pairs that twmb/avro refuses as a whole, with a body that we read and, where there is one, a body that
// we refuse.
var resolutionDifferences = []struct{ name, why, writer, reader, reads, refuses string }{
	{
		"a symbol that a record does not have is no failure",
		"an event type that gains a symbol must not stop older readers of all its events",
		`{"type":"enum","name":"E","symbols":["A","B"]}`, `{"type":"enum","name":"E","symbols":["A"]}`, "00", "02",
	},
	{
		"a branch that a record does not have is no failure",
		"the same for a union",
		`["null","string","int"]`, `["null","string"]`, "00", "0402",
	},
}

func TestResolutionDifferences(t *testing.T) {
	for _, d := range resolutionDifferences {
		t.Run(d.name, func(t *testing.T) {
			decode, err := avro.MustFor[any](d.reader).Decoder([]string{d.writer}, nil)
			if err != nil {
				t.Fatal(err)
			}
			var v any
			if err := decode(joined(t, []string{d.reads}), &v); err != nil {
				t.Errorf("%s: %v", d.reads, err)
			}
			err = decode(joined(t, []string{d.refuses}), &v)
			var e *avro.Error
			if !errors.As(err, &e) || !e.Unresolvable() {
				t.Errorf("%s: %v, want an error that is Unresolvable", d.refuses, err)
			}
			if _, err := twmb.Resolve(twmb.MustParse(d.writer), twmb.MustParse(d.reader)); err == nil {
				t.Errorf("twmb resolves it as well; this is no difference")
			}
		})
	}
}

func TestFingerprintsDifferential(t *testing.T) {
	m := &schemaMaker{Rand: rand.New(rand.NewPCG(3, uint64(*randomSchemas)))}
	for range *randomSchemas {
		reader := m.record(3)
		m.evolve(reader) // which gives it aliases and defaults
		schema := text(t, reader)
		mine, err := avro.Parse(schema)
		if err != nil {
			t.Fatalf("%s: %v", schema, err)
		}
		theirs := twmb.MustParse(schema)
		crc := binary.BigEndian.AppendUint64(nil, mine.CRC64())
		for name, pair := range map[string][2]string{
			"canonical form": {mine.Canonical(), string(theirs.Canonical())},
			"CRC-64-AVRO":    {fmt.Sprintf("%x", crc), fmt.Sprintf("%x", theirs.Fingerprint(twmb.NewRabin()))},
			"MD5":            {fmt.Sprintf("%x", mine.MD5()), fmt.Sprintf("%x", theirs.Fingerprint(md5.New()))},
			"SHA-256":        {fmt.Sprintf("%x", mine.SHA256()), fmt.Sprintf("%x", theirs.Fingerprint(sha256.New()))},
		} {
			if pair[0] != pair[1] {
				t.Fatalf("%s: %s %s, twmb has %s", schema, name, pair[0], pair[1])
			}
		}
	}
}
