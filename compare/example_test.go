package compare_test

import (
	"net/http/httptest"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// order is what the examples send.
func order() *schemas.OrderEvent {
	return schemas.NewOrderCreated("ORD-001", "USR-123", []schemas.OrderItem{{SKU: "BOOK-1", Quantity: 2, UnitPrice: 24.99}})
}

// services starts a registry and a broker with the topic orders in this process, in the place of real ones.
func services() (reg *registry.Client, brokers []string, stop func()) {
	server := httptest.NewServer(embedded.New())
	reg, err := registry.New(server.URL)
	if err != nil {
		panic(err)
	}
	cluster, err := kfake.NewCluster(kfake.SeedTopics(1, "orders"))
	if err != nil {
		panic(err)
	}
	return reg, cluster.ListenAddrs(), func() {
		cluster.Close()
		server.Close()
	}
}
