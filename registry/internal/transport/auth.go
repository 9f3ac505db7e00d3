package transport

import (
	"context"
	"errors"
)

// ErrRefused is the error of an Authorize whose own credentials were refused.
var ErrRefused = errors.New("the credentials were refused")

// Authorize returns the Authorization header of a request. refused is one that it returned before and that was answered 401: it
// returns another one if it has any, else the same. A function, since no formatting verb can look into one.
type Authorize func(ctx context.Context, refused string) (string, error)

// Static is an Authorize that always returns the same header.
func Static(header string) Authorize {
	return func(context.Context, string) (string, error) { return header, nil }
}

// unauthorizedError is why there was no header, so that the registry was not asked.
type unauthorizedError struct{ cause error }

func (e unauthorizedError) Error() string { return e.cause.Error() }
func (e unauthorizedError) Unwrap() error { return e.cause }
