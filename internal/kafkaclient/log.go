package kafkaclient

import (
	"context"
	"log/slog"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Attribute keys of librdkafka's log lines.
const (
	logClient   = "kafka.client"   // name of the client instance, as in "rdkafka#producer-1"
	logFacility = "kafka.facility" // librdkafka's tag, as in "FAIL" or "REQTMOUT"
)

// DrainLogs hands librdkafka's log lines to logger until logs is closed, which closing the client does. The client must be
// created with go.logs.channel.enable, and logs (its Logs()) must be drained as long as it lives.
func DrainLogs(logs <-chan kafka.LogEvent, logger *slog.Logger) {
	ctx := context.Background()
	for line := range logs {
		level := logLevel(line.Level)
		if logger.Enabled(ctx, level) {
			logger.LogAttrs(ctx, level, line.Message, slog.String(logClient, line.Name), slog.String(logFacility, line.Tag))
		}
	}
}

// logLevel maps the severities of syslog, 0 (emergency) to 7 (debug).
func logLevel(severity int) slog.Level {
	switch {
	case severity <= 3:
		return slog.LevelError
	case severity == 4:
		return slog.LevelWarn
	case severity <= 6:
		return slog.LevelInfo
	default:
		return slog.LevelDebug
	}
}
