package otel

import (
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// scope names this package as the one that the spans are from.
const scope = "github.com/magicbyte-go/magicbyte/telemetry/otel"

// Tracing makes the spans. It is safe for concurrent use, and one serves all producers and consumers of a service.
type Tracing struct {
	tracer     trace.Tracer
	propagator propagation.TextMapPropagator
	parent     bool
}

// Option configures a Tracing.
type Option interface {
	apply(*options)
}

type options struct {
	provider   trace.TracerProvider
	propagator propagation.TextMapPropagator
	parent     bool
}

type optionFunc func(*options)

func (f optionFunc) apply(o *options) { f(o) }

// WithTracerProvider takes tracers from provider instead of the global one, which nil is.
func WithTracerProvider(provider trace.TracerProvider) Option {
	return optionFunc(func(o *options) {
		if provider != nil {
			o.provider = provider
		}
	})
}

// WithPropagator writes and reads headers with propagator instead of the global one; that of W3C is
// propagation.NewCompositeTextMapPropagator(propagation.TraceContext{}, propagation.Baggage{}). nil is the global one.
func WithPropagator(propagator propagation.TextMapPropagator) Option {
	return optionFunc(func(o *options) {
		if propagator != nil {
			o.propagator = propagator
		}
	})
}

// WithParent makes the span that processes a single record a child of the one that sent it, so that both are in one trace. By default
// each begins a trace of its own that is linked to the sender's, as the semantic conventions advise: one trace would grow with everything that is ever
// done with a record. Batches are always linked.
func WithParent() Option {
	return optionFunc(func(o *options) { o.parent = true })
}

// New returns a Tracing with the global tracer provider and propagator, where the options name no other. Without a provider set up, it
// does next to nothing.
func New(opts ...Option) *Tracing {
	o := options{provider: otel.GetTracerProvider(), propagator: otel.GetTextMapPropagator()}
	for _, opt := range opts {
		opt.apply(&o)
	}
	return &Tracing{tracer: o.provider.Tracer(scope), propagator: o.propagator, parent: o.parent}
}
