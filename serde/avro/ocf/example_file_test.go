package ocf_test

import (
	"bytes"
	"fmt"
	"log"

	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

func Example() {
	type Order struct {
		ID    string  `avro:"order_id"`
		Total float64 `avro:"total"`
	}
	orders := avro.MustFor[Order](`{"type":"record","name":"Order","namespace":"com.example","fields":[
		{"name":"order_id","type":"string"},
		{"name":"total","type":"double"}]}`)

	var file bytes.Buffer
	w, err := ocf.NewWriter(&file, orders, ocf.WithCompression(ocf.Zstandard))
	if err != nil {
		log.Fatal(err)
	}
	for i := range 3 {
		if err := w.Write(&Order{ID: fmt.Sprintf("ORD-%d", i), Total: 9.5 * float64(i)}); err != nil {
			log.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	r, err := ocf.NewReader(&file, orders)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(r.Header().Compression)
	for order, err := range r.All() {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(order.ID, order.Total)
	}
	// Output:
	// zstandard
	// ORD-0 0
	// ORD-1 9.5
	// ORD-2 19
}
