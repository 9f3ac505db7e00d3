package compat

// outcome is what is known of a pair. Without findings it is compatible.
type outcome struct {
	open     bool // its parts are still being compared; until then it counts as compatible
	assumed  bool // it did, for a part of itself
	findings []finding
}

// finding is a problem, or all those of a part. Parts are shared: the problems of a type cost memory once, however often it
// is used.
type finding struct {
	message *Message
	part    *outcome
}

// fits is the outcome of pairs without parts and without problems. It is never written to.
var fits = &outcome{}

func (o *outcome) clashes() bool { return len(o.findings) > 0 }

func (o *outcome) add(m *Message) { o.findings = append(o.findings, finding{message: m}) }

func (o *outcome) merge(part *outcome) {
	if part.clashes() {
		o.findings = append(o.findings, finding{part: part})
	}
}

// and returns an outcome with one problem more.
func (o *outcome) and(m *Message) *outcome {
	return &outcome{findings: append(o.findings[:len(o.findings):len(o.findings)], finding{message: m})}
}

// close makes the outcome final. One that just passes on those of a part takes its place, so that a list of problems is no
// deeper than it is long.
func (o *outcome) close() {
	o.open = false
	if len(o.findings) == 1 && o.findings[0].part != nil {
		o.findings = o.findings[0].part.findings
	}
}

// messages lists the problems in order, up to MaxMessages.
func (o *outcome) messages() []Message {
	var list []Message
	for todo := [][]finding{o.findings}; len(todo) > 0 && len(list) < MaxMessages; {
		last := len(todo) - 1
		if len(todo[last]) == 0 {
			todo = todo[:last]
			continue
		}
		first := todo[last][0]
		todo[last] = todo[last][1:]
		if first.part != nil {
			todo = append(todo, first.part.findings)
		} else {
			list = append(list, *first.message)
		}
	}
	return list
}

func (p pair) message(kind Type, at location) *Message {
	return &Message{Type: kind, Reader: p.reader, Writer: p.writer, at: at}
}

func (p pair) clash(kind Type, at location) *outcome {
	return &outcome{findings: []finding{{message: p.message(kind, at)}}}
}
