package kafkaconfig

// aliases leads from every other name that librdkafka 2.15 has for a property to the one that this package knows it by.
// librdkafka treats the names as one property, and since a ConfigMap has no order, the last one set wins by chance.
var aliases = map[string]string{
	"metadata.broker.list":     "bootstrap.servers",
	"max.in.flight":            "max.in.flight.requests.per.connection",
	"sasl.mechanisms":          "sasl.mechanism",
	"request.required.acks":    "acks",
	"message.timeout.ms":       "delivery.timeout.ms",
	"queue.buffering.max.ms":   "linger.ms",
	"message.send.max.retries": "retries",
	"compression.codec":        "compression.type",
	"fetch.message.max.bytes":  "max.partition.fetch.bytes",
	// Two properties to the main configuration, one to the topic configuration: whoever sets either means this one.
	"auto.commit.enable": "enable.auto.commit",

	"sasl.oauthbearer.client.credentials.client.id":     "sasl.oauthbearer.client.id",
	"sasl.oauthbearer.client.credentials.client.secret": "sasl.oauthbearer.client.secret",
}

// Canonical returns the name under which [Rules] hold the property; a property of one name, or an unknown one, is itself.
func Canonical(name string) string {
	if canonical, ok := aliases[name]; ok {
		return canonical
	}
	return name
}
