package evolved_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/compare/evolved"
	"github.com/magicbyte-go/magicbyte/compare/peers"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

type plain schemas.OrderEvent

// One record drops, adds with a default, reorders, renames by alias, promotes and widens to a union; all who read it see the same.
func TestEvolvedEvents(t *testing.T) {
	set, err := evolved.Typical()
	if err != nil {
		t.Fatal(err)
	}
	decode, err := avro.MustFor[plain](evolved.Reader).Decoder([]string{evolved.Writer}, nil)
	if err != nil {
		t.Fatal(err)
	}
	hamba, err := peers.HambaEvolved(evolved.Writer, evolved.Reader)
	if err != nil {
		t.Fatal(err)
	}
	twmb, err := peers.TwmbEvolved(evolved.Writer, evolved.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func([]byte) (*schemas.OrderEvent, error){
		"plan": func(src []byte) (*schemas.OrderEvent, error) {
			v := new(plain)
			err := decode(src, v)
			return (*schemas.OrderEvent)(v), err
		},
		"hamba": func(src []byte) (*schemas.OrderEvent, error) {
			v := new(peers.HambaEvolvedEvent)
			err := hamba.Decode(src, v)
			return hamba.Back(v), err
		},
		"twmb": func(src []byte) (*schemas.OrderEvent, error) {
			v := new(peers.TwmbEvent)
			err := twmb.Decode(src, v)
			return twmb.Back(v), err
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i, body := range set.Bodies {
				got, err := read(body)
				if err != nil {
					t.Fatalf("event %d: %x: %v", i, body, err)
				}
				if diff := cmp.Diff(set.Events[i], got); diff != "" {
					t.Fatalf("event %d: %x (-want +got):\n%s", i, body, diff)
				}
			}
		})
	}
}
