package main

import (
	"errors"
	"strings"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/spf13/cobra"
)

// kafkaFlags say how to reach brokers.
type kafkaFlags struct {
	brokers    string
	properties []string
}

func (f *kafkaFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.brokers, "brokers", "localhost:9092", "brokers to connect to first, as host:port, separated by commas")
	flags.StringArrayVarP(&f.properties, "property", "X", nil, "property of librdkafka as name=value, for security for instance; may be repeated")
}

func (f *kafkaFlags) config() (kafka.ConfigMap, error) {
	config := kafka.ConfigMap{"bootstrap.servers": f.brokers, "enable.metrics.push": false}
	for _, property := range f.properties {
		name, value, ok := strings.Cut(property, "=")
		if !ok || name == "" {
			return nil, errors.New("--property: want name=value") // which may hold a password
		}
		config[name] = value
	}
	return config, nil
}
