package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// A test of a service: what does it do when a colleague changes a type?
func Example_service() {
	server := httptest.NewServer(embedded.New())
	defer server.Close()
	ctx := context.Background()
	reg, err := registry.New(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	first, err := reg.Register(ctx, "orders-value", serde.Schema{Text: record(`{"name":"amount","type":"int"}`)})
	fmt.Println("id", first.ID, "version", first.Version, err)

	_, err = reg.Register(ctx, "orders-value", serde.Schema{Text: record(`{"name":"amount","type":"string"}`)})
	fmt.Println("refused:", errors.Is(err, registry.ErrIncompatible))
	// Output:
	// id 1 version 1 <nil>
	// refused: true
}
