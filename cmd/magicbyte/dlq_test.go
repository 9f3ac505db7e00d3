package main

import (
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// deadLetters starts a broker with a topic and two of its dead letters.
func deadLetters(t *testing.T) (*kfake.Cluster, string) {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders", "orders.billing.dlq"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...), kgo.DefaultProduceTopic("orders.billing.dlq"))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, class := range []string{"corrupt", "handler"} {
		headers := []kgo.RecordHeader{
			{Key: consumer.HeaderOriginTopic, Value: []byte("orders")},
			{Key: consumer.HeaderOriginPartition, Value: []byte("0")},
			{Key: consumer.HeaderOriginOffset, Value: []byte("7")},
			{Key: consumer.HeaderOriginGroup, Value: []byte("billing")},
			{Key: consumer.HeaderErrorClass, Value: []byte(class)},
			{Key: consumer.HeaderErrorMessage, Value: []byte("no\x1b[31m\nway")},
		}
		if err := client.ProduceSync(t.Context(), &kgo.Record{Value: []byte("payload"), Headers: headers}).FirstErr(); err != nil {
			t.Fatal(err)
		}
	}
	return c, strings.Join(c.ListenAddrs(), ",")
}

func TestDLQ(t *testing.T) {
	t.Parallel()
	_, brokers := deadLetters(t)
	out, err := run(t.Context(), t, "dlq", "--brokers", brokers, "--topic", "orders.billing.dlq", "--match", "class=corrupt", "--match", "dlq.origin.group=billing")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) != 2 || strings.Contains(out, "payload") {
		t.Fatalf("got\n%s\nwant a head and one line, without payload", out)
	}
	if got := strings.Fields(lines[1]); got[0] != "[0]@0" || strings.Join(got[2:], " ") != "orders[0]@7 billing 0 corrupt no [31m way" {
		t.Errorf("got %q, want origin, group, class and message in plain text", lines[1])
	}
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	c, brokers := deadLetters(t)
	args := []string{"redrive", "--brokers", brokers, "--topic", "orders.billing.dlq", "--match", "class=handler", "--rate", "100"}
	tests := []struct {
		name  string
		args  []string
		want  string
		wrote int64
	}{
		{"dry run", []string{"--dry-run"}, "1 would be sent, 1 did not match, ", 0},
		{"first", nil, "1 sent, 1 did not match, 0 redriven too often, 0 are no dead letters\n", 1},
		{"second", nil, "0 sent, 0 did not match, ", 1},
	}
	for _, tt := range tests {
		out, err := run(t.Context(), t, append(args[:len(args):len(args)], tt.args...)...)
		if err != nil || !strings.HasPrefix(out, tt.want) {
			t.Errorf("%s: %q, %v, want %q", tt.name, out, err, tt.want)
		}
		if got := c.PartitionInfo("orders", 0).HighWatermark; got != tt.wrote {
			t.Errorf("%s: %d records in the topic, want %d", tt.name, got, tt.wrote)
		}
	}
}

// TestNothingIsShownOfNothing: no head of a table, and no counts, of what was not read.
func TestNothingIsShownOfNothing(t *testing.T) {
	t.Parallel()
	c, brokers := deadLetters(t)
	if err := c.CreateTopic("empty.dlq", 1, nil); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args    []string
		printed string
		err     string
	}{
		"dlq of an empty topic":          {[]string{"dlq", "--topic", "empty.dlq"}, "empty.dlq holds no records\n", ""},
		"dlq of a missing topic":         {[]string{"dlq", "--topic", "none.dlq"}, "", "none.dlq: topic does not exist"},
		"redrive of a missing topic":     {[]string{"redrive", "--topic", "none.dlq"}, "", "none.dlq: topic does not exist"},
		"redrive with unknown property":  {[]string{"redrive", "--topic", "empty.dlq", "-X", "no.such=1"}, "", `redrive: property "no.such"`},
		"redrive with an owned property": {[]string{"redrive", "--topic", "empty.dlq", "-X", "group.id=g"}, "", "RedriveOptions.Group"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			printed, err := run(t.Context(), t, append(tt.args, "--brokers", brokers)...)
			if printed != tt.printed || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
				t.Errorf("printed %q, %v; want %q, and %q in the error", printed, err, tt.printed, tt.err)
			}
		})
	}
}

func TestLetterFlags(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		args []string
		want string
	}{
		{"no topic", []string{"dlq"}, `"topic" not set`},
		{"match without value", []string{"dlq", "--topic", "t", "--match", "class"}, `--match "class"`},
		{"property without value", []string{"redrive", "--topic", "t", "-X", "sasl.password"}, "--property: want name=value"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if _, err := run(t.Context(), t, tt.args...); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}
