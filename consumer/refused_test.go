package consumer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
)

// TestRefusedSessionTimeoutEndsRun: brokers that refuse the session time-out do so for ever, and Run says it.
func TestRefusedSessionTimeoutEndsRun(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1, kfake.GroupMinSessionTimeout(20*time.Second))
	err := start(t, newText(t, config(c)), func(context.Context, *textRecord) error { return nil }).wait()
	if !hasKafkaCode(err, kafka.ErrInvalidSessionTimeout) {
		t.Errorf("Run() = %v, want the brokers' refusal of the session time-out", err)
	}
}

func hasKafkaCode(err error, code kafka.ErrorCode) bool {
	kafkaError, ok := errors.AsType[kafka.Error](err)
	return ok && kafkaError.Code() == code
}
