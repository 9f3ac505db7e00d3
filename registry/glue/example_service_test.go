package glue_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// A service on AWS takes its configuration from the environment: cfg, err := config.LoadDefaultConfig(ctx). Here it is that of a stand-in.
func Example() {
	standIn := httptest.NewServer(&fakeglue.Server{Registries: []string{"shop"}})
	defer standIn.Close()
	cfg := aws.Config{
		Region: "eu-central-1", BaseEndpoint: &standIn.URL, Credentials: credentials.NewStaticCredentialsProvider("dummy", "dummy", ""),
	}

	reg, err := glue.New(cfg, glue.WithRegistry("shop"), glue.WithLevel(glue.BackwardAll))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer reg.Close()

	type order struct {
		ID string `avro:"id"`
	}
	orders := avro.MustFor[order](`{"type":"record","name":"Order","fields":[{"name":"id","type":"string"}]}`)
	ctx := context.Background()
	out, err := serde.NewSerializer(orders, reg).Serialize(ctx, "orders", &order{ID: "ORD-001"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("header % x, version %d of %s\n", out.Bytes[:2], out.Schema.Version, out.Schema.Subject)

	got, _, err := serde.NewDeserializer(orders, reg).Deserialize(ctx, serde.Input{Topic: "orders", Payload: out.Bytes})
	fmt.Println(got.ID, err)
	// Output:
	// header 03 00, version 1 of orders-value
	// ORD-001 <nil>
}
