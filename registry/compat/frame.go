package compat

import "github.com/magicbyte-go/magicbyte/serde/avro"

// frame is a pair whose parts are being compared.
type frame struct {
	pair
	at    *location
	out   *outcome
	parts parts
	next  int // part to compare next

	branches []int // anyBranch: places in the reader's union
	fits     bool  // anyBranch: one of them can read the writer's type
}

// parts is how the parts of a pair are compared.
type parts uint8

const (
	oneElement  parts = iota // items of arrays, values of maps
	allFields                // of records
	eachBranch               // of a writer's union, each by the reader's type, which is no union
	anyBranch                // of a reader's union, one of which has to read the writer's type, which is no union
	allBranches              // of a writer's union, each by any branch of the reader's
)

func (c *comparison) push(p pair, at location, out *outcome) {
	f := frame{pair: p, at: &at, out: out}
	reads, writes := p.reader.Kind() == avro.KindUnion, p.writer.Kind() == avro.KindUnion
	switch {
	case reads && writes:
		f.parts = allBranches
	case writes:
		f.parts = eachBranch
	case reads:
		f.parts, f.branches = anyBranch, c.index.candidates(p.reader, p.writer)
	case p.reader.Kind() == avro.KindRecord:
		f.parts = allFields
		if !c.index.sameName(p.reader, p.writer) {
			f.clash(NameMismatch, at.below(toName, 0))
		}
	}
	c.stack = append(c.stack, f)
}

// next returns the next part to compare.
func (c *comparison) next(f *frame) (part pair, at location, more bool) {
	i := f.next
	f.next++
	switch f.parts {
	case allFields:
		return c.nextField(f)
	case eachBranch:
		if i < len(f.writer.Branches()) {
			return pair{f.reader, f.writer.Branches()[i]}, f.below(toBranch, i), true
		}
	case anyBranch:
		if i < len(f.branches) && !f.fits {
			return pair{f.reader.Branches()[f.branches[i]], f.writer}, location{}, true
		}
	case allBranches:
		if i < len(f.writer.Branches()) {
			return pair{f.reader, f.writer.Branches()[i]}, location{}, true
		}
	case oneElement:
		if i == 0 && f.reader.Kind() == avro.KindArray {
			return pair{f.reader.Elem(), f.writer.Elem()}, f.below(toItems, 0), true
		} else if i == 0 {
			return pair{f.reader.Elem(), f.writer.Elem()}, f.below(toValues, 0), true
		}
	}
	return pair{}, location{}, false
}

// nextField finds the next field of the reader that has a type to compare.
func (c *comparison) nextField(f *frame) (part pair, at location, more bool) {
	fields := f.reader.Fields()
	for i := f.next - 1; i < len(fields); i++ {
		f.next = i + 1
		field := fields[i]
		c.steps -= 1 + len(field.Aliases())
		written, several := writtenField(f.writer, field)
		switch {
		case several:
			f.clash(AmbiguousField, f.below(toField, i))
		case written != nil:
			return pair{field.Schema(), written.Schema()}, f.below(toType, i), true
		case field.HasDefault():
		case hasEnumDefault(field.Schema()):
			// Java asks whether the enum can read the record. It cannot.
			return pair{field.Schema(), f.writer}, f.below(toType, i), true
		default:
			f.clash(MissingDefault, f.below(toField, i))
		}
	}
	return pair{}, location{}, false
}

// writtenField returns the writer's field that a reader's field takes its value from, by its name or an alias, if there is one.
func writtenField(writer *avro.Schema, field *avro.Field) (written *avro.Field, several bool) {
	written = writer.Field(field.Name())
	for _, alias := range field.Aliases() {
		switch other := writer.Field(alias); {
		case other == nil || other == written:
		case written != nil:
			return nil, true
		default:
			written = other
		}
	}
	return written, false
}

func hasEnumDefault(s *avro.Schema) bool {
	_, ok := s.EnumDefault()
	return ok
}

// take uses the outcome of the part that next returned last.
func (f *frame) take(part *outcome) {
	switch f.parts {
	case anyBranch:
		f.fits = f.fits || !part.clashes()
	case allBranches:
		if part.clashes() {
			f.clash(MissingUnionBranch, f.below(toBranch, f.next-1))
		}
	default:
		f.out.merge(part)
	}
}

func (f *frame) below(s step, i int) location { return location{f.at, s, i} }

func (f *frame) clash(kind Type, at location) { f.out.add(f.message(kind, at)) }
