package registry_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro"
)

type payment struct {
	ID     string `avro:"id"`
	Amount int64  `avro:"amount"`
}

var payments = avro.MustFor[payment](`{"type":"record","name":"Payment","fields":[{"name":"id","type":"string"},{"name":"amount","type":"long"}]}`)

// A service starts, writes and reads with its registry down: what it needs is in the snapshot of its last run.
func ExampleWithSnapshot() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	server := httptest.NewServer(embedded.New())
	url, snapshot := server.URL, filepath.Join(dir, "schemas.snapshot")

	run := func(amount int64) {
		ctx := context.Background()
		reg, err := registry.New(url, registry.WithSnapshot(snapshot)) // all that it takes
		if err != nil {
			panic(err)
		}
		defer reg.Close()
		out := serde.NewSerializer(payments, reg)
		in := serde.NewDeserializer(payments, reg)
		if err := out.Start(ctx, "payments"); err != nil {
			panic(err)
		}
		if err := in.Start(ctx, "payments"); err != nil {
			panic(err)
		}
		record, err := out.Serialize(ctx, "payments", &payment{ID: "P-1", Amount: amount})
		if err != nil {
			panic(err)
		}
		got, meta, err := in.Deserialize(ctx, serde.Input{Topic: "payments", Payload: record.Bytes})
		if err != nil {
			panic(err)
		}
		fmt.Println(got.ID, got.Amount, "by schema", meta.Schema)
	}
	run(100)
	server.Close() // the registry is gone, and the service starts again
	run(200)

	// Output:
	// P-1 100 by schema 1
	// P-1 200 by schema 1
}
