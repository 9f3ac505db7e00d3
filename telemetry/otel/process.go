package otel

import (
	"context"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.41.0"
	"go.opentelemetry.io/otel/trace"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// Attributes beside those of the semantic conventions.
const (
	// attrOutcome is the consumer.Outcome of the handler's result.
	attrOutcome = attribute.Key("magicbyte.outcome")
	// attrAttempt counts the attempts at a record, from 1.
	attrAttempt  = attribute.Key("magicbyte.attempt")
	attrSchemaID = attribute.Key("messaging.kafka.schema.id")
)

var (
	_ consumer.HookFor    = (*Tracing)(nil)
	_ consumer.HookHandle = processing{}
)

// HookFor returns the hook for one consumer: it is what makes a Tracing fit into [consumer.WithHooks].
func (t *Tracing) HookFor(info consumer.Info) consumer.Hook {
	attrs := []attribute.KeyValue{
		semconv.MessagingSystemKafka,
		semconv.MessagingOperationName("process"),
		semconv.MessagingOperationTypeProcess,
		semconv.MessagingConsumerGroupName(info.Group),
	}
	if info.ClientID != "" {
		attrs = append(attrs, semconv.MessagingClientID(info.ClientID))
	}
	return processing{Tracing: t, attrs: attrs}
}

// processing makes the spans of one consumer.
type processing struct {
	*Tracing
	attrs []attribute.KeyValue
}

// OnHandle starts the span "process T", for each attempt one, in the context that the handler gets. It is linked to the span that sent the record, or
// with [WithParent] its child. The span of a batch has a link for each record.
func (p processing) OnHandle(ctx context.Context, recs []consumer.AnyRecord) context.Context {
	first := recs[0].Info()
	links := make([]trace.Link, 0, len(recs))
	for _, rec := range recs {
		// A batch has no baggage: it belongs to one record.
		sender := p.propagator.Extract(ctx, headers{&rec.Info().Headers})
		if sent := trace.SpanContextFromContext(sender); sent.IsValid() && sent.IsRemote() {
			links = append(links, trace.Link{SpanContext: sent})
		}
		switch {
		case len(recs) > 1:
		case p.parent:
			ctx, links = sender, nil //nolint:fatcontext // there is but one record
		default: // with the sender's baggage, but in a trace of its own
			ctx = baggage.ContextWithBaggage(ctx, baggage.FromContext(sender))
		}
	}
	attrs := append(p.attrs[:len(p.attrs):len(p.attrs)],
		semconv.MessagingDestinationName(first.Topic),
		semconv.MessagingDestinationPartitionID(strconv.Itoa(int(first.Partition))),
		attrAttempt.Int(first.Attempt),
	)
	if len(recs) == 1 {
		attrs = append(attrs, semconv.MessagingKafkaOffsetKey.Int64(first.Offset), attrSchemaID.String(first.SchemaID.String()))
		if first.Tombstone {
			attrs = append(attrs, semconv.MessagingKafkaMessageTombstone(true))
		}
	} else {
		attrs = append(attrs, semconv.MessagingBatchMessageCount(len(recs)))
	}
	ctx, _ = p.tracer.Start(ctx, "process "+first.Topic,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(links...), trace.WithAttributes(attrs...))
	return ctx
}

// OnHandled ends the span with the outcome of the handler's result. What counts as failed has the status of an error.
func (p processing) OnHandled(ctx context.Context, _ []consumer.AnyRecord, err error, _ time.Duration) {
	span := trace.SpanFromContext(ctx)
	defer span.End()
	outcome := consumer.ResultOf(ctx, err)
	span.SetAttributes(attrOutcome.String(string(outcome)))
	switch outcome {
	case consumer.Failed, consumer.GivenUp, consumer.Stopped:
		span.SetStatus(codes.Error, err.Error())
		span.SetAttributes(semconv.ErrorTypeKey.String(string(outcome)))
	}
}
