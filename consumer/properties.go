package consumer

import (
	"fmt"
	"strconv"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaconfig"
)

const atLeastOnce = "only what is settled may be committed, at least once"

// rules returns what this package decides about the properties of its client. A member of the new group protocol
// (KIP-848) is told its assignment and its session by the broker, and librdkafka refuses the classic properties for them.
func rules(user kafka.ConfigMap, set settings) kafkaconfig.Rules {
	r := kafkaconfig.Rules{
		Package: "consumer",
		Kind:    kafkaconfig.Consumer,
		Tokens:  set.tokens != nil,
		Owned: map[string]kafkaconfig.Owned{
			"enable.auto.offset.store":        {Value: false, Instead: atLeastOnce},
			"enable.auto.commit":              {Value: true, Instead: atLeastOnce},
			"isolation.level":                 {Value: "read_committed", Instead: "records of aborted transactions must not be seen"},
			"enable.partition.eof":            {Value: false, Instead: "use RunToEnd"},
			"go.logs.channel.enable":          {Value: true, Instead: "use WithLogger"},
			"go.logs.channel":                 {Instead: "use WithLogger"},
			"log.queue":                       {Instead: "use WithLogger"},
			"go.events.channel.enable":        {Instead: "Run polls by itself"},
			"go.events.channel.size":          {Instead: "Run polls by itself"},
			"go.application.rebalance.enable": {Instead: "Run handles rebalances"},
		},
		Defaults: map[string]kafka.ConfigValue{
			"auto.commit.interval.ms":    1000,
			"queued.max.messages.kbytes": 16384,
			// librdkafka's default does not fetch for a whole second once its queue was full, which ours often is.
			"fetch.queue.backoff.ms":        10,
			"partition.assignment.strategy": "cooperative-sticky",
			// The client keeps an answer in whole until its last record is gone, beside the next one: librdkafka's default of 50 MiB is
			// several times what it may fetch ahead.
			"fetch.max.bytes": 4 << 20,
		},
		Required: map[string]string{
			"bootstrap.servers": "the brokers to connect to first, as host:port, separated by commas",
			"group.id":          "the group whose members share the partitions",
			"auto.offset.reset": `where a group without a committed offset begins: "earliest" handles all that is there, "latest" only what comes`,
		},
	}
	if has[HookStats](set.hooks) {
		r.Required["statistics.interval.ms"] = "a hook with OnStats wants to know how often"
	}
	if newProtocol(user) {
		delete(r.Defaults, "partition.assignment.strategy")
	}
	return r
}

// info is what hooks may know of a consumer with that configuration.
func info(config kafka.ConfigMap) Info {
	i := Info{Group: fmt.Sprint(config["group.id"])}
	if id, ok := config["client.id"]; ok {
		i.ClientID = fmt.Sprint(id)
	}
	return i
}

// newProtocol reports whether the configuration chooses the group protocol of KIP-848.
func newProtocol(config kafka.ConfigMap) bool {
	return fmt.Sprint(config["group.protocol"]) == "consumer"
}

// The same in librdkafka.
const (
	defaultSessionTimeout  = 45 * time.Second
	defaultMaxPollInterval = 5 * time.Minute
	// newProtocolPulse stands in for half a session under KIP-848, where the broker alone knows how long a session is.
	newProtocolPulse = 5 * time.Second
)

// millis returns a property that is given in milliseconds; one that is missing, or that librdkafka refuses anyway, is
// the default.
func millis(config kafka.ConfigMap, name string, fallback time.Duration) time.Duration {
	value, ok := config[name]
	if !ok {
		return fallback
	}
	n, err := strconv.Atoi(fmt.Sprint(value))
	if err != nil {
		return fallback
	}
	return time.Duration(n) * time.Millisecond
}
