package serde

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// Member is one codec of a deserializer over several; see [MemberOf].
type Member[I any] interface {
	name() string
	schemaType() string
	schema() string // empty for one that has none of its own, and takes records as they were written
	compile(writer, reader []string) (func(src []byte, v *I) error, error)
}

// MemberOf makes codec a member of a deserializer whose values are of the interface type I: a record that this codec reads arrives
// as a *T in it, newly allocated. A *T that does not satisfy I is an error for every record of that name.
func MemberOf[I, T any](codec Codec[T]) Member[I] { return boxed[I, T]{codec} }

// only is the member of a deserializer with one codec: values go straight into the caller's.
type only[T any] struct{ codec Codec[T] }

func (m only[T]) name() string       { return m.codec.Name() }
func (m only[T]) schemaType() string { return m.codec.SchemaType() }
func (m only[T]) schema() string     { return m.codec.Schema() }

func (m only[T]) compile(writer, reader []string) (func([]byte, *T) error, error) {
	return m.codec.Decoder(writer, reader)
}

type boxed[I, T any] struct{ codec Codec[T] }

func (m boxed[I, T]) name() string       { return m.codec.Name() }
func (m boxed[I, T]) schemaType() string { return m.codec.SchemaType() }
func (m boxed[I, T]) schema() string     { return m.codec.Schema() }

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
func (d *Deserializer[T]) compile(writer []string, r *reading[T]) (func([]byte, *T) error, error) {
	if d.members[0].schemaType() != TypeAvro {
		return d.members[0].compile(writer, r.reader(0))
	}
	shape, err := shapeOf(writer[len(writer)-1])
	if err != nil {
		return nil, err
	}
	if shape.branches != nil && (len(d.members) > 1 || d.members[0].schema() == "" || shape.branch(d.members[0].name()) >= 0) {
		return d.compileUnion(shape, writer, r), nil
	}
	i, err := d.memberFor(shape.name, r)
	if err != nil {
		return nil, err
	}
	return d.compileMember(i, shape.name, writer, r.reader(i))
}

// memberFor returns the index of the member called name, else of the first whose reader schema has it among the aliases of its record. A
// deserializer with one codec takes every record: the codec itself resolves names, aliases included.
func (d *Deserializer[T]) memberFor(name string, r *reading[T]) (int, error) {
	if len(d.members) == 1 {
		return 0, nil
	}
	known := make([]string, len(d.members))
	for i, m := range d.members {
		if m.name() == name {
			return i, nil
		}
		known[i] = m.name()
	}
	for i, m := range d.members {
		reader := r.reader(i)
		if reader == nil {
			reader = []string{m.schema()}
		}
		if slices.Contains(aliasesOf(m.name(), reader), name) {
			return i, nil
		}
	}
	return 0, &UnclaimedError{Name: name, Known: known}
}

// compileMember makes one member's decoder, with the reader schema of the policy: the codec's own, the writer's, or a fetched one, of
// which the member takes the branch of its name where it is a union; one that has no name takes the branch of the record's.
func (d *Deserializer[T]) compileMember(i int, record string, writer, reader []string) (func([]byte, *T) error, error) {
	m := d.members[i]
	if d.cfg.policy.kind == policyWriter {
		return m.compile(writer, writer)
	}
	if m.schema() != "" {
		record = m.name()
	}
	reader, _, err := branchOf(m, record, reader)
	if err != nil {
		return nil, err
	}
	return m.compile(writer, reader)
}

// branchOf returns the part of a fetched reader schema that a member reads a record with: all of it, or the branch of the record's name where it is a
// union. Without such a branch it is all of it, and not the record's.
func branchOf[T any](m Member[T], record string, reader []string) (texts []string, own bool, err error) {
	if len(reader) == 0 || m.schemaType() != TypeAvro {
		return reader, true, nil
	}
	shape, err := shapeOf(reader[len(reader)-1])
	switch {
	case err != nil:
		return nil, false, err
	case shape.branches == nil:
		return reader, true, nil
	case shape.branch(record) < 0:
		return reader, false, nil
	default:
		return member(reader, record), true, nil
	}
}

// checkReaders reports fetched reader schemas that the Go types do not hold: with them no record could be read, whatever it was written with. So
// a service does not start with one, and one that runs goes on with the last.
func (d *Deserializer[T]) checkReaders(readers [][]string) error {
	for i, reader := range readers {
		m := d.members[i]
		texts, own, err := branchOf(m, m.name(), reader)
		if err == nil && own {
			_, err = m.compile(texts, texts)
		}
		if err != nil {
			return fmt.Errorf("%w: reader schema: %w", ErrUnresolvable, err)
		}
	}
	return nil
}

func (d *Deserializer[T]) compileUnion(shape shape, writer []string, r *reading[T]) func([]byte, *T) error {
	type branch struct {
		decode func([]byte, *T) error
		err    error
	}
	branches := make([]branch, len(shape.branches))
	for i, name := range shape.branches {
		b := &branches[i]
		var m int
		if m, b.err = d.memberFor(name, r); b.err == nil {
			b.decode, b.err = d.compileMember(m, name, member(writer, name), r.reader(m))
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
