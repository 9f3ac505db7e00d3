package integration_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// testRegistryDownAtStart gives services a registry that does not answer, one at a wrong path, and one that is back for the
// second attempt.
func testRegistryDownAtStart(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "down", 1)
	for _, test := range []struct{ name, url, hint string }{
		{"nobody listens", "http://127.0.0.1:1", "refused"},
		{"wrong base path", env.RegistryURL + "/nowhere", "base path"},
	} {
		err := newOrders(t, env, test.url, topic).Start(within(t))
		if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), test.hint) {
			t.Errorf("%s: producer's Start() = %v, want ErrUnavailable that says %q", test.name, err, test.hint)
		}
		billing, err := consumer.New(memberConfig(env.Brokers, integration.Unique("down")), []string{topic}, serde.StringKey(),
			serde.NewDeserializer(schemas.OrderEvents, newRegistry(t, test.url)))
		if err != nil {
			t.Fatal(err)
		}
		if err := billing.Run(within(t), ignore); !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), test.hint) {
			t.Errorf("%s: Run() = %v, want ErrUnavailable that says %q", test.name, err, test.hint)
		}
	}
	wantEmpty(t, env, topic)

	proxy := newFlaky(t, env.RegistryURL)
	proxy.down.Store(true)
	orders := newOrders(t, env, proxy.URL, topic)
	if err := orders.Start(within(t)); !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "502") {
		t.Errorf("behind a proxy: producer's Start() = %v, want ErrUnavailable that says 502", err)
	}
	proxy.down.Store(false)
	send(t, started(t, orders), schemas.NewOrderUpdated("ORD-001"))
}

// testTopicMissing starts services on a topic that nobody made, and leaves nothing behind in the registry.
func testTopicMissing(t *testing.T, env *integration.Env) {
	topic := integration.Unique("missing")
	if err := newOrders(t, env, env.RegistryURL, topic).Start(within(t)); !errors.Is(err, producer.ErrTopicMissing) || !strings.Contains(err.Error(), topic) {
		t.Errorf("producer's Start() = %v, want ErrTopicMissing that names %s", err, topic)
	}
	billing, err := consumer.New(memberConfig(env.Brokers, integration.Unique("missing")), []string{topic}, serde.StringKey(), typedOrders(t, env))
	if err != nil {
		t.Fatal(err)
	}
	if err := billing.Run(within(t), ignore); !errors.Is(err, consumer.ErrTopicMissing) || !strings.Contains(err.Error(), topic) {
		t.Errorf("Run() = %v, want ErrTopicMissing that names %s", err, topic)
	}
	if got := env.Versions(t, topic+"-value"); got != nil {
		t.Errorf("versions of the topic's subject = %v, want none", got)
	}
}

// testInvalidValue sends an event that breaks the contract's rules: it is refused with all of its faults, and nothing is sent.
func testInvalidValue(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "invalid", 1)
	orders := startOrders(t, env, topic)
	_, err := orders.Send(within(t), schemas.NewOrderCreated("", "USR-1", []schemas.OrderItem{{SKU: "A", Quantity: -1, UnitPrice: 1}}, schemas.TotalOf(1)))
	if !errors.Is(err, serde.ErrInvalid) || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send() = %v, want ErrInvalid", err)
	}
	if violations := errorAs[*schemas.ValidationError](t, err).Violations; len(violations) != 2 {
		t.Errorf("violations = %v, want those of order_id and of the quantity", violations)
	}
	wantEmpty(t, env, topic)
	send(t, orders, schemas.NewOrderUpdated("ORD-001")) // the producer is none the worse for it
}
