package kafkaclient

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// tokenLimit is how long a token source may take; librdkafka asks again some seconds after a failure.
const tokenLimit = 30 * time.Second

// ErrNoTokenSource is the failure of a client that is configured for OAUTHBEARER and has no way to its tokens.
var ErrNoTokenSource = errors.New("sasl.mechanism OAUTHBEARER needs WithTokenSource, or sasl.oauthbearer.method=oidc")

// TokenSource returns a token for SASL/OAUTHBEARER (KIP-255).
type TokenSource func(ctx context.Context) (kafka.OAuthBearerToken, error)

// TokenSetter is a producer, consumer or admin client of package kafka.
type TokenSetter interface {
	SetOAuthBearerToken(token kafka.OAuthBearerToken) error
	SetOAuthBearerTokenFailure(reason string) error
}

// RefreshToken answers a client's OAuthBearerTokenRefresh: it asks source for a token and gives the client that, or word of the failure, upon
// which the client asks again later. It is called beside the goroutine that receives events. The error is for the log.
func RefreshToken(ctx context.Context, client TokenSetter, source TokenSource) error {
	err := ErrNoTokenSource
	if source != nil {
		var token kafka.OAuthBearerToken
		if token, err = askSource(ctx, source); err == nil {
			err = client.SetOAuthBearerToken(token)
		}
	}
	if err == nil {
		return nil
	}
	err = fmt.Errorf("no token: %w", err)
	reason, _, _ := strings.Cut(err.Error(), "\n") // without the stack of a panic
	return errors.Join(err, client.SetOAuthBearerTokenFailure(reason))
}

// askSource calls source, whose panic is an error.
func askSource(ctx context.Context, source TokenSource) (token kafka.OAuthBearerToken, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the token source panicked: %v\n%s", r, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, tokenLimit)
	defer cancel()
	return source(ctx)
}
