package otel_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/producer/producertest"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/telemetry/otel"
)

func newTracing(t *testing.T) (*otel.Tracing, *tracetest.SpanRecorder, trace.Tracer) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(spans))
	return otel.New(otel.WithTracerProvider(provider), otel.WithPropagator(propagation.TraceContext{})), spans, provider.Tracer("test")
}

func TestSendSpan(t *testing.T) {
	t.Parallel()
	tracing, spans, tracer := newTracing(t)
	p := producertest.New(t, "orders.raw", producer.NoKey[string](), serde.StringValue(), producer.WithSendHook(tracing))
	ctx, caller := tracer.Start(t.Context(), "caller")
	value := "text"
	_, err := p.SendMessage(ctx, producer.Message[producer.None, string]{
		Value:   &value,
		Headers: []kafka.Header{{Key: "own", Value: []byte("o")}, {Key: "traceparent", Value: []byte("of an earlier hop")}},
	})
	if err != nil {
		t.Fatal(err)
	}
	span := spans.Ended()[0]
	if span.Name() != "send orders.raw" || span.SpanKind() != trace.SpanKindProducer || span.Status().Code != codes.Unset {
		t.Errorf("span %q of kind %v with status %v", span.Name(), span.SpanKind(), span.Status())
	}
	if span.Parent().SpanID() != caller.SpanContext().SpanID() {
		t.Errorf("parent %v, want the caller's span", span.Parent().SpanID())
	}
	got := map[string]string{}
	for _, a := range span.Attributes() {
		got[string(a.Key)] = a.Value.String()
	}
	want := map[string]string{
		"messaging.system": "kafka", "messaging.destination.name": "orders.raw", "messaging.operation.name": "send",
		"messaging.operation.type": "send", "messaging.destination.partition.id": "0", "messaging.kafka.offset": "0",
		"messaging.message.body.size": "4", "messaging.kafka.schema.id": "none",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
	sent := map[string]string{}
	for _, h := range p.Records()[0].Headers {
		sent[h.Key] += string(h.Value)
	}
	parent := "00-" + span.SpanContext().TraceID().String() + "-" + span.SpanContext().SpanID().String() + "-01"
	if diff := cmp.Diff(map[string]string{"own": "o", "traceparent": parent}, sent); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
}

func TestSendSpanOfFailure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		err  error
		want string
	}{
		{name: "certain", err: kafka.NewError(kafka.ErrMsgSizeTooLarge, "", false), want: "failed"},
		{name: "indeterminate", err: kafka.NewError(kafka.ErrMsgTimedOut, "", false), want: "indeterminate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tracing, spans, _ := newTracing(t)
			p := producertest.New(t, "orders.raw", producer.NoKey[string](), serde.StringValue(), producer.WithSendHook(tracing))
			p.Fail(tt.err)
			value := "text"
			_, err := p.Send(t.Context(), &value)
			var sent *producer.Error
			if !errors.As(err, &sent) {
				t.Fatalf("Send = %v", err)
			}
			span := spans.Ended()[0]
			if span.Status().Code != codes.Error || span.Status().Description != err.Error() {
				t.Errorf("status = %+v, want the error", span.Status())
			}
			var got string
			for _, a := range span.Attributes() {
				if a.Key == "error.type" {
					got = a.Value.AsString()
				}
			}
			if got != tt.want {
				t.Errorf("error.type = %q, want %q", got, tt.want)
			}
		})
	}
}

// TestSendWithoutProvider has the span of a caller go on in the headers even where nothing is recorded.
func TestSendWithoutProvider(t *testing.T) {
	t.Parallel()
	tracing := otel.New(otel.WithTracerProvider(nil), otel.WithPropagator(propagation.TraceContext{}), otel.WithPropagator(nil))
	p := producertest.New(t, "orders.raw", producer.NoKey[string](), serde.StringValue(), producer.WithSendHook(tracing))
	ctx := trace.ContextWithRemoteSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{
		TraceID: trace.TraceID{1}, SpanID: trace.SpanID{2}, TraceFlags: trace.FlagsSampled,
	}))
	value := "text"
	if _, err := p.Send(ctx, &value); err != nil {
		t.Fatal(err)
	}
	got := p.Records()[0].Headers
	if len(got) != 1 || !strings.HasPrefix(string(got[0].Value), "00-01000000000000000000000000000000-02") {
		t.Errorf("headers = %v, want the caller's traceparent", got)
	}
}
