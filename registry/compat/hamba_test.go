package compat_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	hamba "github.com/hamba/avro/v2"

	"github.com/magicbyte-go/magicbyte/registry/compat"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// hambaReads asks github.com/hamba/avro/v2, with caches of its own for each question. It panics on some schemas.
func hambaReads(readerText, writerText string) (reads, asked bool) {
	defer func() {
		if recover() != nil {
			asked = false
		}
	}()
	reader, err := hamba.ParseWithCache(readerText, "", &hamba.SchemaCache{})
	if err != nil {
		return false, false
	}
	writer, err := hamba.ParseWithCache(writerText, "", &hamba.SchemaCache{})
	if err != nil {
		return false, false
	}
	return hamba.NewSchemaCompatibility().Compatible(reader, writer) == nil, true
}

func TestAgreesWithHamba(t *testing.T) {
	t.Parallel()
	const parts = 4
	pairs := 20_000
	if testing.Short() {
		pairs = 200
	}
	for part := range uint64(parts) {
		t.Run(fmt.Sprint(part), func(t *testing.T) {
			t.Parallel()
			random := &randomSchemas{Rand: rand.New(rand.NewPCG(part, 20))}
			compatible := 0
			for asked := 0; asked < pairs/parts; {
				readerText, writerText := random.pair()
				reader, err := avro.Parse(readerText)
				if err != nil {
					continue
				}
				writer, err := avro.Parse(writerText)
				if err != nil {
					continue
				}
				hambas, ok := hambaReads(readerText, writerText)
				if !ok {
					continue
				}
				asked++
				ours := compat.CanRead(reader, writer)
				if ours.Compatible() {
					compatible++
				}
				if ours.Compatible() != hambas && !ambiguous(ours) {
					t.Errorf("ours: %v; hamba: %t\nreader %s\nwriter %s", ours.Err(), hambas, readerText, writerText)
				}
			}
			if share := compatible * parts * 100 / pairs; share < 20 || share > 80 {
				t.Errorf("%d %% of the pairs are compatible; what is asked proves little", share)
			}
		})
	}
}

// ambiguous is the one disagreement that random pairs show; TestDiffersFromHamba explains it.
func ambiguous(r compat.Result) bool {
	return slices.ContainsFunc(r.Messages, func(m compat.Message) bool { return m.Type == compat.AmbiguousField })
}

func TestDiffersFromHamba(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name           string
		reader, writer string
		asked          bool // hamba takes both schemas
		want           bool
		reason         string
	}{
		{
			"a field whose name and alias were both written",
			record(`{"name":"b","aliases":["a"],"type":"int"}`), record(fieldA, fieldB), true, false,
			"hamba takes the field with the name; Java refuses to choose",
		},
		{
			"an empty enum", `{"type":"enum","name":"E","symbols":[]}`, `{"type":"enum","name":"E","symbols":[]}`, false, true,
			"Java takes an enum without symbols, which nothing was ever written with",
		},
		{
			"a default of a later branch", record(`{"name":"a","type":["null","int"],"default":1}`), record(), false, true,
			"Java takes a default of any branch since Avro 1.12",
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := compat.CanRead(mustParse(t, tt.reader), mustParse(t, tt.writer))
			hambas, asked := hambaReads(tt.reader, tt.writer)
			if got.Compatible() != tt.want || asked != tt.asked || hambas == tt.want {
				t.Errorf("got %v, want %t; hamba asked %t, answers %t, want %t, %t (%s)", got.Err(), tt.want, asked, hambas, tt.asked, !tt.want, tt.reason)
			}
		})
	}
}
