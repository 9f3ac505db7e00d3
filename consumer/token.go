package consumer

import (
	"context"
	"errors"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// WithTokenSource has the consumer, and the producer of its dead letters, log in with tokens that source returns
// (sasl.mechanism=OAUTHBEARER, KIP-255): before the first connection and whenever four fifths of a token's life are over. Each call may take
// 30 s; it is repeated 10 s after one that failed, which is logged. source is called by several goroutines at once. For tokens by OpenID Connect
// librdkafka needs no source: sasl.oauthbearer.method=oidc.
func WithTokenSource(source func(ctx context.Context) (kafka.OAuthBearerToken, error)) Option {
	return option(func(s *settings) {
		if source == nil {
			s.problems = append(s.problems, errors.New("consumer: WithTokenSource: the source is nil"))
			return
		}
		s.tokens = source
	})
}
