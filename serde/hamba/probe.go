package hamba

import (
	"encoding/binary"
	"errors"
	"math"
	"reflect"

	"github.com/hamba/avro/v2"
)

// hamba finds out that a Go type does not fit a schema when a record first reaches the place. A codec finds out when it is made: it
// reads a made-up body, in which no list is empty and every branch of every union occurs, and writes what it has read.

// probe reads the made-up bodies. It also leaves hamba's caches warm.
func (d *decoder) probe() error {
	return eachSample(d.writer, func(body []byte) error {
		return typeProblem(d.decode(body, reflect.New(d.target).Interface()))
	})
}

// probe writes values that were read from the made-up bodies. Where they cannot be read, nothing is known about writing.
func (e *encoder) probe() error {
	d := &decoder{api: newAPI(), schema: e.schema, writer: e.schema, target: e.target}
	return eachSample(e.schema, func(body []byte) error {
		obj := reflect.New(e.target).Interface()
		if err := d.decode(body, obj); err != nil {
			return typeProblem(err)
		}
		_, err := e.append(nil, obj)
		return typeProblem(err)
	})
}

// typeProblem returns err if it would occur with any value. A made-up string that a TextUnmarshaler refuses says nothing.
func typeProblem(err error) error {
	var e *Error
	if errors.As(err, &e) && isTypeProblem(e.Problem) {
		e.unresolvable = true
		return e
	}
	return nil
}

// eachSample calls try with bodies of schema: one for each branch of its widest union.
func eachSample(schema avro.Schema, try func(body []byte) error) error {
	s := sampler{widest: 1}
	for branch := 0; branch < min(s.widest, maxSamples); branch++ {
		s.branch = branch
		body, err := s.append(nil, schema, 0)
		if err != nil {
			return nil //nolint:nilerr // a schema of which no finite value was found: nothing is learnt
		}
		if err := try(body); err != nil {
			return err
		}
	}
	return nil
}

// sampler writes a body in which unions take one branch and lists have one item.
type sampler struct {
	branch int
	widest int
}

// maxSamples bounds the time for unions that no Go type was made for.
const maxSamples = 100

// From the first depth on lists are empty and unions take a leaf, to end recursion; the second one is given up at.
const (
	sampleShallow = 24
	sampleDeep    = 64
)

var errNoSample = errors.New("no finite value")

func (s *sampler) append(dst []byte, schema avro.Schema, depth int) (_ []byte, err error) {
	if depth > sampleDeep || len(dst) > 1<<20 {
		return nil, errNoSample
	}
	switch schema := deref(schema).(type) {
	case *avro.RecordSchema:
		for _, f := range schema.Fields() {
			if dst, err = s.append(dst, f.Type(), depth+1); err != nil {
				return nil, err
			}
		}
		return dst, nil
	case *avro.ArraySchema:
		return s.list(dst, nil, schema.Items(), depth)
	case *avro.MapSchema:
		return s.list(dst, []byte{2, 'k'}, schema.Values(), depth)
	case *avro.UnionSchema:
		s.widest = max(s.widest, len(schema.Types()))
		branch := s.branch % len(schema.Types())
		if depth > sampleShallow {
			branch = leaf(schema)
		}
		return s.append(binary.AppendVarint(dst, int64(branch)), schema.Types()[branch], depth+1)
	case *avro.FixedSchema:
		if schema.Size() > 1<<20 {
			return nil, errNoSample
		}
		return append(dst, make([]byte, schema.Size())...), nil
	default:
		return appendScalar(dst, schema.Type()), nil
	}
}

func (s *sampler) list(dst, key []byte, items avro.Schema, depth int) ([]byte, error) {
	if depth > sampleShallow {
		return append(dst, 0), nil
	}
	dst, err := s.append(append(append(dst, 2), key...), items, depth+1)
	if err != nil {
		return nil, err
	}
	return append(dst, 0), nil
}

// leaf returns the first branch that holds no other types.
func leaf(union *avro.UnionSchema) int {
	for i, branch := range union.Types() {
		switch deref(branch).Type() {
		case avro.Record, avro.Array, avro.Map:
		default:
			return i
		}
	}
	return 0
}

func appendScalar(dst []byte, t avro.Type) []byte {
	switch t {
	case avro.Null:
		return dst
	case avro.Float:
		return binary.LittleEndian.AppendUint32(dst, math.Float32bits(1))
	case avro.Double:
		return binary.LittleEndian.AppendUint64(dst, math.Float64bits(1))
	default: // an empty string, false, zero, the first symbol
		return append(dst, 0)
	}
}
