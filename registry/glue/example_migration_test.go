package glue_test

import (
	"context"
	"fmt"
	"net/http/httptest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/serde"
)

// A topic moves from a Confluent registry to Glue: first its consumers learn to read both, then its producers change over, one by one.
func Example_migration() {
	stand, confluent := httptest.NewServer(new(fakeglue.Server)), httptest.NewServer(embedded.New())
	defer stand.Close()
	defer confluent.Close()
	before, err := registry.New(confluent.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer before.Close()
	after, err := glue.New(aws.Config{
		Region: "eu-central-1", BaseEndpoint: &stand.URL, Credentials: credentials.NewStaticCredentialsProvider("dummy", "dummy", ""),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer after.Close()

	ctx := context.Background()
	both := serde.NewDeserializer(orders, before, serde.AlsoFrom(after))
	for _, reg := range []serde.SchemaRegistry{before, after} {
		out, err := serde.NewSerializer(orders, reg).Serialize(ctx, "orders", &order{ID: "ORD-001"})
		if err != nil {
			fmt.Println(err)
			return
		}
		got, meta, err := both.Deserialize(ctx, serde.Input{Topic: "orders", Payload: out.Bytes})
		fmt.Println(meta.Schema.WireFormat(), got.ID, err)
	}
	// Output:
	// Confluent ORD-001 <nil>
	// AWS Glue ORD-001 <nil>
}
