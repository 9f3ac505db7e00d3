package consumer

import (
	"errors"

	"github.com/magicbyte-go/magicbyte/serde"
)

// failure is why records are given up.
type failure struct {
	stage          Stage
	class          string
	err            error
	keyID, valueID serde.SchemaID // of a record that could not be decoded, where they are known
}

// undecodable is the failure of a record that could not be decoded.
func undecodable(err error) failure {
	f := failure{stage: StageValue, class: classOf(err, serde.ClassOf(err).String()), err: err}
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

// unhandled is the failure of records that the handler gave up.
func unhandled(err error) failure {
	return failure{stage: StageHandler, class: classOf(err, "handler"), err: err}
}

// ids returns the ids of the schemas that t's key and value were written with.
func (f failure) ids(t *task) (key, value serde.SchemaID) {
	if t.rec == nil {
		return f.keyID, f.valueID
	}
	return t.rec.Info().KeySchemaID, t.rec.Info().SchemaID
}

// classOf returns "panic" for a panic, "timeout" where the handler had no time left, and otherwise the given class.
func classOf(err error, class string) string {
	if _, ok := errors.AsType[*PanicError](err); ok {
		return "panic"
	}
	if errors.Is(err, ErrHandlerTimeout) {
		return "timeout"
	}
	return class
}
