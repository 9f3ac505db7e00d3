package schemas_test

import (
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/magicbyte-go/magicbyte/schemas"
)

var update = flag.Bool("update", false, "write the golden files anew")

func goldenEvents() map[string]*schemas.OrderEvent {
	return map[string]*schemas.OrderEvent{
		"created-full":       fullEvent(),
		"updated-minimal":    minimalEvent(),
		"payment-authorized": factory.PaymentAuthorized("ORD-001", "PAY-1", 59.97, schemas.PaymentMethodGooglePay),
		"shipped":            factory.OrderShipped("ORD-001", address),
		"returned-nothing":   factory.OrderReturned("ORD-001", []schemas.OrderItem{}, schemas.WithMetadata(nil)),
	}
}

// The bytes of an event must not change: they lie on topics.
func TestGoldenBytes(t *testing.T) {
	t.Parallel()
	for name, event := range goldenEvents() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body := encode(t, event)
			path := filepath.Join("testdata", "golden", name+".hex")
			got := hex.Dump(body)
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readFile(t, path)), got); diff != "" {
				t.Errorf("bytes (-golden +got):\n%s", diff)
			}
			if diff := cmp.Diff(event, decode(t, nil, body)); diff != "" {
				t.Errorf("round trip (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRoundTripKeepsNullAndEmptyApart(t *testing.T) {
	t.Parallel()
	null, empty := minimalEvent(), minimalEvent()
	empty.Payload.Items, empty.Payload.Metadata = []schemas.OrderItem{}, map[string]string{}
	empty.Payload.UserID, empty.Payload.PaymentID, empty.Payload.TotalAmount = new(""), new(""), new(0.0)
	for name, event := range map[string]*schemas.OrderEvent{"null": null, "empty": empty} {
		if diff := cmp.Diff(event, decode(t, nil, encode(t, event))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestRoundTripOfManyItemsAndEntries(t *testing.T) {
	t.Parallel()
	event := minimalEvent()
	event.Payload.Metadata = map[string]string{}
	for i := range 1000 { // ten blocks
		event.Payload.Items = append(event.Payload.Items, schemas.OrderItem{SKU: strings.Repeat("x", i), Quantity: int32(i), UnitPrice: float64(i)})
		event.Payload.Metadata[strings.Repeat("k", i)] = strings.Repeat("v", i)
	}
	if diff := cmp.Diff(event, decode(t, nil, encode(t, event))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTimestampIsWrittenInMillisecondsUTC(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ write, want time.Time }{
		{time.Date(2026, 3, 4, 13, 0, 0, 123_999_999, time.FixedZone("CET", 3600)), noon},
		{time.Date(1969, 12, 31, 23, 59, 59, 999_000_000, time.UTC), time.UnixMilli(-1).UTC()},
		{time.UnixMilli(0), time.UnixMilli(0).UTC()},
	} {
		event := minimalEvent()
		event.Timestamp = tt.write
		got := decode(t, nil, encode(t, event)).Timestamp
		if !got.Equal(tt.want) || got.Location() != time.UTC {
			t.Errorf("%v is read as %v, want %v in UTC", tt.write, got, tt.want)
		}
	}
}

func TestReadingReplacesTheWholeEvent(t *testing.T) {
	t.Parallel()
	dec, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got := fullEvent()
	items, metadata := got.Payload.Items, got.Payload.Metadata
	if err := dec(encode(t, minimalEvent()), got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(minimalEvent(), got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := fullEvent().Payload
	if diff := cmp.Diff(want.Items, items) + cmp.Diff(want.Metadata, metadata); diff != "" {
		t.Errorf("what the earlier event held was written over (-want +got):\n%s", diff)
	}
}

func TestEncodingRefusesUnsetEnums(t *testing.T) {
	t.Parallel()
	enc, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(*schemas.OrderEvent){
		"event_type: an enum is unset: 0 is no symbol":                   func(e *schemas.OrderEvent) { e.EventType = 0 },
		"event_type: the value 10 of an enum is no symbol of the schema": func(e *schemas.OrderEvent) { e.EventType = 10 },
		"payload.status: an enum is unset: 0 is no symbol":               func(e *schemas.OrderEvent) { e.Payload.Status = new(schemas.OrderStatus(0)) },
		"payload.payment_method: an enum is unset: 0 is no symbol":       func(e *schemas.OrderEvent) { e.Payload.PaymentMethod = new(schemas.PaymentMethod(0)) },
	}
	for want, change := range tests {
		want = "avro: encode com.pipeline.events.OrderEvent: " + want
		event := fullEvent()
		change(event)
		if got, err := enc([]byte("kept"), event); err == nil || err.Error() != want || string(got) != "kept" {
			t.Errorf("encode = %q, %v, want %q", got, err, want)
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	t.Parallel()
	dec, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, event := range goldenEvents() {
		body := encode(t, event)
		for i := range body {
			var got schemas.OrderEvent
			if err := dec(body[:i], &got); err == nil {
				t.Errorf("%s: the first %d of %d bytes are accepted", name, i, len(body))
			}
			if diff := cmp.Diff(schemas.OrderEvent{}, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: the first %d bytes leave something behind:\n%s", name, i, diff)
			}
		}
	}
}

func TestCodecIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	enc, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for name, event := range goldenEvents() {
				for range 50 {
					body, err := enc(nil, event)
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					var got schemas.OrderEvent
					if err := dec(body, &got); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					if diff := cmp.Diff(event, &got); diff != "" {
						t.Errorf("%s (-want +got):\n%s", name, diff)
						return
					}
				}
			}
		})
	}
	wg.Wait()
}

func BenchmarkEncode(b *testing.B) {
	enc, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		b.Fatal(err)
	}
	event, buf := fullEvent(), make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		if buf, err = enc(buf[:0], event); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(len(buf)))
}

func BenchmarkDecode(b *testing.B) {
	enc, err := schemas.OrderEvents.Encoder(nil)
	if err != nil {
		b.Fatal(err)
	}
	dec, err := schemas.OrderEvents.Decoder(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	body, err := enc(nil, fullEvent())
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		var event schemas.OrderEvent
		if err := dec(body, &event); err != nil {
			b.Fatal(err)
		}
	}
}
