package serde

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
)

// Serializer turns values of one Go type into framed payloads. It is safe for concurrent use, and keeps per topic what
// it resolved: once Start has run, a call takes no lock and asks no registry.
type Serializer[T any] struct {
	codec    Codec[T]
	reg      SchemaRegistry
	cfg      serializerConfig
	err      error
	validate func(*T) error // nil where *T has no Validate
	topics   topics[fresh[writer[T]]]
}

// writer is how values go out under one registered schema.
type writer[T any] struct {
	schema *RegisteredSchema
	stamp  stamp
	encode func(dst []byte, v *T) ([]byte, error)
}

// NewSerializer returns a serializer for the codec's type. It asks the registry nothing yet. What is wrong with its arguments is
// kept for Err, which producer.New reports together with everything else.
func NewSerializer[T any](codec Codec[T], reg SchemaRegistry, opts ...SerializerOption) *Serializer[T] {
	s := &Serializer[T]{codec: codec, reg: reg, cfg: serializerConfig{config: defaultConfig()}}
	for _, opt := range opts {
		opt.applySerializer(&s.cfg)
	}
	s.validate = validatorOf[T]()
	s.err = s.check()
	return s
}

func (s *Serializer[T]) check() error {
	var problems []error
	if s.codec == nil {
		problems = append(problems, errors.New("serde: serializer: the codec is nil"))
	}
	if s.cfg.json {
		return errors.Join(problems...)
	}
	if s.reg == nil {
		problems = append(problems, errors.New("serde: serializer: the registry is nil; only WithJSON goes without one"))
	}
	if s.cfg.framing > FrameGUIDHeader {
		problems = append(problems, fmt.Errorf("serde: serializer: WithFraming(%d): no such framing", s.cfg.framing))
	}
	problems = append(problems, s.checkWire()...)
	if n, isNumber := s.cfg.policy.id.Number(); isNumber && s.cfg.framing.isGUID() {
		problems = append(problems, fmt.Errorf("serde: serializer: PinnedID(%d) has no GUID to frame with: pin the schema by its GUID, or use FramePrefix or FrameHeader", n))
	}
	problems = append(problems, s.cfg.check()...)
	return errors.Join(append(problems, s.cfg.policy.check())...)
}

// checkWire reports what the wire format of the registry's ids has no place for.
func (s *Serializer[T]) checkWire() []error {
	var problems []error
	glue := wireFormatOf(s.reg) == WireGlue
	if s.cfg.zlib && s.cfg.zlibFrom < 0 {
		problems = append(problems, fmt.Errorf("serde: WithZlib(%d): the size is negative; 0 compresses everything", s.cfg.zlibFrom))
	}
	if s.cfg.zlib && s.reg != nil && !glue {
		problems = append(problems, fmt.Errorf("serde: WithZlib: only frames of %v say that they are compressed, and the registry's are %v's", WireGlue, WireConfluent))
	}
	if glue && s.cfg.framing != FramePrefix {
		problems = append(problems, fmt.Errorf("serde: WithFraming: %w", errGlueFraming))
	}
	if glue && s.cfg.context != "" {
		problems = append(problems, errGlueContext)
	}
	return problems
}

// validatorOf returns the way to validate a *T, or nil where it has no Validate.
func validatorOf[T any]() func(*T) error {
	if _, ok := any((*T)(nil)).(Validator); !ok {
		return nil
	}
	return func(v *T) error {
		if checked, ok := any(v).(Validator); ok {
			return checked.Validate()
		}
		return nil
	}
}

// Err returns what is wrong with the serializer's arguments, or nil.
func (s *Serializer[T]) Err() error { return s.err }

// Part says whether this serializes keys or values.
func (s *Serializer[T]) Part() Part { return s.cfg.part }

// Encoding says what payloads are written as.
func (s *Serializer[T]) Encoding() Encoding {
	if s.cfg.json {
		return EncodingJSON
	}
	return EncodingAvro
}

// Start resolves the schema for topic by the policy: registers it, looks it up or fetches it. A service that calls it before its
// first record fails at startup when the schema is wrong, and never pays for the registry on a record. It may be called again.
func (s *Serializer[T]) Start(ctx context.Context, topic string) error {
	if s.err != nil {
		return s.err
	}
	if s.cfg.json {
		s.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: writing plain JSON instead of Avro",
			slog.String("topic", topic), slog.String("part", s.cfg.part.String()))
		return nil
	}
	_, err := s.writer(ctx, opStart, topic)
	return err
}

// Registration returns what Start would register for topic, so that a [BatchRegistry] can be asked for the schemas of several
// serializers together. It is false where the policy registers nothing.
func (s *Serializer[T]) Registration(topic string) (SchemaRegistry, SubjectSchema, bool) {
	if s.err != nil || s.cfg.json || s.cfg.policy.kind != policyOwn {
		return nil, SubjectSchema{}, false
	}
	subject, err := s.cfg.subjectOf(topic, s.codec.Name())
	if err != nil {
		return nil, SubjectSchema{}, false // Start says so
	}
	return s.reg, SubjectSchema{Subject: subject, Schema: s.own()}, true
}

func (s *Serializer[T]) own() Schema {
	return Schema{Type: s.codec.SchemaType(), Text: s.codec.Schema(), References: s.cfg.references}
}

// Serialize returns the payload for v in memory of its own; see AppendSerialize.
func (s *Serializer[T]) Serialize(ctx context.Context, topic string, v *T) (Encoded, error) {
	return s.AppendSerialize(ctx, nil, topic, v)
}

// AppendSerialize validates v, and appends its payload to dst. A nil v is a tombstone. The returned Bytes share dst's memory where
// its capacity was enough; on an error they are dst, and what lies beyond its length is undefined. ctx matters only for the first
// call per topic, and after a refresh interval.
//
// An error is an [*Error]: of [ClassInvalid] when v was refused, of the registry's classes when the schema could not be resolved.
func (s *Serializer[T]) AppendSerialize(ctx context.Context, dst []byte, topic string, v *T) (Encoded, error) {
	if s.err != nil {
		return Encoded{Bytes: dst}, s.err
	}
	if v == nil {
		return Encoded{Bytes: dst, Tombstone: true, Encoding: s.Encoding()}, nil
	}
	if s.validate != nil {
		if err := s.validate(v); err != nil {
			return Encoded{Bytes: dst}, s.invalid(topic, err)
		}
	}
	if s.cfg.json {
		out, err := appendJSON(dst, v)
		if err != nil {
			return Encoded{Bytes: dst}, s.invalid(topic, err)
		}
		return Encoded{Bytes: out, Encoding: EncodingJSON}, nil
	}
	w, err := s.writer(ctx, opSerialize, topic)
	if err != nil {
		return Encoded{Bytes: dst}, err
	}
	out, err := w.encode(append(dst, w.stamp.prefix...), v)
	if err != nil {
		return Encoded{Bytes: dst}, &Error{
			Op: opSerialize, Class: ClassInvalid, Topic: topic,
			Subject: w.schema.Subject, ID: w.schema.ID, Field: fieldOf(err), Err: err,
		}
	}
	if s.cfg.zlib && len(out)-len(dst)-glueFrame >= s.cfg.zlibFrom {
		if out, err = deflateBody(out, len(dst)); err != nil {
			return Encoded{Bytes: dst}, &Error{Op: opSerialize, Topic: topic, Subject: w.schema.Subject, ID: w.schema.ID, Err: err}
		}
	}
	return Encoded{Bytes: out, HeaderKey: w.stamp.headerKey, HeaderValue: w.stamp.headerValue, Schema: w.schema}, nil
}

// invalid returns the error of a value that was refused before its schema was looked for. It names subject and id as far as they are known.
func (s *Serializer[T]) invalid(topic string, err error) *Error {
	e := &Error{Op: opSerialize, Class: ClassInvalid, Topic: topic, Field: fieldOf(err), Err: err}
	if s.cfg.json {
		return e
	}
	if subject, err := s.cfg.subjectOf(topic, s.codec.Name()); err == nil {
		e.Subject = subject
	}
	if f := s.topics.known(topic); f != nil {
		if w := f.value.Load(); w != nil {
			e.ID = w.schema.ID
		}
	}
	return e
}

// writer returns topic's writer, resolving it where that has not happened yet.
func (s *Serializer[T]) writer(ctx context.Context, op, topic string) (*writer[T], error) {
	f := s.topics.entry(topic, func() *fresh[writer[T]] { return &fresh[writer[T]]{interval: s.cfg.policy.refresh} })
	if w := f.value.Load(); w != nil && (f.interval == 0 || !f.stale.Load()) {
		return w, nil
	}
	return s.resolve(ctx, f, op, topic)
}

// found is what the registry said, before the codec has seen it.
type found struct {
	schema RegisteredSchema
	texts  []string // nil for the codec's own schema
}

func (s *Serializer[T]) resolve(ctx context.Context, f *fresh[writer[T]], op, topic string) (*writer[T], error) {
	subject, err := s.cfg.subjectOf(topic, s.codec.Name())
	if err != nil {
		return nil, &Error{Op: op, Topic: topic, Err: err}
	}
	registering := s.cfg.policy.kind == policyOwn
	w, err := get(ctx, f,
		func(ctx context.Context) (found, error) { return s.fetch(ctx, subject) },
		s.build,
		func(err error) {
			s.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: the newest schema could not be refreshed; writing with the last one",
				slog.String("subject", subject), slog.Any("error", err))
		})
	if err != nil {
		return nil, &Error{Op: op, Class: classify(ctx, err, registering), Topic: topic, Subject: subject, ID: s.cfg.policy.id, Err: err}
	}
	return w, nil
}

// fetch asks the registry as the policy says.
func (s *Serializer[T]) fetch(ctx context.Context, subject string) (found, error) {
	var registered RegisteredSchema
	var err error
	switch p := s.cfg.policy; p.kind {
	case policyLookup:
		registered, err = s.reg.Lookup(ctx, subject, s.own())
		return found{schema: registered}, err
	case policyLatest:
		registered, err = s.reg.SchemaByVersion(ctx, subject, LatestVersion)
	case policyVersion:
		registered, err = s.reg.SchemaByVersion(ctx, subject, p.version)
	case policyID:
		registered = RegisteredSchema{ID: p.id, Subject: subject}
		if _, ok := p.id.GUID(); ok {
			registered.GUID = p.id
		}
		registered.Schema, err = s.reg.SchemaByID(ctx, s.cfg.context, p.id)
	default:
		registered, err = s.reg.Register(ctx, subject, s.own())
		return found{schema: registered}, err
	}
	if err != nil {
		return found{}, err
	}
	if err := checkType(registered.Schema, s.codec.SchemaType()); err != nil {
		return found{}, err
	}
	all, err := texts(ctx, s.reg, s.cfg.context, registered.Schema)
	return found{schema: registered, texts: all}, err
}

// build compiles the encoder and the frame for what the registry said. Where the schema is a union, the codec's record is written as
// the branch of its name.
func (s *Serializer[T]) build(f found) (*writer[T], error) {
	stamp, err := s.cfg.framing.stamp(s.cfg.part, &f.schema)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnresolvable, err) // asking again does not help
	}
	if s.cfg.zlib && f.schema.ID.WireFormat() != WireGlue {
		return nil, fmt.Errorf("%w: WithZlib: schema id %v is none of %v", ErrUnresolvable, f.schema.ID, WireGlue)
	}
	schemaTexts := f.texts
	if len(schemaTexts) > 0 && s.codec.SchemaType() == TypeAvro {
		shape, err := shapeOf(schemaTexts[len(schemaTexts)-1])
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrUnresolvable, err)
		}
		if i := shape.branch(s.codec.Name()); i >= 0 {
			schemaTexts = member(schemaTexts, s.codec.Name())
			stamp.prefix = binary.AppendVarint(stamp.prefix, int64(i))
		}
	}
	encode, err := s.codec.Encoder(schemaTexts)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnresolvable, err)
	}
	return &writer[T]{schema: &f.schema, stamp: stamp, encode: encode}, nil
}

// fieldOf returns the field path that an error of a codec carries, or "".
func fieldOf(err error) string {
	var at interface{ FieldPath() string }
	if errors.As(err, &at) {
		return at.FieldPath()
	}
	return ""
}
