package consumer

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// letterTopic names the topic of a group's dead letters.
func letterTopic(topic, group string) string { return topic + "." + group + ".dlq" }

// check makes sure that the topics of the dead letters exist and may be written to, and creates them where that is wanted.
func (d *deadLetters) check(ctx context.Context, topics []string, create bool) error {
	var admin *kafka.AdminClient
	if producer, ok := d.producer.(*kafka.Producer); ok { // otherwise it is in memory, where everything exists and is allowed
		var err error
		if admin, err = kafka.NewAdminClientFromProducer(producer); err != nil {
			return fmt.Errorf("consumer: dead letters: %w", err)
		}
		defer admin.Close()
	}
	for _, topic := range topics {
		name := letterTopic(topic, d.group)
		if create && admin != nil {
			if err := createTopic(ctx, admin, name); err != nil {
				return fmt.Errorf("consumer: create dead-letter topic %s: %w", name, err)
			}
		}
		if err := kafkaclient.WaitTopic(ctx, d.producer, name, create); err != nil {
			if errors.Is(err, ErrTopicMissing) {
				return fmt.Errorf("consumer: dead letters: %w: create it, or let Run do so by WithCreateTopics", err)
			}
			return fmt.Errorf("consumer: dead letters: %w", err)
		}
		if admin != nil {
			if err := checkWritable(ctx, admin, name); err != nil {
				return fmt.Errorf("consumer: dead letters: topic %s: %w", name, err)
			}
		}
	}
	return nil
}

func createTopic(ctx context.Context, admin *kafka.AdminClient, topic string) error {
	results, err := admin.CreateTopics(ctx, []kafka.TopicSpecification{{Topic: topic, NumPartitions: -1}})
	if err != nil {
		return err
	}
	for _, result := range results {
		if code := result.Error.Code(); code != kafka.ErrNoError && code != kafka.ErrTopicAlreadyExists {
			return result.Error
		}
	}
	return nil
}

// checkWritable asks the brokers what they would let this client do (KIP-430), without doing it. Brokers that do not say, let the first
// dead letter find out.
func checkWritable(ctx context.Context, admin *kafka.AdminClient, topic string) error {
	described, err := admin.DescribeTopics(ctx, kafka.NewTopicCollectionOfTopicNames([]string{topic}), kafka.SetAdminOptionIncludeAuthorizedOperations(true))
	if err != nil {
		return ctx.Err()
	}
	for _, d := range described.TopicDescriptions {
		allowed := d.AuthorizedOperations
		if d.Error.Code() == kafka.ErrNoError && len(allowed) > 0 &&
			!slices.Contains(allowed, kafka.ACLOperationWrite) && !slices.Contains(allowed, kafka.ACLOperationAll) {
			return fmt.Errorf("not writable: %w", ErrUnauthorized)
		}
	}
	return nil
}
