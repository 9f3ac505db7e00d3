package embedded

import (
	"regexp"
	"strings"
)

// A Protobuf text of plain messages: a syntax, a package if any, and messages that hold fields alone. Comments, options, imports and
// types within types are beyond it.
const (
	plainField   = `\s*(?:(?:optional|repeated|required)\s+)?[\w.]+\s+\w+\s*=\s*\d+\s*;`
	plainMessage = `\s*message\s+\w+\s*\{(?:` + plainField + `)*\s*\}`
)

var (
	plainFile     = regexp.MustCompile(`^\s*syntax\s*=\s*"(proto[23])"\s*;\s*(?:package\s+([\w.]+)\s*;)?((?:` + plainMessage + `)*)\s*$`)
	plainMessages = regexp.MustCompile(`message\s+(\w+)\s*\{([^}]*)\}`)
	plainFields   = regexp.MustCompile(`([\w.\s]+?)\s+(\w+)\s*=\s*(\d+)\s*;`)
)

// protobufText lays out the text of a Protobuf schema as the real server does, so that white space makes no other schema. A text that is more
// than plain messages stays as it is.
func protobufText(text string) string {
	file := plainFile.FindStringSubmatch(text)
	if file == nil {
		return text
	}
	var b strings.Builder
	b.WriteString(`syntax = "` + file[1] + "\";\n")
	if file[2] != "" {
		b.WriteString("package " + file[2] + ";\n")
	}
	for _, message := range plainMessages.FindAllStringSubmatch(file[3], -1) {
		b.WriteString("\nmessage " + message[1] + " {")
		for i, field := range plainFields.FindAllStringSubmatch(message[2], -1) {
			if i == 0 {
				b.WriteByte('\n')
			}
			b.WriteString("  " + strings.Join(strings.Fields(field[1]), " ") + " " + field[2] + " = " + field[3] + ";\n")
		}
		b.WriteString("}\n")
	}
	return b.String()
}
