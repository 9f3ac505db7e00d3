// Package serde turns typed values into the payloads that go onto Kafka under a Schema Registry, and back: a magic byte, the schema's
// id, the body. It knows no Kafka client and no HTTP: producers and consumers of this module use it, and so can any other client.
//
//	ser := serde.NewSerializer(schemas.OrderEvents, reg)
//	if err := ser.Start(ctx, "orders.raw"); err != nil { // registers the schema, or finds it
//		return err
//	}
//	out, err := ser.AppendSerialize(ctx, buf[:0], "orders.raw", event)
//
//	deser := serde.NewDeserializer(schemas.OrderEvents, reg)
//	event, meta, err := deser.Deserialize(ctx, serde.Input{Topic: "orders.raw", Payload: payload})
//
// # Codec, registry
//
// A [Codec] carries the Go type, the schema's text and the schema type; generated packages hold one value per record. A [SchemaReader] or
// [SchemaRegistry] is what registry.New returns, or anything else with those methods.
//
// # Which schema
//
// Exactly one policy is in force on each side. Writers: [Register] (the default), [Lookup], [Latest], [PinnedID], [PinnedVersion].
// Readers: [GoType] (the default), [WriterSchema], [Latest], [PinnedID], [PinnedVersion]. What is registered is the
// codec's full text with docs, defaults and aliases.
//
// # Evolution
//
// A record is always read with the schema that it was written with, resolved to the reader's (Avro specification, "Schema Resolution").
// The pair is compiled when a schema id is first met and kept; nothing is resolved per record.
//
// # Frames
//
// Payloads are framed as Confluent's clients do: 0x00 and an int32 id, or 0x01 and a 16-byte GUID, big-endian, in front of the body or
// in a record header ([Framing]). Reading takes them all; where a record has a header, the header counts. A nil payload is a
// tombstone; an empty one without a header is an error. With schemas of AWS Glue, frames are Glue's (0x03, a byte for the compression, the id of
// the schema version); a topic that moves from one registry to the other is read with [AlsoFrom].
//
// # Errors
//
// Every failure on a record is an [*Error] with a [Class]: what is permanent (a bad frame, a corrupt body, an unresolvable schema)
// can be set aside; what is not (the registry does not answer) must be tried again. Errors name topic, subject, schema id and field,
// and never hold strings or bytes of the payload.
//
// # Concurrency
//
// Serializers and deserializers are safe for concurrent use. Once a topic is started and a schema id was seen, a call takes no lock,
// allocates nothing of its own and asks no registry.
package serde
