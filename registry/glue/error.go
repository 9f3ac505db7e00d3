package glue

import (
	"errors"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Conditions that a caller branches on, for errors.Is.
var (
	// ErrNotFound: Glue has no schema of this name, or the schema has no such version or definition, or no such version exists anywhere. Where
	// it is the answer to a question about a schema, it is [serde.ErrUnknownSchema].
	ErrNotFound = errors.New("glue: not found")
	// ErrIncompatible: the level of the schema forbids this version. Its error names schema and level, and what package compat finds wrong.
	ErrIncompatible = errors.New("glue: incompatible schema")
	// ErrInvalidSchema: Glue cannot take this definition: it does not parse, or is longer than 170,000 characters.
	ErrInvalidSchema = errors.New("glue: invalid schema")
	// ErrUnavailable: no answer, throttling, a fault on Glue's side, or a version that was still being checked when the time was up. It is
	// [serde.ErrRegistryUnavailable].
	ErrUnavailable = serde.ErrRegistryUnavailable
	// ErrUnauthorized: AWS refused the credentials, or they may not do this. It is [serde.ErrUnauthorized].
	ErrUnauthorized = serde.ErrUnauthorized
	// ErrClosed: the client was closed, and what was asked is in none of its caches.
	ErrClosed = errors.New("glue: the client is closed")
)

// What was attempted, as [Error].Op.
const (
	opSchemaByID      = "schema by id"
	opSchemaByVersion = "schema by version"
	opLookup          = "look up"
	opRegister        = "register"
	opPreload         = "preload"
)

// Error is what every method of a [Client] returns. It names what was attempted and what came back; fields that do not apply are zero. It
// never holds credentials, nor the request or the answer that may.
type Error struct {
	Op       string // what was attempted: "register", "look up", "schema by id"
	Registry string
	Schema   string // its name in Glue; the subject where that gives none
	ID       serde.SchemaID
	Version  int // -1 for the newest

	HTTPStatus int    // 0 where no answer came
	Code       string // AWS's, as "EntityNotFoundException"; "" where the answer had none
	Message    string // AWS's message, or what else came in place of an answer
	RequestID  string // AWS's, for its support
	Err        error  // the cause where it is not AWS's, nil otherwise

	kind kind
}

// kind is what an error means.
type kind uint8

const (
	kindOther kind = iota
	kindNotFound
	kindExists
	kindInvalid
	kindIncompatible
	kindUnavailable
	kindPending // unavailable until Glue has checked it
	kindUnauthorized
)

// Error names the attempt and the cause: "glue: register orders-value in default-registry: the schema is incompatible ...".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("glue: " + e.Op)
	if e.Schema != "" {
		b.WriteString(" " + e.Schema)
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
	if e.Schema != "" && e.Registry != "" {
		b.WriteString(" in " + e.Registry)
	}
	if e.Code != "" {
		b.WriteString(": " + e.Code)
	}
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	if e.Err != nil {
		b.WriteString(": " + strings.TrimPrefix(e.Err.Error(), "glue: "))
	}
	if e.RequestID != "" {
		b.WriteString(" (request " + e.RequestID + ")")
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is a sentinel that the answer stands for.
func (e *Error) Is(target error) bool {
	switch target {
	case ErrNotFound:
		return e.kind == kindNotFound
	case serde.ErrUnknownSchema:
		// A definition that was refused is none of the schema's either.
		return e.kind == kindNotFound && e.Op != opRegister || e.kind == kindIncompatible && e.Op == opLookup
	case ErrIncompatible:
		return e.kind == kindIncompatible
	case ErrInvalidSchema:
		return e.kind == kindInvalid && e.Op == opRegister
	case ErrUnavailable:
		return e.kind == kindUnavailable || e.kind == kindPending
	case ErrUnauthorized:
		return e.kind == kindUnauthorized
	default:
		return false
	}
}

// because completes e, which says what was attempted, with what came of it. An error that says so already stays as it is.
func (e Error) because(err error) error {
	var cause *Error
	switch {
	case errors.Is(err, cache.ErrClosed) || errors.Is(err, ErrClosed):
		e.Err = ErrClosed
	case !errors.As(err, &cause):
		e.Err = err
	case cause.Op != "":
		return err
	default:
		e.HTTPStatus, e.Code, e.Message, e.RequestID, e.Err, e.kind = cause.HTTPStatus, cause.Code, cause.Message, cause.RequestID, cause.Err, cause.kind
	}
	return &e
}

func kindOf(err error) kind {
	var e *Error
	if errors.As(err, &e) {
		return e.kind
	}
	return kindOther
}
