package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Conditions that a caller branches on, for errors.Is.
var (
	// ErrSubjectNotFound: the subject has no live version (code 40401).
	ErrSubjectNotFound = errors.New("registry: subject not found")
	// ErrVersionNotFound: the subject has no such version (code 40402).
	ErrVersionNotFound = errors.New("registry: version not found")
	// ErrSchemaNotFound: the registry has no schema with this id, or the subject does not have this schema (code 40403).
	ErrSchemaNotFound = errors.New("registry: schema not found")
	// ErrIncompatible: the subject's compatibility level forbids this schema. Its error carries the registry's messages.
	ErrIncompatible = errors.New("registry: incompatible schema")
	// ErrInvalidSchema: the registry cannot parse this schema, or finds no schema that it refers to (code 42201).
	ErrInvalidSchema = errors.New("registry: invalid schema")
	// ErrRules: the schema's rule set encrypts or transforms values, see [WithRulesIgnored]. To a serde it is
	// [serde.ErrUnresolvable]: waiting does not help.
	ErrRules error = rulesError{}
	// ErrUnavailable: no answer, or none of a schema registry: time-outs, refused connections, 408, 429, 5xx, redirects, answers
	// that are no JSON, and a 404 without the registry's code (a wrong base path, a proxy). It is [serde.ErrRegistryUnavailable].
	ErrUnavailable = serde.ErrRegistryUnavailable
	// ErrUnauthorized: the registry answered 401 or 403. It is [serde.ErrUnauthorized].
	ErrUnauthorized = serde.ErrUnauthorized
	// ErrClosed: the client was closed, and what was asked is in none of its caches.
	ErrClosed = errors.New("registry: the client is closed")
)

// The registry's codes that have a meaning here.
const (
	codeSubjectNotFound = 40401
	codeVersionNotFound = 40402
	codeSchemaNotFound  = 40403
	codeInvalidSchema   = 42201
)

// What was attempted, as [Error].Op.
const (
	opSchemaByID         = "schema by id"
	opSchemaByVersion    = "schema by version"
	opLookup             = "look up"
	opRegister           = "register"
	opSubjects           = "list subjects"
	opVersions           = "list versions"
	opSubjectVersions    = "list subjects and versions"
	opDeleteSubject      = "delete subject"
	opPurgeSubject       = "purge subject"
	opCheckCompatibility = "check compatibility"
	opLevel              = "get compatibility level"
	opSetLevel           = "set compatibility level"
	opDeleteVersion      = "delete version"
	opPurgeVersion       = "purge version"
	opReferencedBy       = "list referrers"
	opContexts           = "list contexts"
	opSchemaTypes        = "list schema types"
	opConfig             = "get config"
	opSetConfig          = "set config"
	opDeleteConfig       = "delete config"
	opMode               = "get mode"
	opSetMode            = "set mode"
	opDeleteMode         = "delete mode"
	opContract           = "contract"
)

// Error is what every method of a [Client] returns. It names what was attempted and what came back; fields that do not apply are zero.
// It never holds credentials.
type Error struct {
	Op      string // what was attempted: "register", "look up", "schema by id"
	Subject string
	ID      serde.SchemaID
	Version int // -1 for the newest

	HTTPStatus int    // 0 where no answer came
	Code       int    // the registry's error_code, 0 where the answer had none
	Message    string // the registry's message, at most 16 KiB of it
	Err        error  // the cause where it is not the registry's message, nil otherwise

	// RetryAfter is how long the registry asked to be left alone with its last answer, 0 where it did not.
	RetryAfter time.Duration
}

// Error names the attempt and the cause: "registry: register orders-value: HTTP 409 (40901): Schema being registered is ...".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("registry: " + e.Op)
	if e.Subject != "" {
		b.WriteString(" " + e.Subject)
	}
	if !e.ID.IsZero() {
		b.WriteString(" " + e.ID.String())
	}
	switch e.Version {
	case 0:
	case serde.LatestVersion:
		b.WriteString(" version latest")
	default:
		b.WriteString(" version " + strconv.Itoa(e.Version))
	}
	if e.HTTPStatus != 0 {
		b.WriteString(": HTTP " + strconv.Itoa(e.HTTPStatus))
		if e.Code != 0 {
			b.WriteString(" (" + strconv.Itoa(e.Code) + ")")
		}
	}
	if e.Message != "" {
		b.WriteString(": " + withoutOldSchema(e.Message))
	}
	if e.Err != nil {
		b.WriteString(": " + strings.TrimPrefix(e.Err.Error(), "registry: "))
	}
	return b.String()
}

// withoutOldSchema leaves the text of the clashing schema out of a message about compatibility: pages of JSON between what is wrong and
// the end. [Error].Message has all of it.
func withoutOldSchema(message string) string {
	begin, end := strings.Index(message, "{oldSchema: '"), strings.LastIndex(message, "'}, {validateFields:")
	if begin < 0 || end < begin {
		return message
	}
	return message[:begin] + "{oldSchema: ...}" + message[end+len("'}"):]
}

type rulesError struct{}

func (rulesError) Error() string        { return "registry: schema with rules that are not run" }
func (rulesError) Is(target error) bool { return target == serde.ErrUnresolvable }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a sentinel that the registry's answer stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrSubjectNotFound:
		return e.missing(codeSubjectNotFound)
	case ErrVersionNotFound:
		return e.missing(codeVersionNotFound)
	case ErrSchemaNotFound:
		return e.missing(codeSchemaNotFound)
	case ErrIncompatible:
		return e.Op == opRegister && e.HTTPStatus == http.StatusConflict
	case ErrInvalidSchema:
		return e.Code == codeInvalidSchema
	case ErrUnauthorized:
		return e.HTTPStatus == http.StatusUnauthorized || e.HTTPStatus == http.StatusForbidden
	case ErrUnavailable:
		return e.unavailable()
	case serde.ErrUnknownSchema:
		return e.unknownSchema()
	default:
		return false
	}
}

// missing reports whether the answer has one of these codes. With a 5xx they mean nothing: the registry did not get to the end.
func (e *Error) missing(codes ...int) bool {
	return e.HTTPStatus < 500 && slices.Contains(codes, e.Code)
}

func (e *Error) unavailable() bool {
	switch {
	case e.HTTPStatus >= 300 && e.HTTPStatus < 400, e.HTTPStatus >= 500:
		return true
	case e.HTTPStatus == http.StatusNotFound:
		return !isNotFoundCode(e.Code)
	default:
		return slices.Contains([]int{http.StatusRequestTimeout, http.StatusTooManyRequests, http.StatusProxyAuthRequired}, e.HTTPStatus)
	}
}

// unknownSchema: for an id only 40403 says so for certain. A subject or version that is missing is an answer to who asked by
// subject, but none about an id.
func (e *Error) unknownSchema() bool {
	switch e.Op {
	case opSchemaByID:
		return e.missing(codeSchemaNotFound)
	case opSchemaByVersion, opLookup, opContract:
		return e.missing(codeSubjectNotFound, codeVersionNotFound, codeSchemaNotFound)
	default:
		return false
	}
}

// isNotFoundCode tells the registry's own not-found codes from 404, which it and others send for a path that they do not know.
func isNotFoundCode(code int) bool { return code/100 == http.StatusNotFound }

// because completes e, which says what was attempted, with what came of it. An error that says so already stays as it is.
func (e Error) because(err error) error {
	var cause *Error
	switch {
	case errors.Is(err, cache.ErrClosed):
		e.Err = ErrClosed
	case !errors.As(err, &cause):
		e.Err = err
	case cause.Op != "":
		return err
	default:
		e.HTTPStatus, e.Code, e.Message, e.Err, e.RetryAfter = cause.HTTPStatus, cause.Code, cause.Message, cause.Err, cause.RetryAfter
	}
	return &e
}

// noAnswerError is a failure below the registry's API: no answer, or one that is not the registry's.
type noAnswerError struct{ cause error }

func (n noAnswerError) Error() string        { return n.cause.Error() }
func (n noAnswerError) Unwrap() error        { return n.cause }
func (n noAnswerError) Is(target error) bool { return target == ErrUnavailable }

// unreachable turns an error of the transport into ours. The end of the call's own context stays what it is; all else counts as unavailable,
// but for credentials that were refused where tokens are made.
func unreachable(ctx context.Context, err error) error {
	var known *transport.Error
	switch {
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return err
	case errors.Is(err, transport.ErrRefused):
		return fmt.Errorf("%w: %w", ErrUnauthorized, err)
	case errors.Is(err, cache.ErrClosed):
		return ErrClosed
	case errors.As(err, &known) && known.Status != 0:
		return &Error{HTTPStatus: known.Status, Err: noAnswerError{known.Err}}
	default:
		return noAnswerError{err}
	}
}

// malformed is the error for an answer of this status that no registry would give.
func malformed(status int, format string, args ...any) *Error {
	return &Error{HTTPStatus: status, Err: noAnswerError{fmt.Errorf(format, args...)}}
}

const maxMessage = 16 << 10

// refusal reads an answer whose status is not 2xx.
func refusal(status int, body []byte) *Error {
	var answer struct {
		Code    int    `json:"error_code"`
		Message string `json:"message"`
	}
	e := &Error{HTTPStatus: status}
	if json.Unmarshal(body, &answer) == nil {
		e.Code = answer.Code
		e.Message = strings.ToValidUTF8(answer.Message[:min(len(answer.Message), maxMessage)], "")
	}
	switch {
	case status == http.StatusNotFound && !isNotFoundCode(e.Code):
		e.Err = errors.New("not an answer of a schema registry: check host and base path of the URL")
	case e.Message == "" && status == http.StatusBadRequest: // a proxy's, or that of a server that wants HTTPS
		e.Err = errors.New("bad request, and not an answer of a schema registry: check scheme, host and base path of the URL")
	case e.Message == "":
		e.Err = errors.New(strings.ToLower(http.StatusText(status)))
	}
	return e
}

// tell adds where the answer is from, where that is a question.
func (e *Error) tell(elsewhere error) {
	switch {
	case elsewhere == nil:
	case e.Err == nil:
		e.Err = elsewhere
	default:
		e.Err = fmt.Errorf("%w, %w", e.Err, elsewhere)
	}
}
