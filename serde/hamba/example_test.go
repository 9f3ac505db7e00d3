package hamba_test

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

type Payment struct {
	ID     string  `avro:"id"`
	Amount float64 `avro:"amount"`
	Note   *string `avro:"note"`
}

var Payments = hamba.MustFor[Payment](`{
	"type": "record", "name": "Payment", "namespace": "com.example", "fields": [
		{"name": "id", "type": "string"},
		{"name": "amount", "type": "double"},
		{"name": "note", "type": ["null", "string"], "default": null}
	]
}`)

func ExampleMustFor() {
	encode, err := Payments.Encoder(nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	body, err := encode(nil, &Payment{ID: "PAY-1", Amount: 12.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	decode, err := Payments.Decoder(nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var p Payment
	err = decode(body, &p)
	fmt.Println(Payments.Name(), p.ID, p.Amount, p.Note == nil, err)

	err = decode(body[:8], &p)
	fmt.Println(err)
	// Output:
	// com.example.Payment PAY-1 12.5 true <nil>
	// amount at byte 6: 2 bytes left, double needs 8
}
