package serde_test

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/serde"
)

func TestSubjectStrategies(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name          string
		strategy      serde.SubjectStrategy
		topic, record string
		part          serde.Part
		want          string // "" for an error
	}{
		{"topic, value", serde.TopicName, "orders", "com.a.Order", serde.Value, "orders-value"},
		{"topic, key", serde.TopicName, "orders", "", serde.Key, "orders-key"},
		{"topic missing", serde.TopicName, "", "com.a.Order", serde.Value, ""},
		{"record", serde.RecordName, "orders", "com.a.Order", serde.Key, "com.a.Order"},
		{"record without a name", serde.RecordName, "orders", "", serde.Value, ""},
		{"topic and record", serde.TopicRecordName, "orders", "com.a.Order", serde.Value, "orders-com.a.Order"},
		{"topic and record without a name", serde.TopicRecordName, "orders", "", serde.Value, ""},
	}
	for _, c := range cases {
		got, err := c.strategy(c.topic, c.part, c.record)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: got %q, %v; want %q", c.name, got, err, c.want)
		}
	}
}
