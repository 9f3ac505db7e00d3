package integration_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde"
)

// testJSON has a producer that still writes plain JSON beside one that writes Avro. A consumer that accepts JSON reads both; for
// one that does not, JSON is no frame.
func testJSON(t *testing.T, env *integration.Env) {
	topic := env.CreateTopic(t, "json", 1)
	event := fullOrder("ORD-001")
	receipt := send(t, startOrders(t, env, topic, serde.WithJSON()), event)
	if receipt.Encoding != serde.EncodingJSON || !receipt.ValueSchema.IsZero() {
		t.Errorf("receipt: encoding %v, schema %v; want json, none", receipt.Encoding, receipt.ValueSchema)
	}
	if got := env.Versions(t, topic+"-value"); got != nil {
		t.Errorf("versions of the subject after JSON = %v, want none", got)
	}
	send(t, startOrders(t, env, topic), event)

	want, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	onTopic := env.ReadAll(t, topic)
	if diff := cmp.Diff(asJSON(t, string(want)), asJSON(t, string(onTopic[0].Value))); diff != "" {
		t.Errorf("JSON on the topic (-want +got):\n%s", diff)
	}

	both := read(t, env, topic, integration.Unique("both"), typedOrders(t, env, serde.AcceptJSON())).take(t, 2)
	for i, encoding := range []serde.Encoding{serde.EncodingJSON, serde.EncodingAvro} {
		if both[i].Encoding != encoding {
			t.Errorf("record %d: encoding %v, want %v", i, both[i].Encoding, encoding)
		}
		if diff := cmp.Diff(*event, both[i].Value, sameInstant); diff != "" {
			t.Errorf("record %d (-want +got):\n%s", i, diff)
		}
	}

	group := integration.Unique("avro")
	avro := read(t, env, topic, group, typedOrders(t, env), consumer.WithDeadLetters(), consumer.WithCreateTopics()).take(t, 1)
	if avro[0].Offset != 1 {
		t.Errorf("without AcceptJSON offset %d was handled, want 1", avro[0].Offset)
	}
	letter := env.Consume(t, letters(topic, group), 1)[0]
	if got := string(letter.Header(consumer.HeaderErrorClass)); got != "frame" || string(letter.Value) != string(onTopic[0].Value) {
		t.Errorf("dead letter of class %q, want the JSON record as class frame", got)
	}
}
