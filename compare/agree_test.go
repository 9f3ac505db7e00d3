// Package compare_test holds magicbyte's codec against hand-written code and other libraries.
package compare_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/compare/event"
	"github.com/magicbyte-go/magicbyte/compare/hand"
	"github.com/magicbyte-go/magicbyte/compare/internal/cases"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// implementation writes and reads an order event.
type implementation struct {
	name   string
	plain  bool // writes plain positive block counts, so that its bytes are the set's
	append func(*schemas.OrderEvent) ([]byte, error)
	decode func([]byte) (*schemas.OrderEvent, error)
}

func implementations(t *testing.T) []implementation {
	t.Helper()
	plan, err := avro.For[cases.Event](schemas.OrderEventSchema)
	if err != nil {
		t.Fatal(err)
	}
	return []implementation{
		{"hand", true, func(e *schemas.OrderEvent) ([]byte, error) { return hand.Append(nil, e) }, decoding(hand.Decode)},
		{
			"plan", true,
			func(e *schemas.OrderEvent) ([]byte, error) { return plan.Append(nil, (*cases.Event)(e)) },
			func(src []byte) (*schemas.OrderEvent, error) {
				v := new(cases.Event)
				err := plan.Decode(src, v)
				return (*schemas.OrderEvent)(v), err
			},
		},
		contract(t, schemas.OrderEvents),
		peer(t, "hamba", peers.Hamba),
		peer(t, "twmb", peers.Twmb),
		peer(t, "goavro", peers.Goavro),
	}
}

// contract is the codec that the contract's package hands out: generated code, once it is.
func contract(t *testing.T, codec serde.Codec[schemas.OrderEvent]) implementation {
	t.Helper()
	encode, err := codec.Encoder(nil)
	if err != nil {
		t.Fatal(err)
	}
	decode, err := codec.Decoder(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return implementation{"contract", cases.IsGenerated(), func(e *schemas.OrderEvent) ([]byte, error) { return encode(nil, e) }, decoding(decode)}
}

func peer[T any](t *testing.T, name string, open func() (peers.Codec[T], error)) implementation {
	t.Helper()
	c, err := open()
	if err != nil {
		t.Fatal(err)
	}
	return implementation{
		name, name == "twmb",
		func(e *schemas.OrderEvent) ([]byte, error) { return c.Append(nil, c.Of(e)) },
		func(src []byte) (*schemas.OrderEvent, error) {
			v := new(T)
			if err := c.Decode(src, v); err != nil {
				return nil, err
			}
			return c.Back(v), nil
		},
	}
}

func decoding(decode func([]byte, *schemas.OrderEvent) error) func([]byte) (*schemas.OrderEvent, error) {
	return func(src []byte) (*schemas.OrderEvent, error) {
		e := new(schemas.OrderEvent)
		return e, decode(src, e)
	}
}

// All libraries write what all libraries read, for every event: bodies are the same but for the order of maps.
func TestAllAgree(t *testing.T) {
	for _, load := range []func() (event.Set, error){event.Minimal, event.Typical, event.Large} {
		set, err := load()
		if err != nil {
			t.Fatal(err)
		}
		for _, impl := range implementations(t) {
			t.Run(set.Name+"/"+impl.name, func(t *testing.T) {
				for i, want := range set.Events {
					body, err := impl.append(want)
					if err != nil {
						t.Fatalf("event %d: append: %v", i, err)
					}
					if impl.plain && (len(body) != len(set.Bodies[i]) || len(want.Payload.Metadata) < 2 && string(body) != string(set.Bodies[i])) {
						t.Fatalf("event %d: wrote\n%x, want\n%x", i, body, set.Bodies[i])
					}
					for _, src := range [][]byte{body, set.Bodies[i]} {
						got, err := impl.decode(src)
						if err != nil {
							t.Fatalf("event %d: decode %x: %v", i, src, err)
						}
						if diff := cmp.Diff(want, got); diff != "" {
							t.Fatalf("event %d: read %x (-want +got):\n%s", i, src, diff)
						}
					}
					e := new(schemas.OrderEvent)
					if err := hand.Decode(body, e); err != nil || !cmp.Equal(want, e) {
						t.Fatalf("event %d: hand reads %x as %v, %v", i, body, e, err)
					}
				}
			})
		}
	}
}

// The hand-written codec has the checks of production: only then is it a fair measure.
func TestHandRefuses(t *testing.T) {
	set, err := event.Typical()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := avro.For[cases.Event](schemas.OrderEventSchema)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("truncation at every byte", func(t *testing.T) {
		for _, body := range [][]byte{set.Bodies[0], set.Bodies[set.Fullest()]} {
			for n := range body {
				refuses(t, plan, body[:n])
			}
		}
	})
	t.Run("bytes left over", func(t *testing.T) { refuses(t, plan, append(body(t, set), 0)) })

	// A record of the shortest strings, to be broken in one place each: event_id, event_type, order_id, timestamp, source, version;
	// user_id, total_amount, currency, status, items, shipping_address, payment_method, payment_id, metadata.
	valid := []string{"00", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00", "00"}
	if src := joined(t, valid); hand.Decode(src, new(schemas.OrderEvent)) != nil {
		t.Fatalf("the record of shortest strings %x is refused", src)
	}
	for _, broken := range []struct {
		name  string
		field int
		hex   string
	}{
		{"string that is not UTF-8", 0, "02ff"},
		{"longer string that is not UTF-8", 0, "146162636465666768c328"},
		{"negative length", 0, "01"},
		{"length beyond the end", 0, "feffffffffffffffff01"},
		{"length of 11 bytes", 0, "8080808080808080808000"},
		{"enum out of range", 1, "12"},
		{"negative enum", 1, "01"},
		{"long of 11 bytes", 3, "8080808080808080808000"},
		{"long of 65 bits", 3, "ffffffffffffffffff02"},
		{"union out of range", 6, "04"},
		{"negative branch", 6, "01"},
		{"optional enum out of range", 9, "0210"},
		{"count beyond what is left", 10, "02feffffffffffffffff01"},
		{"count of the least long", 10, "02ffffffffffffffffff01" + "00"},
		{"int of 33 bits", 10, "0202" + "00" + "00" + "8080808020" + "0000000000000000" + "00" + "00"},
		{"int of 6 bytes", 10, "0202" + "00" + "00" + "808080808000" + "0000000000000000" + "00" + "00"},
		{"block shorter than it says", 10, "0201" + "1c" + "00" + "00" + "00" + "0000000000000000" + "00" + "00"},
		{"block longer than it says", 14, "0201" + "06" + "0261" + "0262" + "00"},
		{"negative block size", 14, "0201" + "01" + "0000" + "00"},
		{"map key that is not UTF-8", 14, "0202" + "02ff" + "00" + "00"},
	} {
		t.Run(broken.name, func(t *testing.T) {
			fields := append([]string(nil), valid...)
			fields[broken.field] = broken.hex
			refuses(t, plan, joined(t, fields))
		})
	}
	for _, fine := range []struct {
		name  string
		field int
		hex   string
	}{
		{"block with its size", 10, "0201" + "18" + "00" + "00" + "00" + "0000000000000000" + "00" + "00"},
		{"two blocks", 14, "0202" + "0261" + "0262" + "02" + "0263" + "0264" + "00"},
		{"key twice", 14, "0204" + "0261" + "0262" + "0261" + "0264" + "00"},
		{"branch in two bytes", 6, "820000"},
		{"enum in two bytes", 1, "8200"},
	} {
		t.Run(fine.name, func(t *testing.T) {
			fields := append([]string(nil), valid...)
			fields[fine.field] = fine.hex
			src, got, want := joined(t, fields), new(schemas.OrderEvent), new(cases.Event)
			if err := hand.Decode(src, got); err != nil {
				t.Errorf("hand refuses %x", src)
			}
			if err := plan.Decode(src, want); err != nil {
				t.Errorf("the plan refuses %x: %v", src, err)
			}
			if diff := cmp.Diff((*schemas.OrderEvent)(want), got); diff != "" {
				t.Errorf("%x (-plan +hand):\n%s", src, diff)
			}
		})
	}
}

func refuses(t *testing.T, plan avro.Codec[cases.Event], src []byte) {
	t.Helper()
	e := &schemas.OrderEvent{EventID: "before"}
	if err := hand.Decode(src, e); err == nil {
		t.Errorf("hand reads %x as %v", src, e)
	}
	if !cmp.Equal(e, new(schemas.OrderEvent)) {
		t.Errorf("hand leaves %v of %x", e, src)
	}
	if err := plan.Decode(src, new(cases.Event)); err == nil {
		t.Errorf("the plan reads %x", src)
	}
}

func TestHandRefusesToWrite(t *testing.T) {
	set, err := event.Typical()
	if err != nil {
		t.Fatal(err)
	}
	valid := *set.Events[set.Fullest()]
	for name, spoil := range map[string]func(*schemas.OrderEvent){
		"short string that is not UTF-8": func(e *schemas.OrderEvent) { e.OrderID = "\xff" },
		"string that is not UTF-8":       func(e *schemas.OrderEvent) { e.OrderID = "12345678\xc3(" },
		"long string that is not UTF-8":  func(e *schemas.OrderEvent) { e.OrderID = fmt.Sprintf("%070d\xff", 1) },
		"map key that is not UTF-8":      func(e *schemas.OrderEvent) { e.Payload.Metadata = map[string]string{"\xff": ""} },
		"unset enum":                     func(e *schemas.OrderEvent) { e.EventType = 0 },
		"enum out of range":              func(e *schemas.OrderEvent) { e.Payload.Status = new(schemas.OrderStatusReturned + 1) },
		"negative enum":                  func(e *schemas.OrderEvent) { e.Payload.PaymentMethod = new(schemas.PaymentMethod(-1)) },
	} {
		t.Run(name, func(t *testing.T) {
			e := valid
			spoil(&e)
			if out, err := hand.Append(nil, &e); err == nil {
				t.Errorf("wrote %x", out)
			}
		})
	}
}

func body(t *testing.T, set event.Set) []byte {
	t.Helper()
	return append([]byte(nil), set.Bodies[0]...)
}

func joined(t *testing.T, fields []string) []byte {
	t.Helper()
	var src []byte
	for _, f := range fields {
		b, err := hex.DecodeString(f)
		if err != nil {
			t.Fatal(err)
		}
		src = append(src, b...)
	}
	return src
}
