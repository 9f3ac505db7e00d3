package serde

import "context"

// The schema types of the Schema Registry REST API.
const (
	TypeAvro     = "AVRO"
	TypeJSON     = "JSON"
	TypeProtobuf = "PROTOBUF"
)

// LatestVersion asks a [SchemaReader] for the newest version of a subject.
const LatestVersion = -1

// Schema is a schema as a registry keeps it. Text is the full text with docs, defaults and aliases, never a canonical
// form: that would lose the defaults that evolution needs.
type Schema struct {
	Type       string // one of TypeAvro, TypeJSON, TypeProtobuf; "" means TypeAvro
	Text       string
	References []Reference
}

// Reference names a schema that another one refers to.
type Reference struct {
	Name    string // for Avro, the full name of the type
	Subject string
	Version int
}

// RegisteredSchema is a schema together with its place in a registry. GUID is zero where the registry has none
// (Confluent's since 8.0), and Version is 0 where the answer did not carry one.
type RegisteredSchema struct {
	Schema
	ID      SchemaID
	GUID    SchemaID
	Subject string
	Version int
}

// SchemaReader is what a [Deserializer] needs of a schema registry; package registry implements it. Implementations are
// safe for concurrent use, keep what they have seen, and share one request among concurrent callers of one key.
//
// Errors answer errors.Is for [ErrUnknownSchema] (the registry says that this id or version does not exist),
// [ErrUnauthorized], or the error of ctx. Everything else counts as [ErrRegistryUnavailable]: it may pass, so nothing is
// given up for it.
type SchemaReader interface {
	// SchemaByID returns the schema with the given id in a registry context ("" for the default context; GUIDs are
	// the same in all of them).
	SchemaByID(ctx context.Context, registryContext string, id SchemaID) (Schema, error)
	// SchemaByVersion returns one version of a subject, or the newest one for LatestVersion. The subject is qualified
	// (":.context:subject") where it is not in the default context.
	SchemaByVersion(ctx context.Context, subject string, version int) (RegisteredSchema, error)
}

// SchemaRegistry is what a [Serializer] needs of a schema registry: reading, and finding or adding its own schema.
type SchemaRegistry interface {
	SchemaReader
	// Register returns the schema's registration under subject and adds a version where there is none. It is idempotent:
	// it looks up first, so that a registered schema needs read access only. A schema that the subject's compatibility
	// level forbids is an error with the registry's messages.
	Register(ctx context.Context, subject string, schema Schema) (RegisteredSchema, error)
	// Lookup returns the schema's registration under subject, or an error that is ErrUnknownSchema where it has none.
	Lookup(ctx context.Context, subject string, schema Schema) (RegisteredSchema, error)
}

// SubjectSchema is a schema and the subject that it belongs under.
type SubjectSchema struct {
	Subject string
	Schema  Schema
}

// BatchRegistry is a [SchemaRegistry] that registers several schemas together: it writes none of them where it can tell that
// one would be refused.
type BatchRegistry interface {
	SchemaRegistry
	// RegisterAll does what Register does for each of schemas, and returns the registrations in their order.
	RegisterAll(ctx context.Context, schemas ...SubjectSchema) ([]RegisteredSchema, error)
}
