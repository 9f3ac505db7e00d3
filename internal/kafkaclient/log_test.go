package kafkaclient_test

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

func TestDrainLogs(t *testing.T) {
	logs := make(chan kafka.LogEvent, 8)
	for _, severity := range []int{0, 3, 4, 5, 6, 7} {
		logs <- kafka.LogEvent{Name: "rdkafka#producer-1", Tag: "FAIL", Message: "line", Level: severity}
	}
	close(logs)
	var out bytes.Buffer
	kafkaclient.DrainLogs(logs, slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == slog.TimeKey {
				return slog.Attr{}
			}
			return a
		},
	})))
	// The debug line is below the handler's level.
	rest := " msg=line kafka.client=rdkafka#producer-1 kafka.facility=FAIL\n"
	want := "level=ERROR" + rest + "level=ERROR" + rest + "level=WARN" + rest + "level=INFO" + rest + "level=INFO" + rest
	if got := out.String(); got != want {
		t.Errorf("log = %s\nwant %s", got, want)
	}
}
