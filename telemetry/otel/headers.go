package otel

import (
	"slices"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"go.opentelemetry.io/otel/propagation"
)

// headers are the headers of a record as a carrier of trace contexts.
type headers struct {
	list *[]kafka.Header
}

var _ propagation.TextMapCarrier = headers{}

// Get returns the value of the last header of that name: Kafka allows several, and who adds one later means it.
func (h headers) Get(key string) string {
	for _, header := range slices.Backward(*h.list) {
		if header.Key == key {
			return string(header.Value)
		}
	}
	return ""
}

// Set replaces all headers of that name by one.
func (h headers) Set(key, value string) {
	*h.list = append(slices.DeleteFunc(slices.Clone(*h.list), func(header kafka.Header) bool { return header.Key == key }),
		kafka.Header{Key: key, Value: []byte(value)})
}

// Keys returns the names of all headers.
func (h headers) Keys() []string {
	keys := make([]string, len(*h.list))
	for i, header := range *h.list {
		keys[i] = header.Key
	}
	return keys
}
