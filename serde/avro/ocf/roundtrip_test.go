package ocf_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	want := newReadings(400)
	for _, c := range compressions {
		for name, opts := range map[string][]ocf.WriterOption{
			"default":              nil,
			"a record a block":     {ocf.WithBlockSize(1)},
			"seven records":        {ocf.WithBlockRecords(7)},
			"fast":                 {ocf.WithLevel(1)},
			"small":                {ocf.WithLevel(9)},
			"one block":            {ocf.WithBlockSize(1 << 20)},
			"metadata":             {ocf.WithMetadata("b", []byte{0, 1}), ocf.WithMetadata("a", nil)},
			"under another schema": {ocf.WithSchema(strings.Replace(readingSchema, `"namespace"`, `"doc": "the same", "namespace"`, 1))},
		} {
			if (c == ocf.Null || c == ocf.Snappy) && (name == "fast" || name == "small") {
				continue
			}
			t.Run(string(c)+"/"+name, func(t *testing.T) {
				t.Parallel()
				opts := append([]ocf.WriterOption{ocf.WithCompression(c), ocf.WithSync(marker)}, opts...)
				file := write(t, readings, want, opts...)
				if again := write(t, readings, want, opts...); !bytes.Equal(again, file) {
					t.Error("equal records make unequal files")
				}
				for name, r := range map[string]io.Reader{
					"whole": bytes.NewReader(file), "byte by byte": iotest.OneByteReader(bytes.NewReader(file)), "data with EOF": iotest.DataErrReader(bytes.NewReader(file)),
				} {
					got, err := readFrom(r, readings)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s (-want +got)\n%s", name, diff)
					}
				}
			})
		}
	}
}

func TestGeneratedTypesOwnWhatTheyHold(t *testing.T) {
	t.Parallel()
	var want []schemas.OrderEvent
	for i := range 400 {
		e := schemas.NewOrderCreated("ORD-"+strings.Repeat("1", i%9), "USR-1", []schemas.OrderItem{{SKU: "S", Quantity: int32(i + 1), UnitPrice: 1}})
		want = append(want, *e)
	}
	got, err := read(write(t, schemas.OrderEvents, want, ocf.WithCompression(ocf.Deflate), ocf.WithBlockSize(1000)), schemas.OrderEvents)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want { // written in milliseconds
		want[i].Timestamp = got[i].Timestamp
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestEmptyFile(t *testing.T) {
	t.Parallel()
	file := write(t, readings, nil)
	r, err := ocf.NewReader(bytes.NewReader(file), readings)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := r.Read(&reading{}); err != io.EOF { //nolint:errorlint // the value that is promised
			t.Errorf("got %v, want io.EOF", err)
		}
	}
	if r.Header().Schema != readingSchema || r.Header().Compression != ocf.Null {
		t.Errorf("got %+v", r.Header())
	}
}

func TestEvolution(t *testing.T) {
	t.Parallel()
	type newer struct {
		Number float64 `avro:"number"`
		Note   string  `avro:"note"`
		Unit   string  `avro:"unit"`
	}
	// Renamed, promoted, taken out, added, and a union that is one no longer.
	c := avro.MustFor[newer](`{"type":"record","name":"Reading","namespace":"com.example","fields":[
		{"name":"unit","type":"string","default":"K"},
		{"name":"note","type":"string"},
		{"name":"number","aliases":["id"],"type":"double"}]}`)
	for _, compression := range compressions {
		file := write(t, readings, newReadings(20), ocf.WithCompression(compression))
		r, err := ocf.NewReader(bytes.NewReader(file), c)
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for got, err := range r.All() {
			from := newReading(i)
			if from.Note == nil {
				ae, ok := errors.AsType[*avro.Error](err)
				if e := asError(t, err); !ok || !ae.Unresolvable() || e.Block != 0 || e.Record != int64(i) || got != (newer{}) {
					t.Errorf("record %d: %+v, %v, want one that does not resolve", i, got, err)
				}
			} else if want := (newer{float64(from.ID), *from.Note, "K"}); err != nil || got != want {
				t.Errorf("record %d: %+v, %v, want %+v", i, got, err, want)
			}
			i++
		}
		if i != 20 {
			t.Errorf("%d records", i)
		}
	}
	_, err := read(write(t, readings, nil), longs)
	if ae, ok := errors.AsType[*avro.Error](err); !ok || !ae.Unresolvable() || asError(t, err).Block != -1 {
		t.Errorf("schemas that never resolve: %v", err)
	}
}

func TestGenericRecords(t *testing.T) {
	t.Parallel()
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	file := write(t, readings, newReadings(10), ocf.WithSync(marker))
	r, err := ocf.NewReader(bytes.NewReader(file), generic)
	if err != nil {
		t.Fatal(err)
	}
	var copied bytes.Buffer
	w, err := ocf.NewWriter(&copied, generic, ocf.WithSchema(r.Header().Schema), ocf.WithSync(r.Header().Sync))
	if err != nil {
		t.Fatal(err)
	}
	for v, err := range r.All() {
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Write(&v); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || !bytes.Equal(copied.Bytes(), file) {
		t.Errorf("a file that was read and written again is another: %v", err)
	}
	if _, err := ocf.NewWriter(&copied, generic); err == nil || !strings.Contains(err.Error(), "WithSchema") {
		t.Errorf("a writer without a schema: %v", err)
	}
}

// All stops where its user does, and goes on there.
func TestAllGoesOn(t *testing.T) {
	t.Parallel()
	r, err := ocf.NewReader(bytes.NewReader(write(t, longs, []int64{1, 2, 3})), longs)
	if err != nil {
		t.Fatal(err)
	}
	for v, err := range r.All() {
		if err != nil || v != 1 {
			t.Errorf("got %d, %v", v, err)
		}
		break
	}
	var v int64
	if err := r.Read(&v); err != nil || v != 2 {
		t.Errorf("got %d, %v", v, err)
	}
	for v, err := range r.All() {
		if err != nil || v != 3 {
			t.Errorf("got %d, %v", v, err)
		}
	}
}

func TestReadingJSON(t *testing.T) {
	t.Parallel()
	file := write(t, readings, newReadings(10), ocf.WithBlockRecords(3))
	generic, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	r, err := ocf.NewReader(bytes.NewReader(file), generic)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range newReadings(10) {
		text, err := readings.AppendJSON([]byte("kept "), &want)
		if err != nil {
			t.Fatal(err)
		}
		if i%3 == 2 {
			var got avro.Record
			if err := r.Read(&got); err != nil {
				t.Errorf("record %d: %v", i, err)
			}
			continue
		}
		if got, err := r.AppendJSON([]byte("kept ")); err != nil || string(got) != string(text) {
			t.Errorf("record %d: got %s, %v, want %s", i, got, err, text)
		}
	}
	for range 2 {
		if got, err := r.AppendJSON([]byte("kept")); err != io.EOF || string(got) != "kept" { //nolint:errorlint // the value that is promised
			t.Errorf("at the end: %s, %v", got, err)
		}
	}
}

func TestReadingIntoNil(t *testing.T) {
	t.Parallel()
	file := write(t, longs, []int64{7})
	r, err := ocf.NewReader(bytes.NewReader(file), longs, ocf.WithRecovery(func(e *ocf.Error) { t.Errorf("lost: %v", e) }))
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Read(nil); err == nil {
		t.Error("a nil pointer was read into")
	}
	var v int64
	if err := r.Read(&v); err != nil || v != 7 {
		t.Errorf("after that: %d, %v, want 7", v, err)
	}
}
