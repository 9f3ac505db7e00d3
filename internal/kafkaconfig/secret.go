package kafkaconfig

import (
	"fmt"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// isSecret reports whether a property's value must not be shown.
func isSecret(name string) bool {
	switch name {
	case "ssl.key.pem", "ssl_key", "sasl.oauthbearer.config", "sasl.oauthbearer.assertion.private.key.pem":
		return true
	}
	for _, word := range []string{"password", "passphrase", "secret"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// redacted returns librdkafka's error on one line and without the secrets of config that its text may quote.
func redacted(err error, config kafka.ConfigMap) error {
	text := strings.TrimSpace(err.Error())
	for name, value := range config {
		if secret := fmt.Sprint(value); isSecret(name) && secret != "" {
			text = strings.ReplaceAll(text, secret, "***")
		}
	}
	return kafka.NewError(kafka.ErrInvalidArg, text, false)
}
