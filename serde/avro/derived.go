package avro

import "sync"

// derived is what is computed from a schema when it is first asked for, and then kept with it.
type derived struct {
	least   func() *leastSizes             // of the schema's parts
	record  func() (*decodePlan, error)    // reads a record of the schema into a Record
	value   func() (*decodePlan, error)    // reads a value of the schema in generic form
	preset  func() ([]fieldDefault, error) // of a record's fields that have a default
	aliased func() map[string]*Field       // a record's fields by their aliases
}

// fieldDefault is the default of a field as Avro bytes, and what reads them in generic form.
type fieldDefault struct {
	field int
	input []byte
	plan  *decodePlan
}

// derive returns what is derived from the schema. Of two goroutines that come first, one has made it for both.
func (s *Schema) derive() *derived {
	if d := s.derived.Load(); d != nil {
		return d
	}
	s.derived.CompareAndSwap(nil, &derived{
		least:   sync.OnceValue(func() *leastSizes { return newLeastSizes(s) }),
		record:  sync.OnceValues(func() (*decodePlan, error) { return genericState.decoding(s, s, recordType) }),
		value:   sync.OnceValues(func() (*decodePlan, error) { return genericState.decoding(s, s, anyType) }),
		preset:  sync.OnceValues(s.presets),
		aliased: sync.OnceValue(s.fieldsByAlias),
	})
	return s.derived.Load()
}

// genericState makes plans for values in generic form, with what a codec has by default.
var genericState = &codecState{cfg: defaultConfig}

func (s *Schema) presets() ([]fieldDefault, error) {
	var presets []fieldDefault
	for _, f := range s.fields {
		if f.def == nil {
			continue
		}
		input, err := f.appendDefault(nil)
		if err != nil {
			return nil, err
		}
		plan, err := f.schema.derive().value()
		if err != nil {
			return nil, err
		}
		presets = append(presets, fieldDefault{f.index, input, plan})
	}
	return presets, nil
}

// fieldsByAlias returns the fields that have aliases. Of two fields with the same alias the first has it.
func (s *Schema) fieldsByAlias() map[string]*Field {
	fields := map[string]*Field{}
	for _, f := range s.fields {
		for _, alias := range f.aliases {
			if fields[alias] == nil {
				fields[alias] = f
			}
		}
	}
	return fields
}
