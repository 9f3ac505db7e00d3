package consumer

import (
	"context"
	"errors"
)

// Handler is a handler of records of any types, as [Middleware] sees it.
type Handler func(ctx context.Context, rec AnyRecord) error

// Middleware puts something around a handler: it returns a handler that calls next, or does not. What it returns decides about the
// record as a handler's result does. It runs once for each attempt.
type Middleware func(next Handler) Handler

// WithMiddleware puts middleware around the handler of [Consumer.Run] and [Consumer.Records], the first outermost. Default: none.
// [Consumer.RunBatch] refuses it.
func WithMiddleware(middleware ...Middleware) Option {
	return option(func(s *settings) {
		for _, m := range middleware {
			if m == nil {
				s.problems = append(s.problems, errors.New("consumer: WithMiddleware: a nil Middleware"))
			}
		}
		s.middleware = append(s.middleware, middleware...)
	})
}

// wrap puts middleware around a handler.
func wrap(handler Handler, middleware []Middleware) Handler {
	for i := len(middleware) - 1; i >= 0; i-- {
		handler = middleware[i](handler)
	}
	return handler
}
