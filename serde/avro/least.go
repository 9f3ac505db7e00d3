package avro

// leastSizes knows how many bytes a value of a schema takes at least.
type leastSizes struct {
	known map[*Schema]int
	open  map[*Schema]bool
}

// most bounds a least size: records of records can multiply it without end.
const mostLeastSize = 1 << 30

// leastRounds is how often records are looked at again, to get closer to the least size of recursive ones. Each round starts from
// sizes that are not too large, and so ends with such.
const leastRounds = 3

func newLeastSizes(roots ...*Schema) *leastSizes {
	l := &leastSizes{known: map[*Schema]int{}}
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
	least := 0
	for _, f := range s.fields {
		l.visit(f.schema)
		least = min(least+l.of(f.schema), mostLeastSize)
	}
	l.known[s] = least
}
