package kafkaconfig

import (
	"slices"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// connectionNames and connectionPrefixes say which properties decide how a client reaches its brokers, whatever it does there.
var (
	connectionNames = []string{
		bootstrap, "client.id", "client.rack", "client.dns.lookup", "security.protocol",
		"enable.ssl.certificate.verification", "enable.sasl.oauthbearer.unsecure.jwt", "enable.metrics.push",
		"connections.max.idle.ms", "plugin.library.paths",
		"message.max.bytes", "message.copy.max.bytes", "receive.message.max.bytes",
		"log_level", "log.connection.close", "log.thread.name", "debug",
	}
	connectionPrefixes = []string{
		"ssl.", "https.", "sasl.", "socket.", "broker.", "api.version.", "reconnect.", "retry.backoff.", "metadata.",
		"topic.metadata.",
	}
)

// Connection returns the properties of a user's configuration that decide how a client reaches its brokers: addresses, security,
// sockets, limits of messages. With them a consumer builds the producer of its dead letters.
func Connection(user kafka.ConfigMap) kafka.ConfigMap {
	connection := kafka.ConfigMap{}
	for name, value := range user {
		canonical := Canonical(name)
		if slices.Contains(connectionNames, canonical) ||
			slices.ContainsFunc(connectionPrefixes, func(prefix string) bool { return strings.HasPrefix(canonical, prefix) }) {
			connection[name] = value
		}
	}
	return connection
}
