package avro

// nameList holds different names in the order in which they were added.
type nameList struct {
	names []string
	index map[string]int // where there are many
}

// indexFrom is the number of names from which a map beats looking at them one by one.
const indexFrom = 9

// newNameList returns a list with room for n names.
func newNameList(n int) nameList {
	l := nameList{names: make([]string, 0, n)}
	if n >= indexFrom {
		l.index = make(map[string]int, n)
	}
	return l
}

// find returns the place of a name, or -1.
func (l *nameList) find(name string) int {
	if l.index != nil {
		if i, ok := l.index[name]; ok {
			return i
		}
		return -1
	}
	for i := range l.names {
		if l.names[i] == name {
			return i
		}
	}
	return -1
}

// add adds a name, unless the list has it: then it returns the place of that one and false.
func (l *nameList) add(name string) (at int, added bool) {
	if at = l.find(name); at >= 0 {
		return at, false
	}
	if l.index != nil {
		l.index[name] = len(l.names)
	}
	l.names = append(l.names, name)
	return len(l.names) - 1, true
}
