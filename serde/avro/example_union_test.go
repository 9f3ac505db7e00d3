package avro_test

import (
	"fmt"
	"log"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

type (
	payment interface{ isPayment() }
	card    struct {
		Last4 string `avro:"last4"`
	}
	voucher string
)

func (*card) isPayment()   {}
func (voucher) isPayment() {}

// A union of several types is an interface, with a Go type for each branch. Generated code has them by itself.
func ExampleWithUnion() {
	type order struct {
		Paid payment `avro:"paid"`
	}
	orders := avro.MustFor[order](`{"type":"record","name":"Order","fields":[{"name":"paid","type":
		["null","string",{"type":"record","name":"Card","fields":[{"name":"last4","type":"string"}]}]}]}`,
		avro.WithUnion(map[string]payment{"string": voucher(""), "Card": (*card)(nil)}))
	for _, paid := range []payment{nil, voucher("SPRING"), &card{"4242"}} {
		body, err := orders.Append(nil, &order{paid})
		if err != nil {
			log.Fatal(err)
		}
		var back order
		if err := orders.Decode(body, &back); err != nil {
			log.Fatal(err)
		}
		switch p := back.Paid.(type) {
		case nil:
			fmt.Println("not paid")
		case voucher:
			fmt.Println("paid with voucher", p)
		case *card:
			fmt.Println("paid with the card that ends in", p.Last4)
		}
	}
	// Output:
	// not paid
	// paid with voucher SPRING
	// paid with the card that ends in 4242
}
