package embedded

import (
	"fmt"
	"net/http"
)

// failure is an answer other than 2xx: the table of all of them is this file.
type failure struct {
	Status  int    `json:"-"`
	Code    int    `json:"error_code"`
	Message string `json:"message"`
}

func (f *failure) Error() string {
	return fmt.Sprintf("embedded: %d (%d): %s", f.Status, f.Code, f.Message)
}

func fail(code int, format string, args ...any) *failure {
	return &failure{Status: code / 100, Code: code, Message: fmt.Sprintf(format, args...)}
}

// failHTTP is a failure whose code is only the status.
func failHTTP(status int, format string, args ...any) *failure {
	return &failure{Status: status, Code: status, Message: fmt.Sprintf(format, args...)}
}

// failPlain has the text of the HTTP library.
func failPlain(status int) *failure {
	return failHTTP(status, "HTTP %d %s", status, http.StatusText(status))
}

// Failures that carry nothing of the request.
var (
	errNotFound         = failPlain(http.StatusNotFound) // no such path
	errNumber           = failPlain(http.StatusNotFound) // a number in path or query is none
	errMethodNotAllowed = failPlain(http.StatusMethodNotAllowed)
	errUnauthorized     = failHTTP(http.StatusUnauthorized, "Unauthorized")
	errNotAcceptable    = failPlain(http.StatusNotAcceptable)
	errMediaType        = failPlain(http.StatusUnsupportedMediaType)
	errBadRequest       = failHTTP(http.StatusBadRequest, "Bad Request")
	errBadURI           = failHTTP(http.StatusBadRequest, "Bad Request") // of the HTTP server before the registry, as a page
	errTooLarge         = failHTTP(http.StatusRequestEntityTooLarge, "Request body is too large")
	errSchemaNotFound   = fail(40403, "Schema not found")
	errEmptySchema      = fail(42201, "Empty schema")
	errNextVersion      = fail(42201, "Version is not one more than previous version")
	errLevel            = fail(42203, "Invalid compatibility level. Valid values are none, backward, forward, full, "+
		"backward_transitive, forward_transitive, and full_transitive")
	errMode           = fail(42204, "Invalid mode. Valid values are READWRITE, READONLY, IMPORT and FORWARD.")
	errForwardMode    = fail(42204, "Forward mode only supported on global level")
	errImportNotEmpty = fail(42205, "Cannot import since found existing subjects")
	errSchemaTooLarge = fail(42209, "Register operation failed because schema is too large")
	errStore          = fail(50001, "Error in the backend data store")
)

func errSubjectNotFound(s subjectName) *failure { return fail(40401, "Subject '%s' not found.", s) }

func errVersionNotFound(number int) *failure { return fail(40402, "Version %d not found.", number) }

func errNoSuchSchema(id any) *failure { return fail(40403, "Schema %v not found", id) }

func errSubjectSoftDeleted(s subjectName) *failure {
	return fail(40404, "Subject '%s' was soft deleted.Set permanent=true to delete permanently", s)
}

func errSubjectNotSoftDeleted(s subjectName) *failure {
	return fail(40405, "Subject '%s' was not deleted first before being permanently deleted", s)
}

func errVersionSoftDeleted(k versionKey) *failure {
	return fail(40406, "Subject '%s' Version %d was soft deleted.Set permanent=true to delete permanently", k.subject, k.number)
}

func errVersionNotSoftDeleted(k versionKey) *failure {
	return fail(40407, "Subject '%s' Version %d was not deleted first before being permanently deleted", k.subject, k.number)
}

func errNoSubjectConfig(s subjectName) *failure {
	return fail(40408, "Subject '%s' does not have subject-level compatibility configured", s)
}

func errNoSubjectMode(s subjectName) *failure {
	return fail(40409, "Subject '%s' does not have subject-level mode configured", s)
}

func errIncompatible(s subjectName, details string) *failure {
	return fail(40901, "Schema being registered is incompatible with an earlier schema for subject %q, details: [%s]", s.String(), details)
}

func errSchemaType(kind string) *failure { return fail(42201, "Invalid schema type %s", kind) }

func errVersionArgument(text string) *failure {
	return fail(42202, "The specified version '%s' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\"", text)
}

// errNotPermitted tells why a mode forbids a write. A context as a whole prints as null.
func errNotPermitted(s subjectName, why string) *failure {
	name := s.name
	if name == "" {
		name = "null"
	}
	return fail(42205, "Subject %s in context %s is %s", name, s.contextLabel(), why)
}

func errOverwriteID(id int, s subjectName) *failure {
	return fail(42205, "Overwrite new schema with id %d in context %s is not permitted.", id, s.contextLabel())
}

func errReferenced(k versionKey) *failure {
	return fail(42206, "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}.", k.subject, k.number)
}

func errSubjectName(given string) *failure {
	return fail(42208, "The specified subject '%s' is not a valid.", given)
}

func errContextNotEmpty(name string) *failure {
	return fail(42211, "The specified context ':%s:' is not empty.", name)
}
