package producer

import (
	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

// eventsSize is the length of the channel of delivery reports; librdkafka itself keeps those that do not fit.
const eventsSize = 1024

// rules returns what this package decides about the properties of librdkafka. The transactional id is nil, or that of Transactions.
func rules(o options, transactionalID kafka.ConfigValue) kafkaconfig.Rules {
	const (
		reports = "every record has a delivery report, which becomes a Receipt or an error"
		logs    = "use producer.WithLogger"
	)
	rules := kafkaconfig.Rules{
		Package: "producer",
		Kind:    kafkaconfig.Producer,
		Tokens:  o.tokens != nil,
		Required: map[string]string{
			"bootstrap.servers": "the brokers to connect to",
		},
		Defaults: map[string]kafka.ConfigValue{
			"enable.idempotence":         true,
			"acks":                       "all",
			"compression.type":           "lz4",
			"linger.ms":                  5,
			"delivery.timeout.ms":        120_000,
			"queue.buffering.max.kbytes": 65_536,
			// Otherwise a typing error in the topic's name makes a topic, with the broker's default of partitions.
			"allow.auto.create.topics": false,
		},
		Owned: map[string]kafkaconfig.Owned{
			"partitioner":                {Value: string(o.partitioner), Instead: "use producer.WithPartitioner"},
			"transactional.id":           {Value: transactionalID, Instead: "use producer.NewTransactions"},
			"delivery.report.only.error": {Instead: reports},
			"go.delivery.reports":        {Value: true, Instead: reports},
			"go.delivery.report.fields":  {Value: "none", Instead: reports},
			"go.batch.producer":          {Value: false, Instead: "it cannot write headers and timestamps; use SendBatch"},
			"go.events.channel.size":     {Value: eventsSize, Instead: "the channel is drained by the producer"},
			"go.produce.channel.size":    {Value: 0, Instead: "the channel is not used; use SendAsync"},
			"go.logs.channel.enable":     {Value: true, Instead: logs},
			"go.logs.channel":            {Instead: logs},
			"log.queue":                  {Instead: logs},
		},
	}
	if len(o.stats) > 0 {
		rules.Required["statistics.interval.ms"] = "WithStatsHook wants to know how often"
	}
	if transactionalID != nil {
		delete(rules.Defaults, "delivery.timeout.ms") // librdkafka's follows transaction.timeout.ms, and must not be longer
	}
	return rules
}
