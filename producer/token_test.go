package producer_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
)

// wantToken has the broker let in whoever logs in with one of the tokens, and tells of each log-in.
func wantToken(cluster *kfake.Cluster, tokens ...string) <-chan string {
	logins := make(chan string, 16)
	cluster.ControlKey(int16(kmsg.SASLHandshake), func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		response := request.ResponseKind().(*kmsg.SASLHandshakeResponse)
		response.SupportedMechanisms = []string{"OAUTHBEARER"}
		return response, nil, true
	})
	cluster.ControlKey(int16(kmsg.SASLAuthenticate), func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		response := request.ResponseKind().(*kmsg.SASLAuthenticateResponse)
		for _, token := range tokens {
			if strings.Contains(string(request.(*kmsg.SASLAuthenticateRequest).SASLAuthBytes), "Bearer "+token+"\x01") {
				logins <- token
				return response, nil, true
			}
		}
		response.ErrorCode = 58 // SASL_AUTHENTICATION_FAILED
		return response, nil, true
	})
	return logins
}

func oauthConfig(cluster *kfake.Cluster) kafka.ConfigMap {
	config := configOf(cluster)
	config["security.protocol"], config["sasl.mechanism"] = "sasl_plaintext", "OAUTHBEARER"
	return config
}

func TestTokenSource(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	logins := wantToken(cluster, "first", "second")
	var calls atomic.Int32
	refreshed := make(chan struct{})
	p := startProducer(t, oauthConfig(cluster), producer.WithTokenSource(func(context.Context) (kafka.OAuthBearerToken, error) {
		token := kafka.OAuthBearerToken{TokenValue: "first", Principal: "svc", Expiration: time.Now().Add(2 * time.Second)}
		if calls.Add(1) == 2 {
			token.TokenValue, token.Expiration = "second", time.Now().Add(time.Hour)
			close(refreshed)
		}
		return token, nil
	}))
	if _, err := p.Send(within(t, 10*time.Second), &event{}); err != nil {
		t.Fatal(err)
	}
	if got := <-logins; got != "first" {
		t.Errorf("logged in with %q", got)
	}
	select {
	case <-refreshed: // before the first one has ended
	case <-within(t, 10*time.Second).Done():
		t.Error("the token was not refreshed")
	}
}

func TestTokenSourceFails(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	wantToken(cluster)
	down := errors.New("identity provider is down")
	tests := []struct {
		name string
		opts []producer.Option
		want string
	}{
		{
			name: "the source fails", want: down.Error(),
			opts: []producer.Option{producer.WithTokenSource(func(context.Context) (kafka.OAuthBearerToken, error) {
				return kafka.OAuthBearerToken{}, down
			})},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newProducer(t, oauthConfig(cluster), &eventValue{}, tt.opts...)
			if err := p.Start(within(t, time.Second)); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Start = %v, want %q in it", err, tt.want)
			}
		})
	}
}

// TestTokensNeedASource: New sees what Start could only wait for.
func TestTokensNeedASource(t *testing.T) {
	t.Parallel()
	oauth := kafka.ConfigMap{"bootstrap.servers": "localhost:1", "security.protocol": "SASL_SSL", "sasl.mechanisms": "OAUTHBEARER"}
	if _, err := producer.New(oauth, topic, eventKey(), &eventValue{}); err == nil || !strings.Contains(err.Error(), "OAUTHBEARER needs WithTokenSource") {
		t.Errorf("New = %v, want the missing source", err)
	}
	if _, err := producer.NewTransactions(oauth, "id"); err == nil || !strings.Contains(err.Error(), "OAUTHBEARER needs WithTokenSource") {
		t.Errorf("NewTransactions = %v, want the missing source", err)
	}
	oauth["enable.sasl.oauthbearer.unsecure.jwt"] = true // librdkafka makes them
	if _, err := producer.New(oauth, topic, eventKey(), &eventValue{}); err != nil {
		t.Errorf("New = %v", err)
	}
	plain := kafka.ConfigMap{"bootstrap.servers": "localhost:1"}
	source := producer.WithTokenSource(func(context.Context) (kafka.OAuthBearerToken, error) { return kafka.OAuthBearerToken{}, nil })
	if _, err := producer.New(plain, topic, eventKey(), &eventValue{}, source); err == nil || !strings.Contains(err.Error(), "its tokens are not asked for") {
		t.Errorf("New = %v, want the source that nobody asks", err)
	}
}

// TestCloseEndsTokenSource closes while the source waits for its identity provider.
func TestCloseEndsTokenSource(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	wantToken(cluster)
	asked := make(chan struct{})
	p := newProducer(t, oauthConfig(cluster), &eventValue{}, producer.WithTokenSource(func(ctx context.Context) (kafka.OAuthBearerToken, error) {
		close(asked)
		<-ctx.Done()
		return kafka.OAuthBearerToken{}, ctx.Err()
	}))
	started := make(chan error, 1)
	go func() { started <- p.Start(within(t, 20*time.Second)) }()
	<-asked
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Errorf("Close = %v", err)
	}
	if err := <-started; !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Start = %v, want ErrClosed", err)
	}
}
