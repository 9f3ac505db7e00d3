package serde_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

func TestSerializeFrames(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	register(t, reg, "other", `"string"`) // so that the note's id is not 1
	registered := register(t, reg, "notes-value", newNoteCodec().schema)
	g, _ := registered.GUID.GUID()
	numberBytes, guidBytes := "\x00\x00\x00\x00\x02", "\x01"+string(g[:])

	cases := []struct {
		name    string
		framing serde.Framing
		payload string
		header  string
	}{
		{"number in front", serde.FramePrefix, numberBytes + "\x04hi", ""},
		{"GUID in front", serde.FrameGUIDPrefix, guidBytes + "\x04hi", ""},
		{"number in the header", serde.FrameHeader, "\x04hi", numberBytes},
		{"GUID in the header", serde.FrameGUIDHeader, "\x04hi", guidBytes},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ser := serde.NewSerializer(newNoteCodec(), reg, serde.WithFraming(c.framing))
			got, err := ser.AppendSerialize(t.Context(), []byte("before"), "notes", &note{Text: "hi"})
			if err != nil {
				t.Fatal(err)
			}
			if want := "before" + c.payload; string(got.Bytes) != want {
				t.Errorf("payload %q, want %q", got.Bytes, want)
			}
			wantKey := ""
			if c.header != "" {
				wantKey = serde.ValueSchemaIDHeader
			}
			if got.HeaderKey != wantKey || string(got.HeaderValue) != c.header {
				t.Errorf("header %q: %q, want %q: %q", got.HeaderKey, got.HeaderValue, wantKey, c.header)
			}
			if got.Schema == nil || got.Schema.ID != registered.ID || got.Encoding != serde.EncodingAvro || got.Tombstone {
				t.Errorf("unexpected description %+v", got)
			}
		})
	}
}

func TestSerializeKeyUsesKeySubjectAndHeader(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	ser := serde.NewSerializer(newNoteCodec(), reg, serde.ForKey(), serde.WithFraming(serde.FrameHeader))
	got, err := ser.Serialize(t.Context(), "notes", &note{Text: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if got.Schema.Subject != "notes-key" || got.HeaderKey != serde.KeySchemaIDHeader || ser.Part() != serde.Key {
		t.Errorf("subject %s, header %s, part %v; want the key's", got.Schema.Subject, got.HeaderKey, ser.Part())
	}
}

func TestWritePolicies(t *testing.T) {
	t.Parallel()
	own := newNoteCodec().schema
	newer := strings.Replace(own, `"fields"`, `"doc":"newer","fields"`, 1)
	type place struct{ subject, text string }
	cases := []struct {
		name    string
		options []serde.SerializerOption
		before  []place        // what is registered
		calls   map[string]int // what the serializer asks
		texts   []string       // what the codec was asked to encode with
		version int
		err     error
	}{
		{
			name:  "register is the default and adds the schema",
			calls: map[string]int{"Register": 1}, version: 1,
		},
		{
			name:    "look-up finds it",
			options: []serde.SerializerOption{serde.WriteWith(serde.Lookup())},
			before:  []place{{"notes-value", own}},
			calls:   map[string]int{"Lookup": 1}, version: 1,
		},
		{
			name:    "look-up never registers",
			options: []serde.SerializerOption{serde.WriteWith(serde.Lookup())},
			calls:   map[string]int{"Lookup": 1}, err: serde.ErrUnknownSchema,
		},
		{
			name:    "latest writes with the newest version",
			options: []serde.SerializerOption{serde.WriteWith(serde.Latest(0))},
			before:  []place{{"notes-value", own}, {"notes-value", newer}},
			calls:   map[string]int{"SchemaByVersion": 1}, texts: []string{newer}, version: 2,
		},
		{
			name:    "latest of an unknown subject",
			options: []serde.SerializerOption{serde.WriteWith(serde.Latest(0))},
			calls:   map[string]int{"SchemaByVersion": 1}, err: serde.ErrUnknownSchema,
		},
		{
			name:    "pinned version",
			options: []serde.SerializerOption{serde.WriteWith(serde.PinnedVersion(1))},
			before:  []place{{"notes-value", own}, {"notes-value", newer}},
			calls:   map[string]int{"SchemaByVersion": 1}, texts: []string{own}, version: 1,
		},
		{
			name:    "pinned id",
			options: []serde.SerializerOption{serde.WriteWith(serde.PinnedID(serde.NumberID(2)))},
			before:  []place{{"notes-value", own}, {"elsewhere", newer}},
			calls:   map[string]int{"SchemaByID": 1}, texts: []string{newer},
		},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
			for _, at := range c.before {
				register(t, reg, at.subject, at.text)
			}
			before := reg.Calls()
			ser := serde.NewSerializer(codec, reg, c.options...)
			err := ser.Start(t.Context(), "notes")
			if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
				t.Fatalf("Start: %v, want %v", err, c.err)
			}
			calls := reg.Calls()
			for method, n := range before {
				if calls[method] -= n; calls[method] == 0 {
					delete(calls, method)
				}
			}
			if diff := cmp.Diff(c.calls, calls); diff != "" {
				t.Errorf("registry calls (-want +got):\n%s", diff)
			}
			if c.err != nil {
				return
			}
			if diff := cmp.Diff([][]string{c.texts}, codec.encoders); diff != "" {
				t.Errorf("schemas that the codec compiled (-want +got):\n%s", diff)
			}
			got, err := ser.Serialize(t.Context(), "notes", &note{})
			if err != nil || got.Schema.Version != c.version {
				t.Errorf("Serialize: version %d, error %v; want version %d", got.Schema.Version, err, c.version)
			}
		})
	}
}

func TestLatestWritesIntoAUnion(t *testing.T) {
	t.Parallel()
	reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
	noteSchema := register(t, reg, "note-type", codec.schema)
	union := `["test.Other","test.Note"]`
	register(t, reg, "other-type", `{"type":"record","name":"test.Other","fields":[]}`)
	register(t, reg, "notes-value", union,
		serde.Reference{Name: "test.Other", Subject: "other-type", Version: 1},
		serde.Reference{Name: "test.Note", Subject: "note-type", Version: noteSchema.Version})

	ser := serde.NewSerializer(codec, reg, serde.WriteWith(serde.Latest(0)))
	got, err := ser.Serialize(t.Context(), "notes", &note{Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	if want := "\x00\x00\x00\x00\x03" + "\x02" + "\x04hi"; string(got.Bytes) != want { // branch 1 is 2 in zigzag
		t.Errorf("payload %q, want %q", got.Bytes, want)
	}
	want := []string{`{"type":"record","name":"test.Other","fields":[]}`, codec.schema, union, `"test.Note"`}
	if diff := cmp.Diff([][]string{want}, codec.encoders); diff != "" {
		t.Errorf("schemas that the codec compiled (-want +got):\n%s", diff)
	}
}

func TestLatestIsRefreshed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reg, codec := new(serdetest.MemoryRegistry), newNoteCodec()
		register(t, reg, "notes-value", codec.schema)
		ser := serde.NewSerializer(codec, reg, serde.WriteWith(serde.Latest(time.Minute)))
		version := func() int {
			t.Helper()
			got, err := ser.Serialize(t.Context(), "notes", &note{})
			if err != nil {
				t.Fatal(err)
			}
			return got.Schema.Version
		}
		if got := version(); got != 1 {
			t.Fatalf("version %d, want 1", got)
		}
		register(t, reg, "notes-value", strings.Replace(codec.schema, `"fields"`, `"doc":"2","fields"`, 1))
		advance(time.Minute - time.Second)
		if got := version(); got != 1 {
			t.Errorf("within the interval: version %d, want 1", got)
		}
		advance(2 * time.Second)
		if got := version(); got != 2 {
			t.Errorf("after the interval: version %d, want 2", got)
		}
		register(t, reg, "notes-value", strings.Replace(codec.schema, `"fields"`, `"doc":"3","fields"`, 1))
		reg.Fail(errOutage)
		advance(time.Minute + time.Second)
		if got := version(); got != 2 {
			t.Errorf("during an outage: version %d, want the last known 2", got)
		}
		reg.Fail(nil)
		advance(time.Minute + time.Second)
		if got := version(); got != 3 {
			t.Errorf("after the outage: version %d, want 3", got)
		}
		asked := reg.Calls()["SchemaByVersion"]
		for range 100 {
			version()
		}
		if got := reg.Calls()["SchemaByVersion"]; got != asked {
			t.Errorf("100 records within the interval asked the registry %d times", got-asked)
		}
	})
}

// advance lets the fake clock of a synctest bubble run.
func advance(d time.Duration) { <-time.After(d) }

func TestSerializeRefusals(t *testing.T) {
	t.Parallel()
	reg := new(serdetest.MemoryRegistry)
	ser := serde.NewSerializer(newNoteCodec(), reg)
	dst := []byte("before")

	t.Run("validation", func(t *testing.T) {
		t.Parallel()
		got, err := ser.AppendSerialize(t.Context(), dst, "notes", &note{Text: "refused"})
		if !errors.Is(err, serde.ErrInvalid) || !strings.Contains(err.Error(), "is the one that is refused") {
			t.Errorf("error %v, want ErrInvalid with the reason", err)
		}
		if !bytes.Equal(got.Bytes, dst) {
			t.Errorf("bytes %q, want dst", got.Bytes)
		}
		var e *serde.Error
		if !errors.As(err, &e) || e.Topic != "notes" || e.Subject != "notes-value" {
			t.Errorf("error %v, want topic and subject", err)
		}
	})
	t.Run("codec", func(t *testing.T) {
		t.Parallel()
		_, err := ser.AppendSerialize(t.Context(), dst, "notes", &note{Text: "unencodable"})
		var e *serde.Error
		if !errors.As(err, &e) || e.Class != serde.ClassInvalid || e.Field != "text" || e.Subject != "notes-value" {
			t.Errorf("error %#v, want ErrInvalid at text of notes-value", err)
		}
	})
	t.Run("tombstone", func(t *testing.T) {
		t.Parallel()
		got, err := ser.AppendSerialize(t.Context(), dst, "cold-topic", nil)
		if err != nil || !got.Tombstone || !bytes.Equal(got.Bytes, dst) || got.Schema != nil {
			t.Errorf("got %+v, %v; want a tombstone", got, err)
		}
	})
	t.Run("registry down", func(t *testing.T) {
		t.Parallel()
		down := new(serdetest.MemoryRegistry)
		down.Fail(errOutage)
		err := serde.NewSerializer(newNoteCodec(), down).Start(t.Context(), "notes")
		if !errors.Is(err, serde.ErrRegistryUnavailable) || serde.ClassOf(err) != serde.ClassRegistryUnavailable {
			t.Errorf("error %v, want ErrRegistryUnavailable", err)
		}
	})
	t.Run("registration refused", func(t *testing.T) {
		t.Parallel()
		refusing := new(serdetest.MemoryRegistry)
		refusing.Fail(errors.New("409: incompatible"))
		err := serde.NewSerializer(newNoteCodec(), refusing).Start(t.Context(), "notes")
		if serde.ClassOf(err) != serde.ClassOther || !strings.Contains(err.Error(), "409: incompatible") {
			t.Errorf("error %v of class %v, want the registry's words and no class", err, serde.ClassOf(err))
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := serde.NewSerializer(newNoteCodec(), reg).AppendSerialize(ctx, nil, "cold", &note{})
		if !errors.Is(err, context.Canceled) || serde.ClassOf(err) != serde.ClassOther {
			t.Errorf("error %v, want context.Canceled and no class", err)
		}
	})
	t.Run("a schema of another language", func(t *testing.T) {
		t.Parallel()
		foreign := new(serdetest.MemoryRegistry)
		if _, err := foreign.Register(t.Context(), "notes-value", serde.Schema{Type: serde.TypeProtobuf, Text: "syntax"}); err != nil {
			t.Fatal(err)
		}
		err := serde.NewSerializer(newNoteCodec(), foreign, serde.WriteWith(serde.Latest(0))).Start(t.Context(), "notes")
		if !errors.Is(err, serde.ErrUnresolvable) || !strings.Contains(err.Error(), "PROTOBUF") {
			t.Errorf("error %v, want ErrUnresolvable that names the language", err)
		}
	})
	t.Run("no GUID", func(t *testing.T) {
		t.Parallel()
		err := serde.NewSerializer(newNoteCodec(), withoutGUIDs{reg}, serde.WithFraming(serde.FrameGUIDPrefix)).Start(t.Context(), "notes")
		if !errors.Is(err, serde.ErrUnresolvable) || !strings.Contains(err.Error(), "no GUID") {
			t.Errorf("error %v, want ErrUnresolvable that says so", err)
		}
	})
}

// withoutGUIDs is a registry of before 8.0.
type withoutGUIDs struct{ serde.SchemaRegistry }

func (r withoutGUIDs) Register(ctx context.Context, subject string, schema serde.Schema) (serde.RegisteredSchema, error) {
	registered, err := r.SchemaRegistry.Register(ctx, subject, schema)
	registered.GUID = serde.SchemaID{}
	return registered, err
}

func TestSerializerReportsEveryMistake(t *testing.T) {
	t.Parallel()
	ser := serde.NewSerializer[note](nil, nil,
		serde.WithSubject(nil), serde.WriteWith(serde.PinnedVersion(0)), serde.WithRegistryContext("staging"), serde.WithFraming(9))
	err := ser.Err()
	for _, want := range []string{"codec is nil", "registry is nil", "WithSubject(nil)", "PinnedVersion(0)", `WithRegistryContext("staging")`, "WithFraming(9)"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Err() = %v, want %q in it", err, want)
		}
	}
	pinned := serde.NewSerializer(newNoteCodec(), new(serdetest.MemoryRegistry), serde.WriteWith(serde.PinnedID(serde.NumberID(7))), serde.WithFraming(serde.FrameGUIDHeader))
	if err := pinned.Err(); err == nil || !strings.Contains(err.Error(), "PinnedID(7) has no GUID") {
		t.Errorf("a number, framed as a GUID: Err() = %v", err)
	}
	if _, got := ser.Serialize(t.Context(), "notes", &note{}); got == nil {
		t.Error("Serialize works in spite of the mistakes")
	}
	if got := ser.Start(t.Context(), "notes"); got == nil {
		t.Error("Start works in spite of the mistakes")
	}
}

func TestRegistryContextQualifiesSubjects(t *testing.T) {
	t.Parallel()
	ser := serde.NewSerializer(newNoteCodec(), new(serdetest.MemoryRegistry), serde.WithRegistryContext(".staging"))
	got, err := ser.Serialize(t.Context(), "notes", &note{})
	if err != nil || got.Schema.Subject != ":.staging:notes-value" {
		t.Errorf("subject %q, error %v; want :.staging:notes-value", got.Schema.Subject, err)
	}
}

func TestSerializeJSON(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	ser := serde.NewSerializer(newNoteCodec(), nil, serde.WithJSON(), serde.WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	if err := ser.Start(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "plain JSON") {
		t.Errorf("Start logged %q, want a word about plain JSON", log.String())
	}
	got, err := ser.AppendSerialize(t.Context(), []byte("before"), "notes", &note{Text: "a<b"})
	if err != nil || string(got.Bytes) != `before{"text":"a<b"}` || got.Encoding != serde.EncodingJSON || got.Schema != nil {
		t.Errorf("got %q, %+v, %v", got.Bytes, got, err)
	}
	if _, err := ser.Serialize(t.Context(), "notes", &note{Text: "refused"}); !errors.Is(err, serde.ErrInvalid) {
		t.Errorf("a value that fails validation: %v, want ErrInvalid", err)
	}
}
