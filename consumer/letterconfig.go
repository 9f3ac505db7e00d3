package consumer

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// letterConfig builds the configuration of the producer of dead letters.
func letterConfig(consumer, extra kafka.ConfigMap) (kafka.ConfigMap, error) {
	config := kafkaconfig.Connection(consumer)
	for name, value := range extra {
		for other := range config {
			if kafkaconfig.Canonical(other) == kafkaconfig.Canonical(name) {
				delete(config, other)
			}
		}
		config[name] = value
	}
	return kafkaconfig.Resolve(config, kafkaconfig.Rules{
		Package: "consumer: dead letters",
		Kind:    kafkaconfig.Producer,
		Owned: map[string]kafkaconfig.Owned{
			"acks":                      {Value: "all", Instead: "a dead letter must not be lost"},
			"enable.idempotence":        {Value: true, Instead: "a dead letter must be there once"},
			"transactional.id":          {Instead: "dead letters are not written in transactions"},
			"go.delivery.reports":       {Value: true, Instead: "each dead letter is waited for"},
			"go.delivery.report.fields": {Value: "none", Instead: "each dead letter is waited for"},
			"go.logs.channel.enable":    {Value: true, Instead: "use WithLogger"},
			"go.logs.channel":           {Instead: "use WithLogger"},
		},
		Defaults: map[string]kafka.ConfigValue{
			"partitioner":      "murmur2_random",
			"compression.type": "lz4",
			"linger.ms":        5,
		},
	})
}
