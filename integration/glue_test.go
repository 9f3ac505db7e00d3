package integration_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/internal/fakeglue"
	"github.com/magicbyte-go/magicbyte/internal/moto"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry/glue"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// TestGlue has the schemas in AWS Glue: in our own stand-in, which refuses and fails on request, and in moto.
func TestGlue(t *testing.T) {
	t.Parallel()
	env := integration.Embedded(t)
	t.Run("fake", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(&fakeglue.Server{Pending: 2})
		t.Cleanup(server.Close)
		testGlueMigration(t, env, server.URL)
		testGlueRegistration(t, env, server.URL)
	})
	t.Run("moto", func(t *testing.T) {
		t.Parallel()
		server, err := moto.Start(t.Context())
		switch {
		case errors.Is(err, moto.ErrMissing) && os.Getenv("REQUIRE_SERVICES") == "":
			t.Skip(err)
		case err != nil:
			t.Fatal(err)
		}
		t.Cleanup(server.Close)
		testGlueMigration(t, env, server.URL)
		testGlueRegistration(t, env, server.URL)
	})
	t.Run("rights taken away", func(t *testing.T) {
		t.Parallel()
		testGlueRights(t, env)
	})
}

// newGlue returns a client whose access key is the name of who uses it.
func newGlue(t *testing.T, url, user string) *glue.Client {
	t.Helper()
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	c, err := glue.New(aws.Config{
		Region: "eu-central-1", BaseEndpoint: &url, HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider(user, "secret", ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func newGlueOrders(t *testing.T, env *integration.Env, url, topic string, opts ...serde.SerializerOption) *orderProducer {
	t.Helper()
	key := producer.KeyOf(serde.StringKey(), func(e *schemas.OrderEvent) string { return e.OrderID })
	return newProducer(t, env, topic, key, serde.NewSerializer(schemas.OrderEvents, newGlue(t, url, "producer"), opts...))
}

// testGlueMigration moves a topic from Confluent's registry to Glue's under a running consumer: frames of both kinds, compressed ones, and
// again from the beginning by a consumer that has Glue as its own source.
func testGlueMigration(t *testing.T, env *integration.Env, url string) {
	topic := env.CreateTopic(t, "migration", 1)
	before := startOrders(t, env, topic)
	after := started(t, newGlueOrders(t, env, url, topic))
	packed := started(t, newGlueOrders(t, env, url, topic, serde.WithZlib(0)))

	deser := serde.NewDeserializer(schemas.OrderEvents, newRegistry(t, env.RegistryURL), serde.AlsoFrom(newGlue(t, url, "consumer")))
	billing := read(t, env, topic, integration.Unique("billing"), deser)
	var sent []*schemas.OrderEvent
	for i, p := range []*orderProducer{before, after, packed, before} {
		event := schemas.NewOrderUpdated("ORD-"+string(rune('1'+i)), schemas.WithMetadata(map[string]string{"note": strings.Repeat("leave it at the door ", 20)}))
		receipt := send(t, p, event)
		if _, isGlue := receipt.ValueSchema.Glue(); isGlue != (p != before) {
			t.Errorf("record %d was written with schema %v", i, receipt.ValueSchema)
		}
		sent = append(sent, event)
	}
	frames := []string{"\x00\x00", "\x03\x00", "\x03\x05", "\x00\x00"}
	for i, rec := range env.Consume(t, topic, len(sent)) {
		if !strings.HasPrefix(string(rec.Value), frames[i]) {
			t.Errorf("record %d begins %x, want %x", i, rec.Value[:2], frames[i])
		}
	}
	again := read(t, env, topic, integration.Unique("again"),
		serde.NewDeserializer(schemas.OrderEvents, newGlue(t, url, "consumer"), serde.AlsoFrom(newRegistry(t, env.RegistryURL))))
	for name, r := range map[string]*reader[schemas.OrderEvent]{"a running consumer": billing, "from the beginning": again} {
		for i, rec := range r.take(t, len(sent)) {
			if diff := cmp.Diff(*sent[i], rec.Value, sameInstant); diff != "" {
				t.Errorf("%s, record %d (-want +got):\n%s", name, i, diff)
			}
		}
	}
}

// testGlueRegistration has producers that start at once, a look-up of what they have made, and a version that must not follow.
func testGlueRegistration(t *testing.T, env *integration.Env, url string) {
	topic := env.CreateTopic(t, "registration", 1)
	if err := newGlueOrders(t, env, url, topic, serde.WriteWith(serde.Lookup())).Start(within(t)); serde.ClassOf(err) != serde.ClassUnknownSchema {
		t.Errorf("a look-up of what nobody has registered: %v", err)
	}
	ids := make(chan serde.SchemaID)
	for range 3 {
		p := newGlueOrders(t, env, url, topic)
		go func() {
			if err := p.Start(context.WithoutCancel(t.Context())); err != nil {
				t.Error(err)
			}
			receipt, err := p.Send(context.WithoutCancel(t.Context()), schemas.NewOrderUpdated("ORD-1"))
			if err != nil {
				t.Error(err)
			}
			ids <- receipt.ValueSchema
		}()
	}
	first := <-ids
	for range 2 {
		if id := <-ids; id != first {
			t.Errorf("one schema has the ids %v and %v", first, id)
		}
	}
	started(t, newGlueOrders(t, env, url, topic, serde.WriteWith(serde.Lookup())))
	key := producer.KeyOf(serde.StringKey(), func(r *refund) string { return r.OrderID })
	clash := newProducer(t, env, topic, key, serde.NewSerializer(refunds, newGlue(t, url, "producer")))
	if err := clash.Start(within(t)); !errors.Is(err, glue.ErrIncompatible) || !strings.Contains(err.Error(), "BACKWARD") {
		t.Errorf("another record on the topic: %v, want ErrIncompatible under BACKWARD", err)
	}
}

// testGlueRights takes the consumer's rights away while it runs: its partition waits, in order and without dead letters, until they are back. A
// consumer that starts meanwhile fails at once.
func testGlueRights(t *testing.T, env *integration.Env) {
	var denied atomic.Bool
	refused := make(chan struct{}, 1<<10)
	handler := &fakeglue.Server{Fault: func(r *http.Request, _ string, _ int) *fakeglue.Fault {
		if !denied.Load() || !strings.Contains(r.Header.Get("Authorization"), "Credential=consumer/") {
			return nil
		}
		refused <- struct{}{}
		return &fakeglue.Fault{Status: 400, Code: "AccessDeniedException", Message: "not authorized to perform: glue:GetSchemaVersion"}
	}}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	topic, group := env.CreateTopic(t, "rights", 1), integration.Unique("rights")
	orders := started(t, newGlueOrders(t, env, server.URL, topic))
	billing := read(t, env, topic, group, serde.NewDeserializer(schemas.OrderEvents, newGlue(t, server.URL, "consumer")),
		consumer.WithDeadLetters(), consumer.WithCreateTopics())
	send(t, orders, schemas.NewOrderUpdated("ORD-0"))
	billing.take(t, 1)

	denied.Store(true)
	other := strings.Replace(schemas.OrderEventSchema, `"fields"`, `"aliases": ["Other"], "fields"`, 1) // another version
	id, err := newGlue(t, server.URL, "producer").Register(t.Context(), topic+"-value", serde.Schema{Text: other})
	if err != nil {
		t.Fatal(err)
	}
	send(t, started(t, newGlueOrders(t, env, server.URL, topic, serde.WriteWith(serde.PinnedID(id.ID)))), schemas.NewOrderUpdated("ORD-1"))
	send(t, orders, schemas.NewOrderUpdated("ORD-2"))
	for range 3 {
		select {
		case <-refused:
		case <-time.After(patience):
			t.Fatal("the consumer does not ask again")
		}
	}
	if n := len(billing.records); n != 0 {
		t.Errorf("%d records were handled without rights", n)
	}
	late, err := consumer.New(memberConfig(env.Brokers, integration.Unique("late")), []string{topic}, serde.StringKey(),
		serde.NewDeserializer(schemas.OrderEvents, newGlue(t, server.URL, "consumer")))
	if err != nil {
		t.Fatal(err)
	}
	if err := late.Run(within(t), ignore); !errors.Is(err, glue.ErrUnauthorized) {
		t.Errorf("a consumer that starts without rights: %v, want ErrUnauthorized", err)
	}
	denied.Store(false)
	for i, rec := range billing.take(t, 2) {
		if want := []string{"ORD-1", "ORD-2"}[i]; rec.Value.OrderID != want {
			t.Errorf("with its rights back record %d is of %s, want %s", i, rec.Value.OrderID, want)
		}
	}
	env.AwaitCommitted(t, group, topic, map[int32]int64{0: 3})
	wantEmpty(t, env, letters(topic, group))
}
