package peers

import (
	"fmt"

	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde"
	"github.com/confluentinc/confluent-kafka-go/v2/schemaregistry/serde/avrov2"
	"github.com/hamba/avro/v2"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// AutoEvent is a [HambaEvent] that names its schema, as the default way of writing of avrov2 likes it: else it would derive one.
type AutoEvent HambaEvent

var autoSchema = avro.MustParse(schemas.OrderEventSchema)

// Schema returns the schema of the contract.
func (*AutoEvent) Schema() avro.Schema { return autoSchema }

// Avrov2 returns the serde of confluent-kafka-go, with its own client for the registry at an address, in its default way:
// it registers its schema when it writes, and reads with the writer's schema.
func Avrov2(url, topic string) (Codec[AutoEvent], error) {
	write := avrov2.NewSerializerConfig()
	ser, deser, err := avrov2Pair(url, write, avrov2.NewDeserializerConfig())
	if err != nil {
		return Codec[AutoEvent]{}, err
	}
	return Codec[AutoEvent]{
		Of:     func(e *schemas.OrderEvent) *AutoEvent { return (*AutoEvent)(hambaForm.of(e)) },
		Back:   func(v *AutoEvent) *schemas.OrderEvent { return hambaForm.back((*HambaEvent)(v)) },
		Append: func(_ []byte, v *AutoEvent) ([]byte, error) { return ser.Serialize(topic, v) },
		Decode: func(src []byte, v *AutoEvent) error { return deser.DeserializeInto(topic, src, v) },
	}, nil
}

// Avrov2Latest returns the same serde in its fast way of writing, with the newest schema of the subject, for which it also reads.
func Avrov2Latest(url, topic string) (Codec[HambaEvent], error) {
	c, err := avrov2Latest[HambaEvent](url, topic)
	c.Of, c.Back = hambaForm.of, hambaForm.back
	return c, err
}

// Avrov2Evolved returns the same for events that were written with an older schema. It reads only.
func Avrov2Evolved(url, topic string) (Codec[HambaEvolvedEvent], error) {
	c, err := avrov2Latest[HambaEvolvedEvent](url, topic)
	c.Back = (*HambaEvolvedEvent).back
	return c, err
}

func avrov2Latest[T any](url, topic string) (Codec[T], error) {
	write := avrov2.NewSerializerConfig()
	write.AutoRegisterSchemas, write.UseLatestVersion = false, true
	read := avrov2.NewDeserializerConfig()
	read.UseLatestVersion = true
	ser, deser, err := avrov2Pair(url, write, read)
	if err != nil {
		return Codec[T]{}, err
	}
	return Codec[T]{
		Append: func(_ []byte, v *T) ([]byte, error) { return ser.Serialize(topic, v) },
		Decode: func(src []byte, v *T) error { return deser.DeserializeInto(topic, src, v) },
	}, nil
}

func avrov2Pair(url string, write *avrov2.SerializerConfig, read *avrov2.DeserializerConfig) (*avrov2.Serializer, *avrov2.Deserializer, error) {
	client, err := schemaregistry.NewClient(schemaregistry.NewConfig(url))
	if err != nil {
		return nil, nil, fmt.Errorf("peers: avrov2: client: %w", err)
	}
	// The default strategy asks the registry for associations, which few registries have.
	write.SubjectNameStrategyType, read.SubjectNameStrategyType = serde.TopicNameStrategyType, serde.TopicNameStrategyType
	ser, err := avrov2.NewSerializer(client, serde.ValueSerde, write)
	if err != nil {
		return nil, nil, fmt.Errorf("peers: avrov2: serializer: %w", err)
	}
	deser, err := avrov2.NewDeserializer(client, serde.ValueSerde, read)
	if err != nil {
		return nil, nil, fmt.Errorf("peers: avrov2: deserializer: %w", err)
	}
	return ser, deser, nil
}
