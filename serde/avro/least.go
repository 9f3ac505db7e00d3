package avro

// leastSizes knows how many bytes a value of a schema takes at least, and which take none at all.
type leastSizes struct {
	known   map[*Schema]int
	nothing map[*Schema]bool // records whose fields take no bytes, so that the least size is the only one
	open    map[*Schema]bool
}

// most bounds a least size: records of records can multiply it without end.
const mostLeastSize = 1 << 30

// leastRounds is how often records are looked at again, to get closer to the least size of recursive ones. Each round starts from
// sizes that are not too large, and so ends with such.
const leastRounds = 3

func newLeastSizes(roots ...*Schema) *leastSizes {
	l := &leastSizes{known: map[*Schema]int{}, nothing: map[*Schema]bool{}}
	for range leastRounds {
		l.open = map[*Schema]bool{}
		for _, root := range roots {
			l.visit(root)
		}
	}
	return l
}

// of returns the least size of a schema within the roots.
func (l *leastSizes) of(s *Schema) int {
	switch s.kind {
	case KindNull:
		return 0
	case KindFloat:
		return 4
	case KindDouble:
		return 8
	case KindFixed:
		return s.size
	case KindRecord:
		return l.known[s]
	case KindUnion:
		least := mostLeastSize
		for _, b := range s.branches {
			least = min(least, 1+l.of(b))
		}
		return min(least, mostLeastSize)
	default:
		return 1
	}
}

// none reports whether values of a schema within the roots take no bytes at all.
func (l *leastSizes) none(s *Schema) bool {
	switch s.kind {
	case KindNull:
		return true
	case KindFixed:
		return s.size == 0
	default:
		return l.nothing[s]
	}
}

// visit computes the sizes of the records in s. A record within itself counts as what is known so far, at first nothing.
func (l *leastSizes) visit(s *Schema) {
	for _, b := range s.branches {
		l.visit(b)
	}
	if s.elem != nil {
		l.visit(s.elem)
	}
	if s.kind != KindRecord || l.open[s] {
		return
	}
	l.open[s] = true // and stays so for this round: one visit is enough
	least, nothing := 0, true
	for _, f := range s.fields {
		l.visit(f.schema)
		least = min(least+l.of(f.schema), mostLeastSize)
		nothing = nothing && l.none(f.schema) // what is its own field has no values, so that it does not matter
	}
	if nothing {
		l.nothing[s] = true
	} else {
		least = max(least, 1)
	}
	l.known[s] = least
}
