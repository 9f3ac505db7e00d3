package schemas

// codeSet is a set of codes of equally many capital letters: one bit for each possible code, so that looking one up is
// arithmetic, without comparing or hashing strings.
type codeSet struct {
	letters int
	bits    []uint64
}

func newCodeSet(letters int, codes ...string) codeSet {
	possible := 1
	for range letters {
		possible *= 26
	}
	s := codeSet{letters, make([]uint64, possible/64+1)}
	for _, code := range codes {
		i := s.index(code)
		if i < 0 {
			panic("schemas: bad code " + code)
		}
		s.bits[i/64] |= 1 << (i % 64)
	}
	return s
}

func (s codeSet) has(code string) bool {
	i := s.index(code)
	return i >= 0 && s.bits[i/64]&(1<<(i%64)) != 0
}

// index returns the code as a number to base 26, or -1 where it is not of the set's form.
func (s codeSet) index(code string) int {
	if len(code) != s.letters {
		return -1
	}
	n := 0
	for i := range len(code) {
		c := code[i]
		if c < 'A' || c > 'Z' {
			return -1
		}
		n = n*26 + int(c-'A')
	}
	return n
}
