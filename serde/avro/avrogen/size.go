package avrogen

import "github.com/magicbyte-go/magicbyte/serde/avro"

// breakCycles makes records that contain themselves, by way of no pointer, slice or map, pointers where the circle closes.
func (g *generator) breakCycles() {
	const (
		open = 1
		done = 2
	)
	state := map[*record]int{}
	var visit func(r *record)
	var through func(v *value) (typ string)
	through = func(v *value) string {
		switch v.form {
		case formRecord:
			if state[v.record] == open {
				elem := *v
				v.form, v.elem, v.typ = formPointer, &elem, "*"+v.typ
			} else {
				visit(v.record)
			}
		case formSingle:
			v.typ = through(v.elem)
		case formOptional:
			if v.elem.form == formRecord && state[v.elem.record] == open {
				v.form, v.typ = formNullable, "*"+v.elem.typ
			} else {
				through(v.elem)
			}
		}
		return v.typ
	}
	visit = func(r *record) {
		if state[r] == done {
			return
		}
		state[r] = open
		for _, f := range r.fields {
			through(f.value)
		}
		state[r] = done
	}
	for _, r := range g.order {
		visit(r)
	}
}

// layout is the size and alignment of a Go type in bytes, where pointers have 64 bits. A size of -1 is not known.
type layout struct{ size, align int }

func (l layout) plus(f layout) layout {
	if l.size < 0 || f.size < 0 {
		return layout{-1, 8}
	}
	at := (l.size + f.align - 1) / f.align * f.align
	return layout{at + f.size, max(l.align, f.align)}
}

func (l layout) end() layout {
	if l.size > 0 {
		l.size = (l.size + l.align - 1) / l.align * l.align
	}
	return l
}

func layoutOf(v *value) layout {
	switch v.form {
	case formNull:
		return layout{0, 1}
	case formBool:
		return layout{1, 1}
	case formInt, formFloat:
		return layout{4, 4}
	case formString, formUnion:
		return layout{16, 8}
	case formBytes, formArray, formMillis, formTime, formDate, formLocalTime:
		return layout{24, 8}
	case formDuration:
		return layout{12, 4}
	case formFixed:
		return layout{v.schema.Size(), 1}
	case formRecord:
		l := layout{0, 1}
		for _, f := range v.record.fields {
			l = l.plus(layoutOf(f.value))
		}
		return l.end()
	case formOptional:
		return layoutOf(v.elem).plus(layout{1, 1}).end()
	case formNilable, formSingle:
		return layoutOf(v.elem)
	case formCustom:
		return layout{-1, 8}
	default:
		return layout{8, 8}
	}
}

// firstStep is how many bytes a slice or map gets before the first item was read, at most.
const firstStep = 64 << 10

// first returns how many items of a size that may be.
func first(size int) int {
	if size < 0 {
		return 16
	}
	return max(firstStep/max(size, 1), 1)
}

// leastSizes computes how many bytes values take at least.
type leastSizes struct {
	known map[*avro.Schema]int
	open  map[*avro.Schema]bool
}

const mostLeast = 1 << 30

// leastSize returns the least size of a value. A record within itself counts as nothing.
func leastSize(s *avro.Schema) int {
	return (&leastSizes{map[*avro.Schema]int{}, map[*avro.Schema]bool{}}).of(s)
}

func (l *leastSizes) of(s *avro.Schema) int {
	switch s.Kind() {
	case avro.KindNull:
		return 0
	case avro.KindFloat:
		return 4
	case avro.KindDouble:
		return 8
	case avro.KindFixed:
		return s.Size()
	case avro.KindUnion:
		least := mostLeast
		for _, b := range s.Branches() {
			least = min(least, 1+l.of(b))
		}
		return least
	case avro.KindRecord:
		if size, ok := l.known[s]; ok || l.open[s] {
			return size
		}
		l.open[s] = true
		size := 0
		for _, f := range s.Fields() {
			size = min(size+l.of(f.Schema()), mostLeast)
		}
		delete(l.open, s)
		l.known[s] = size
		return size
	default:
		return 1
	}
}
