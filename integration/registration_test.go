package integration_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

// testRegistration starts a service twice: the first start registers its schema, as it was written, the second changes nothing.
func testRegistration(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "registration", 1)
	subject := topic + "-value"
	env.SetCompatibility(t, subject, "BACKWARD")

	var ids []serde.SchemaID
	for range 2 {
		orders := startOrders(t, env, topic)
		if diff := cmp.Diff([]int{1}, env.Versions(t, subject)); diff != "" {
			t.Fatalf("versions of %s after Start (-want +got):\n%s", subject, diff)
		}
		ids = append(ids, send(t, orders, schemas.NewOrderUpdated("ORD-001")).ValueSchema)
	}
	if ids[0] != ids[1] {
		t.Errorf("schema ids = %v, want the same after a restart", ids)
	}
	id, ok := ids[0].Number()
	if !ok {
		t.Fatalf("schema id = %v, want a number", ids[0])
	}
	// Equal as JSON: with every doc, default and logical type.
	if diff := cmp.Diff(asJSON(t, schemas.OrderEventSchema), asJSON(t, env.SchemaText(t, id))); diff != "" {
		t.Errorf("schema %d in the registry (-want +got):\n%s", id, diff)
	}
}

// testIncompatibleSchema starts a service whose schema the subject's level forbids.
func testIncompatibleSchema(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "incompatible", 1)
	subject := contract(t, env, topic)
	ahead := newGeneric(t, env, topic, "breaks-backward")

	err := ahead.Start(within(t))
	if !errors.Is(err, registry.ErrIncompatible) {
		t.Fatalf("Start() = %v, want ErrIncompatible", err)
	}
	refusal := errorAs[*registry.Error](t, err)
	if refusal.Subject != subject {
		t.Errorf("Start() = a refusal of subject %q, want one of %q", refusal.Subject, subject)
	}
	for _, want := range []string{subject, "BACKWARD", "channel"} { // the level, and the field that has no default
		if want == "" || !strings.Contains(err.Error(), want) {
			t.Errorf("Start() = %v, want it to say %q", err, want)
		}
	}
	if _, err := ahead.Send(within(t), &generic{}); !errors.Is(err, producer.ErrNotStarted) {
		t.Errorf("Send() = %v, want ErrNotStarted", err)
	}
	if diff := cmp.Diff([]int{1}, env.Versions(t, subject)); diff != "" {
		t.Errorf("versions (-want +got):\n%s", diff)
	}
	wantEmpty(t, env, topic)
}

// contract registers version 1 under the topic's subject, at level BACKWARD.
func contract(t *testing.T, env *integration.Env, topic string) (subject string) {
	t.Helper()
	subject = topic + "-value"
	env.RegisterAvro(t, subject, schemas.OrderEventSchema)
	env.SetCompatibility(t, subject, "BACKWARD")
	return subject
}

// generic is an event as programs have it that know no Go type for it.
type generic = map[string]any

// newGeneric returns a producer of a version of the contract, see schemas/testdata/evolution, that is not started.
func newGeneric(t *testing.T, env *integration.Env, topic, version string) *producer.Producer[string, generic] {
	t.Helper()
	key := producer.KeyOf(serde.StringKey(), func(e *generic) string { id, _ := (*e)["order_id"].(string); return id })
	return newProducer(t, env, topic, key, serde.NewSerializer(genericCodec(t, version), newRegistry(t, env.RegistryURL)))
}

func genericCodec(t *testing.T, version string) *hamba.Codec[generic] {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "schemas", "testdata", "evolution", version+".avsc"))
	if err != nil {
		t.Fatal(err)
	}
	codec, err := hamba.Generic(string(text))
	if err != nil {
		t.Fatal(err)
	}
	return codec
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}

func wantEmpty(t *testing.T, env *integration.Env, topic string) {
	t.Helper()
	for partition, end := range env.EndOffsets(t, topic) {
		if end != 0 {
			t.Errorf("%d records in partition %d of %s, want none", end, partition, topic)
		}
	}
}
