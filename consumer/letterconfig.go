package consumer

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// letterConfig builds the configuration of the producer of dead letters. what begins its errors; tokens says that there is a source of them.
func letterConfig(what string, consumer, extra kafka.ConfigMap, tokens bool) (kafka.ConfigMap, error) {
	config := kafkaconfig.Connection(consumer)
	for name, value := range extra {
		for other := range config {
			if kafkaconfig.Canonical(other) == kafkaconfig.Canonical(name) {
				delete(config, other)
			}
		}
		config[name] = value
	}
	const (
		waited = "each dead letter is waited for"
		logger = "use the logger of the options"
	)
	return kafkaconfig.Resolve(config, kafkaconfig.Rules{
		Package: what,
		Kind:    kafkaconfig.Producer,
		Tokens:  tokens && kafkaconfig.Bearer(config), // it may log in elsewhere in another way
		Owned: map[string]kafkaconfig.Owned{
			"acks":                       {Value: "all", Instead: "a dead letter must not be lost"},
			"enable.idempotence":         {Value: true, Instead: "a dead letter must be there once"},
			"transactional.id":           {Instead: "dead letters are not written in transactions"},
			"delivery.report.only.error": {Instead: waited},
			"go.delivery.reports":        {Value: true, Instead: waited},
			"go.delivery.report.fields":  {Value: "none", Instead: waited},
			"go.batch.producer":          {Instead: "it cannot write headers"},
			"go.events.channel.size":     {Instead: "the channel is drained by this package"},
			"go.produce.channel.size":    {Instead: "the channel is not used"},
			"go.logs.channel.enable":     {Value: true, Instead: logger},
			"go.logs.channel":            {Instead: logger},
			"log.queue":                  {Instead: logger},
		},
		Defaults: map[string]kafka.ConfigValue{
			"partitioner":      "murmur2_random",
			"compression.type": "lz4",
			"linger.ms":        5,
			// What the topic of a record took, the brokers may take with our headers: they decide, and not librdkafka's limit of 1,000,000.
			"message.max.bytes": 1_000_000_000,
			// Otherwise to look whether the topic is there makes it, with the broker's default of partitions.
			"allow.auto.create.topics": false,
		},
	})
}
