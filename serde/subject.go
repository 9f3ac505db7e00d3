package serde

import (
	"errors"
	"fmt"
)

// Part says which half of a record is meant. It decides the subject's suffix and the header that may carry the schema id.
type Part uint8

const (
	// Value is the record's value: the default.
	Value Part = iota
	// Key is the record's key.
	Key
)

// String returns "value" or "key", as in subject names.
func (p Part) String() string {
	if p == Key {
		return "key"
	}
	return "value"
}

// SchemaIDHeader returns the name of the header that may carry the schema id of this part.
func (p Part) SchemaIDHeader() string {
	if p == Key {
		return KeySchemaIDHeader
	}
	return ValueSchemaIDHeader
}

// SubjectStrategy names the subject that holds the schema of one part of a topic's records; recordName is the schema's
// full name, "" where it has none. [TopicName], [RecordName] and [TopicRecordName] are Confluent's three; any function will do.
type SubjectStrategy func(topic string, part Part, recordName string) (string, error)

// TopicName is "<topic>-key" or "<topic>-value": one schema per topic. It is the default.
func TopicName(topic string, part Part, _ string) (string, error) {
	if topic == "" {
		return "", errors.New("serde: subject by topic name: the topic is empty")
	}
	return topic + "-" + part.String(), nil
}

// RecordName is the record's full name: one schema per record, whatever the topic.
func RecordName(_ string, _ Part, recordName string) (string, error) {
	if recordName == "" {
		return "", errors.New("serde: subject by record name: the schema has no name")
	}
	return recordName, nil
}

// TopicRecordName is "<topic>-<full name>": several records to a topic, each evolving by itself.
func TopicRecordName(topic string, _ Part, recordName string) (string, error) {
	if topic == "" || recordName == "" {
		return "", fmt.Errorf("serde: subject by topic and record name: topic %q, record name %q: both are needed", topic, recordName)
	}
	return topic + "-" + recordName, nil
}
