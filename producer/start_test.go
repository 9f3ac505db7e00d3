package producer_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestStates(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	ctx := within(t, 10*time.Second)
	p := newProducer(t, configOf(cluster), &eventValue{})
	if _, err := p.Send(ctx, &event{}); !errors.Is(err, producer.ErrNotStarted) {
		t.Errorf("Send before Start = %v", err)
	}
	if err := p.Flush(ctx); !errors.Is(err, producer.ErrNotStarted) {
		t.Errorf("Flush before Start = %v", err)
	}
	if err := p.Start(ctx); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(ctx); err == nil {
		t.Error("second Start = nil")
	}
	unstarted := newProducer(t, configOf(cluster), &eventValue{})
	if err := unstarted.Close(ctx); err != nil {
		t.Errorf("Close before Start = %v", err)
	}
}

func TestStartTopicMissing(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.AllowAutoTopicCreation())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	p := newProducer(t, configOf(cluster), &eventValue{})
	start := time.Now()
	err = p.Start(within(t, 10*time.Second))
	if !errors.Is(err, producer.ErrTopicMissing) || !strings.Contains(err.Error(), topic) {
		t.Errorf("Start = %v, want ErrTopicMissing", err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %v", took)
	}
	if cluster.TopicInfo(topic) != nil {
		t.Error("asking for the topic created it")
	}
	// Nothing is left open, and the next try finds the topic.
	if err := cluster.CreateTopic(topic, 1, nil); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(within(t, 10*time.Second)); err != nil {
		t.Errorf("Start once the topic exists = %v", err)
	}
	if _, err := p.Send(within(t, 10*time.Second), &event{}); err != nil {
		t.Error(err)
	}
}

func TestStartWaitsForTopic(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	asked := make(chan struct{}, 100)
	cluster.ControlKey(int16(kmsg.Metadata), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		select {
		case asked <- struct{}{}:
		default:
		}
		return nil, nil, false
	})
	p := newProducer(t, configOf(cluster), &eventValue{}, producer.WithAllowMissingTopic())
	started := make(chan error, 1)
	go func() { started <- p.Start(within(t, 10*time.Second)) }()
	for range 12 { // more than it takes to believe that a topic is missing
		<-asked
	}
	if err := cluster.CreateTopic(topic, 1, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	if _, err := p.Send(within(t, 10*time.Second), &event{}); err != nil {
		t.Error(err)
	}
}

func TestStartWithoutBroker(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	cluster.Close()
	p := newProducer(t, config, &eventValue{})
	err := p.Start(within(t, 300*time.Millisecond))
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "Connection refused") {
		t.Errorf("Start = %v, want DeadlineExceeded and the reason", err)
	}
}

func TestCloseCancelsStart(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	entered := make(chan struct{})
	value := &startingValue{start: func(ctx context.Context) error {
		close(entered)
		<-ctx.Done()
		return ctx.Err()
	}}
	p, err := producer.New(configOf(cluster), topic, producer.NoKey[string](), value)
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan error, 1)
	go func() { started <- p.Start(t.Context()) }()
	<-entered
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Errorf("Close = %v", err)
	}
	if err := <-started; !errors.Is(err, producer.ErrClosed) {
		t.Errorf("Start = %v, want ErrClosed", err)
	}
}

// startingValue is a serializer whose Start is the test's.
type startingValue struct {
	serde.Plain[string]
	start func(context.Context) error
}

func (s *startingValue) Start(ctx context.Context, _ string) error { return s.start(ctx) }

func TestStartFailsWithSerializer(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	refused := errors.New("incompatible schema")
	value := &startingValue{start: func(context.Context) error { return refused }}
	p, err := producer.New(configOf(cluster), topic, producer.NoKey[string](), value)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(within(t, 10*time.Second)); !errors.Is(err, refused) {
		t.Errorf("Start = %v, want %v", err, refused)
	}
	value.start = func(context.Context) error { return nil }
	if err := p.Start(within(t, 10*time.Second)); err != nil {
		t.Errorf("Start after a failure = %v", err)
	}
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Error(err)
	}
}
