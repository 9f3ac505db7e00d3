package kafkaclient_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

func TestCheckTopicName(t *testing.T) {
	for _, topic := range []string{"a", "orders.raw", "A-Z_0.9", "...", strings.Repeat("x", 249)} {
		if err := kafkaclient.CheckTopicName(topic); err != nil {
			t.Errorf("CheckTopicName(%q) = %v, want nil", topic, err)
		}
	}
	for _, topic := range []string{"", ".", "..", "orders raw", "a/b", "ä", "a\x00", strings.Repeat("x", 250)} {
		if err := kafkaclient.CheckTopicName(topic); err == nil {
			t.Errorf("CheckTopicName(%q) = nil, want an error", topic)
		}
	}
}

// source answers each question for metadata with the next of its answers, the last one again and again.
type source struct {
	answers []error // nil: the topic is there
	asked   int
	slices  []time.Duration
}

func (s *source) GetMetadata(topic *string, _ bool, timeoutMs int) (*kafka.Metadata, error) {
	err := s.answers[min(s.asked, len(s.answers)-1)]
	s.asked++
	timeout := time.Duration(timeoutMs) * time.Millisecond
	s.slices = append(s.slices, timeout)
	var e kafka.Error
	switch {
	case err == nil:
		return &kafka.Metadata{Topics: map[string]kafka.TopicMetadata{*topic: {Topic: *topic, Partitions: make([]kafka.PartitionMetadata, 1)}}}, nil
	case errors.As(err, &e) && e.Code() == kafka.ErrTransport:
		<-time.After(timeout)
		return nil, err
	case errors.As(err, &e):
		return &kafka.Metadata{Topics: map[string]kafka.TopicMetadata{*topic: {Topic: *topic, Error: e}}}, nil
	default:
		return nil, err
	}
}

func TestWaitTopic(t *testing.T) {
	var (
		unknown   = kafka.NewError(kafka.ErrUnknownTopicOrPart, "", false)
		down      = kafka.NewError(kafka.ErrTransport, "", false)
		noLeader  = kafka.NewError(kafka.ErrLeaderNotAvailable, "", false)
		forbidden = kafka.NewError(kafka.ErrTopicAuthorizationFailed, "", false)
	)
	tests := []struct {
		name         string
		answers      []error
		allowMissing bool
		timeout      time.Duration // 0: none
		want         error         // for errors.Is
		wantCode     kafka.ErrorCode
		within       time.Duration
	}{
		{name: "there", answers: []error{nil}, within: 0},
		{name: "being created", answers: []error{unknown, noLeader, nil}, within: 200 * time.Millisecond},
		{name: "missing", answers: []error{unknown}, want: kafkaclient.ErrTopicMissing, within: 500 * time.Millisecond},
		{name: "missing and waited for", answers: append(repeat(unknown, 50), nil), allowMissing: true, within: 5 * time.Second},
		{
			name: "missing for as long as it may", answers: []error{unknown}, allowMissing: true, timeout: 3 * time.Second,
			want: context.DeadlineExceeded, wantCode: kafka.ErrUnknownTopicOrPart, within: 3 * time.Second,
		},
		{name: "brokers come up", answers: append(repeat(down, 3), nil), within: time.Second},
		{
			name: "brokers stay down", answers: []error{down}, timeout: 3 * time.Second,
			want: context.DeadlineExceeded, wantCode: kafka.ErrTransport, within: 3*time.Second + time.Millisecond,
		},
		{
			name: "brokers stay down and nobody set a deadline", answers: []error{down},
			want: context.DeadlineExceeded, wantCode: kafka.ErrTransport, within: 30*time.Second + time.Millisecond,
		},
		{name: "not allowed", answers: []error{forbidden}, wantCode: kafka.ErrTopicAuthorizationFailed},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx := t.Context()
				if test.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				client := &source{answers: test.answers}
				start := time.Now()
				err := kafkaclient.WaitTopic(ctx, client, "orders", test.allowMissing)
				if took := time.Since(start); took > test.within {
					t.Errorf("took %v, want at most %v (slices %v)", took, test.within, client.slices)
				}
				if (err != nil) != (test.want != nil || test.wantCode != 0) {
					t.Fatalf("WaitTopic = %v", err)
				}
				if test.want != nil && !errors.Is(err, test.want) {
					t.Errorf("WaitTopic = %v, want %v", err, test.want)
				}
				var e kafka.Error
				if test.wantCode != 0 && (!errors.As(err, &e) || e.Code() != test.wantCode) {
					t.Errorf("WaitTopic = %v, want code %v", err, test.wantCode)
				}
			})
		})
	}
}

func repeat(err error, n int) []error {
	errs := make([]error, n)
	for i := range errs {
		errs[i] = err
	}
	return errs
}

func TestWaitTopicCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(10*time.Second, cancel)
		start := time.Now()
		err := kafkaclient.WaitTopic(ctx, &source{answers: []error{kafka.NewError(kafka.ErrTransport, "", false)}}, "orders", false)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("WaitTopic = %v, want context.Canceled", err)
		}
		if took := time.Since(start); took > 11*time.Second {
			t.Errorf("cancelled after 10 s, returned after %v", took)
		}
	})
}
