package avro

import (
	"fmt"
	"strconv"
	"strings"
	"unsafe"
)

// Record is a record without a Go type of its own: for programs that learn their schemas at run time. Its values are in generic form:
//
//	null                 nil
//	boolean              bool
//	int, long            int32, int64
//	float, double        float32, float64
//	bytes, fixed         []byte
//	string               string
//	enum                 string, the symbol
//	array, map           []any, map[string]any
//	record               *Record
//	union                nil or the value, where it is of null and one other type; else nil or a Branch
//	timestamp-*, date    time.Time
//	local-timestamp-*    LocalTime
//	time-*               time.Duration
//	decimal              Decimal
//	duration             Duration
//	uuid                 string, or [16]byte where it is a fixed
//
// What is written may also be of another Go integer or float type that holds the value exactly, a *big.Rat for a decimal, a map[string]any
// for a record, a slice or map of another type with the right items, a [Custom], and a union's value without [Branch]: then the
// branch with a Record's own name is written, and else the first that takes the value. A Record is not safe for concurrent use while it is written to.
type Record struct {
	schema *Schema
	values []any
}

// NewRecord returns a record of the schema with the defaults of its fields, and nil where a field has none.
func NewRecord(schema *Schema) (*Record, error) {
	if schema.Kind() != KindRecord {
		return nil, fmt.Errorf("avro: new record: the schema is a %v, not a record", schema.Kind())
	}
	presets, err := schema.derive().preset()
	if err != nil {
		return nil, fmt.Errorf("avro: new record: %w", err)
	}
	r := &Record{schema, make([]any, len(schema.fields))}
	for _, p := range presets { // each time anew, since callers write to what they get
		if err := p.plan.decode(p.input, unsafe.Pointer(&r.values[p.field])); err != nil {
			return nil, fmt.Errorf("avro: new record: %w", err)
		}
	}
	return r, nil
}

// Schema returns the record's schema, nil for the zero Record.
func (r *Record) Schema() *Schema { return r.schema }

// Get returns the value at a path such as "payload.items[2].sku": names of fields and keys of maps with points between, indexes of
// arrays in brackets. Null in between makes the result nil. The value is shared with the record.
func (r *Record) Get(path string) (any, error) {
	var at any = r
	for rest := path; rest != ""; {
		var step pathStep
		var err error
		if step, rest, err = nextStep(rest); err != nil {
			return nil, fmt.Errorf("avro: get %s: %w", path, err)
		}
		slot, err := step.of(at)
		if err != nil {
			return nil, fmt.Errorf("avro: get %s: %w", path, err)
		}
		if at = slot.get(); at == nil {
			return nil, nil
		}
	}
	return at, nil
}

// Set replaces the value at a path as [Record.Get] takes it. All but the last step must be there. A value that the schema does not
// take is an error; keys of maps need not exist yet. A value in generic form is shared with the record from then on, of any other the record
// gets a copy in generic form.
func (r *Record) Set(path string, v any) error {
	var at any = r
	schema := r.schema
	for rest := path; ; {
		step, next, err := nextStep(rest)
		if err != nil {
			return fmt.Errorf("avro: set %s: %w", path, err)
		}
		slot, err := step.of(at)
		if err != nil {
			return fmt.Errorf("avro: set %s: %w", path, err)
		}
		if schema = step.schema(at, schema); next == "" {
			if schema != nil {
				if v, err = inGenericForm(schema, v, path); err != nil {
					return err
				}
			}
			slot.set(v)
			return nil
		}
		at, rest = slot.get(), next
	}
}

// pathStep is a name, or an index.
type pathStep struct {
	name  string
	index int // -1 for a name
}

// nextStep takes the first step off a path.
func nextStep(path string) (step pathStep, rest string, err error) {
	if inner, ok := strings.CutPrefix(path, "["); ok {
		number, rest, ok := strings.Cut(inner, "]")
		index, err := strconv.Atoi(number)
		if !ok || err != nil || index < 0 {
			return step, "", fmt.Errorf("an index must be a number in brackets")
		}
		return pathStep{index: index}, strings.TrimPrefix(rest, "."), nil
	}
	end := strings.IndexAny(path, ".[")
	if end < 0 {
		end = len(path)
	}
	if end == 0 {
		return step, "", fmt.Errorf("a name is empty")
	}
	return pathStep{path[:end], -1}, strings.TrimPrefix(path[end:], "."), nil
}

// slot is where a value is.
type slot struct {
	values []any
	index  int
	m      map[string]any
	key    string
}

func (s slot) get() any {
	if s.m != nil {
		return s.m[s.key]
	}
	return s.values[s.index]
}

func (s slot) set(v any) {
	if s.m != nil {
		s.m[s.key] = v
	} else {
		s.values[s.index] = v
	}
}

// of returns the place that the step leads to.
func (p pathStep) of(at any) (slot, error) {
	if b, ok := at.(Branch); ok {
		at = b.Value
	}
	switch v := at.(type) {
	case *Record:
		if v.schema != nil {
			if f := v.schema.Field(p.name); f != nil && p.index < 0 {
				return slot{values: v.values, index: f.index}, nil
			}
		}
		return slot{}, fmt.Errorf("there is no field %s", p)
	case []any:
		if p.index < 0 || p.index >= len(v) {
			return slot{}, fmt.Errorf("there is no item %s in an array of %d", p, len(v))
		}
		return slot{values: v, index: p.index}, nil
	case map[string]any:
		if p.index >= 0 || v == nil {
			return slot{}, fmt.Errorf("there is no entry %s", p)
		}
		return slot{m: v, key: p.name}, nil
	default:
		return slot{}, fmt.Errorf("%s leads into a %T", p, at)
	}
}

// schema returns the schema of the place, nil where it cannot be told.
func (p pathStep) schema(at any, s *Schema) *Schema {
	if b, ok := at.(Branch); ok {
		at = b.Value
		s = branchNamed(s, b.Name)
	} else if s != nil && s.kind == KindUnion {
		if _, value, ok := nullable(s); ok {
			s = s.branches[value]
		}
	}
	switch v := at.(type) {
	case *Record:
		return v.schema.Field(p.name).schema
	default:
		if s == nil {
			return nil
		}
		return s.elem
	}
}

func branchNamed(s *Schema, name string) *Schema {
	if s != nil {
		for _, b := range s.branches {
			if branchName(b) == name {
				return b
			}
		}
	}
	return nil
}

// String returns the step as a path has it.
func (p pathStep) String() string {
	if p.index >= 0 {
		return "[" + strconv.Itoa(p.index) + "]"
	}
	return p.name
}
