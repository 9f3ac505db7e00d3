package kafkaclient_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// setter keeps what a client is told.
type setter struct {
	token   string
	failure string
	refuse  error
}

func (s *setter) SetOAuthBearerToken(token kafka.OAuthBearerToken) error {
	if s.refuse != nil {
		return s.refuse
	}
	s.token = token.TokenValue
	return nil
}

func (s *setter) SetOAuthBearerTokenFailure(reason string) error {
	s.failure = reason
	return nil
}

func TestRefreshToken(t *testing.T) {
	t.Parallel()
	good := func(context.Context) (kafka.OAuthBearerToken, error) {
		return kafka.OAuthBearerToken{TokenValue: "t0ken"}, nil
	}
	down := errors.New("identity provider is down")
	expired := errors.New("expired")
	tests := []struct {
		name   string
		source kafkaclient.TokenSource
		refuse error
		want   error
		text   string
	}{
		{name: "a token", source: good},
		{name: "the source fails", source: func(context.Context) (kafka.OAuthBearerToken, error) { return kafka.OAuthBearerToken{}, down }, want: down},
		{name: "the source panics", source: func(context.Context) (kafka.OAuthBearerToken, error) { panic("at the disco") }, text: "at the disco"},
		{name: "the client refuses", source: good, refuse: expired, want: expired},
		{name: "no source", want: kafkaclient.ErrNoTokenSource},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			client := &setter{refuse: tt.refuse}
			err := kafkaclient.RefreshToken(t.Context(), client, tt.source)
			if tt.want == nil && tt.text == "" {
				if err != nil || client.token != "t0ken" || client.failure != "" {
					t.Errorf("RefreshToken = %v, the client has token %q and failure %q", err, client.token, client.failure)
				}
				return
			}
			if tt.want != nil && !errors.Is(err, tt.want) || err == nil || !strings.Contains(err.Error(), tt.text) {
				t.Errorf("RefreshToken = %v, want %v %s", err, tt.want, tt.text)
			}
			if client.token != "" || !strings.HasPrefix(err.Error(), client.failure) || client.failure == "" || strings.Contains(client.failure, "goroutine") {
				t.Errorf("the client has token %q and failure %q, want no token, and the reason without a stack", client.token, client.failure)
			}
		})
	}
}
