package serde

import (
	"encoding/binary"
	"fmt"
)

// Member is one codec of a deserializer over several; see [MemberOf].
type Member[I any] interface {
	name() string
	schemaType() string
	compile(writer, reader []string) (func(src []byte, v *I) error, error)
}

// MemberOf makes codec a member of a deserializer whose values are of the interface type I: a record that this codec reads arrives
// as a *T in it, newly allocated. A *T that does not satisfy I is an error for every record of that name.
func MemberOf[I, T any](codec Codec[T]) Member[I] { return boxed[I, T]{codec} }

// only is the member of a deserializer with one codec: values go straight into the caller's.
type only[T any] struct{ codec Codec[T] }

func (m only[T]) name() string       { return m.codec.Name() }
func (m only[T]) schemaType() string { return m.codec.SchemaType() }

func (m only[T]) compile(writer, reader []string) (func([]byte, *T) error, error) {
	return m.codec.Decoder(writer, reader)
}

type boxed[I, T any] struct{ codec Codec[T] }

func (m boxed[I, T]) name() string       { return m.codec.Name() }
func (m boxed[I, T]) schemaType() string { return m.codec.SchemaType() }

func (m boxed[I, T]) compile(writer, reader []string) (func([]byte, *I) error, error) {
	if _, ok := any((*T)(nil)).(I); !ok {
		return nil, fmt.Errorf("%T does not satisfy the deserializer's interface type", (*T)(nil))
	}
	decode, err := m.codec.Decoder(writer, reader)
	if err != nil {
		return nil, err
	}
	return func(src []byte, v *I) error {
		value := new(T)
		if err := decode(src, value); err != nil {
			return err
		}
		*v, _ = any(value).(I) // as was checked above
		return nil
	}, nil
}

// compile picks the member for a writer schema by its record name and has it make the decoder. Where the writer's schema is a union,
// each branch gets a decoder of its own and the record's branch index picks one, so a branch that nobody can read
// fails only the records that hold it.
func (d *Deserializer[T]) compile(writer, reader []string) (func([]byte, *T) error, error) {
	if d.members[0].schemaType() != TypeAvro {
		return d.members[0].compile(writer, reader)
	}
	shape, err := shapeOf(writer[len(writer)-1])
	if err != nil {
		return nil, err
	}
	if shape.branches != nil && (len(d.members) > 1 || shape.branch(d.members[0].name()) >= 0) {
		return d.compileUnion(shape, writer, reader), nil
	}
	m, err := d.memberFor(shape.name)
	if err != nil {
		return nil, err
	}
	return d.compileMember(m, writer, reader)
}

// memberFor returns the member called name. A deserializer with one codec takes every record: the codec itself resolves names,
// aliases included.
func (d *Deserializer[T]) memberFor(name string) (Member[T], error) {
	if len(d.members) == 1 {
		return d.members[0], nil
	}
	known := make([]string, len(d.members))
	for i, m := range d.members {
		if m.name() == name {
			return m, nil
		}
		known[i] = m.name()
	}
	return nil, &UnclaimedError{Name: name, Known: known}
}

// compileMember makes one member's decoder, with the reader schema of the policy: the codec's own, the writer's, or a fetched one, of
// which the member takes the branch of its name where it is a union.
func (d *Deserializer[T]) compileMember(m Member[T], writer, reader []string) (func([]byte, *T) error, error) {
	if d.cfg.policy.kind == policyWriter {
		return m.compile(writer, writer)
	}
	if len(reader) > 0 {
		shape, err := shapeOf(reader[len(reader)-1])
		if err != nil {
			return nil, err
		}
		if shape.branch(m.name()) >= 0 {
			reader = member(reader, m.name())
		}
	}
	return m.compile(writer, reader)
}

func (d *Deserializer[T]) compileUnion(shape shape, writer, reader []string) func([]byte, *T) error {
	type branch struct {
		decode func([]byte, *T) error
		err    error
	}
	branches := make([]branch, len(shape.branches))
	for i, name := range shape.branches {
		b := &branches[i]
		var m Member[T]
		if m, b.err = d.memberFor(name); b.err == nil {
			b.decode, b.err = d.compileMember(m, member(writer, name), reader)
		}
		if b.err != nil {
			b.err = fmt.Errorf("%w: union branch %d (%s): %w", ErrUnresolvable, i, name, b.err)
		}
	}
	return func(src []byte, v *T) error {
		index, n := binary.Varint(src)
		if n <= 0 || index < 0 || index >= int64(len(branches)) {
			return fmt.Errorf("union branch at byte 0: not one of %d branches", len(branches))
		}
		b := &branches[index]
		if b.err != nil {
			return b.err
		}
		return b.decode(src[n:], v)
	}
}
