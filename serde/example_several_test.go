package serde_test

import (
	"context"
	"fmt"
	"log"

	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
	"github.com/magicbyte-go/magicbyte/serde/serdetest"
)

type (
	Address struct {
		City string `avro:"city"`
	}
	Parcel struct {
		Weight int64   `avro:"weight"`
		To     Address `avro:"to"`
	}
	Letter struct {
		To Address `avro:"to"`
	}
)

const (
	addressSchema = `{"type":"record","name":"post.Address","fields":[{"name":"city","type":"string"}]}`
	parcelSchema  = `{"type":"record","name":"post.Parcel","fields":[{"name":"weight","type":"long"},{"name":"to","type":"post.Address"}]}`
	letterSchema  = `{"type":"record","name":"post.Letter","fields":[{"name":"to","type":"post.Address"}]}`
)

// Two types on one topic, whose schemas refer to one that is registered by itself.
func ExampleNewMultiDeserializer() {
	ctx, reg := context.Background(), new(serdetest.MemoryRegistry)
	if _, err := reg.Register(ctx, "address", serde.Schema{Text: addressSchema}); err != nil {
		log.Fatal(err)
	}
	address := serde.WithReferences(serde.Reference{Name: "post.Address", Subject: "address", Version: 1})
	parcels := avro.MustFor[Parcel](parcelSchema, avro.WithReferences(addressSchema))
	letters := avro.MustFor[Letter](letterSchema, avro.WithReferences(addressSchema))
	byRecord := serde.WithSubject(serde.TopicRecordName)

	parcel, err := serde.NewSerializer(parcels, reg, byRecord, address).Serialize(ctx, "post", &Parcel{2, Address{"Bonn"}})
	if err != nil {
		log.Fatal(err)
	}
	letter, err := serde.NewSerializer(letters, reg, byRecord, address).Serialize(ctx, "post", &Letter{Address{"Ulm"}})
	if err != nil {
		log.Fatal(err)
	}
	deser := serde.NewMultiDeserializer(reg, []serde.Member[any]{serde.MemberOf[any](parcels), serde.MemberOf[any](letters)}, byRecord)
	for _, payload := range [][]byte{parcel.Bytes, letter.Bytes} {
		got, _, err := deser.Deserialize(ctx, serde.Input{Topic: "post", Payload: payload})
		if err != nil {
			log.Fatal(err)
		}
		switch v := got.(type) {
		case *Parcel:
			fmt.Println("a parcel to", v.To.City, "of", v.Weight)
		case *Letter:
			fmt.Println("a letter to", v.To.City)
		}
	}
	// Output:
	// a parcel to Bonn of 2
	// a letter to Ulm
}
