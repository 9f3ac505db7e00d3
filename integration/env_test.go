package integration_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/integration"
)

func testRecords(t *testing.T, env *integration.Env) {
	t.Helper()
	topic := env.CreateTopic(t, "records", 2)
	sent := []integration.Record{
		{Topic: topic, Partition: 1, Key: []byte("k"), Value: []byte{0, 0, 0, 0, 1, 2}},
		{Topic: topic, Partition: 0, Value: []byte{}, Headers: []integration.Header{{Key: "h", Value: []byte("1")}, {Key: "h", Value: []byte("2")}}},
		{Topic: topic, Partition: 0, Key: []byte("tombstone"), Value: nil},
	}
	written := env.Produce(t, sent...)
	want := []integration.Record{written[1], written[2], written[0]}

	got := env.Consume(t, topic, 3)
	if diff := cmp.Diff(want, got, ignoreTime); diff != "" {
		t.Errorf("Consume (-want +got):\n%s", diff)
	}
	if got[0].Value == nil || got[1].Value != nil {
		t.Errorf("values = %#v and %#v, want an empty and a null one", got[0].Value, got[1].Value)
	}
	if got := string(got[0].Header("h")); got != "2" {
		t.Errorf("Header(h) = %q, want the last one, 2", got)
	}
	if diff := cmp.Diff(want, env.ReadAll(t, topic), ignoreTime); diff != "" {
		t.Errorf("ReadAll (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[int32]int64{0: 2, 1: 1}, env.EndOffsets(t, topic)); diff != "" {
		t.Errorf("EndOffsets (-want +got):\n%s", diff)
	}
}

// Timestamps pass through milliseconds, and lists of no headers through nil.
var ignoreTime = cmp.Options{
	cmpopts.IgnoreFields(integration.Record{}, "Timestamp"),
}

func testTransactions(t *testing.T, env *integration.Env) {
	t.Helper()
	topic := env.CreateTopic(t, "transactions", 1)
	client := newKgo(t, env, kgo.TransactionalID(integration.Unique("tx")), kgo.DefaultProduceTopic(topic))
	write := func(value string, end kgo.TransactionEndTry) {
		t.Helper()
		if err := client.BeginTransaction(); err != nil {
			t.Fatal(err)
		}
		if err := client.ProduceSync(t.Context(), kgo.StringRecord(value)).FirstErr(); err != nil {
			t.Fatal(err)
		}
		if err := client.EndTransaction(t.Context(), end); err != nil {
			t.Fatal(err)
		}
	}
	write("committed", kgo.TryCommit)
	write("aborted", kgo.TryAbort)

	got := env.ReadAll(t, topic)
	if len(got) != 1 || string(got[0].Value) != "committed" {
		t.Errorf("ReadAll = %+v, want the committed record alone", got)
	}
}

func testGroups(t *testing.T, env *integration.Env) {
	t.Helper()
	topic := env.CreateTopic(t, "groups", 1)
	group := integration.Unique("group")
	if got := env.Members(t, group); len(got) != 0 {
		t.Errorf("Members of an unknown group = %q, want none", got)
	}
	env.Produce(t, integration.Record{Topic: topic, Value: []byte("1")}, integration.Record{Topic: topic, Value: []byte("2")})

	client := newKgo(t, env, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic), kgo.ClientID("reader"), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	for n := 0; n < 2; {
		fetches := client.PollFetches(t.Context())
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		n += fetches.NumRecords()
	}
	if diff := cmp.Diff([]string{"reader"}, env.Members(t, group)); diff != "" {
		t.Errorf("Members (-want +got):\n%s", diff)
	}
	if got := env.Committed(t, group, topic); len(got) != 0 {
		t.Errorf("Committed before a commit = %v, want nothing", got)
	}
	if err := client.CommitUncommittedOffsets(t.Context()); err != nil {
		t.Fatal(err)
	}
	env.AwaitCommitted(t, group, topic, map[int32]int64{0: 2})
	if err := client.LeaveGroupContext(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	env.AwaitMembers(t, group, 0)
}

func testRegistry(t *testing.T, env *integration.Env) {
	t.Helper()
	subject := integration.Unique("registry") + "-value"
	if got := env.Versions(t, subject); got != nil {
		t.Errorf("Versions of an unknown subject = %v, want none", got)
	}
	schema := `{"type":"record","name":"` + "R" + `","fields":[{"name":"a","type":"string"}]}`
	id := env.RegisterAvro(t, subject, schema)
	if id < 1 {
		t.Errorf("RegisterAvro = %d, want an id from 1", id)
	}
	env.SetCompatibility(t, subject, "BACKWARD")
	if diff := cmp.Diff([]int{1}, env.Versions(t, subject)); diff != "" {
		t.Errorf("Versions (-want +got):\n%s", diff)
	}
	if got := env.SchemaText(t, id); !bytes.Contains([]byte(got), []byte(`"name":"a"`)) {
		t.Errorf("SchemaText(%d) = %s, want the schema %s", id, got, schema)
	}
}

func newKgo(t *testing.T, env *integration.Env, opts ...kgo.Opt) *kgo.Client {
	t.Helper()
	client, err := kgo.NewClient(append(opts, kgo.SeedBrokers(env.Brokers))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
