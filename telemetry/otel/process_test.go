package otel_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/google/go-cmp/cmp"
	"github.com/twmb/franz-go/pkg/kfake"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/consumer/consumertest"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/telemetry/otel"
)

const (
	traceID = "0102030405060708090a0b0c0d0e0f10"
	sentBy  = "1112131415161718"
)

// sent has the headers of a record that was sent within a trace.
func sent(value string) consumertest.Record {
	return consumertest.Record{Value: []byte(value), Headers: []kafka.Header{
		{Key: "traceparent", Value: []byte("00-" + traceID + "-" + sentBy + "-01")},
		{Key: "baggage", Value: []byte("tenant=acme")},
	}}
}

// traced returns a tracing and where its spans end.
func traced(opts ...otel.Option) (*otel.Tracing, *tracetest.SpanRecorder) {
	spans := tracetest.NewSpanRecorder()
	return otel.New(append([]otel.Option{
		otel.WithTracerProvider(sdk.NewTracerProvider(sdk.WithSpanProcessor(spans))),
		otel.WithPropagator(propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{})),
	}, opts...)...), spans
}

func attributes(span sdk.ReadOnlySpan) map[string]string {
	got := map[string]string{}
	for _, a := range span.Attributes() {
		got[string(a.Key)] = a.Value.String()
	}
	return got
}

func TestProcessSpan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		result error
		status codes.Code
		want   string
	}{
		{name: "handled", want: "handled"},
		{name: "skipped", result: consumer.Skip("not ours"), want: "skipped"},
		{name: "given up", result: consumer.Permanent(errors.New("no")), status: codes.Error, want: "given-up"},
		{name: "failed", result: errors.New("no"), status: codes.Error, want: "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tracing, spans := traced()
			feed := consumertest.New(t, "orders", serde.StringKey(), serde.StringValue(),
				consumer.WithHooks(tracing), consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 1}))
			var inside trace.SpanContext
			var tenant string
			feed.Start(func(ctx context.Context, _ *consumer.Record[string, string]) error {
				inside, tenant = trace.SpanContextFromContext(ctx), baggage.FromContext(ctx).Member("tenant").Value()
				return tt.result
			})
			feed.Append(sent("a"))
			if err := feed.Wait(); err != nil {
				t.Fatal(err)
			}
			span := spans.Ended()[0]
			if span.Name() != "process orders" || span.SpanKind() != trace.SpanKindConsumer || span.Status().Code != tt.status {
				t.Errorf("span %q of kind %v with status %v, want status %v", span.Name(), span.SpanKind(), span.Status(), tt.status)
			}
			if !inside.Equal(span.SpanContext()) || tenant != "acme" {
				t.Errorf("the handler was in %v with tenant %q, want the span, and acme", inside, tenant)
			}
			links := span.Links()
			if span.Parent().IsValid() || len(links) != 1 || links[0].SpanContext.SpanID().String() != sentBy || links[0].SpanContext.TraceID().String() != traceID {
				t.Errorf("parent %v, links %+v, want no parent and a link to the sender", span.Parent(), links)
			}
			want := map[string]string{
				"messaging.system": "kafka", "messaging.operation.name": "process", "messaging.operation.type": "process",
				"messaging.consumer.group.name": consumertest.Group, "messaging.destination.name": "orders", "messaging.destination.partition.id": "0",
				"messaging.kafka.offset": "0", "messaging.kafka.schema.id": "none", "magicbyte.attempt": "1", "magicbyte.outcome": tt.want,
			}
			if tt.status == codes.Error {
				want["error.type"] = tt.want
			}
			if diff := cmp.Diff(want, attributes(span)); diff != "" {
				t.Errorf("attributes (-want +got):\n%s", diff)
			}
		})
	}
}

func TestProcessSpanWithParent(t *testing.T) {
	t.Parallel()
	tracing, spans := traced(otel.WithParent())
	feed := consumertest.New(t, "orders", serde.StringKey(), serde.StringValue(), consumer.WithHooks(tracing))
	feed.Start(func(context.Context, *consumer.Record[string, string]) error { return nil })
	feed.Append(sent("a"), consumertest.Record{Value: []byte("without a trace")})
	if err := feed.Wait(); err != nil {
		t.Fatal(err)
	}
	ended := spans.Ended()
	if got := ended[0]; got.Parent().SpanID().String() != sentBy || len(got.Links()) != 0 {
		t.Errorf("parent %v, links %v, want the sender as parent", got.Parent(), got.Links())
	}
	if got := ended[1]; got.Parent().IsValid() || len(got.Links()) != 0 {
		t.Errorf("without a trace: parent %v, links %v, want none", got.Parent(), got.Links())
	}
}

func TestProcessSpanOfBatch(t *testing.T) {
	t.Parallel()
	tracing, spans := traced(otel.WithParent())
	feed := consumertest.New(t, "orders", serde.StringKey(), serde.StringValue(), consumer.WithHooks(tracing))
	feed.Append(sent("a"), sent("b"), consumertest.Record{Value: []byte("c")})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := feed.RunBatch(ctx, consumer.Batch{Max: 3, Linger: time.Minute}, func(context.Context, []*consumer.Record[string, string]) error {
		cancel()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	span := spans.Ended()[0]
	if got := attributes(span)["messaging.batch.message_count"]; got != "3" || len(span.Links()) != 2 || span.Parent().IsValid() {
		t.Errorf("%s records, links %v, parent %v, want 3, two links and no parent", got, span.Links(), span.Parent())
	}
}

// TestTraceThroughKafka follows a trace from the caller of Send through the headers of a record in a broker to the handler.
func TestTraceThroughKafka(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	brokers := strings.Join(cluster.ListenAddrs(), ",")
	tracing, spans := traced(otel.WithParent())
	p, err := producer.New(kafka.ConfigMap{"bootstrap.servers": brokers}, "orders", producer.NoKey[string](), serde.StringValue(), producer.WithSendHook(tracing))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	value := "text"
	if _, err := p.Send(t.Context(), &value); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	c, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": brokers, "group.id": "billing", "auto.offset.reset": "earliest"}, []string{"orders"},
		serde.StringKey(), serde.StringValue(), consumer.WithHooks(tracing))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.RunToEnd(t.Context(), func(context.Context, *consumer.Record[string, string]) error { return nil }); err != nil {
		t.Fatal(err)
	}
	ended := spans.Ended()
	if len(ended) != 2 {
		t.Fatalf("%d spans, want two", len(ended))
	}
	send, process := ended[0], ended[1]
	if send.Name() != "send orders" || process.Name() != "process orders" || process.Parent().SpanID() != send.SpanContext().SpanID() ||
		process.SpanContext().TraceID() != send.SpanContext().TraceID() {
		t.Errorf("%s of trace %v and %s with parent %v, want one trace from send to process",
			send.Name(), send.SpanContext().TraceID(), process.Name(), process.Parent())
	}
}
