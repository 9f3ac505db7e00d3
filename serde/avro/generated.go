package avro

import "unsafe"

// The methods of generated types read and write what is regular, without a word about what is not: a value that they give up is the
// plan's, which knows the way through, or tells what is wrong and where. So both layers have the same limits and the same
// errors, and code that is generated stays small.

// AppendByPlan is [Codec.Append] without the generated methods of T.
func (c Codec[T]) AppendByPlan(dst []byte, v *T) ([]byte, error) {
	return appendWith(c.state.encode, dst, v)
}

// DecodeByPlan reads the first value in src without the generated methods of T, and returns what is behind it. Otherwise it is as
// [Codec.Decode].
func (c Codec[T]) DecodeByPlan(src []byte, v *T) (rest []byte, err error) {
	plan := c.state.decode
	if plan == nil || v == nil {
		return src, decodeWith(plan, src, v)
	}
	var zero T
	if !plan.cfg.reuse {
		*v = zero
	}
	n, err := plan.decodeFirst(src, unsafe.Pointer(v))
	if err != nil {
		*v = zero
		return src, err
	}
	return src[n:], nil
}

// DecodeFrom reads a part of the value of a generated type that only the plan can read, for its methods.
func (c Codec[T]) DecodeFrom(in *Input, pos int, v *T) int {
	if pos < 0 {
		return failed
	}
	rest, err := c.DecodeByPlan(in.src[pos:], v)
	if err != nil {
		return failed
	}
	return len(in.src) - len(rest)
}

// AppendTo writes a part of the value of a generated type that only the plan can write, for its methods. It makes room for itself, and
// for more bytes behind.
func (c Codec[T]) AppendTo(out *Output, i int, v *T, more int) int {
	b, err := c.AppendByPlan(out.buf[:i], v)
	if err != nil {
		out.failed = true
		return i
	}
	out.buf = b[:cap(b)]
	out.Room(len(b), more)
	return len(b)
}
