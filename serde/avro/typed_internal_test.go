package avro

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"unsafe"
)

var (
	typedSeed   = flag.Uint64("typed.seed", 0, "seed of TestTypedAtRandom; 0 takes a random one")
	typedRounds = flag.Int("typed.rounds", 400, "rounds of TestTypedAtRandom")
)

// typedTally counts what came out, so that a test sees whether it tested anything.
type typedTally struct{ written, read, evolved, never, late, refused, spoilt int }

// TestTypedAtRandom compiles plans for random schemas, Go types and older writers, and holds what they write and read against the
// reference. -typed.seed repeats a run.
func TestTypedAtRandom(t *testing.T) {
	t.Parallel()
	seed := *typedSeed
	for seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("-typed.seed=%d", seed)
	var tally typedTally
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16), byte(seed >> 24), byte(seed >> 32), byte(seed >> 40), byte(seed >> 48), byte(seed >> 56)})
	source := make([]byte, 4<<10)
	for round := range *typedRounds {
		random.Read(source) //nolint:errcheck // it has no errors
		if problem := typedRound(source, &tally); problem != "" {
			t.Fatalf("-typed.seed=%d, round %d: %s", seed, round, problem)
		}
	}
	t.Logf("%+v", tally)
	for what, n := range map[string]int{
		"written": tally.written, "read": tally.read, "evolved": tally.evolved, "never resolved": tally.never, "failed late": tally.late,
		"refused by the Go type": tally.refused, "spoilt": tally.spoilt,
	} {
		if n < *typedRounds/50 {
			t.Errorf("%d values were %s in %d rounds", n, what, *typedRounds)
		}
	}
}

// FuzzTyped is TestTypedAtRandom with a fuzzer to choose.
func FuzzTyped(f *testing.F) {
	random := rand.NewChaCha8([32]byte{1})
	for range 24 {
		source := make([]byte, 1<<10)
		random.Read(source) //nolint:errcheck // it has no errors
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		if problem := typedRound(source, new(typedTally)); problem != "" {
			t.Fatal(problem)
		}
	})
}

// typedCase is what one round is about.
type typedCase struct {
	maker  *typedMaker
	reader *node
	schema *Schema
	typ    reflect.Type
	cfg    *config
	build  goBuilder
	tally  *typedTally
}

// typedRound returns what is wrong, or "".
func typedRound(source []byte, tally *typedTally) string {
	m := &typedMaker{choices: choices{source}}
	c := typedCase{maker: m, reader: m.root(), tally: tally, build: goBuilder{map[string]*Schema{}}}
	c.typ = m.goType(c.reader, nil)
	var err error
	if c.schema, err = Parse(c.reader.String()); err != nil {
		return fmt.Sprintf("%s: %v", c.reader, err)
	}
	eachNamed(c.schema, func(s *Schema) { c.build.records[s.name] = s })
	opts := []Option{WithSortedMaps(), WithMaxZeroSizeItems(typedZeroItems), WithUnion(sealedTypes)}
	if m.oneIn(4) {
		opts = append(opts, WithAliasedInput())
	}
	if c.cfg, err = newConfig(opts); err != nil {
		return err.Error()
	}
	if problem := c.own(); problem != "" {
		return fmt.Sprintf("%s\nschema %s\ntype   %v", problem, c.reader, c.typ)
	}
	m.named, m.others = nil, true
	for range 2 {
		writer := (&evolver{typedMaker: m, done: map[*node]*node{}}).writer(c.reader)
		if problem := c.evolved(writer); problem != "" {
			return fmt.Sprintf("%s\nwriter %s\nreader %s\ntype   %v", problem, writer, c.reader, c.typ)
		}
	}
	return ""
}

// own writes and reads values of the schema itself.
func (c *typedCase) own() string {
	state := &codecState{cfg: c.cfg}
	encode, err := state.encoding(c.schema, c.typ)
	if err != nil {
		return fmt.Sprintf("encoding: %v", err)
	}
	decode, err := state.decoding(c.schema, c.schema, c.typ)
	if err != nil {
		return fmt.Sprintf("decoding: %v", err)
	}
	x := newRefResolver(c.reader)
	for range 3 {
		v := c.maker.value(c.reader, 0)
		plain := appendValue(nil, c.reader, v, nil)
		want, failure := c.resolved(x, v, c.reader)
		if failure == nil {
			held := reflect.New(c.typ)
			held.Elem().Set(want)
			prefix := []byte("prefix")
			out, err := encode.encode(slices.Clone(prefix), held.UnsafePointer())
			if err != nil || !bytes.Equal(out, append(prefix, plain...)) {
				return fmt.Sprintf("%x: %+v is written as %x, %v", plain, want, out, err)
			}
			c.tally.written++
		}
		for _, in := range [][]byte{plain, appendValue(nil, c.reader, v, &c.maker.choices)} {
			if problem := c.check(decode, in, want, failure); problem != "" {
				return problem
			}
			c.tally.read++
		}
		if problem := c.spoil(decode, x, c.reader, plain); problem != "" {
			return problem
		}
	}
	return ""
}

// evolved reads values of another writer.
func (c *typedCase) evolved(writer *node) string {
	schema, err := Parse(writer.String())
	if err != nil {
		return err.Error()
	}
	x := newRefResolver(c.reader)
	can := x.can(writer, c.reader, c.typ, nil)
	decode, err := (&codecState{cfg: c.cfg}).decoding(schema, c.schema, c.typ)
	if err != nil {
		var e *Error
		if can || !errors.As(err, &e) || !e.Unresolvable() {
			return fmt.Sprintf("decoding: %v", err)
		}
		c.tally.never++
		return ""
	}
	if !can {
		return "compiled, and no value can resolve"
	}
	for range 3 {
		v := c.maker.value(writer, 0)
		in := appendValue(nil, writer, v, nil)
		want, failure := c.resolved(x, v, writer)
		if problem := c.check(decode, in, want, failure); problem != "" {
			return problem
		}
		switch {
		case failure == nil:
			c.tally.evolved++
		case errors.Is(failure, errHolds):
			c.tally.refused++
		default:
			c.tally.late++
		}
		if problem := c.spoil(decode, x, writer, in); problem != "" {
			return problem
		}
	}
	return ""
}

// resolved returns the Go value that one of the writer's is to become.
func (c *typedCase) resolved(x *refResolver, v any, writer *node) (reflect.Value, error) {
	v, err := x.resolve(v, writer, c.reader, c.typ)
	if err != nil {
		return reflect.Value{}, err
	}
	return c.build.build(v, c.reader, c.typ)
}

// check reads bytes into a value with guards around it and canaries in it, and compares.
func (c *typedCase) check(plan *decodePlan, in []byte, want reflect.Value, failure error) string {
	given := slices.Clone(in)
	got, problem, err := c.read(plan, given)
	switch {
	case problem != "":
		return fmt.Sprintf("%x: %s", in, problem)
	case (err == nil) != (failure == nil):
		return fmt.Sprintf("%x: got %v, want %v", in, err, failure)
	case err != nil:
		var e *Error
		if !errors.As(err, &e) || e.Unresolvable() && errors.Is(failure, errHolds) { // of two failures either may be met first
			return fmt.Sprintf("%x: got %v, want %v", in, err, failure)
		}
		return ""
	}
	if !c.cfg.aliasInput {
		for i := range given {
			given[i] = 0xEE
		}
	}
	if diff := difference(want, got); diff != "" {
		return fmt.Sprintf("%x: %s", in, diff)
	}
	if cut := len(in) - 1; cut >= 0 {
		if _, problem, err := c.read(plan, in[:c.maker.next(min(cut+1, 1<<16))]); err == nil || problem != "" {
			return fmt.Sprintf("%x: cut off somewhere it is read: %v %s", in, err, problem)
		}
	}
	return ""
}

// spoil changes a byte: what the reference reads is read as the same value, and nothing else is read.
func (c *typedCase) spoil(plan *decodePlan, x *refResolver, writer *node, in []byte) string {
	if len(in) == 0 {
		return ""
	}
	in = slices.Clone(in)
	in[c.maker.next(min(len(in), 1<<16))] ^= 1 << c.maker.next(8)
	var want reflect.Value
	v, replaced, failure := readValue(writer, in)
	if failure == nil {
		want, failure = c.resolved(x, v, writer)
	}
	got, problem, err := c.read(plan, in)
	switch {
	case problem != "":
		return fmt.Sprintf("%x, spoilt: %s", in, problem)
	case err != nil && failure == nil && replaced: // the entry that was replaced may be what the type does not hold
	case (err == nil) != (failure == nil):
		return fmt.Sprintf("%x, spoilt: got %v, want %v", in, err, failure)
	case err == nil:
		if diff := difference(want, got); diff != "" {
			return fmt.Sprintf("%x, spoilt: %s", in, diff)
		}
		c.tally.spoilt++
	}
	return ""
}

const canary = 0xA5

// read decodes into memory with guards in front of it and behind it.
func (c *typedCase) read(plan *decodePlan, in []byte) (got reflect.Value, problem string, err error) {
	guard := reflect.ArrayOf(64, reflect.TypeFor[byte]())
	around := reflect.New(reflect.StructOf([]reflect.StructField{
		{Name: "CanaryFront", Type: guard}, {Name: "V", Type: c.typ}, {Name: "CanaryBack", Type: guard},
	})).Elem()
	eachCanary(around, func(v reflect.Value) {
		for i := range int(v.Type().Size()) {
			*(*byte)(unsafe.Add(v.Addr().UnsafePointer(), i)) = canary
		}
	})
	got = around.Field(1)
	err = plan.decode(in, got.Addr().UnsafePointer())
	eachCanary(around, func(v reflect.Value) {
		for i := range int(v.Type().Size()) {
			if b := *(*byte)(unsafe.Add(v.Addr().UnsafePointer(), i)); b != canary {
				problem = fmt.Sprintf("memory beside the fields is written to, with %#x", b)
			}
		}
		v.SetZero()
	})
	return got, problem, err
}
