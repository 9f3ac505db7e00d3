package serde_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

func glueRegistry() *serdetest.MemoryRegistry {
	return &serdetest.MemoryRegistry{Format: serde.WireGlue}
}

// deflated is a zlib stream of text.
func deflated(t testing.TB, text string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func glueFrame(t testing.TB, id serde.SchemaID, compression byte) string {
	t.Helper()
	version, ok := id.Glue()
	if !ok {
		t.Fatalf("schema id %v is none of Glue", id)
	}
	return string(append([]byte{3, compression}, version[:]...))
}

func TestDeserializeGlue(t *testing.T) {
	t.Parallel()
	reg := glueRegistry()
	id := register(t, reg, "notes-value", newNoteCodec().schema).ID
	plain, packed := glueFrame(t, id, 0), glueFrame(t, id, 5)
	stranger := serde.GlueID([16]byte{1})
	version, _ := id.Glue()
	stream := deflated(t, "\x04hi")

	cases := []struct {
		name    string
		payload string
		header  []byte
		want    string
		schema  serde.SchemaID
		class   serde.Class
		problem string
	}{
		{name: "plain", payload: plain + "\x04hi", want: "hi", schema: id},
		{name: "compressed", payload: packed + stream, want: "hi", schema: id},
		{name: "compressed, and nothing in it", payload: packed + deflated(t, ""), schema: id, class: serde.ClassCorrupt},
		{name: "the shortest header and no body", payload: plain, schema: id, class: serde.ClassCorrupt},
		{name: "compressed and no stream", payload: packed, schema: id, class: serde.ClassCorrupt, problem: "compressed body"},
		{name: "magic byte alone", payload: "\x03", class: serde.ClassFrame, problem: "too short: 1 bytes"},
		{name: "one byte too short", payload: plain[:17], class: serde.ClassFrame, problem: "too short: 17 bytes"},
		{name: "another compression", payload: glueFrame(t, id, 1) + "\x04hi", class: serde.ClassFrame, problem: "compression 0x01"},
		{name: "another version of the header", payload: "\x02" + plain[1:] + "\x04hi", class: serde.ClassFrame, problem: "magic byte 0x02"},
		{name: "no zlib stream", payload: packed + "\x04hi", schema: id, class: serde.ClassCorrupt, problem: "compressed body"},
		{name: "the stream is cut", payload: packed + stream[:len(stream)-1], schema: id, class: serde.ClassCorrupt, problem: "unexpected EOF"},
		{name: "its checksum is wrong", payload: packed + stream[:len(stream)-1] + "\x00", schema: id, class: serde.ClassCorrupt, problem: "checksum"},
		{name: "bytes behind the stream", payload: packed + stream + "!", schema: id, class: serde.ClassCorrupt, problem: "1 bytes behind"},
		{name: "a stream with a dictionary", payload: packed + "\x78\xbb\x00\x00\x00\x01\x00", schema: id, class: serde.ClassCorrupt, problem: "compressed body"},
		{name: "body cut", payload: plain + "\x04h", schema: id, class: serde.ClassCorrupt},
		{name: "compressed body cut", payload: packed + deflated(t, "\x04h"), schema: id, class: serde.ClassCorrupt},
		{name: "compressed body with bytes left over", payload: packed + deflated(t, "\x04hi!"), schema: id, class: serde.ClassCorrupt},
		{name: "unknown version", payload: glueFrame(t, stranger, 0) + "\x04hi", schema: stranger, class: serde.ClassUnknownSchema},
		{name: "unknown version, compressed", payload: glueFrame(t, stranger, 5) + "no stream", schema: stranger, class: serde.ClassUnknownSchema},
		{name: "Confluent's number", payload: "\x00\x00\x00\x00\x01\x04hi", class: serde.ClassFrame, problem: "a frame of Confluent"},
		{name: "Confluent's GUID with the same bytes", payload: "\x01" + string(version[:]) + "\x04hi", class: serde.ClassFrame, problem: "a frame of Confluent"},
		{name: "in a header", payload: "\x04hi", header: []byte(plain), class: serde.ClassFrame, problem: "in front of the body alone"},
	}
	deser := serde.NewDeserializer(newNoteCodec(), reg)
	for round := range 2 { // with the decoder made, too
		for _, c := range cases {
			got := note{Text: "from an earlier record"}
			meta, err := deser.DeserializeInto(t.Context(), serde.Input{Topic: "notes", Payload: []byte(c.payload), IDHeader: c.header}, &got)
			if serde.ClassOf(err) != c.class || (err == nil) != (c.class == serde.ClassOther) {
				t.Errorf("%s, round %d: error %v of class %v, want class %v", c.name, round, err, serde.ClassOf(err), c.class)
				continue
			}
			if got.Text != c.want || meta.Schema != c.schema || err != nil && !strings.Contains(err.Error(), c.problem) {
				t.Errorf("%s, round %d: %q, %+v, %v; want %q, schema %v, %q", c.name, round, got.Text, meta, err, c.want, c.schema, c.problem)
			}
		}
	}
}

func TestInflatedBodiesAreBounded(t *testing.T) {
	t.Parallel()
	reg := glueRegistry()
	id := register(t, reg, "notes-value", newNoteCodec().schema).ID
	text := strings.Repeat("a", 98)
	payload := []byte(glueFrame(t, id, 5) + deflated(t, "\xc4\x01"+text)) // 100 bytes
	for limit, fits := range map[int]bool{1: false, 99: false, 100: true, 101: true} {
		deser := serde.NewDeserializer(newNoteCodec(), reg, serde.WithMaxInflated(limit))
		got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
		if fits && (err != nil || got.Text != text) {
			t.Errorf("limit %d: %q, %v", limit, got.Text, err)
		}
		if !fits && (!errors.Is(err, serde.ErrCorrupt) || !strings.Contains(err.Error(), "WithMaxInflated")) {
			t.Errorf("limit %d: error %v, want ErrCorrupt that names the option", limit, err)
		}
	}
}

func TestSerializeGlue(t *testing.T) {
	t.Parallel()
	reg := glueRegistry()
	id := register(t, reg, "notes-value", newNoteCodec().schema).ID
	long := strings.Repeat("magicbyte", 20)
	cases := []struct {
		name    string
		options []serde.SerializerOption
		text    string
		packed  bool
	}{
		{name: "plain by default", text: long},
		{name: "compressed", options: []serde.SerializerOption{serde.WithZlib(0)}, text: long, packed: true},
		{name: "compressed from its own size on", options: []serde.SerializerOption{serde.WithZlib(len(long) + 2)}, text: long, packed: true},
		{name: "shorter than what is compressed", options: []serde.SerializerOption{serde.WithZlib(len(long) + 3)}, text: long},
		{name: "longer when compressed", options: []serde.SerializerOption{serde.WithZlib(0)}, text: "hi"},
		{name: "nothing to compress", options: []serde.SerializerOption{serde.WithZlib(0)}, text: ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ser := serde.NewSerializer(newNoteCodec(), reg, c.options...)
			out, err := ser.AppendSerialize(t.Context(), []byte("before"), "notes", &note{Text: c.text})
			if err != nil {
				t.Fatal(err)
			}
			want := glueFrame(t, id, 0)
			if c.packed {
				want = glueFrame(t, id, 5)
			}
			if !strings.HasPrefix(string(out.Bytes), "before"+want) || out.Schema.ID != id || out.HeaderKey != "" {
				t.Errorf("wrote %x, schema %v, want the frame %x", out.Bytes, out.Schema.ID, want)
			}
			payload := out.Bytes[len("before"):]
			got, _, err := serde.NewDeserializer(newNoteCodec(), reg).Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
			if err != nil || got.Text != c.text {
				t.Errorf("read back %q, %v", got.Text, err)
			}
			if parsed, body, err := serde.ParseFrame(payload); err != nil || parsed != id || !strings.HasSuffix(string(body), c.text) {
				t.Errorf("ParseFrame: %v, %q, %v", parsed, body, err)
			}
		})
	}
}

func TestGluePolicies(t *testing.T) {
	t.Parallel()
	reg := glueRegistry()
	own := newNoteCodec().schema
	newer := strings.Replace(own, `"fields"`, `"doc":"newer","fields"`, 1)
	first, second := register(t, reg, "notes-value", own), register(t, reg, "notes-value", newer)
	for name, c := range map[string]struct {
		policy serde.WritePolicy
		want   serde.SchemaID
	}{
		"register": {serde.Register(), first.ID},
		"look-up":  {serde.Lookup(), first.ID},
		"latest":   {serde.Latest(0), second.ID},
		"id":       {serde.PinnedID(second.ID), second.ID},
		"version":  {serde.PinnedVersion(1), first.ID},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ser := serde.NewSerializer(newNoteCodec(), reg, serde.WriteWith(c.policy))
			out, err := ser.Serialize(t.Context(), "notes", &note{Text: "hi"})
			if err != nil || out.Schema.ID != c.want {
				t.Fatalf("%+v, %v; want schema %v", out.Schema, err, c.want)
			}
			if want := glueFrame(t, c.want, 0) + "\x04hi"; string(out.Bytes) != want {
				t.Errorf("wrote %x, want %x", out.Bytes, want)
			}
		})
	}
}

// A topic in migration: Confluent's frames and Glue's, each with the schema of its own source.
func TestTwoSources(t *testing.T) {
	t.Parallel()
	confluent, glue := new(serdetest.MemoryRegistry), glueRegistry()
	texts := map[string]string{}
	for name, reg := range map[string]*serdetest.MemoryRegistry{"confluent": confluent, "glue": glue} {
		texts[name] = strings.Replace(newNoteCodec().schema, `"fields"`, `"doc":"in `+name+`","fields"`, 1)
		register(t, reg, "notes-value", texts[name])
	}
	number := register(t, confluent, "notes-value", texts["confluent"])
	version := register(t, glue, "notes-value", texts["glue"])
	guidBytes, _ := number.GUID.GUID()
	versionBytes, _ := version.ID.Glue()
	payloads := []struct {
		payload, schema string
		id              serde.SchemaID
		class           serde.Class
	}{
		{payload: "\x00\x00\x00\x00\x01\x04hi", schema: "confluent", id: number.ID},
		{payload: "\x01" + string(guidBytes[:]) + "\x04hi", schema: "confluent", id: number.GUID},
		{payload: glueFrame(t, version.ID, 0) + "\x04hi", schema: "glue", id: version.ID},
		{payload: glueFrame(t, version.ID, 5) + deflated(t, "\x04hi"), schema: "glue", id: version.ID},
		// The bytes of one kind of id mean nothing as the other.
		{payload: "\x01" + string(versionBytes[:]) + "\x04hi", id: serde.GUIDID(versionBytes), class: serde.ClassUnknownSchema},
		{payload: glueFrame(t, serde.GlueID(guidBytes), 0) + "\x04hi", id: serde.GlueID(guidBytes), class: serde.ClassUnknownSchema},
	}
	for name, sources := range map[string][2]serde.SchemaReader{"to Glue": {confluent, glue}, "from Glue": {glue, confluent}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codec := newNoteCodec()
			deser := serde.NewDeserializer(codec, sources[0], serde.AlsoFrom(sources[1]))
			for round := range 2 {
				for _, p := range payloads {
					got, meta, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: []byte(p.payload)})
					if meta.Schema != p.id || serde.ClassOf(err) != p.class || p.class == serde.ClassOther && got.Text != "hi" {
						t.Errorf("round %d, %x: %q, %+v, %v; want schema %v, class %v", round, p.payload, got.Text, meta, err, p.id, p.class)
					}
				}
			}
			var writers []string
			for _, c := range codec.decoders {
				writers = append(writers, c.writer[0])
			}
			want := []string{texts["confluent"], texts["confluent"], texts["glue"]} // a number, a GUID, a version
			if diff := cmp.Diff(want, writers); diff != "" {
				t.Errorf("compiled for (-want +got):\n%s", diff)
			}
		})
	}
}

// Start asks both sources, so wrong credentials for either show at once.
func TestStartAsksBothSources(t *testing.T) {
	t.Parallel()
	for _, failing := range []string{"", "confluent", "glue"} {
		confluent, glue := new(serdetest.MemoryRegistry), glueRegistry()
		switch failing {
		case "confluent":
			confluent.Fail(serde.ErrUnauthorized)
		case "glue":
			glue.Fail(serde.ErrUnauthorized)
		}
		deser := serde.NewDeserializer(newNoteCodec(), confluent, serde.AlsoFrom(glue), serde.WithRegistryContext(".ctx"))
		err := deser.Start(t.Context(), "notes")
		if failing == "" && err != nil || failing != "" && !errors.Is(err, serde.ErrUnauthorized) {
			t.Errorf("%q fails: Start returns %v", failing, err)
		}
	}
}

// A source that hides its wire format would have every record taken for a bad frame: Start says so.
func TestStartRefusesAHiddenFormat(t *testing.T) {
	t.Parallel()
	glue := glueRegistry()
	register(t, glue, "notes-value", newNoteCodec().schema)
	err := serde.NewDeserializer(newNoteCodec(), struct{ serde.SchemaReader }{glue}).Start(t.Context(), "notes")
	if err == nil || serde.ClassOf(err) != serde.ClassOther || !strings.Contains(err.Error(), "WireFormat") {
		t.Errorf("Start: %v of class %v", err, serde.ClassOf(err))
	}
}

// subjectSpy records the subjects and contexts that it is asked for.
type subjectSpy struct {
	*serdetest.MemoryRegistry
	asked chan string
}

func (s subjectSpy) SchemaByVersion(ctx context.Context, subject string, version int) (serde.RegisteredSchema, error) {
	s.asked <- subject
	return s.MemoryRegistry.SchemaByVersion(ctx, subject, version)
}

func TestContextsAreConfluents(t *testing.T) {
	t.Parallel()
	confluent := subjectSpy{new(serdetest.MemoryRegistry), make(chan string, 9)}
	glue := subjectSpy{glueRegistry(), make(chan string, 9)}
	deser := serde.NewDeserializer(newNoteCodec(), glue, serde.AlsoFrom(confluent), serde.WithRegistryContext(".ctx"), serde.ReadWith(serde.Latest(0)))
	if err := deser.Start(t.Context(), "notes"); !errors.Is(err, serde.ErrUnknownSchema) {
		t.Fatalf("Start: %v, want ErrUnknownSchema: the subject is empty", err)
	}
	register(t, glue.MemoryRegistry, "notes-value", newNoteCodec().schema)
	if err := deser.Start(t.Context(), "notes"); err != nil {
		t.Fatal(err)
	}
	if got := <-glue.asked; got != "notes-value" {
		t.Errorf("Glue was asked for %q, want a plain name", got)
	}
	if got := <-confluent.asked; got != ":.ctx:notes-value" {
		t.Errorf("Confluent's was asked for %q, want it qualified", got)
	}
}

func TestGlueMisuse(t *testing.T) {
	t.Parallel()
	confluent, glue := new(serdetest.MemoryRegistry), glueRegistry()
	writing := func(reg serde.SchemaRegistry, o ...serde.SerializerOption) error {
		return serde.NewSerializer(newNoteCodec(), reg, o...).Err()
	}
	reading := func(reg serde.SchemaReader, o ...serde.DeserializerOption) error {
		return serde.NewDeserializer(newNoteCodec(), reg, o...).Err()
	}
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"a header's framing":         {writing(glue, serde.WithFraming(serde.FrameHeader)), "use FramePrefix"},
		"GUIDs":                      {writing(glue, serde.WithFraming(serde.FrameGUIDPrefix)), "use FramePrefix"},
		"contexts, writing":          {writing(glue, serde.WithRegistryContext(".ctx")), "no contexts"},
		"contexts, reading":          {reading(glue, serde.WithRegistryContext(".ctx")), "no contexts"},
		"compression of Confluent's": {writing(confluent, serde.WithZlib(100)), "WithZlib: only frames of AWS Glue"},
		"a negative size":            {writing(glue, serde.WithZlib(-1)), "WithZlib(-1)"},
		"no limit":                   {reading(glue, serde.WithMaxInflated(0)), "WithMaxInflated(0)"},
		"a source that is nil":       {reading(glue, serde.AlsoFrom(nil)), "AlsoFrom(nil)"},
		"twice the same format":      {reading(glue, serde.AlsoFrom(glueRegistry())), "both sources give schemas for frames of AWS Glue"},
		"a wrapped source":           {reading(confluent, serde.AlsoFrom(struct{ serde.SchemaReader }{glue})), "implement WireFormat and say AWS Glue"},
		"pinned to another kind":     {reading(confluent, serde.ReadWith(serde.PinnedID(serde.GlueID([16]byte{1})))), "no source of such schemas"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: Err() = %v, want %q", name, c.err, c.want)
		}
	}
	for name, err := range map[string]error{
		"Glue with compression": writing(glue, serde.WithZlib(0)),
		"pinned to Glue's":      reading(confluent, serde.AlsoFrom(glue), serde.ReadWith(serde.PinnedID(serde.GlueID([16]byte{1})))),
		"contexts of the other": reading(glue, serde.AlsoFrom(confluent), serde.WithRegistryContext(".ctx")),
		"a large limit":         reading(glue, serde.WithMaxInflated(1<<40)),
	} {
		if err != nil {
			t.Errorf("%s: Err() = %v", name, err)
		}
	}
}

func TestGlueRegistryInMemory(t *testing.T) {
	t.Parallel()
	serdetest.SchemaRegistry(t, glueRegistry(), "suite")
}

// Whatever comes as a Glue frame is read within its limit, or is an error of a class that is permanent.
func FuzzDeserializeGlue(f *testing.F) {
	reg := glueRegistry()
	registered, err := reg.Register(context.Background(), "notes-value", serde.Schema{Text: newNoteCodec().schema})
	if err != nil {
		f.Fatal(err)
	}
	deser := serde.NewDeserializer(newNoteCodec(), reg, serde.WithMaxInflated(1<<10))
	for _, compression := range []byte{0, 5, 1} {
		f.Add(compression, []byte("\x04hi"))
		f.Add(compression, []byte(deflated(f, "\x04hi")))
		f.Add(compression, []byte(deflated(f, strings.Repeat("\x00", 2<<10))))
	}
	f.Fuzz(func(t *testing.T, compression byte, body []byte) {
		payload := append([]byte(glueFrame(t, registered.ID, compression)), body...)
		kept := bytes.Clone(payload)
		got, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: payload})
		if !bytes.Equal(payload, kept) {
			t.Errorf("the payload was changed: %x is %x", kept, payload)
		}
		if err != nil {
			if class := serde.ClassOf(err); !class.Permanent() || got != (note{}) {
				t.Errorf("%x: %q, %v of class %v", payload, got.Text, err, class)
			}
			return
		}
		if len(got.Text) > 1<<10 && compression != 0 {
			t.Errorf("%x: %d bytes came out, the limit is 1 KiB", payload, len(got.Text))
		}
		out, err := serde.NewSerializer(newNoteCodec(), reg, serde.WithZlib(0)).Serialize(t.Context(), "notes", &got)
		if err != nil {
			if !errors.Is(err, serde.ErrInvalid) {
				t.Errorf("%q cannot be written: %v", got.Text, err)
			}
			return
		}
		if back, _, err := deser.Deserialize(t.Context(), serde.Input{Topic: "notes", Payload: out.Bytes}); err != nil && len(got.Text) < 1<<10 || err == nil && back != got {
			t.Errorf("%q comes back as %q, %v", got.Text, back.Text, err)
		}
	})
}
