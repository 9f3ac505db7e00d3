package avro_test

import (
	"fmt"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A program without Go types for its data shows a value as JSON, and makes bytes of JSON.
func ExampleSchema_BinaryToJSON() {
	schema, err := avro.Parse(`{"type":"record","name":"Order","namespace":"com.example","fields":[
		{"name":"order_id","type":"string"},
		{"name":"total","type":["null","double"],"default":null}]}`)
	if err != nil {
		fmt.Println(err)
		return
	}
	data, err := schema.JSONToBinary(nil, []byte(`{"total": {"double": 9.5}, "order_id": "ORD-1"}`))
	fmt.Printf("%x %v\n", data, err)
	text, err := schema.BinaryToJSON(nil, data)
	fmt.Println(string(text), err)

	_, err = schema.JSONToBinary(nil, []byte(`{"order_id": "ORD-1", "total": 9.5}`))
	fmt.Println(err)
	// Output:
	// 0a4f52442d31020000000000002340 <nil>
	// {"order_id":"ORD-1","total":{"double":9.5}} <nil>
	// avro: decode JSON com.example.Order: total at line 1 column 32: it must be null, or an object with the name of a branch as its only member
}
