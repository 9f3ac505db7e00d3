package serde

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
)

// Deserializer turns framed payloads into values of one Go type. It is safe for concurrent use. What it learned of a schema id it
// keeps for its lifetime: a record whose writer schema was seen before costs one atomic load and a map look-up besides decoding.
type Deserializer[T any] struct {
	members []Member[T]
	reg     SchemaReader
	sources [wireFormats]SchemaReader // by the frames that they are for, nil where there is none
	cfg     deserializerConfig
	err     error
	topics  topics[fresh[reading[T]]]
	jsonLog sync.Once
	// oneReader says that the reader schema does not depend on the topic.
	oneReader bool
}

// reading is how payloads come in under the reader schemas of one moment.
type reading[T any] struct {
	readers  [][]string // of each member, in their order; nil for the codecs' own
	decoders decoders[T]
}

// reader returns the reader schema of a member, nil for its codec's own.
func (r *reading[T]) reader(member int) []string {
	if r.readers == nil {
		return nil
	}
	return r.readers[member]
}

// decoder is how the records of one writer schema are read. A pair that can never be resolved is kept too, as its error.
type decoder[T any] struct {
	id     SchemaID
	decode func(src []byte, v *T) error
	err    error
}

// NewDeserializer returns a deserializer for the codec's type. It asks the registry nothing yet. What is wrong with its arguments is
// kept for Err, which consumer.New reports together with everything else.
func NewDeserializer[T any](codec Codec[T], reg SchemaReader, opts ...DeserializerOption) *Deserializer[T] {
	var members []Member[T]
	if codec != nil {
		members = []Member[T]{only[T]{codec}}
	}
	return newDeserializer(members, reg, opts)
}

// NewMultiDeserializer returns a deserializer over several codecs, for topics that hold several types: it takes the member whose name
// is the writer's record name, else the first whose reader schema has it as an alias, also where the writer's schema is a union of records. T is an interface that
// all members' pointers satisfy, any if need be. A record that no member claims is an [*UnclaimedError] of [ClassUnresolvable]. With [Latest]
// and [PinnedVersion] each member reads with the schema of its own subject, or its branch of the union in a common one.
//
//	events := serde.NewMultiDeserializer(reg, []serde.Member[any]{
//		serde.MemberOf[any](schemas.OrderEvents),
//		serde.MemberOf[any](refunds.RefundEvents),
//	}, serde.WithSubject(serde.TopicRecordName))
func NewMultiDeserializer[T any](reg SchemaReader, members []Member[T], opts ...DeserializerOption) *Deserializer[T] {
	return newDeserializer(slices.Clone(members), reg, opts)
}

func newDeserializer[T any](members []Member[T], reg SchemaReader, opts []DeserializerOption) *Deserializer[T] {
	d := &Deserializer[T]{members: members, reg: reg, cfg: deserializerConfig{config: defaultConfig(), maxInflated: defaultMaxInflated}}
	for _, opt := range opts {
		opt.applyDeserializer(&d.cfg)
	}
	if d.cfg.also != nil {
		d.sources[wireFormatOf(d.cfg.also)] = d.cfg.also
	}
	if reg != nil {
		d.sources[wireFormatOf(reg)] = reg
	}
	kind := d.cfg.policy.kind
	d.oneReader = kind == policyOwn || kind == policyWriter || kind == policyID
	d.err = d.check()
	return d
}

func (d *Deserializer[T]) check() error {
	var problems []error
	if len(d.members) == 0 {
		problems = append(problems, errors.New("serde: deserializer: there is no codec"))
	}
	names := map[string]bool{}
	for _, m := range d.members {
		switch name := m.name(); {
		case len(d.members) == 1:
		case name == "":
			problems = append(problems, errors.New("serde: deserializer over several codecs: one has no record name to be picked by"))
		case names[name]:
			problems = append(problems, fmt.Errorf("serde: deserializer over several codecs: %s is there twice", name))
		default:
			names[name] = true
		}
		if m.schemaType() != d.members[0].schemaType() {
			problems = append(problems, fmt.Errorf("serde: deserializer over several codecs: schema types %s and %s", d.members[0].schemaType(), m.schemaType()))
		}
	}
	if d.cfg.acceptJSON && len(d.members) > 1 {
		problems = append(problems, errors.New("serde: AcceptJSON: plain JSON does not name its record, so it cannot be read by several codecs"))
	}
	if d.reg == nil {
		problems = append(problems, errors.New("serde: deserializer: the registry is nil"))
	}
	problems = append(problems, d.checkWire()...)
	problems = append(problems, d.cfg.check()...)
	return errors.Join(append(problems, d.cfg.policy.check())...)
}

// checkWire reports what the wire formats of the sources have no place for.
func (d *Deserializer[T]) checkWire() []error {
	var problems []error
	if d.cfg.maxInflated < 1 {
		problems = append(problems, fmt.Errorf("serde: WithMaxInflated(%d): it must be positive", d.cfg.maxInflated))
	}
	if d.cfg.context != "" && d.sources[WireConfluent] == nil {
		problems = append(problems, errGlueContext)
	}
	switch {
	case d.cfg.alsoGiven && d.cfg.also == nil:
		problems = append(problems, errors.New("serde: AlsoFrom(nil): leave the option out for one source"))
	case d.cfg.also != nil && d.reg != nil && wireFormatOf(d.cfg.also) == wireFormatOf(d.reg):
		problems = append(problems, fmt.Errorf("serde: AlsoFrom: both sources give schemas for frames of %v: one has to implement WireFormat and say %v",
			wireFormatOf(d.reg), wireFormatOf(d.reg).other()))
	case d.cfg.policy.kind == policyID && d.reg != nil && d.sources[d.cfg.policy.id.WireFormat()] == nil:
		problems = append(problems, fmt.Errorf("serde: PinnedID(%v): an id of %v, and there is no source of such schemas", d.cfg.policy.id, d.cfg.policy.id.WireFormat()))
	}
	return problems
}

// subject names the subject for a member's record in the source for format.
func (d *Deserializer[T]) subject(format WireFormat, topic string, m Member[T]) (string, error) {
	naming := d.cfg.config
	naming.context = d.contextFor(format)
	return naming.subjectOf(topic, m.name())
}

// contextFor returns the registry context in which a source is asked: Glue has none.
func (d *Deserializer[T]) contextFor(format WireFormat) string {
	if format == WireGlue {
		return ""
	}
	return d.cfg.context
}

// Err returns what is wrong with the deserializer's arguments, or nil.
func (d *Deserializer[T]) Err() error { return d.err }

// Part says whether this deserializes keys or values.
func (d *Deserializer[T]) Part() Part { return d.cfg.part }

// Start asks the registry for the newest schema of each subject that topic's records are expected under, so that a wrong
// address or wrong credentials fail here and not in the middle of a topic, and the first record finds its decoder ready. A subject
// that does not exist yet is fine. Nothing is registered: a reader schema is nobody's to write with, and what is written under a subject is for its
// producers to say. With Latest, PinnedID and PinnedVersion the reader schema is fetched: it must exist, and the Go type must hold it.
func (d *Deserializer[T]) Start(ctx context.Context, topic string) error {
	if d.err != nil {
		return d.err
	}
	if d.cfg.acceptJSON {
		d.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: accepting plain JSON beside framed payloads",
			slog.String("topic", topic), slog.String("part", d.cfg.part.String()))
	}
	r, err := d.reading(ctx, opStart, topic)
	if err != nil {
		return err
	}
	for format, source := range d.sources {
		if source == nil {
			continue
		}
		if err := d.warmFrom(ctx, WireFormat(format), r, topic); err != nil {
			return err
		}
	}
	return nil
}

// warmFrom makes the decoders for the newest schemas of topic's subjects in one source.
func (d *Deserializer[T]) warmFrom(ctx context.Context, format WireFormat, r *reading[T], topic string) error {
	subjects := map[string]bool{}
	for _, m := range d.members {
		subject, err := d.subject(format, topic, m)
		if err != nil {
			return &Error{Op: opStart, Topic: topic, Err: err}
		}
		if subjects[subject] {
			continue
		}
		subjects[subject] = true
		if err := d.warm(ctx, format, r, topic, subject); err != nil {
			return err
		}
	}
	return nil
}

// warm makes the decoder for a subject's newest schema.
func (d *Deserializer[T]) warm(ctx context.Context, format WireFormat, r *reading[T], topic, subject string) error {
	newest, err := d.sources[format].SchemaByVersion(ctx, subject, LatestVersion)
	if err == nil {
		if is := newest.ID.WireFormat(); is != format {
			err := fmt.Errorf("schema id %v is of %v, and its source counts as one of %v's: whoever wraps a source has to pass its WireFormat on", newest.ID, is, format)
			return &Error{Op: opStart, Topic: topic, Subject: subject, ID: newest.ID, Err: err}
		}
		_, err = d.decoder(ctx, r, newest.ID)
	}
	if err == nil || errors.Is(err, ErrUnknownSchema) {
		return nil
	}
	class := classify(ctx, err, false)
	if class == ClassUnresolvable {
		// Older records may still be readable, and those that are not get an error each.
		d.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: the newest schema of the subject cannot be read as this Go type",
			slog.String("topic", topic), slog.String("subject", subject), slog.Any("error", err))
		return nil
	}
	return &Error{Op: opStart, Class: class, Topic: topic, Subject: subject, Err: err}
}

// Deserialize reads one payload into a new value; see DeserializeInto.
func (d *Deserializer[T]) Deserialize(ctx context.Context, in Input) (T, Meta, error) {
	var v T
	meta, err := d.DeserializeInto(ctx, in, &v)
	return v, meta, err
}

// DeserializeInto reads one payload into v. Nothing that v held before is left in it; on an error it is the zero value. in's memory is
// not kept. A nil payload is a tombstone: no error, no registry call. Any bytes are safe.
//
// An error is an [*Error]; its class says whether trying again can help.
func (d *Deserializer[T]) DeserializeInto(ctx context.Context, in Input, v *T) (Meta, error) {
	if d.err != nil {
		return Meta{}, d.err
	}
	if in.Payload == nil {
		var zero T
		*v = zero
		return Meta{Tombstone: true}, nil
	}
	r, err := d.reading(ctx, opDeserialize, in.Topic)
	if err != nil {
		return Meta{}, reset(v, err)
	}
	if in.IDHeader == nil {
		if dec, body := r.decoders.framed(in.Payload); dec != nil {
			return d.decode(dec, in.Topic, body, v)
		}
	}
	f, err := d.split(in)
	if err != nil {
		if d.cfg.acceptJSON && in.IDHeader == nil && looksLikeJSON(in.Payload) {
			return d.json(ctx, in, v)
		}
		return Meta{}, reset(v, d.errorOf(ClassFrame, in.Topic, f.id, err))
	}
	dec := r.decoders.find(f.id)
	if dec == nil {
		if dec, err = d.decoder(ctx, r, f.id); err != nil {
			return Meta{Schema: f.id}, reset(v, d.errorOf(classify(ctx, err, false), in.Topic, f.id, err))
		}
	}
	if f.deflated {
		return d.decodeDeflated(dec, in.Topic, f.body, v)
	}
	return d.decode(dec, in.Topic, f.body, v)
}

// decodeDeflated inflates a body into memory that is used again: decoders keep no reference to it.
func (d *Deserializer[T]) decodeDeflated(dec *decoder[T], topic string, body []byte, v *T) (meta Meta, err error) {
	decoded := false
	inflating := withInflated(body, d.cfg.maxInflated, func(body []byte) error {
		decoded = true
		meta, err = d.decode(dec, topic, body, v)
		return nil
	})
	if decoded {
		return meta, err
	}
	return Meta{Schema: dec.id}, reset(v, d.errorOf(ClassCorrupt, topic, dec.id, inflating))
}

func (d *Deserializer[T]) decode(dec *decoder[T], topic string, body []byte, v *T) (Meta, error) {
	err := dec.err
	if err == nil {
		err = dec.decode(body, v)
	}
	if err != nil {
		return Meta{Schema: dec.id}, reset(v, d.errorOf(bodyClass(err), topic, dec.id, err))
	}
	return Meta{Schema: dec.id}, nil
}

// errorOf returns the error of a payload. Its subject is the one that the topic's records are expected under, where there is only one.
func (d *Deserializer[T]) errorOf(class Class, topic string, id SchemaID, err error) *Error {
	e := &Error{Op: opDeserialize, Class: class, Topic: topic, ID: id, Field: fieldOf(err), Err: err}
	for i, m := range d.members {
		subject, err := d.subject(id.WireFormat(), topic, m)
		if err != nil || i > 0 && subject != e.Subject {
			e.Subject = ""
			break
		}
		e.Subject = subject
	}
	return e
}

// reset leaves the zero value behind an error.
func reset[T any](v *T, err error) error {
	var zero T
	*v = zero
	return err
}

// split finds the schema id: in the header where there is one, else in front of the body. A frame whose schemas nobody can give is none.
func (d *Deserializer[T]) split(in Input) (f frame, err error) {
	if in.IDHeader == nil {
		f, err = splitFrame(in.Payload)
	} else {
		f.body = in.Payload
		f.id, err = ParseIDHeader(in.IDHeader)
	}
	if err == nil && d.sources[f.id.WireFormat()] == nil {
		return frame{}, fmt.Errorf("%w: a frame of %v, and the schemas are from a source for those of %v (see AlsoFrom)", ErrFrame, f.id.WireFormat(), f.id.WireFormat().other())
	}
	return f, err
}

func (d *Deserializer[T]) json(ctx context.Context, in Input, v *T) (Meta, error) {
	d.jsonLog.Do(func() {
		d.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: read a plain JSON payload; further ones are not logged", slog.String("topic", in.Topic))
	})
	var zero T
	*v = zero
	if err := readJSON(in.Payload, v); err != nil {
		return Meta{Encoding: EncodingJSON}, reset(v, d.errorOf(ClassCorrupt, in.Topic, SchemaID{}, err))
	}
	return Meta{Encoding: EncodingJSON}, nil
}

// bodyClass says what a codec's error means for the record.
func bodyClass(err error) Class {
	var u interface{ Unresolvable() bool }
	if errors.Is(err, ErrUnresolvable) || errors.As(err, &u) && u.Unresolvable() {
		return ClassUnresolvable
	}
	return ClassCorrupt
}

// reading returns the reader schema in force for topic. Policies that do not depend on the topic share one.
func (d *Deserializer[T]) reading(ctx context.Context, op, topic string) (*reading[T], error) {
	key := topic
	if d.oneReader {
		key = ""
	}
	if f := d.topics.known(key); f != nil {
		if r := f.value.Load(); r != nil && (f.interval == 0 || !f.stale.Load()) {
			return r, nil
		}
	}
	return d.read(ctx, op, topic, key)
}

// read resolves the reader schemas for topic, which are kept under key.
func (d *Deserializer[T]) read(ctx context.Context, op, topic, key string) (*reading[T], error) {
	p := d.cfg.policy
	f := d.topics.entry(key, func() *fresh[reading[T]] { return &fresh[reading[T]]{interval: p.refresh} })
	subjects := make([]string, len(d.members))
	for i, m := range d.members {
		subject, err := d.subject(wireFormatOf(d.reg), topic, m)
		if err != nil && key != "" {
			return nil, &Error{Op: op, Topic: topic, Err: err}
		}
		subjects[i] = subject
	}
	r, err := get(ctx, f,
		func(ctx context.Context) ([][]string, error) { return d.readerTexts(ctx, subjects) },
		func(readers [][]string) (*reading[T], error) {
			if old := f.value.Load(); old != nil && slices.EqualFunc(old.readers, readers, slices.Equal) {
				return old, nil // the decoders made so far stay good
			}
			return &reading[T]{readers: readers}, d.checkReaders(readers)
		},
		func(err error) {
			d.cfg.log.LogAttrs(ctx, slog.LevelWarn, "serde: the newest schema could not be refreshed; reading with the last one",
				slog.String("subject", subjects[0]), slog.Any("error", err))
		})
	if err != nil {
		return nil, &Error{Op: op, Class: classify(ctx, err, false), Topic: topic, Subject: subjects[0], ID: p.id, Err: err}
	}
	return r, nil
}

// readerTexts fetches the reader schemas of the policies that name one, for the members in their order.
func (d *Deserializer[T]) readerTexts(ctx context.Context, subjects []string) ([][]string, error) {
	source := d.reg
	var fetch func(subject string) (Schema, error)
	switch p := d.cfg.policy; p.kind {
	case policyLatest, policyVersion:
		version := p.version
		if p.kind == policyLatest {
			version = LatestVersion
		}
		fetch = func(subject string) (Schema, error) {
			registered, err := d.reg.SchemaByVersion(ctx, subject, version)
			return registered.Schema, err
		}
	case policyID:
		clear(subjects) // one schema for all
		source = d.sources[p.id.WireFormat()]
		fetch = func(string) (Schema, error) {
			return source.SchemaByID(ctx, d.contextFor(p.id.WireFormat()), p.id)
		}
	default:
		return nil, nil
	}
	readers := make([][]string, len(subjects))
	for i, subject := range subjects {
		if j := slices.Index(subjects, subject); j < i {
			readers[i] = readers[j]
			continue
		}
		schema, err := fetch(subject)
		if err == nil {
			err = checkType(schema, d.members[0].schemaType())
		}
		if err == nil {
			readers[i], err = texts(ctx, source, d.contextFor(wireFormatOf(source)), schema)
		}
		if err != nil {
			return nil, err
		}
	}
	return readers, nil
}

// decoder returns the decoder for a writer schema id, asking the registry and compiling where that has not happened yet. Callers that
// need one id at once share the registry's request, and one of them compiles.
func (d *Deserializer[T]) decoder(ctx context.Context, r *reading[T], id SchemaID) (*decoder[T], error) {
	format := id.WireFormat()
	source, registryContext := d.sources[format], d.contextFor(format)
	if source == nil { // a source that gives ids of the other kind
		return nil, fmt.Errorf("%w: schema id %v is of %v, and its source says otherwise", ErrUnresolvable, id, format)
	}
	schema, err := source.SchemaByID(ctx, registryContext, id)
	if err != nil {
		return nil, err
	}
	writer, err := texts(ctx, source, registryContext, schema)
	if err != nil {
		return nil, err
	}
	return r.decoders.add(id, func() *decoder[T] {
		dec := &decoder[T]{id: id, err: checkType(schema, d.members[0].schemaType())}
		if dec.err != nil {
			return dec
		}
		if dec.decode, dec.err = d.compile(writer, r); dec.err != nil {
			dec.err = fmt.Errorf("%w: %w", ErrUnresolvable, dec.err)
		}
		return dec
	}), nil
}

// UnclaimedError says that a record's name belongs to none of a deserializer's codecs.
type UnclaimedError struct {
	Name  string   // the writer's record name, "" where its schema has none
	Known []string // the names of the codecs
}

// Error names the record and the codecs.
func (e *UnclaimedError) Error() string {
	return fmt.Sprintf("no codec for record %q; there are: %s", e.Name, strings.Join(e.Known, ", "))
}

// Unresolvable reports true: the record has no place in what the reader knows.
func (e *UnclaimedError) Unresolvable() bool { return true }
