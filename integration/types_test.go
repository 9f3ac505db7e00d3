package integration_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/hamba"
)

type refund struct {
	OrderID string  `avro:"order_id"`
	Amount  float64 `avro:"amount"`
}

var refunds = hamba.MustFor[refund](`{"type":"record","name":"Refund","namespace":"com.example","fields":[
	{"name":"order_id","type":"string"},{"name":"amount","type":"double"}]}`)

type complaint struct {
	OrderID string `avro:"order_id"`
}

var complaints = hamba.MustFor[complaint](`{"type":"record","name":"Complaint","namespace":"com.example","fields":[
	{"name":"order_id","type":"string"}]}`)

// testSeveralTypes has records of three types on one topic, each under a subject of its own, so that those of one order stay in
// order. The consumer knows two of them.
func testSeveralTypes(t *testing.T, env *integration.Env) {
	topic, group := env.CreateTopic(t, "types", 1), integration.Unique("ledger")
	byRecord := serde.WithSubject(serde.TopicRecordName)

	created := fullOrder("ORD-001")
	send(t, startOrders(t, env, topic, byRecord), created)
	send(t, started(t, newProducer(t, env, topic,
		producer.KeyOf(serde.StringKey(), func(c *complaint) string { return c.OrderID }),
		serde.NewSerializer(complaints, newRegistry(t, env.RegistryURL), byRecord))), &complaint{"ORD-001"})
	send(t, started(t, newProducer(t, env, topic,
		producer.KeyOf(serde.StringKey(), func(r *refund) string { return r.OrderID }),
		serde.NewSerializer(refunds, newRegistry(t, env.RegistryURL), byRecord))), &refund{"ORD-001", 49.98})
	for _, record := range []string{"com.pipeline.events.OrderEvent", "com.example.Complaint", "com.example.Refund"} {
		if diff := cmp.Diff([]int{1}, env.Versions(t, topic+"-"+record)); diff != "" {
			t.Errorf("versions of %s-%s (-want +got):\n%s", topic, record, diff)
		}
	}

	ledger := serde.NewMultiDeserializer(newRegistry(t, env.RegistryURL), []serde.Member[any]{
		serde.MemberOf[any](schemas.OrderEvents),
		serde.MemberOf[any](refunds),
	}, byRecord)
	var got []any
	for _, rec := range read(t, env, topic, group, ledger, consumer.WithDeadLetters(), consumer.WithCreateTopics()).take(t, 2) {
		got = append(got, rec.Value)
	}
	if diff := cmp.Diff([]any{created, &refund{"ORD-001", 49.98}}, got, sameInstant); diff != "" {
		t.Errorf("handled (-want +got):\n%s", diff)
	}
	letter := env.Consume(t, letters(topic, group), 1)[0]
	if class := string(letter.Header(consumer.HeaderErrorClass)); class != "unresolvable" || string(letter.Header(consumer.HeaderOriginOffset)) != "1" {
		t.Errorf("dead letter: %+v, want the complaint as unresolvable", letter)
	}
}
