package avro

import (
	"bytes"
	"fmt"
	"reflect"
	"unsafe"
)

// Sequence reads values that follow each other in one piece of bytes, as in the blocks of an object container file. Their strings share
// copies of the piece, of at most 32 KiB each: a string that is kept keeps one of them in memory. Otherwise values are as [Codec.Decode]
// makes them, and the limits count for each of them alone. With [WithAliasedInput] there is one copy of each piece, which all that was
// read from it points into.
//
// It is made by [Codec.Sequence], and not safe for concurrent use.
type Sequence[T any] struct {
	name   string
	writer *Schema
	src    []byte
	pos    int
	failed error // corrupt bytes: nothing behind them can be found

	inputs  bool // *T reads from an Input
	in      Input
	d       *decoder
	root    *program
	skip    func() (*program, *Error) // makes what passes over a value
	skipped *program
	least   int
}

// inputReader is a generated type that reads itself at a position of an input. What it cannot read is the plan's.
type inputReader interface {
	ReadAvro(in *Input, pos int) int
}

// Sequence compiles the way from values that were written one after the other with the schema writer, given as [Codec.Decoder] takes it,
// to T as the codec's own schema sees them (for a codec without one, the writer's).
func (c Codec[T]) Sequence(writer []string) (*Sequence[T], error) {
	s := c.state
	seq, err := newSequence[T](s, writer)
	if err != nil {
		return nil, fmt.Errorf("avro: sequence of %v: %w", reflect.TypeFor[T](), err)
	}
	if seq.inputs {
		_, seq.inputs = any(new(T)).(inputReader)
	}
	return seq, nil
}

func newSequence[T any](s *codecState, writer []string) (*Sequence[T], error) {
	w, own, err := s.parse(writer)
	if err != nil {
		return nil, fmt.Errorf("writer: %w", err)
	}
	plan := s.decode
	if !own {
		reader := s.schema
		if reader == nil {
			reader = w
		}
		if plan, err = s.decoding(w, reader, reflect.TypeFor[T]()); err != nil {
			return nil, err
		}
	}
	return &Sequence[T]{
		name: plan.name, writer: w, root: plan.root, inputs: own && s.generated,
		d:     plan.pool.Get().(*decoder), //nolint:errcheck // the pool holds nothing else
		least: newLeastSizes(w).of(w),
		skip:  func() (*program, *Error) { return newCompiler(s.cfg, w, w, nil).program(w, nil, nil) },
	}, nil
}

// Reset begins with a new piece. Nothing that was or will be read refers to src, which may change once its values are read.
func (s *Sequence[T]) Reset(src []byte) {
	d := s.d
	d.Input = Input{src: src, backSize: maxBack}
	if d.cfg.aliasInput {
		d.src = bytes.Clone(src)
		d.back = unsafe.String(unsafe.SliceData(d.src), len(d.src))
	}
	s.src, s.pos, s.failed = d.src, 0, nil
	s.in.Start(d.src)
}

// Len returns how many bytes are left.
func (s *Sequence[T]) Len() int { return len(s.src) - s.pos }

// MinSize returns how many bytes a value takes at least.
func (s *Sequence[T]) MinSize() int { return s.least }

// Next reads the next value; there must be one. Whatever v held before is gone; on an error v is zero. Errors are of type [*Error], and their
// offsets count from the beginning of the piece. A value that is [Error.Unresolvable] is passed over, and the next call
// reads the one behind it; any other error stays.
func (s *Sequence[T]) Next(v *T) error {
	if s.failed != nil || v == nil {
		return s.refuse(v)
	}
	if s.inputs {
		s.in.zero = 0
		if pos := any(v).(inputReader).ReadAvro(&s.in, s.pos); pos >= 0 { //nolint:errcheck // Codec.Sequence looked
			s.pos = pos
			return nil
		}
	}
	var zero T
	*v = zero
	err := s.run(s.root, unsafe.Pointer(v))
	if err == nil {
		return nil
	}
	*v = zero
	err.name = s.name
	if err.unresolvable {
		passed := s.pass()
		if passed == nil {
			return err
		}
		err = passed
		err.name = s.name
	}
	s.failed = err
	return err
}

// AppendJSON reads the next value as it was written, whatever T is, and appends it in Avro's JSON encoding as [Schema.BinaryToJSON]
// does; there must be one. An error stays, as with [Sequence.Next].
func (s *Sequence[T]) AppendJSON(dst []byte) ([]byte, error) {
	if s.failed != nil {
		return dst, s.failed
	}
	w := jsonWriter{decoder{Input: Input{src: s.src}, cfg: s.d.cfg, pos: s.pos}, s.writer.derive().least()}
	out, err := w.value(dst, s.writer)
	if err != nil {
		err.name = s.writer.name
		s.failed = err
		return dst, err
	}
	s.pos = w.in.pos
	return out, nil
}

// AppendEncoded reads the next value as it was written, whatever T is, and appends its bytes to dst; there must be one. Only its structure is
// checked. An error stays, as with [Sequence.Next].
func (s *Sequence[T]) AppendEncoded(dst []byte) ([]byte, error) {
	if s.failed != nil {
		return dst, s.failed
	}
	from := s.pos
	if err := s.pass(); err != nil {
		err.name = s.writer.name
		s.failed = err
		return dst, err
	}
	return append(dst, s.src[from:s.pos]...), nil
}

// refuse returns the error of a call that cannot read.
func (s *Sequence[T]) refuse(v *T) error {
	if v == nil {
		return &Error{op: "decode", name: s.name, offset: -1, problem: "a nil pointer cannot be read into"}
	}
	var zero T
	*v = zero
	return s.failed
}

// pass passes over the next value.
func (s *Sequence[T]) pass() *Error {
	if s.skipped == nil {
		skip, err := s.skip()
		if err != nil {
			return err
		}
		s.skipped = skip
	}
	return s.run(s.skipped, nil)
}

// run runs a program at the position, and moves it if all went well.
func (s *Sequence[T]) run(prog *program, v unsafe.Pointer) *Error {
	d := s.d
	d.pos, d.depth, d.zero = s.pos, 0, 0
	err := d.run(prog, v)
	for i := range d.arenas {
		d.arenas[i].reset() // what one value left of its memory is not the next one's
	}
	if err == nil {
		s.pos = d.pos
	}
	return err
}
