package integration_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// ignore is a handler that is never called.
func ignore(context.Context, *consumer.Record[string, schemas.OrderEvent]) error { return nil }

// flaky stands before a registry and answers 502 while it is down.
type flaky struct {
	*httptest.Server
	down    atomic.Bool
	refused chan struct{} // one for each request while it was down
}

func newFlaky(t *testing.T, target string) *flaky {
	t.Helper()
	u, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableKeepAlives: true}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(u) }, Transport: transport}
	f := &flaky{refused: make(chan struct{}, 1<<10)}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if f.down.Load() {
			f.refused <- struct{}{}
			http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// testRegistryOutage takes the registry away from a running producer and a running consumer. Events of a known schema go on. At the first
// one of a new schema its partition waits and asks again; what follows keeps its order, nothing is handled, skipped or
// dead-lettered before the registry is back.
func testRegistryOutage(t *testing.T, env *integration.Env) {
	topic, group := env.CreateTopic(t, "outage", 1), integration.Unique("outage")
	contract(t, env, topic)
	proxy := newFlaky(t, env.RegistryURL)
	billing := read(t, env, topic, group, serde.NewDeserializer(schemas.OrderEvents, newRegistry(t, proxy.URL)),
		consumer.WithDeadLetters(), consumer.WithCreateTopics())
	orders := started(t, newOrders(t, env, proxy.URL, topic))
	send(t, orders, schemas.NewOrderUpdated("ORD-0"))
	billing.take(t, 1)

	proxy.down.Store(true)
	send(t, orders, schemas.NewOrderUpdated("ORD-0"))
	billing.take(t, 1)
	ahead := started(t, newGeneric(t, env, topic, "v2"))
	send(t, ahead, &generic{
		"event_id": "e", "event_type": "ORDER_UPDATED", "order_id": "ORD-1", "timestamp": time.Now(), "source": "s", "version": "1.0",
		"correlation_id": nil, "payload": generic{
			"user_id": nil, "total_amount": nil, "currency": "USD", "status": nil, "items": nil, "shipping_address": nil,
			"payment_method": nil, "payment_id": nil, "tracking_number": nil, "metadata": nil,
		},
	})
	send(t, orders, schemas.NewOrderUpdated("ORD-2"))
	for range 3 {
		select {
		case <-proxy.refused:
		case <-time.After(patience):
			t.Fatal("the consumer does not ask again")
		}
	}
	if n := len(billing.records); n != 0 {
		t.Errorf("%d records were handled during the outage", n)
	}
	proxy.down.Store(false)
	for i, rec := range billing.take(t, 2) {
		if want := []string{"ORD-1", "ORD-2"}[i]; rec.Value.OrderID != want {
			t.Errorf("after the outage record %d is of %s, want %s", i, rec.Value.OrderID, want)
		}
	}
	env.AwaitCommitted(t, group, topic, map[int32]int64{0: 4})
	wantEmpty(t, env, letters(topic, group))
}
