package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// createTopics makes topics with the given number of partitions.
func createTopics(ctx context.Context, brokers string, partitions int, names ...string) error {
	specifications := make([]kafka.TopicSpecification, len(names))
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return fmt.Errorf("create topics: %q is there twice", name)
		}
		if err := kafkaclient.CheckTopicName(name); err != nil {
			return fmt.Errorf("create topics: %w", err)
		}
		specifications[i] = kafka.TopicSpecification{Topic: name, NumPartitions: partitions}
	}
	admin, err := kafka.NewAdminClient(&kafka.ConfigMap{"bootstrap.servers": brokers, "enable.metrics.push": false})
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	defer admin.Close()
	results, err := admin.CreateTopics(ctx, specifications)
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	for _, result := range results {
		if result.Error.Code() != kafka.ErrNoError {
			return fmt.Errorf("create topic %s: %w", result.Topic, result.Error)
		}
	}
	return nil
}
