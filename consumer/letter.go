package consumer

import (
	"encoding/binary"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Headers that a redriven record has after its original ones, both text.
const (
	HeaderRedrivenGroup = "dlq.redriven.group" // the group that gave it up; missing where the dead letter did not name it
	HeaderRedriven      = "dlq.redriven.count" // how often it was redriven, from 1
)

// Letter is a dead letter of this package, of Kafka Connect, of Kafka Streams (KIP-1034) or of Spring, as its headers describe it.
type Letter struct {
	Ref                 // of the dead letter itself
	Written   time.Time // its timestamp
	Profile   HeaderProfile
	Origin    Ref    // of the record; partition and offset are -1 where the headers do not say, the topic is empty for what is no dead letter
	Group     string // that gave it up: a consumer group, a connector, or empty where the headers do not say
	Stage     string // see [Stage], or Connect's name
	Class     string // see [HeaderErrorClass], or a Java class
	Message   string
	Redriven  int // how often it was redriven before
	Key       []byte
	Value     []byte
	Headers   []kafka.Header // of the record, as they were
	described []kafka.Header // those that were added
}

// Header returns the value of the dead letter's last header of that name, among those that were added and those of the record; false where
// there is none.
func (d *Letter) Header(name string) (string, bool) {
	for _, headers := range [][]kafka.Header{d.described, d.Headers} {
		for _, h := range slices.Backward(headers) {
			if h.Key == name {
				return string(h.Value), true
			}
		}
	}
	return "", false
}

// parseLetter reads what a message says of itself.
func parseLetter(m *kafka.Message) *Letter {
	d := &Letter{
		Ref:     Ref{Topic: *m.TopicPartition.Topic, Partition: m.TopicPartition.Partition, Offset: int64(m.TopicPartition.Offset)},
		Written: m.Timestamp, Key: m.Key, Value: m.Value, Headers: m.Headers, Origin: Ref{Partition: -1, Offset: -1},
	}
	for _, p := range letterNames {
		if lastHeader(m.Headers, p.topic) == nil {
			continue
		}
		d.Profile = p.profile
		d.split(p)
		get := func(name string) string { return string(lastHeader(d.described, name)) }
		d.Origin.Topic, d.Group, d.Stage, d.Class, d.Message = get(p.topic), get(p.group), get(p.stage), get(p.class), get(p.message)
		if n, ok := p.number(lastHeader(d.described, p.partition)); ok && n == int64(int32(n)) {
			d.Origin.Partition = int32(n)
		}
		if n, ok := p.number(lastHeader(d.described, p.offset)); ok {
			d.Origin.Offset = n
		}
		break
	}
	d.Redriven, _ = strconv.Atoi(string(lastHeader(d.Headers, HeaderRedriven)))
	return d
}

// letterName is how a profile names what it says.
type letterName struct {
	profile                                                        HeaderProfile
	prefix, topic, partition, offset, group, stage, class, message string
	number                                                         func([]byte) (int64, bool)
}

// letterNames are looked for in this order.
var letterNames = []letterName{
	{
		MagicbyteHeaders, "dlq.", HeaderOriginTopic, HeaderOriginPartition, HeaderOriginOffset, HeaderOriginGroup,
		HeaderErrorStage, HeaderErrorClass, HeaderErrorMessage, textNumber,
	},
	{
		ConnectHeaders, connectPrefix, connectPrefix + "topic", connectPrefix + "partition", connectPrefix + "offset", connectPrefix + "connector.name",
		connectPrefix + "stage", connectPrefix + "exception.class.name", connectPrefix + "exception.message", textNumber,
	},
	{
		StreamsHeaders, streamsPrefix, streamsPrefix + "topic", streamsPrefix + "partition", streamsPrefix + "offset", "", "",
		streamsPrefix + "exception", streamsPrefix + "message", textNumber,
	},
	{
		SpringHeaders, springPrefix, springPrefix + "original-topic", springPrefix + "original-partition", springPrefix + "original-offset",
		springPrefix + "original-consumer-group", "", springPrefix + "exception-fqcn", springPrefix + "exception-message", binaryNumber,
	},
}

// split divides the headers into those of the record and those that were added. Ours stand in one piece at the end, so a dead letter of a dead letter
// loses the newest alone; the others are told by their prefix.
func (d *Letter) split(p letterName) {
	from := 0
	if p.profile == MagicbyteHeaders {
		for i, h := range d.Headers {
			if h.Key == p.topic {
				from = i
			}
		}
	}
	original := d.Headers[:from:from]
	for _, h := range d.Headers[from:] {
		if strings.HasPrefix(h.Key, p.prefix) && !redriveHeader(h) {
			d.described = append(d.described, h)
		} else {
			original = append(original, h)
		}
	}
	d.Headers = original
}

func redriveHeader(h kafka.Header) bool {
	return h.Key == HeaderRedriven || h.Key == HeaderRedrivenGroup
}

func textNumber(b []byte) (int64, bool) {
	n, err := strconv.ParseInt(string(b), 10, 64)
	return n, err == nil
}

func binaryNumber(b []byte) (int64, bool) {
	switch len(b) {
	case 4:
		return int64(int32(binary.BigEndian.Uint32(b))), true
	case 8:
		return int64(binary.BigEndian.Uint64(b)), true
	default:
		return 0, false
	}
}

// redriven makes the record that goes back to where the letter came from. Its timestamp is the time of writing: brokers refuse times far
// from now, and delete what is old.
func (d *Letter) redriven() *kafka.Message {
	headers := slices.DeleteFunc(slices.Clone(d.Headers), redriveHeader)
	if d.Group != "" {
		headers = append(headers, kafka.Header{Key: HeaderRedrivenGroup, Value: []byte(d.Group)})
	}
	headers = append(headers, kafka.Header{Key: HeaderRedriven, Value: strconv.AppendInt(nil, int64(d.Redriven+1), 10)})
	return &kafka.Message{
		TopicPartition: kafka.TopicPartition{Topic: &d.Origin.Topic, Partition: d.Origin.Partition}, // -1 is kafka.PartitionAny
		Key:            d.Key, Value: d.Value, Headers: headers,
	}
}

// WithSkipRedrivenForOthers settles records without handling them that [Redrive] has put back for another group: every group of the topic
// sees them, and all but that one have handled them before. Default: they are handled as all others.
func WithSkipRedrivenForOthers() Option { return option(func(s *settings) { s.skipRedriven = true }) }

// redrivenForOther reports whether a record was redriven for another group than this.
func redrivenForOther(m *kafka.Message, group string) bool {
	owner := lastHeader(m.Headers, HeaderRedrivenGroup)
	return owner != nil && string(owner) != group
}
