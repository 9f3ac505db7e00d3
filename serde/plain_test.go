package serde_test

import (
	"bytes"
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

func TestPlain(t *testing.T) {
	t.Parallel()
	t.Run("string", func(t *testing.T) { t.Parallel(); checkPlain(t, serde.StringKey(), serde.Key, "ORD-1", "ORD-1") })
	t.Run("empty string", func(t *testing.T) { t.Parallel(); checkPlain(t, serde.StringValue(), serde.Value, "", "") })
	t.Run("int64", func(t *testing.T) {
		t.Parallel()
		checkPlain(t, serde.Int64Key(), serde.Key, int64(-2), "\xff\xff\xff\xff\xff\xff\xff\xfe")
	})
	t.Run("bytes", func(t *testing.T) {
		t.Parallel()
		ser := serde.BytesValue()
		value := []byte("raw")
		got, err := ser.AppendSerialize(t.Context(), nil, "t", &value)
		if err != nil || !bytes.Equal(got.Bytes, value) || got.Tombstone {
			t.Errorf("got %+v, %v", got, err)
		}
		var null []byte
		if got, err := ser.AppendSerialize(t.Context(), nil, "t", &null); err != nil || !got.Tombstone {
			t.Errorf("a nil slice: got %+v, %v; want a tombstone", got, err)
		}
		empty := []byte{}
		if got, err := ser.AppendSerialize(t.Context(), nil, "t", &empty); err != nil || got.Tombstone {
			t.Errorf("an empty slice: got %+v, %v; want no tombstone", got, err)
		}
	})
	t.Run("int64 of another length", func(t *testing.T) {
		t.Parallel()
		v := int64(7)
		_, err := serde.Int64Key().DeserializeInto(t.Context(), serde.Input{Topic: "t", Payload: []byte("1234567")}, &v)
		if serde.ClassOf(err) != serde.ClassCorrupt {
			t.Errorf("error %v, want ErrCorrupt", err)
		}
	})
}

func checkPlain[T comparable](t *testing.T, p *serde.Plain[T], part serde.Part, value T, payload string) {
	t.Helper()
	if p.Part() != part || p.Err() != nil || p.Start(t.Context(), "t") != nil {
		t.Errorf("part %v, Err %v", p.Part(), p.Err())
	}
	out, err := p.AppendSerialize(t.Context(), []byte("before"), "t", &value)
	if err != nil || string(out.Bytes) != "before"+payload || out.Encoding != serde.EncodingPlain {
		t.Errorf("wrote %q, %v; want %q", out.Bytes, err, "before"+payload)
	}
	var back, zero T
	if meta, err := p.DeserializeInto(t.Context(), serde.Input{Topic: "t", Payload: []byte(payload)}, &back); err != nil || back != value || meta.Tombstone {
		t.Errorf("read %v, %+v, %v; want %v", back, meta, err, value)
	}
	if meta, err := p.DeserializeInto(t.Context(), serde.Input{Topic: "t"}, &back); err != nil || back != zero || !meta.Tombstone {
		t.Errorf("a null payload: read %v, %+v, %v; want the zero value", back, meta, err)
	}
	if out, err := p.AppendSerialize(t.Context(), nil, "t", nil); err != nil || !out.Tombstone {
		t.Errorf("nil: wrote %+v, %v; want a tombstone", out, err)
	}
}
