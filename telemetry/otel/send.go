package otel

import (
	"context"
	"errors"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/magicbyte-go/magicbyte/producer"
)

var _ producer.SendHook = (*Tracing)(nil)

// OnSend starts the span "send T", a child of the one in ctx, writes its context into the record's headers, and returns the function that
// ends it with the record's outcome. It is what [producer.WithSendHook] wants.
func (t *Tracing) OnSend(ctx context.Context, record *producer.Outgoing) func(producer.Receipt, error) {
	ctx, span := t.tracer.Start(ctx, "send "+record.Topic,
		trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(
			semconv.MessagingSystemKafka,
			semconv.MessagingDestinationName(record.Topic),
			semconv.MessagingOperationName("send"),
			semconv.MessagingOperationTypeSend,
		))
	t.propagator.Inject(ctx, headers{&record.Headers})
	if !span.IsRecording() {
		span.End()
		return nil
	}
	return func(receipt producer.Receipt, err error) {
		defer span.End()
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
			span.SetAttributes(semconv.ErrorTypeKey.String(errorType(err)))
			return
		}
		span.SetAttributes(
			semconv.MessagingDestinationPartitionID(strconv.Itoa(int(receipt.Partition))),
			semconv.MessagingKafkaOffsetKey.Int64(receipt.Offset),
			semconv.MessagingMessageBodySize(receipt.ValueSize),
			attribute.String("messaging.kafka.schema.id", receipt.ValueSchema.String()),
		)
	}
}

// errorType tells records that may be in the log from those that are not.
func errorType(err error) string {
	if errors.Is(err, producer.ErrIndeterminate) {
		return "indeterminate"
	}
	return "failed"
}
