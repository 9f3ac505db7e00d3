// Package otel makes OpenTelemetry spans of records: "send T" around each record of a producer, "process T" around each one of a consumer,
// linked through the W3C headers (traceparent, tracestate, baggage) of the record. Names and attributes are those of the semantic conventions for
// messaging.
//
//	tracing := otel.New()   // with the global tracer provider and propagator
//	orders, err := producer.New(config, "orders.raw", key, value, producer.WithSendHook(tracing))
//	billing, err := consumer.New(config, topics, key, value, consumer.WithHooks(tracing))
package otel
