package avro_test

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// An older writer's data, read by a type that has renamed one field, widened it to an optional double, and added another.
func Example_evolution() {
	type oldOrder struct {
		ID     string  `avro:"order_id"`
		Amount float32 `avro:"amount"`
	}
	type order struct {
		ID       string   `avro:"order_id"`
		Total    *float64 `avro:"total"`
		Currency string   `avro:"currency"`
	}
	const older = `{"type":"record","name":"Order","namespace":"com.example","fields":[
		{"name":"order_id","type":"string"},
		{"name":"amount","type":"float"}]}`
	const newer = `{"type":"record","name":"Order","namespace":"com.example","fields":[
		{"name":"order_id","type":"string"},
		{"name":"total","aliases":["amount"],"type":["null","double"],"default":null},
		{"name":"currency","type":"string","default":"USD"}]}`

	body, err := avro.MustFor[oldOrder](older).Append(nil, &oldOrder{ID: "ORD-1", Amount: 12.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	decode, err := avro.MustFor[order](newer).Decoder([]string{older}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var got order
	if err := decode(body, &got); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(got.ID, *got.Total, got.Currency)

	err = decode(body[:len(body)-1], &got)
	fmt.Println(err)
	// Output:
	// ORD-1 12.5 USD
	// avro: decode com.example.Order: total at byte 6: 3 bytes left, float needs 4
}
