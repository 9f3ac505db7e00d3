package avro_test

import (
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

type pair struct {
	A int64  `avro:"a"`
	B string `avro:"b"`
}

const pairSchema = `{"type":"record","name":"test","doc":"not in the canonical form","fields":[{"name":"a","type":"long"},{"name":"b","type":"string"}]}`

func TestSingleObject(t *testing.T) {
	t.Parallel()
	pairs := avro.MustFor[pair](pairSchema)
	got, err := pairs.AppendSingleObject([]byte("prefix"), &pair{A: 27, B: "foo"})
	if err != nil {
		t.Fatal(err)
	}
	schema, err := avro.Parse(pairSchema)
	if err != nil {
		t.Fatal(err)
	}
	var fingerprint [8]byte
	for i := range fingerprint {
		fingerprint[i] = byte(schema.CRC64() >> (8 * i)) // little-endian
	}
	want := "prefix\xc3\x01" + string(fingerprint[:]) + "\x36\x06foo" // the value as in the specification's example
	if string(got) != want {
		t.Fatalf("got  %x\nwant %x", got, want)
	}
	var back pair
	if err := pairs.DecodeSingleObject(got[len("prefix"):], &back); err != nil || back != (pair{27, "foo"}) {
		t.Errorf("read back %+v, %v", back, err)
	}
}

func TestSingleObjectRefusals(t *testing.T) {
	t.Parallel()
	pairs := avro.MustFor[pair](pairSchema)
	good, err := pairs.AppendSingleObject(nil, &pair{A: 27, B: "foo"})
	if err != nil {
		t.Fatal(err)
	}
	foreign := []byte(strings.Clone(string(good)))
	foreign[2] ^= 1
	for _, c := range []struct {
		name         string
		src          []byte
		want         string
		unresolvable bool
	}{
		{name: "nothing", want: "not in single-object encoding"},
		{name: "marker alone", src: good[:2], want: "not in single-object encoding"},
		{name: "header cut", src: good[:9], want: "not in single-object encoding"},
		{name: "another marker", src: append([]byte{0xc3, 0x02}, good[2:]...), want: "not in single-object encoding"},
		{name: "no value", src: good[:10], want: "a at byte 0"},
		{name: "value cut", src: good[:len(good)-1], want: "b at byte 1"},
		{name: "bytes left over", src: append(append([]byte(nil), good...), 0), want: "left over"},
		{name: "another schema", src: foreign, want: "fingerprint", unresolvable: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			back := pair{A: 1, B: "from before"}
			err := pairs.DecodeSingleObject(c.src, &back)
			var e *avro.Error
			if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) || e.Unresolvable() != c.unresolvable {
				t.Errorf("%s: error %v, want %q in it, unresolvable %v", hex.EncodeToString(c.src), err, c.want, c.unresolvable)
			}
			if back != (pair{}) {
				t.Errorf("an error leaves %+v", back)
			}
		})
	}
}

func TestSingleObjectOfACodecWithoutSchema(t *testing.T) {
	t.Parallel()
	records, err := avro.Generic()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := records.AppendSingleObject(nil, new(avro.Record)); err == nil {
		t.Error("AppendSingleObject works without a schema")
	}
	if err := records.DecodeSingleObject([]byte("\xc3\x0112345678"), new(avro.Record)); err == nil {
		t.Error("DecodeSingleObject works without a schema")
	}
}
