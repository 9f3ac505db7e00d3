package consumer

import (
	"errors"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
)

// failure is why a record is given up.
type failure struct {
	stage          Stage
	class          string
	err            error
	attempts       int
	first          time.Time
	keyID, valueID serde.SchemaID // zero where they are not known
}

// undecodable is the failure of a record that could not be decoded.
func undecodable(err error) failure {
	f := failure{stage: StageValue, class: classOf(err, serde.ClassOf(err).String()), err: err, attempts: 1, first: time.Now()}
	if d, ok := errors.AsType[*decodeError](err); ok {
		f.stage, f.keyID = d.stage, d.keyID
	}
	if e, ok := errors.AsType[*serde.Error](err); ok && f.stage == StageKey {
		f.keyID = e.ID
	} else if ok {
		f.valueID = e.ID
	}
	return f
}

// unhandled is the failure of a record that the handler gave up.
func unhandled(rec anyRecord, err error) failure {
	f := failure{stage: StageHandler, class: classOf(err, "handler"), err: err, attempts: 1, first: time.Now()}
	f.keyID, f.valueID = rec.schemaIDs()
	return f
}

// classOf returns "panic" for a panic, and otherwise the given class.
func classOf(err error, class string) string {
	if _, ok := errors.AsType[*PanicError](err); ok {
		return "panic"
	}
	return class
}
