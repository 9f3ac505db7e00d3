package consumer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// TestUnreachableBrokers: the error names who was asked and what came of it, for logs are off by default.
func TestUnreachableBrokers(t *testing.T) {
	t.Parallel()
	const nobody = "127.0.0.1:1"
	t.Run("Run", func(t *testing.T) {
		t.Parallel()
		c := cluster(t, 1)
		member := newText(t, config(c, "bootstrap.servers", nobody), consumer.WithStartTime(2*time.Second))
		err := start(t, member, func(context.Context, *textRecord) error { return nil }).wait()
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Run() = %v, want a deadline exceeded", err)
		}
		for _, want := range []string{"topic " + topic, "did not answer in time", nobody, "refused"} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("Run() = %v, want %q in it", err, want)
			}
		}
	})
	t.Run("ReadDeadLetters", func(t *testing.T) {
		t.Parallel()
		for _, err := range consumer.ReadDeadLetters(within(t, 2*time.Second), kafka.ConfigMap{"bootstrap.servers": nobody}, letters) {
			if err == nil || !strings.Contains(err.Error(), nobody) || !strings.Contains(err.Error(), "refused") {
				t.Errorf("error %v, want %q and the reason in it", err, nobody)
			}
		}
	})
}

// TestNoOffsetToGoOnFrom: with auto.offset.reset=error a group without offsets would otherwise stand still without a word.
func TestNoOffsetToGoOnFrom(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	member := newText(t, config(c, "auto.offset.reset", "error"))
	err := start(t, member, func(context.Context, *textRecord) error { return nil }).wait()
	if err == nil || !strings.Contains(err.Error(), group) || !strings.Contains(err.Error(), "auto.offset.reset is error") {
		t.Errorf("Run() = %v, want the group and the property in it", err)
	}
}

func TestReadDeadLettersOfNoTopic(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"": "topic is empty", "a b": "illegal topic name", "missing": "topic missing: topic does not exist"} {
		c := cluster(t, 1)
		var got error
		for _, err := range consumer.ReadDeadLetters(within(t, 20*time.Second), brokers(c), name) {
			got = err
		}
		if got == nil || !strings.Contains(got.Error(), want) || strings.Contains(got.Error(), "WithAllowMissingTopic") {
			t.Errorf("%q: error %v, want %q and no option that is not there", name, got, want)
		}
	}
}
