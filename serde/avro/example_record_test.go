package avro_test

import (
	"fmt"
	"log"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A record of a schema that is known at run time alone.
func ExampleRecord() {
	const text = `{"type":"record","name":"Order","fields":[
		{"name":"id","type":"string"},
		{"name":"total","type":["null","double"],"default":null},
		{"name":"currency","type":"string","default":"EUR"},
		{"name":"items","type":{"type":"array","items":{"type":"record","name":"Item","fields":[
			{"name":"sku","type":"string"},{"name":"quantity","type":"int"}]}}}]}`
	schema, err := avro.Parse(text)
	if err != nil {
		log.Fatal(err)
	}
	order, err := avro.NewRecord(schema) // with the defaults
	if err != nil {
		log.Fatal(err)
	}
	for path, value := range map[string]any{"id": "ORD-1", "total": 9.5, "items": []map[string]any{{"sku": "LAMP", "quantity": 1}}} {
		if err := order.Set(path, value); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println(order.Set("items[0].quantity", "two"))

	codec := avro.MustFor[avro.Record](text)
	body, err := codec.Append(nil, order)
	if err != nil {
		log.Fatal(err)
	}
	var back avro.Record
	if err := codec.Decode(body, &back); err != nil {
		log.Fatal(err)
	}
	currency, _ := back.Get("currency")
	sku, _ := back.Get("items[0].sku")
	fmt.Println(len(body), "bytes:", currency, sku)
	// Output:
	// avro: encode: items[0].quantity: the Go type string cannot be written as int
	// 27 bytes: EUR LAMP
}
