package serde

import (
	"errors"
	"strings"
)

// Class says what kind of failure an [Error] is, and with it what a producer or consumer can do about it.
type Class uint8

const (
	// ClassOther is a failure outside the classes below: the configuration, a cancelled context, a refused registration.
	ClassOther Class = iota
	// ClassFrame: the payload is too short, begins with an unknown magic byte, or holds an id below 1. Permanent.
	ClassFrame
	// ClassUnknownSchema: the registry says that the schema id does not exist. A lagging follower or a registry being
	// restored says so too, so it is permanent only once it was repeated for a while (consumers ask for 30 s).
	ClassUnknownSchema
	// ClassUnresolvable: writer and reader schema cannot be resolved, or this record holds a union branch or enum symbol
	// that the reader lacks. Permanent.
	ClassUnresolvable
	// ClassCorrupt: the body does not match its schema, is truncated, or has bytes left over. Permanent.
	ClassCorrupt
	// ClassRegistryUnavailable: time-out, 5xx, 429, DNS, missing authorization. Never permanent: retry, do not dead-letter.
	ClassRegistryUnavailable
	// ClassInvalid: the value was refused on its way out, by Validate or by the codec. Permanent.
	ClassInvalid
)

var classNames = [...]string{"other", "frame", "unknown-schema", "unresolvable", "corrupt", "registry-unavailable", "invalid"}

// String returns the class in lower case with dashes, as it stands in logs, metrics and dead-letter headers.
func (c Class) String() string {
	if int(c) < len(classNames) {
		return classNames[c]
	}
	return "unknown"
}

// Permanent reports whether trying the same record again is useless.
func (c Class) Permanent() bool {
	switch c {
	case ClassFrame, ClassUnknownSchema, ClassUnresolvable, ClassCorrupt, ClassInvalid:
		return true
	default:
		return false
	}
}

// One sentinel per class, for errors.Is. [ErrUnknownSchema], [ErrRegistryUnavailable] and [ErrUnauthorized] are also what
// implementations of [SchemaReader] answer.
var (
	ErrFrame               = errors.New("serde: bad frame")
	ErrUnknownSchema       = errors.New("serde: unknown schema")
	ErrUnresolvable        = errors.New("serde: schemas cannot be resolved")
	ErrCorrupt             = errors.New("serde: corrupt body")
	ErrRegistryUnavailable = errors.New("serde: schema registry unavailable")
	ErrInvalid             = errors.New("serde: invalid value")
	// ErrUnauthorized is a registry's 401 or 403. It is of ClassRegistryUnavailable for records in flight, since
	// credentials are repaired without a new build, and fails Start at once.
	ErrUnauthorized = errors.New("serde: schema registry refused the credentials")
)

var classErrors = [...]error{nil, ErrFrame, ErrUnknownSchema, ErrUnresolvable, ErrCorrupt, ErrRegistryUnavailable, ErrInvalid}

// Error is what serializers and deserializers return. It never holds strings or bytes of a payload, nor credentials.
type Error struct {
	Op      string // "serialize", "deserialize" or "start"
	Class   Class
	Topic   string
	Subject string   // that the schema is, or is expected, under; "" where it is not known
	ID      SchemaID // zero where it is not known
	Field   string   // path of the field, "" where there is none
	Err     error
}

// Error names the place and the cause: "serde: deserialize orders.raw (schema id 42): payload.currency: ...".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("serde: ")
	b.WriteString(e.Op)
	if e.Topic != "" {
		b.WriteString(" " + e.Topic)
	}
	var place []string
	if e.Subject != "" {
		place = append(place, "subject "+e.Subject)
	}
	if !e.ID.IsZero() {
		place = append(place, "schema id "+e.ID.String())
	}
	if len(place) > 0 {
		b.WriteString(" (" + strings.Join(place, ", ") + ")")
	}
	b.WriteString(": ")
	cause := "unknown cause"
	if e.Err != nil {
		cause = strings.TrimPrefix(e.Err.Error(), "serde: ")
	}
	if e.Field != "" && !names(cause, e.Field) {
		b.WriteString(e.Field + ": ")
	}
	b.WriteString(cause)
	return b.String()
}

// names reports whether a text has a field's path in it as a word of its own.
func names(text, path string) bool {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == ':' }) {
		if word == path {
			return true
		}
	}
	return false
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is reports whether target is the sentinel of e's class.
func (e *Error) Is(target error) bool {
	return e.Class != ClassOther && int(e.Class) < len(classErrors) && classErrors[e.Class] == target
}

// ClassOf returns the class of the first [Error] in err's tree, or ClassOther.
func ClassOf(err error) Class {
	var e *Error
	if errors.As(err, &e) {
		return e.Class
	}
	return ClassOther
}
