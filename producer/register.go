package producer

import (
	"context"
	"reflect"

	"github.com/magicbyte-go/magicbyte/serde"
)

// registrant is a serializer that registers a schema when it starts.
type registrant interface {
	Registration(topic string) (serde.SchemaRegistry, serde.SubjectSchema, bool)
}

// registerTogether registers what the serializers will ask for when they start, where one registry can do it in one go: it finds out that the
// value's schema is refused before it has written the key's. The serializers then find it done.
func registerTogether(ctx context.Context, topic string, serializers ...any) error {
	var reg serde.BatchRegistry
	var schemas []serde.SubjectSchema
	for _, s := range serializers {
		r, ok := s.(registrant)
		if !ok {
			continue
		}
		from, schema, ok := r.Registration(topic)
		if !ok {
			continue
		}
		batch, ok := from.(serde.BatchRegistry)
		if !ok || !reflect.TypeOf(batch).Comparable() || reg != nil && batch != reg {
			return nil // each on its own
		}
		reg, schemas = batch, append(schemas, schema)
	}
	if reg == nil {
		return nil
	}
	_, err := reg.RegisterAll(ctx, schemas...)
	return err
}
