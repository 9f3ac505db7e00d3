package kafkaclient_test

import (
	"errors"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

func TestOutcome(t *testing.T) {
	t.Parallel()
	failed := kafka.NewError(kafka.ErrMsgTimedOut, "", false)
	for _, tt := range []struct {
		name       string
		offset     kafka.Offset
		err        error
		idempotent bool
		want       error
	}{
		{"written", 0, nil, true, nil},
		{"failed", kafka.OffsetInvalid, failed, true, failed},
		{"taken for written", kafka.OffsetInvalid, nil, true, kafkaclient.ErrUnconfirmed},
		{"acks=0", kafka.OffsetInvalid, nil, false, nil},
	} {
		report := &kafka.Message{TopicPartition: kafka.TopicPartition{Offset: tt.offset, Error: tt.err}}
		if got := kafkaclient.Outcome(report, tt.idempotent); !errors.Is(got, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
