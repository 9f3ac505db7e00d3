package embedded

import (
	"encoding/json"
	"net/http"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/embedded/internal/jackson"
)

// What the real server makes of bodies and members, by which its parser's errors call them.
const (
	classText       = "String"
	classNumber     = "Integer"
	classBoolean    = "Boolean"
	classMetadata   = "Metadata"
	classReferences = "SchemaReference>"
	classRuleSet    = "RuleSet"
)

// classOf is the class of a whole body, by the name of the argument that it is.
func classOf(argument string) string {
	switch {
	case strings.Contains(argument, "Config"):
		return "ConfigUpdateRequest"
	case strings.Contains(argument, "Mode"):
		return "ModeUpdateRequest"
	}
	return "RegisterSchemaRequest"
}

func failJSON(format string, args ...any) *failure {
	return failHTTP(http.StatusBadRequest, format, args...)
}

// noObject is the failure of a body that is no object, or no JSON.
func noObject(argument string, body []byte, err error) *failure {
	if fault, known := jackson.Find(string(body), true); known {
		return failJSON("%s", fault.Text)
	}
	if !json.Valid(body) {
		return failJSON("Malformed JSON in the request body: %v", err) // which repeats a character at most
	}
	const construct = "Cannot construct instance of `%s` (although at least one Creator exists): no %s constructor/factory method to deserialize from %s value (%s)"
	class := classOf(argument)
	var given any
	if err := json.Unmarshal(body, &given); err != nil || len(body) > maxRepeated {
		return wrongType(class, body)
	}
	switch given := given.(type) {
	case string:
		return failJSON(construct, class, "String-argument", "String", "'"+given+"'")
	case float64:
		if strings.Trim(string(body), "-0123456789") == "" {
			return failJSON(construct, class, "int/Int-argument", "Number", body)
		}
	}
	return wrongType(class, body)
}

// maxRepeated is how long a value of the wrong type may be, in bytes, to be repeated.
const maxRepeated = 100

// wrongType is the failure of a value that cannot be what it should be.
func wrongType(class string, value json.RawMessage) *failure {
	const from = "Cannot deserialize value of type `%s` from %s value (token `JsonToken.START_%s`)"
	var word string
	switch {
	case value[0] == '{':
		return failJSON(from, class, "Object", "OBJECT")
	case value[0] == '[' && class != classReferences: // whose items may be what is wrong
		return failJSON(from, class, "Array", "ARRAY")
	case class == classNumber && len(value) <= maxRepeated && json.Unmarshal(value, &word) == nil:
		return failJSON("Cannot deserialize value of type `Integer` from String \"%s\": not a valid `java.lang.Integer` value", word)
	}
	return failJSON("Cannot deserialize value of type `%s`: a value has the wrong type", class)
}
