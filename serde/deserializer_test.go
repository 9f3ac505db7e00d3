package serde_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

func TestDeserialize(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	registered := register(t, reg, "notes-value", newNoteCodec().schema)
	number := "\x00\x00\x00\x00\x01"
	g, _ := registered.GUID.GUID()
	guidFrame := "\x01" + string(g[:])

	cases := []struct {
		name     string
		payload  []byte
		header   []byte
		want     string
		schema   serde.SchemaID
		class    serde.Class
		field    string
		encoding serde.Encoding
	}{
		{name: "number in front", payload: []byte(number + "\x04hi"), want: "hi", schema: registered.ID},
		{name: "GUID in front", payload: []byte(guidFrame + "\x04hi"), want: "hi", schema: registered.GUID},
		{name: "number in the header", payload: []byte("\x04hi"), header: []byte(number), want: "hi", schema: registered.ID},
		{name: "GUID in the header", payload: []byte("\x04hi"), header: []byte(guidFrame), want: "hi", schema: registered.GUID},
		{name: "a header beats what looks like a frame", payload: []byte("\x00"), header: []byte(number), want: "", schema: registered.ID},
		{name: "empty", payload: []byte{}, class: serde.ClassFrame},
		{name: "bad magic byte", payload: []byte("\x07hello"), class: serde.ClassFrame},
		{name: "bad header", payload: []byte(number + "\x04hi"), header: []byte{}, class: serde.ClassFrame},
		{name: "JSON is off", payload: []byte(`{"text":"hi"}`), class: serde.ClassFrame},
		{name: "unknown id", payload: []byte("\x00\x00\x00\x00\x63\x04hi"), schema: serde.NumberID(99), class: serde.ClassUnknownSchema},
		{name: "truncated", payload: []byte(number + "\x04h"), schema: registered.ID, class: serde.ClassCorrupt, field: "text"},
		{name: "bytes left over", payload: []byte(number + "\x04hi!"), schema: registered.ID, class: serde.ClassCorrupt, field: "text"},
		{name: "no body", payload: []byte(number), schema: registered.ID, class: serde.ClassCorrupt, field: "text"},
		{name: "the reader has no place for it", payload: []byte(number + "\x18unresolvable"), schema: registered.ID, class: serde.ClassUnresolvable, field: "text"},
	}
	deser := serde.NewDeserializer(newNoteCodec(), reg)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := note{Text: "from an earlier record"}
			meta, err := deser.DeserializeInto(t.Context(), serde.Input{Topic: "notes", Payload: c.payload, IDHeader: c.header}, &got)
			if serde.ClassOf(err) != c.class || (err == nil) != (c.class == serde.ClassOther) {
				t.Fatalf("error %v of class %v, want class %v", err, serde.ClassOf(err), c.class)
			}
			if got.Text != c.want {
				t.Errorf("value %q, want %q", got.Text, c.want)
			}
			if meta.Schema != c.schema || meta.Tombstone {
				t.Errorf("meta %+v, want schema %v", meta, c.schema)
			}
			var e *serde.Error
			if errors.As(err, &e) && (e.Topic != "notes" || e.ID != c.schema || e.Field != c.field) {
				t.Errorf("error names topic %q, id %v, field %q; want notes, %v, %q", e.Topic, e.ID, e.Field, c.schema, c.field)
			}
		})
	}
}

func TestTombstoneAsksNothing(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	deser := serde.NewDeserializer(newNoteCodec(), reg)
	got := note{Text: "from an earlier record"}
	meta, err := deser.DeserializeInto(t.Context(), serde.Input{Topic: "notes"}, &got)
	if err != nil || !meta.Tombstone || got.Text != "" {
		t.Errorf("got %+v, %+v, %v; want a tombstone and the zero value", got, meta, err)
	}
	if calls := reg.Calls(); len(calls) != 0 {
		t.Errorf("the registry was asked: %v", calls)
	}
}

func TestOutageIsNotPermanentAndNotRemembered(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	register(t, reg, "notes-value", newNoteCodec().schema)
	deser := serde.NewDeserializer(newNoteCodec(), reg)
	in := serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")}

	reg.Fail(errors.New("an error that says nothing of itself"))
	if _, _, err := deser.Deserialize(t.Context(), in); serde.ClassOf(err) != serde.ClassRegistryUnavailable {
		t.Errorf("error %v of class %v, want registry-unavailable for whatever is not known", err, serde.ClassOf(err))
	}
	if err := deser.Start(t.Context(), "notes"); !errors.Is(err, serde.ErrRegistryUnavailable) {
		t.Errorf("Start in an outage: %v, want ErrRegistryUnavailable", err)
	}
	reg.Fail(serde.ErrUnauthorized)
	if err := deser.Start(t.Context(), "notes"); !errors.Is(err, serde.ErrUnauthorized) {
		t.Errorf("Start without credentials: %v, want ErrUnauthorized", err)
	}
	reg.Fail(nil)
	if got, _, err := deser.Deserialize(t.Context(), in); err != nil || got.Text != "hi" {
		t.Errorf("after the outage: %+v, %v", got, err)
	}
	reg.Fail(errOutage)
	if got, _, err := deser.Deserialize(t.Context(), in); err != nil || got.Text != "hi" {
		t.Errorf("a known id during an outage: %+v, %v", got, err)
	}
}

func TestStartOfADeserializer(t *testing.T) {
	t.Parallel()
	t.Run("an unknown subject is fine", func(t *testing.T) {
		t.Parallel()
		if err := serde.NewDeserializer(newNoteCodec(), new(serdetest.MemoryRegistry)).Start(t.Context(), "notes"); err != nil {
			t.Errorf("Start: %v", err)
		}
	})
	t.Run("makes the decoder ready", func(t *testing.T) {
		t.Parallel()
		reg := new(serdetest.MemoryRegistry)
		register(t, reg, "notes-value", newNoteCodec().schema)
		deser := serde.NewDeserializer(newNoteCodec(), reg)
		if err := deser.Start(t.Context(), "notes"); err != nil {
			t.Fatal(err)
		}
		reg.Fail(errOutage)
		if _, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")}); err != nil {
			t.Errorf("the first record after Start asks the registry: %v", err)
		}
	})
	t.Run("a pinned schema must exist", func(t *testing.T) {
		t.Parallel()
		deser := serde.NewDeserializer(newNoteCodec(), new(serdetest.MemoryRegistry), serde.ReadWith(serde.PinnedVersion(3)))
		if err := deser.Start(t.Context(), "notes"); !errors.Is(err, serde.ErrUnknownSchema) {
			t.Errorf("Start: %v, want ErrUnknownSchema", err)
		}
	})
	t.Run("a newest schema that cannot be read as the Go type is no reason to stop", func(t *testing.T) {
		t.Parallel()
		reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
		register(t, reg, "notes-value", codec.schema)
		codec.refuse = errors.New("text: int does not match string")
		deser := serde.NewDeserializer(codec, reg)
		if err := deser.Start(t.Context(), "notes"); err != nil {
			t.Errorf("Start: %v", err)
		}
		_, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")})
		if !errors.Is(err, serde.ErrUnresolvable) {
			t.Errorf("a record of that schema: %v, want ErrUnresolvable", err)
		}
	})
}

func TestReadPolicies(t *testing.T) {
	t.Parallel()
	own := newNoteCodec().schema
	writer := strings.Replace(own, `"fields"`, `"doc":"writer","fields"`, 1)
	newest := strings.Replace(own, `"fields"`, `"doc":"newest","fields"`, 1)
	cases := []struct {
		name   string
		policy serde.ReadPolicy
		reader []string
	}{
		{"the Go type's", serde.GoType(), nil},
		{"the writer's", serde.WriterSchema(), []string{writer}},
		{"the newest", serde.Latest(0), []string{newest}},
		{"a version", serde.PinnedVersion(2), []string{newest}},
		{"an id", serde.PinnedID(serde.NumberID(2)), []string{newest}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
			register(t, reg, "notes-value", writer)
			register(t, reg, "notes-value", newest)
			deser := serde.NewDeserializer(codec, reg, serde.ReadWith(c.policy))
			if _, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")}); err != nil {
				t.Fatal(err)
			}
			var want []compiled
			if c.reader != nil && c.reader[0] == newest { // a fetched one is tried alone first
				want = append(want, compiled{writer: c.reader, reader: c.reader})
			}
			want = append(want, compiled{writer: []string{writer}, reader: c.reader})
			if diff := cmp.Diff(want, codec.decoders, cmp.AllowUnexported(compiled{})); diff != "" {
				t.Errorf("what the codec compiled (-want +got):\n%s", diff)
			}
		})
	}
}

// With a reader schema that the Go type does not hold each record would be a dead letter.
func TestReaderSchemaThatDoesNotFit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
		register(t, reg, "notes-value", codec.schema)
		in := serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")}
		running := serde.NewDeserializer(codec, reg, serde.ReadWith(serde.Latest(time.Minute)))
		if err := running.Start(t.Context(), "notes"); err != nil {
			t.Fatal(err)
		}
		register(t, reg, "notes-value", strings.Replace(codec.schema, `"fields"`, `"doc":"2","fields"`, 1))
		codec.refuse = errors.New("no Go field for channel")
		advance(2 * time.Minute)
		if got, _, err := running.Deserialize(t.Context(), in); err != nil || got.Text != "hi" {
			t.Errorf("a service that runs: %+v, %v, want it to go on with the last schema", got, err)
		}
		err := serde.NewDeserializer(codec, reg, serde.ReadWith(serde.Latest(time.Minute))).Start(t.Context(), "notes")
		if !errors.Is(err, serde.ErrUnresolvable) || !strings.Contains(err.Error(), "no Go field for channel") || !strings.Contains(err.Error(), "notes-value") {
			t.Errorf("Start of another: %v, want ErrUnresolvable with the reason and the subject", err)
		}
	})
}

func TestErrorsNameTheSubject(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	register(t, reg, "notes-value", newNoteCodec().schema)
	one := serde.NewDeserializer(newNoteCodec(), reg)
	members := []serde.Member[any]{serde.MemberOf[any](namedNoteCodec("test.First")), serde.MemberOf[any](namedNoteCodec("test.Second"))}
	byTopic, byRecord := serde.NewMultiDeserializer(reg, members), serde.NewMultiDeserializer(reg, members, serde.WithSubject(serde.RecordName))
	for _, payload := range []string{"", "\x00\x00\x00\x00\x63\x04hi", "\x00\x00\x00\x00\x01\x04h"} {
		in := serde.Input{Topic: "notes", Payload: []byte(payload)}
		for _, c := range []struct {
			name, want  string
			deserialize func() error
		}{
			{"one codec", "notes-value", func() error { _, _, err := one.Deserialize(t.Context(), in); return err }},
			{"several under one subject", "notes-value", func() error { _, _, err := byTopic.Deserialize(t.Context(), in); return err }},
			{"several under their own", "", func() error { _, _, err := byRecord.Deserialize(t.Context(), in); return err }},
		} {
			var e *serde.Error
			if err := c.deserialize(); !errors.As(err, &e) || e.Subject != c.want {
				t.Errorf("%s, %q: %v, want subject %q", c.name, payload, err, c.want)
			}
		}
	}
}

func TestOneGoroutineCompiles(t *testing.T) {
	t.Parallel()
	reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
	register(t, reg, "notes-value", codec.schema)
	deser := serde.NewDeserializer(codec, reg)
	start := make(chan struct{})
	var group sync.WaitGroup
	for range 1000 {
		group.Go(func() {
			<-start
			if got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")}); err != nil || got.Text != "hi" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	close(start)
	group.Wait()
	if n := len(codec.decoders); n != 1 {
		t.Errorf("1000 goroutines compiled %d decoders, want 1", n)
	}
}

func TestReferencesComeInOrderAndOnce(t *testing.T) {
	t.Parallel()
	reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
	a := register(t, reg, "a", `{"type":"fixed","name":"A","size":1}`)
	b := register(t, reg, "b", `{"type":"record","name":"B","fields":[{"name":"a","type":"A"}]}`, serde.Reference{Name: "A", Subject: "a", Version: a.Version})
	top := register(t, reg, "notes-value", codec.schema,
		serde.Reference{Name: "B", Subject: "b", Version: b.Version}, serde.Reference{Name: "A", Subject: "a", Version: a.Version})
	deser := serde.NewDeserializer(codec, reg)
	payload := append(serde.AppendFrame(nil, top.ID), "\x04hi"...)
	if _, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload}); err != nil {
		t.Fatal(err)
	}
	want := []compiled{{writer: []string{a.Text, b.Text, codec.schema}}}
	if diff := cmp.Diff(want, codec.decoders, cmp.AllowUnexported(compiled{})); diff != "" {
		t.Errorf("what the codec compiled (-want +got):\n%s", diff)
	}
}

func TestEndlessReferencesAreRefused(t *testing.T) {
	t.Parallel()
	deser := serde.NewDeserializer(newNoteCodec(), endlessReferences{})
	_, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte("\x00\x00\x00\x00\x01\x04hi")})
	if !errors.Is(err, serde.ErrUnresolvable) || !strings.Contains(err.Error(), "references") {
		t.Errorf("error %v, want ErrUnresolvable about references", err)
	}
}

// endlessReferences is a registry whose every schema refers to the next version.
type endlessReferences struct{}

func (endlessReferences) SchemaByID(context.Context, string, serde.SchemaID) (serde.Schema, error) {
	return serde.Schema{References: []serde.Reference{{Name: "N", Subject: "s", Version: 1}}}, nil
}

func (endlessReferences) SchemaByVersion(_ context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	return serde.RegisteredSchema{Schema: serde.Schema{References: []serde.Reference{{Name: "N", Subject: subject, Version: version + 1}}}}, nil
}

func TestSeveralTypesOnOneTopic(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	first, second, stranger := namedNoteCodec("test.First"), namedNoteCodec("test.Second"), namedNoteCodec("test.Stranger")
	ids := map[string]serde.SchemaID{}
	for _, c := range []*noteCodec{first, second, stranger} {
		ids[c.name] = register(t, reg, "notes-"+c.name, c.schema).ID
	}
	ids["union"] = register(t, reg, "notes-value", "["+first.schema+`,"null",`+second.schema+","+stranger.schema+"]").ID
	deser := serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](first), serde.MemberOf[any](second)}, serde.WithSubject(serde.TopicRecordName))
	if err := deser.Start(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name, id, body string
		writer         []string // of the decoder that it ends at
		codec          *noteCodec
		unclaimed      bool
		class          serde.Class
	}{
		{name: "first", id: "test.First", body: "\x04hi", codec: first},
		{name: "second", id: "test.Second", body: "\x04hi", codec: second},
		{name: "nobody's", id: "test.Stranger", body: "\x04hi", unclaimed: true, class: serde.ClassUnresolvable},
		{name: "union, first", id: "union", body: "\x00\x04hi", codec: first},
		{name: "union, second", id: "union", body: "\x04\x04hi", codec: second},
		{name: "union, null", id: "union", body: "\x02", unclaimed: true, class: serde.ClassUnresolvable},
		{name: "union, nobody's", id: "union", body: "\x06\x04hi", unclaimed: true, class: serde.ClassUnresolvable},
		{name: "union, no such branch", id: "union", body: "\x08\x04hi", class: serde.ClassCorrupt},
		{name: "union, negative branch", id: "union", body: "\x01\x04hi", class: serde.ClassCorrupt},
		{name: "union, nothing", id: "union", body: "", class: serde.ClassCorrupt},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			payload := append(serde.AppendFrame(nil, ids[c.id]), c.body...)
			got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
			if c.codec != nil {
				if n, ok := got.(*note); err != nil || !ok || n.Text != "hi" {
					t.Errorf("got %#v, %v; want a note", got, err)
				}
				return
			}
			var unclaimed *serde.UnclaimedError
			if serde.ClassOf(err) != c.class || errors.As(err, &unclaimed) != c.unclaimed {
				t.Errorf("error %v of class %v, want class %v, unclaimed %v", err, serde.ClassOf(err), c.class, c.unclaimed)
			}
		})
	}
}

// Where each type has a subject of its own, each has a newest schema of its own.
func TestSeveralTypesHaveTheirReaderSchemas(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	first, second := namedNoteCodec("test.First"), namedNoteCodec("test.Second")
	ids := map[*noteCodec]serde.SchemaID{}
	for _, c := range []*noteCodec{first, second} {
		ids[c] = register(t, reg, "notes-"+c.name, c.schema).ID
	}
	deser := serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](first), serde.MemberOf[any](second)},
		serde.WithSubject(serde.TopicRecordName), serde.ReadWith(serde.Latest(0)))
	if err := deser.Start(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	for c, id := range ids {
		if _, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: append(serde.AppendFrame(nil, id), "\x04hi"...)}); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		for _, got := range c.decoders {
			if got.reader[0] != c.schema {
				t.Errorf("%s was compiled with the reader schema %s", c.name, got.reader[0])
			}
		}
	}
}

// A codec that takes records as they were written takes those of a union.
func TestUnionsForACodecWithoutSchema(t *testing.T) {
	t.Parallel()
	first, second := namedNoteCodec("test.First"), namedNoteCodec("test.Second")
	union := "[" + first.schema + "," + second.schema + "]"
	for name, policy := range map[string]serde.ReadPolicy{"the writer's": serde.WriterSchema(), "the newest": serde.Latest(0)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reg := new(serdetest.MemoryRegistry)
			id := register(t, reg, "notes-value", union).ID
			generic := namedNoteCodec("")
			generic.schema = ""
			deser := serde.NewDeserializer(generic, reg, serde.ReadWith(policy))
			got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: append(serde.AppendFrame(nil, id), "\x02\x04hi"...)})
			if err != nil || got.Text != "hi" {
				t.Fatalf("got %+v, %v", got, err)
			}
			branch := []string{union, `"test.Second"`}
			if want := (compiled{branch, branch}); !cmp.Equal(generic.decoders[1], want, cmp.AllowUnexported(compiled{})) {
				t.Errorf("compiled %v, want %v", generic.decoders[1], want)
			}
		})
	}
}

func TestMultiDeserializerMistakes(t *testing.T) {
	t.Parallel()
	reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
	cases := []struct {
		name  string
		deser interface{ Err() error }
		want  string
	}{
		{"no codec", serde.NewMultiDeserializer[any](reg, nil), "no codec"},
		{"nil codec", serde.NewDeserializer[note](nil, reg), "no codec"},
		{"nil registry", serde.NewDeserializer(codec, nil), "registry is nil"},
		{"one name twice", serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](codec), serde.MemberOf[any](newNoteCodec())}), "test.Note is there twice"},
		{"a name is missing", serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](codec), serde.MemberOf[any](namedNoteCodec(""))}), "no record name"},
		{"JSON has no name", serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](codec), serde.MemberOf[any](namedNoteCodec("b.B"))}, serde.AcceptJSON()), "plain JSON does not name its record"},
		{"policy", serde.NewDeserializer(codec, reg, serde.ReadWith(serde.Latest(-1))), "negative"},
	}
	for _, c := range cases {
		if err := c.deser.Err(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Err() = %v, want %q in it", c.name, err, c.want)
		}
	}
}

func TestAcceptJSON(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	register(t, reg, "notes-value", newNoteCodec().schema)
	deser := serde.NewDeserializer(newNoteCodec(), reg, serde.AcceptJSON())
	cases := []struct {
		name, payload, want string
		encoding            serde.Encoding
		class               serde.Class
		problem             string
	}{
		{name: "JSON", payload: `{"text":"hi"}`, want: "hi", encoding: serde.EncodingJSON},
		{name: "white space first", payload: " \r\n\t{\"text\":\"hi\"}", want: "hi", encoding: serde.EncodingJSON},
		{name: "framed beside it", payload: "\x00\x00\x00\x00\x01\x04hi", want: "hi"},
		{name: "an array is no record", payload: `[1]`, class: serde.ClassFrame, problem: "unknown magic byte 0x5b"},
		{name: "white space alone", payload: "  ", class: serde.ClassFrame},
		{name: "broken", payload: `{"text":"secr`, class: serde.ClassCorrupt, encoding: serde.EncodingJSON, problem: "not valid at byte 13"},
		{name: "another type", payload: `{"text":7}`, class: serde.ClassCorrupt, encoding: serde.EncodingJSON, problem: "text: cannot hold"},
		{name: "a short frame stays one", payload: "\x00\x00", class: serde.ClassFrame, problem: "too short"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := note{Text: "from an earlier record"}
			meta, err := deser.DeserializeInto(t.Context(), serde.Input{Topic: "notes", Payload: []byte(c.payload)}, &got)
			if got.Text != c.want || meta.Encoding != c.encoding || serde.ClassOf(err) != c.class || (err == nil) != (c.class == serde.ClassOther) {
				t.Fatalf("got %+v, %+v, %v; want %q, %v, class %v", got, meta, err, c.want, c.encoding, c.class)
			}
			if err != nil && (!strings.Contains(err.Error(), c.problem) || strings.Contains(err.Error(), "secr")) {
				t.Errorf("error %q, want %q in it and no payload", err, c.problem)
			}
		})
	}
}

func FuzzDeserialize(f *testing.F) {
	reg := new(serdetest.MemoryRegistry)
	codec := newNoteCodec()
	if _, err := reg.Register(f.Context(), "notes-value", serde.Schema{Text: codec.schema}); err != nil {
		f.Fatal(err)
	}
	deser := serde.NewDeserializer(codec, reg, serde.AcceptJSON())
	f.Add([]byte("\x00\x00\x00\x00\x01\x04hi"), []byte(nil), false)
	f.Add([]byte("\x04hi"), []byte("\x00\x00\x00\x00\x01"), true)
	f.Add([]byte(`{"text":"hi"}`), []byte(nil), false)
	f.Fuzz(func(t *testing.T, payload, header []byte, withHeader bool) {
		in := serde.Input{Topic: "notes", Payload: payload}
		if withHeader {
			in.IDHeader = header
		}
		v := note{Text: "from an earlier record"}
		_, err := deser.DeserializeInto(t.Context(), in, &v)
		if err != nil && (v.Text != "" || serde.ClassOf(err) == serde.ClassOther) {
			t.Errorf("error %v leaves %+v", err, v)
		}
	})
}
