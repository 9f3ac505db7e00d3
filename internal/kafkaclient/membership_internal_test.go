package kafkaclient

import (
	"fmt"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// The binding prints what librdkafka serializes: a version of either that does it in another way must not go unnoticed.
func TestMembershipIsUnderstood(t *testing.T) {
	t.Parallel()
	metadata, err := kafka.NewTestConsumerGroupMetadata("billing")
	if err != nil {
		t.Fatal(err)
	}
	client := groupMember{metadata: metadata}
	generation, id, ok := membership(fmt.Appendf(nil, "%s", metadata))
	if generation != -1 || id != "" || !ok {
		t.Errorf("got generation %d, member %q, %v, want -1 and none", generation, id, ok)
	}
	for _, epochs := range []bool{false, true} {
		if InGroup(client, epochs) {
			t.Errorf("epochs %v: one that never joined is taken for a member", epochs)
		}
	}
}

func TestMembership(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, printed string
		generation    int32
		id            string
		ok            bool
	}{
		{"member", "&{CGMDv2:\x01\x00\x00\x00billing\x00rdkafka-1\x00\x01}", 1, "rdkafka-1", true},
		{"left", "&{CGMDv2:\x01\x00\x00\x00billing\x00\x00\x01}", 1, "", true},
		{"cut", "&{CGMDv2:\x01\x00\x00\x00billing\x00rdkaf", 0, "", false},
		{"cut in the group", "&{CGMDv2:\x01\x00\x00\x00bill", 0, "", false},
		{"cut in the generation", "&{CGMDv2:\x01", 0, "", false},
		{"another version", "&{CGMDv3:\x01\x00\x00\x00billing\x00rdkafka-1\x00\x01}", 0, "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			generation, id, ok := membership([]byte(tc.printed))
			if ok != tc.ok || ok && (generation != tc.generation || id != tc.id) {
				t.Errorf("got generation %d, member %q, %v", generation, id, ok)
			}
		})
	}
}

func TestInGroup(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, printed string
		epochs, want  bool
	}{
		{"joined", "&{CGMDv2:\x01\x00\x00\x00billing\x00rdkafka-1\x00\x01}", false, true},
		{"joining, with the id that the group gave", "&{CGMDv2:\xff\xff\xff\xffbilling\x00rdkafka-1\x00\x01}", false, true},
		{"left", "&{CGMDv2:\x01\x00\x00\x00billing\x00\x00\x01}", false, false},
		{"epochs: joined", "&{CGMDv2:\x01\x00\x00\x00billing\x00chosen\x00\x01}", true, true},
		{"epochs: joining, with an id of its own choice", "&{CGMDv2:\xff\xff\xff\xffbilling\x00chosen\x00\x01}", true, false},
		{"epochs: left", "&{CGMDv2:\x00\x00\x00\x00billing\x00chosen\x00\x01}", true, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := inGroup([]byte(tc.printed), tc.epochs); got != tc.want {
				t.Errorf("inGroup(%q, %v) = %v", tc.printed, tc.epochs, got)
			}
		})
	}
}

type groupMember struct {
	Consumer
	metadata *kafka.ConsumerGroupMetadata
}

func (g groupMember) GetConsumerGroupMetadata() (*kafka.ConsumerGroupMetadata, error) {
	return g.metadata, nil
}

func (g groupMember) Committed([]kafka.TopicPartition, int) ([]kafka.TopicPartition, error) {
	return nil, nil
}

func (g groupMember) CommitOffsets([]kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	return nil, nil
}
