package registry

import (
	"hash/maphash"
	"strconv"
	"strings"

	"github.com/magicbyte-go/magicbyte/serde"
)

// The keys of the caches, their hashes, and the sizes that their bounds count.

// idKey names a schema by id. The context is "" for the default one, and for GUIDs.
type idKey struct {
	context string
	id      serde.SchemaID
}

var hashSeed = maphash.MakeSeed()

func hashAny[K comparable](key K) uint64 { return maphash.Comparable(hashSeed, key) }

type versionKey struct {
	subject string
	version int
}

// registrationKey is a schema under a subject. Schemas are not compared beyond their text: the registry knows which are the same.
type registrationKey struct {
	subject, schemaType, text, references string
}

func newRegistrationKey(subject string, s serde.Schema) registrationKey {
	var references strings.Builder
	for _, r := range s.References {
		references.WriteString(strconv.Quote(r.Name) + strconv.Quote(r.Subject) + strconv.Itoa(r.Version))
	}
	return registrationKey{subject: subject, schemaType: schemaType(s.Type), text: s.Text, references: references.String()}
}

func registrationSize(key registrationKey, s serde.RegisteredSchema) int {
	return len(key.subject) + len(key.text) + len(key.references) + schemaSize(s.Schema)
}

func idSize(key idKey, s serde.Schema) int { return len(key.context) + schemaSize(s) }

func versionSize(key versionKey, s serde.RegisteredSchema) int {
	return len(key.subject) + schemaSize(s.Schema)
}

func schemaSize(s serde.Schema) int {
	const perReference = 40 // besides its strings
	size := len(s.Type) + len(s.Text)
	for _, r := range s.References {
		size += len(r.Name) + len(r.Subject) + perReference
	}
	return size
}
