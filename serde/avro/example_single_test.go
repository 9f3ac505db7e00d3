package avro_test

import (
	"fmt"
	"log"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Where there is no registry, a value can carry the fingerprint of its schema.
func ExampleParseSingleObject() {
	type reading struct {
		Celsius float64 `avro:"celsius"`
	}
	older := avro.MustFor[struct {
		Celsius float32 `avro:"celsius"`
	}](`{"type":"record","name":"Reading","fields":[{"name":"celsius","type":"float"}]}`)
	newer := avro.MustFor[reading](`{"type":"record","name":"Reading","fields":[{"name":"celsius","type":"double"}]}`)

	known := map[uint64]func([]byte, *reading) error{}
	for _, text := range []string{older.Schema(), newer.Schema()} {
		schema, err := avro.Parse(text)
		if err != nil {
			log.Fatal(err)
		}
		if known[schema.CRC64()], err = newer.Decoder([]string{text}, nil); err != nil {
			log.Fatal(err)
		}
	}
	message, err := older.AppendSingleObject(nil, &struct {
		Celsius float32 `avro:"celsius"`
	}{21.5})
	if err != nil {
		log.Fatal(err)
	}
	fingerprint, body, err := avro.ParseSingleObject(message)
	if err != nil {
		log.Fatal(err)
	}
	var got reading
	if err := known[fingerprint](body, &got); err != nil {
		log.Fatal(err)
	}
	fmt.Println(got.Celsius)
	// Output: 21.5
}
