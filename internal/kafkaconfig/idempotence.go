package kafkaconfig

import (
	"fmt"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Idempotent reports whether a resolved configuration of a producer has enable.idempotence on.
func Idempotent(config kafka.ConfigMap) bool {
	switch strings.ToLower(fmt.Sprint(config["enable.idempotence"])) {
	case "true", "t", "1": // as librdkafka reads it
		return true
	default:
		return false
	}
}
