package eventlog

import (
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// record is what a consumer of bytes delivers.
type record = consumer.Record[[]byte, []byte]

var timestampTypes = map[kafka.TimestampType]TimestampType{
	kafka.TimestampNotAvailable:  TimestampTypeNone,
	kafka.TimestampCreateTime:    TimestampTypeCreateTime,
	kafka.TimestampLogAppendTime: TimestampTypeLogAppendTime,
}

// enveloper makes envelopes of records, each of which is good until the next one.
type enveloper struct {
	envelope Envelope
	headers  []Header
	id       int32
	guid     string
}

// of returns the envelope of a record. It shares the record's memory.
func (e *enveloper) of(rec *record) *Envelope {
	e.headers = e.headers[:0]
	for _, h := range rec.Headers {
		e.headers = append(e.headers, Header{Key: []byte(h.Key), Value: h.Value})
	}
	e.envelope = Envelope{
		Topic: rec.Topic, Partition: rec.Partition, Offset: rec.Offset, Timestamp: rec.Timestamp, TimestampType: timestampTypes[rec.TimestampType],
		Key: rec.Key, Value: rec.Value, Headers: e.headers,
	}
	if e.envelope.TimestampType == TimestampTypeNone {
		e.envelope.Timestamp = time.UnixMilli(0)
	}
	id, _, _ := schemaOf(&e.envelope)
	if n, ok := id.Number(); ok {
		e.id = n
		e.envelope.SchemaID = &e.id
	} else if !id.IsZero() {
		e.guid = id.String()
		e.envelope.SchemaGUID = &e.guid
	}
	return &e.envelope
}

// schemaOf returns the schema id of a value, what it stands before, and whether it was in a frame; a zero id where there is none.
func schemaOf(e *Envelope) (id serde.SchemaID, body []byte, framed bool) {
	for i := len(e.Headers) - 1; i >= 0; i-- {
		if string(e.Headers[i].Key) == serde.ValueSchemaIDHeader {
			id, err := serde.ParseIDHeader(e.Headers[i].Value)
			if err != nil {
				return serde.SchemaID{}, nil, false
			}
			return id, e.Value, false
		}
	}
	if len(e.Value) < shortestFrame || e.Value[0] > 1 { // errors take memory
		return serde.SchemaID{}, nil, false
	}
	id, body, err := serde.ParseFrame(e.Value)
	if err != nil {
		return serde.SchemaID{}, nil, false
	}
	return id, body, true
}

const shortestFrame = 5

// recordSize is the size of a record's envelope.
func recordSize(rec *record) int64 {
	n := fixedSize + len(rec.Key) + len(rec.Value)
	for i := range rec.Headers {
		n += len(rec.Headers[i].Key) + len(rec.Headers[i].Value)
	}
	return int64(n)
}

const fixedSize = 32 // for numbers and lengths

// size is what a record counts for, whatever its file makes of it: so a file ends at the same record each time it is written.
func size(e *Envelope) int64 {
	n := fixedSize + len(e.Key) + len(e.Value)
	for i := range e.Headers {
		n += len(e.Headers[i].Key) + len(e.Headers[i].Value)
	}
	return int64(n)
}
