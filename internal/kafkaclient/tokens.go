package kafkaclient

import (
	"context"
	"log/slog"
	"sync"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// Tokens gives a client its tokens, beside the goroutine that receives its events. It is safe for concurrent use.
type Tokens struct {
	source TokenSource
	log    *slog.Logger
	ending context.Context
	end    context.CancelFunc

	mu     sync.Mutex  // held while the client is called
	client TokenSetter // nil once it is being closed, and for one that has no tokens
}

// NewTokens returns the tokens of a client. Where source is nil, the client is told so.
func NewTokens(client any, source TokenSource, log *slog.Logger) *Tokens {
	t := &Tokens{source: source, log: log}
	t.client, _ = client.(TokenSetter)
	t.ending, t.end = context.WithCancel(context.Background())
	return t
}

// Refresh answers a client's OAuthBearerTokenRefresh, on a goroutine of its own.
func (t *Tokens) Refresh() {
	go func() {
		if err := RefreshToken(t.ending, t, t.source); err != nil && t.ending.Err() == nil {
			t.log.Warn("Kafka client", slog.Any("error", err))
		}
	}()
}

// Close must come before the client's own. It does not wait for the source: what that still returns is dropped.
func (t *Tokens) Close() {
	t.end()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.client = nil
}

// SetOAuthBearerToken passes a token on, as long as the client is open.
func (t *Tokens) SetOAuthBearerToken(token kafka.OAuthBearerToken) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client == nil {
		return nil
	}
	return t.client.SetOAuthBearerToken(token)
}

// SetOAuthBearerTokenFailure passes a failure on, as long as the client is open.
func (t *Tokens) SetOAuthBearerTokenFailure(reason string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.client == nil {
		return nil
	}
	return t.client.SetOAuthBearerTokenFailure(reason)
}
