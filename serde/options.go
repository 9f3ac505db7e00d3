package serde

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

const (
	opSerialize   = "serialize"
	opDeserialize = "deserialize"
	opStart       = "start"
)

// Option configures a [Serializer] or a [Deserializer].
type Option interface {
	SerializerOption
	DeserializerOption
}

// SerializerOption configures a [Serializer].
type SerializerOption interface{ applySerializer(*serializerConfig) }

// DeserializerOption configures a [Deserializer].
type DeserializerOption interface{ applyDeserializer(*deserializerConfig) }

// config is what both sides share.
type config struct {
	part    Part
	subject SubjectStrategy
	context string // registry context, "" for the default one
	log     *slog.Logger
}

func defaultConfig() config {
	return config{part: Value, subject: TopicName, log: slog.New(slog.DiscardHandler)}
}

// check reports what both sides can have wrong.
func (c *config) check() []error {
	var problems []error
	if c.subject == nil {
		problems = append(problems, errors.New("serde: WithSubject(nil): leave the option out for TopicName"))
	}
	if c.context != "" && (c.context[0] != '.' || strings.Contains(c.context, ":")) {
		problems = append(problems, fmt.Errorf("serde: WithRegistryContext(%q): a context's name begins with a dot and has no colon", c.context))
	}
	return problems
}

// subjectOf names the subject for a record name, qualified with the registry context.
func (c *config) subjectOf(topic, recordName string) (string, error) {
	subject, err := c.subject(topic, c.part, recordName)
	if err != nil || c.context == "" {
		return subject, err
	}
	return ":" + c.context + ":" + subject, nil
}

type serializerConfig struct {
	config
	policy     policy
	framing    Framing
	references []Reference
	json       bool
	zlib       bool
	zlibFrom   int // bytes of a body
}

type deserializerConfig struct {
	config
	policy      policy
	acceptJSON  bool
	also        SchemaReader
	alsoGiven   bool
	maxInflated int
}

type sharedOption func(*config)

func (o sharedOption) applySerializer(c *serializerConfig)     { o(&c.config) }
func (o sharedOption) applyDeserializer(c *deserializerConfig) { o(&c.config) }

type serializerOption func(*serializerConfig)

func (o serializerOption) applySerializer(c *serializerConfig) { o(c) }

type deserializerOption func(*deserializerConfig)

func (o deserializerOption) applyDeserializer(c *deserializerConfig) { o(c) }

// ForKey makes a serializer or deserializer for record keys: it decides the subject's suffix ("orders-key") and the header that
// may carry the schema id. Default: values.
func ForKey() Option { return sharedOption(func(c *config) { c.part = Key }) }

// WithSubject sets the subject naming strategy. Default: [TopicName]. A nil strategy is an error of Err.
func WithSubject(strategy SubjectStrategy) Option {
	return sharedOption(func(c *config) { c.subject = strategy })
}

// WithRegistryContext puts subjects and schema ids into a context of the registry, named with its leading dot (".staging").
// Ids are unique within one context only. Default: the default context.
func WithRegistryContext(name string) Option {
	return sharedOption(func(c *config) { c.context = name })
}

// WithLogger sets where unusual choices and outages are logged. Default: nowhere. A nil logger means the default.
func WithLogger(logger *slog.Logger) Option {
	return sharedOption(func(c *config) {
		if logger != nil {
			c.log = logger
		}
	})
}

// WriteWith chooses which schema values are written with. Default: [Register].
func WriteWith(p WritePolicy) SerializerOption {
	return serializerOption(func(c *serializerConfig) {
		c.policy = policy{}
		if p != nil {
			c.policy = p.writePolicy()
		}
	})
}

// ReadWith chooses which schema values are read with. Default: [GoType].
func ReadWith(p ReadPolicy) DeserializerOption {
	return deserializerOption(func(c *deserializerConfig) {
		c.policy = policy{}
		if p != nil {
			c.policy = p.readPolicy()
		}
	})
}

// WithFraming chooses how the schema id travels. Default: [FramePrefix].
func WithFraming(f Framing) SerializerOption {
	return serializerOption(func(c *serializerConfig) { c.framing = f })
}

// WithReferences names the registered schemas that the codec's schema refers to; they are sent with the registration. The codec is made
// with their texts (WithReferences of package avro).
func WithReferences(references ...Reference) SerializerOption {
	return serializerOption(func(c *serializerConfig) { c.references = references })
}

// WithJSON writes plain JSON instead of framed Avro, for consumers that are not migrated yet: encoding/json's form of *T,
// without schema and without a registry (which may then be nil). Values are validated all the same. The choice shows in
// [Encoded].Encoding and is logged at Start. Options that say how schemas are found and ids travel have no effect then.
//
// What encoding/json does not do as consumers want it, such as times in milliseconds, and what it cannot read back, such as a union in an
// interface, needs MarshalJSON and UnmarshalJSON of T's own, as schemas.OrderEvent has them.
func WithJSON() SerializerOption {
	return serializerOption(func(c *serializerConfig) { c.json = true })
}

// AcceptJSON reads payloads whose first byte other than white space is '{' as plain JSON, beside framed ones, for topics whose
// producers are not migrated yet. What a record was shows in [Meta].Encoding. Default: such payloads are [ErrFrame].
func AcceptJSON() DeserializerOption {
	return deserializerOption(func(c *deserializerConfig) { c.acceptJSON = true })
}

// WithZlib compresses bodies of at least from bytes, where that makes them shorter, with zlib at its default level: 0 tries it with all. Only frames of
// AWS Glue say that they are compressed, so it needs a source of such schemas. Default: nothing is compressed.
func WithZlib(from int) SerializerOption {
	return serializerOption(func(c *serializerConfig) { c.zlib, c.zlibFrom = true, from })
}

// WithMaxInflated bounds, in bytes, what a compressed body (of AWS Glue) may become; one that holds more is [ErrCorrupt]. Default: 64 MiB;
// it must be positive.
func WithMaxInflated(bytes int) DeserializerOption {
	return deserializerOption(func(c *deserializerConfig) { c.maxInflated = bytes })
}

// AlsoFrom reads frames of the other wire format, too, with schemas from reader: for topics that move from Confluent's registry to AWS Glue's, or
// back. Which source is asked depends on the frame alone ([WireFormat]). The deserializer's own source goes on to give the reader schema of
// [Latest], [PinnedVersion] and, by its id's format, [PinnedID]; Start asks both for the subject's newest schema. Default: frames of the other
// format are [ErrFrame].
func AlsoFrom(reader SchemaReader) DeserializerOption {
	return deserializerOption(func(c *deserializerConfig) { c.also, c.alsoGiven = reader, true })
}
