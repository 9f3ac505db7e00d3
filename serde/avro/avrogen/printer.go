package avrogen

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printer collects Go code, which is formatted in the end.
type printer struct{ bytes.Buffer }

// p prints a line.
func (p *printer) p(format string, args ...any) {
	fmt.Fprintf(p, format, args...)
	p.WriteByte('\n')
}

const lineWidth = 110

// comment prints text as a comment, in lines of a bounded length. Line breaks in it are kept. What Go code cannot have in it, as schemas can, becomes
// a space.
func (p *printer) comment(text string) {
	text = strings.Map(func(r rune) rune {
		if r != '\n' && unicode.IsControl(r) || r == '\ufeff' {
			return ' '
		}
		return r
	}, text)
	for line := range strings.Lines(strings.TrimSpace(text)) {
		line = strings.TrimSpace(line)
		for {
			cut := len(line)
			if utf8.RuneCountInString(line) > lineWidth {
				if at := strings.LastIndexByte(string([]rune(line)[:lineWidth]), ' '); at > 0 {
					cut = at
				} else if at := strings.IndexByte(line, ' '); at > 0 {
					cut = at
				}
			}
			p.p("%s", strings.TrimSpace("// "+line[:cut]))
			if line = strings.TrimSpace(line[cut:]); line == "" {
				break
			}
		}
	}
}
