package integration_test

import (
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/schemas"
)

// testPoison puts records that nobody can read between good ones. They become dead letters, byte for byte, while the good ones
// are handled.
func testPoison(t *testing.T, env *integration.Env) {
	topic, group := env.CreateTopic(t, "poison", 1), integration.Unique("billing")
	id := env.RegisterAvro(t, topic+"-value", schemas.OrderEventSchema)
	good := framed(id, encoded(t, schemas.NewOrderUpdated("ORD-001")))
	type poison struct {
		class string
		value []byte
	}
	poisons := []poison{
		{"frame", []byte("no frame")},
		{"frame", []byte{}}, // empty, and no tombstone
		{"corrupt", good[:len(good)-3]},
		{"corrupt", append(slices.Clone(good), 0)},
		{"unknown-schema", framed(1<<30, []byte{2})},
	}
	records := []integration.Record{{Topic: topic, Key: []byte("ORD-001"), Value: good}}
	for i, p := range poisons {
		records = append(records, integration.Record{
			Topic: topic, Key: []byte("poison-" + strconv.Itoa(i)), Value: p.value,
			Headers: []integration.Header{{Key: "trace", Value: []byte{0xff, 0}}, {Key: "null"}},
		}, records[0])
	}
	written := env.Produce(t, records...)

	billing := read(t, env, topic, group, typedOrders(t, env),
		consumer.WithDeadLetters(), consumer.WithCreateTopics(), consumer.WithUnknownSchemaWait(0))
	for i, rec := range billing.take(t, len(poisons)+1) {
		if rec.Offset != int64(2*i) || rec.Value.OrderID != "ORD-001" {
			t.Errorf("handled offset %d with order %q, want %d with ORD-001", rec.Offset, rec.Value.OrderID, 2*i)
		}
	}
	env.AwaitCommitted(t, group, topic, map[int32]int64{0: int64(len(written))}) // poison counts as done

	for i, letter := range env.ReadAll(t, letters(topic, group)) {
		origin := written[2*i+1]
		if diff := cmp.Diff([][]byte{origin.Key, origin.Value}, [][]byte{letter.Key, letter.Value}); diff != "" {
			t.Errorf("key and value of dead letter %d (-want +got):\n%s", i, diff)
		}
		if diff := cmp.Diff(origin.Headers, letter.Headers[:min(len(letter.Headers), len(origin.Headers))]); diff != "" {
			t.Errorf("original headers of dead letter %d (-want +got):\n%s", i, diff)
		}
		for header, want := range map[string]string{
			consumer.HeaderOriginTopic:     topic,
			consumer.HeaderOriginPartition: "0",
			consumer.HeaderOriginOffset:    strconv.FormatInt(origin.Offset, 10),
			consumer.HeaderOriginGroup:     group,
			consumer.HeaderErrorStage:      string(consumer.StageValue),
			consumer.HeaderErrorClass:      poisons[i].class,
		} {
			if got := string(letter.Header(header)); got != want {
				t.Errorf("dead letter %d: header %s = %q, want %q", i, header, got, want)
			}
		}
	}
	if got := len(env.ReadAll(t, letters(topic, group))); got != len(poisons) {
		t.Errorf("%d dead letters, want %d", got, len(poisons))
	}
}
