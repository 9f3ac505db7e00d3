package consumer_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

// recorder is a hook of all kinds.
type recorder struct {
	info   consumer.Info
	status chan []consumer.PartitionStatus
	stats  chan string

	mu        sync.Mutex
	results   []consumer.Outcome
	settled   map[int64]consumer.Outcome
	committed map[consumer.TopicPartition]int64
	decode    []string
	drained   int
	assigned  int
	revoked   int
}

func newRecorder() *recorder {
	return &recorder{
		status: make(chan []consumer.PartitionStatus, 100), stats: make(chan string, 100),
		settled: map[int64]consumer.Outcome{}, committed: map[consumer.TopicPartition]int64{},
	}
}

func (r *recorder) HookFor(info consumer.Info) consumer.Hook { r.info = info; return r }

func (r *recorder) OnHandle(ctx context.Context, _ []consumer.AnyRecord) context.Context { return ctx }

func (r *recorder) OnHandled(ctx context.Context, _ []consumer.AnyRecord, err error, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.results = append(r.results, consumer.ResultOf(ctx, err))
}

func (r *recorder) OnSettled(ref consumer.Ref, outcome consumer.Outcome, _ time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.settled[ref.Offset] = outcome
}

func (r *recorder) OnDecodeError(_ consumer.Ref, _ consumer.Stage, class string, _ error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.decode = append(r.decode, class)
}

func (r *recorder) OnCommitted(offsets []consumer.Ref, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ref := range offsets {
		if err == nil {
			r.committed[consumer.TopicPartition{Topic: ref.Topic, Partition: ref.Partition}] = ref.Offset
		}
	}
}

func (r *recorder) OnDrained(time.Duration, int) { r.count(&r.drained) }

func (r *recorder) OnAssigned([]consumer.TopicPartition) { r.count(&r.assigned) }
func (r *recorder) OnRevoked(_ []consumer.TopicPartition, _ bool, _ time.Duration) {
	r.count(&r.revoked)
}

func (r *recorder) count(n *int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	*n++
}

func (r *recorder) OnStatus(partitions []consumer.PartitionStatus) {
	select {
	case r.status <- partitions:
	default:
	}
}

// withStats is a recorder that wants librdkafka's statistics too.
type withStats struct{ *recorder }

func (r withStats) HookFor(info consumer.Info) consumer.Hook { r.info = info; return r }

func (r withStats) OnStats(stats string) {
	select {
	case r.stats <- stats:
	default:
	}
}

// rude panics wherever it is called.
type rude struct{}

func (rude) OnAssigned([]consumer.TopicPartition) { panic("assigned") }

func (rude) OnRevoked([]consumer.TopicPartition, bool, time.Duration) { panic("revoked") }

func (rude) OnSettled(consumer.Ref, consumer.Outcome, time.Duration) { panic("settled") }

func (rude) OnStatus([]consumer.PartitionStatus) { panic("status") }

func (rude) OnHandle(context.Context, []consumer.AnyRecord) context.Context { panic("handle") }

func (rude) OnHandled(context.Context, []consumer.AnyRecord, error, time.Duration) { panic("handled") }

func (rude) OnDeadLetter(consumer.Ref, consumer.Stage, string, error) { panic("dead letter") }

func TestHooksAreToldOfEachRecord(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	hook := newRecorder()
	cfg := config(c, "client.id", "billing-1", "statistics.interval.ms", "200")
	cons := newText(t, cfg, consumer.WithDeadLetters(), consumer.WithRetry(consumer.Retry{Attempts: 2, Initial: time.Millisecond}),
		consumer.WithHooks(rude{}, withStats{hook}))
	var deferred atomic.Bool
	r := start(t, cons, func(_ context.Context, rec *textRecord) error {
		switch {
		case rec.Value == "1":
			return consumer.Skip("not ours")
		case rec.Value == "2":
			return errors.New("broken")
		case rec.Value == "3" && deferred.CompareAndSwap(false, true):
			return consumer.RetryAfter(0, errors.New("later"))
		}
		return nil
	})
	produce(t, c, numbered(0, 0, 5)...)
	eventually(t, "all are committed", func() bool { return committed(c, 0) == 5 })
	r.stop()

	hook.mu.Lock()
	defer hook.mu.Unlock()
	for offset, want := range []consumer.Outcome{consumer.Handled, consumer.Skipped, consumer.DeadLettered, consumer.Handled, consumer.Handled} {
		if got := hook.settled[int64(offset)]; got != want {
			t.Errorf("offset %d was settled as %q, want %q", offset, got, want)
		}
	}
	want := []consumer.Outcome{
		consumer.Handled, consumer.Skipped, consumer.Failed, consumer.Failed, consumer.Deferred, consumer.Handled, consumer.Handled,
	}
	if !slices.Equal(hook.results, want) {
		t.Errorf("results %v, want %v", hook.results, want)
	}
	if got := hook.committed[consumer.TopicPartition{Topic: topic}]; got != 5 {
		t.Errorf("told of a commit of %d, want 5", got)
	}
	if hook.drained != 1 || hook.assigned == 0 || hook.revoked == 0 {
		t.Errorf("told of %d drains, %d assignments, %d revocations, want 1 and some", hook.drained, hook.assigned, hook.revoked)
	}
	if stats := receive(t, hook.stats); !strings.Contains(stats, `"client_id": "billing-1"`) {
		t.Errorf("statistics %.200s, want those of billing-1", stats)
	}
}

func TestStatusOfAPartition(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	hook := newRecorder()
	release, handled := make(chan struct{}), make(chan struct{}, 100)
	r := start(t, newText(t, config(c), consumer.WithHooks(hook), consumer.WithPartitionQueue(4, 1<<20)), func(context.Context, *textRecord) error {
		handled <- struct{}{}
		<-release
		return nil
	})
	produce(t, c, numbered(0, 0, 20)...)
	receive(t, handled)
	for {
		status := receive(t, hook.status)
		if len(status) == 1 && status[0].Lag == 20 && status[0].Oldest >= time.Second {
			if s := status[0]; s.Unsettled < 4 || s.Position != 0 || !s.Paused || s.UnsettledBytes < s.Unsettled {
				t.Errorf("status %+v, want four and more records unsettled from 0, and no fetching", s)
			}
			break
		}
	}
	close(release)
	for {
		if status := receive(t, hook.status); len(status) == 1 && status[0].Lag == 0 {
			if s := status[0]; s.Unsettled != 0 || s.Oldest != 0 || s.Position != 20 {
				t.Errorf("status %+v, want nothing unsettled and position 20", s)
			}
			break
		}
	}
	r.stop()
	for len(hook.status) > 0 {
		if status := <-hook.status; len(hook.status) == 0 && len(status) > 0 {
			t.Errorf("after the end: %+v, want no partition", status)
		}
	}

	// A member that has nothing to read knows its lag from what is committed.
	again := newRecorder()
	r = start(t, newText(t, config(c), consumer.WithHooks(again)), func(context.Context, *textRecord) error { return nil })
	for {
		if status := receive(t, again.status); len(status) == 1 && status[0].Lag == 0 && status[0].Position == 20 {
			break
		}
	}
	r.stop()
}

func TestStatsNeedAnInterval(t *testing.T) {
	t.Parallel()
	_, err := consumer.New(kafka.ConfigMap{"bootstrap.servers": "b:1", "group.id": group, "auto.offset.reset": "earliest"}, []string{topic},
		serde.StringKey(), serde.StringValue(), consumer.WithHooks(withStats{newRecorder()}), consumer.WithTokenSource(nil))
	for _, want := range []string{"statistics.interval.ms", "WithTokenSource: the source is nil"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("New() = %v, want %q in it", err, want)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	cons := newText(t, config(c))
	if err := cons.Health(); !errors.Is(err, consumer.ErrNotRunning) {
		t.Errorf("before Run: %v, want ErrNotRunning", err)
	}
	if err := cons.Client(t.Context(), func(*kafka.Consumer) error { return nil }); !errors.Is(err, consumer.ErrNotAssigned) {
		t.Errorf("Client before Run: %v, want ErrNotAssigned", err)
	}
	broken := errors.New("broken")
	r := start(t, cons, func(context.Context, *textRecord) error { return consumer.Stop(broken) })
	receive(t, cons.Ready())
	if err := cons.Health(); err != nil {
		t.Errorf("while it runs: %v, want nil", err)
	}
	var name string
	if err := cons.Client(t.Context(), func(client *kafka.Consumer) error { name = client.String(); return broken }); !errors.Is(err, broken) || !strings.Contains(name, "consumer") {
		t.Errorf("Client() = %v with the client %q, want what the function returns", err, name)
	}
	produce(t, c, numbered(0, 0, 1)...)
	if err := r.wait(); !errors.Is(err, broken) {
		t.Fatalf("Run() = %v, want %v", err, broken)
	}
	if err := cons.Health(); !errors.Is(err, consumer.ErrNotRunning) || !errors.Is(err, broken) {
		t.Errorf("after Run: %v, want ErrNotRunning and %v", err, broken)
	}
}

// TestTokenSource logs in with tokens before anything else is asked, and so does the producer of dead letters.
func TestTokenSource(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, &kgo.Record{Value: []byte("bad")})
	logins := wantToken(c)
	cfg := config(c, "security.protocol", "sasl_plaintext", "sasl.mechanism", "OAUTHBEARER")
	var calls atomic.Int32
	cons := newText(t, cfg, consumer.WithDeadLetters(), consumer.WithTokenSource(func(context.Context) (kafka.OAuthBearerToken, error) {
		calls.Add(1)
		return kafka.OAuthBearerToken{TokenValue: "good", Principal: "svc", Expiration: time.Now().Add(2 * time.Second)}, nil
	}))
	r := start(t, cons, func(context.Context, *textRecord) error { return consumer.DeadLetter(errors.New("no")) })
	receive(t, logins)
	eventually(t, "the dead letter is there", func() bool { return length(c, letters, 0) == 1 })
	eventually(t, "tokens were refreshed, for both clients", func() bool { return calls.Load() >= 4 })
	r.stop()
}

func TestTokenSourceThatFailsDoesNotHoldTheEnd(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	wantToken(c)
	cfg := config(c, "security.protocol", "sasl_plaintext", "sasl.mechanism", "OAUTHBEARER")
	asked := make(chan struct{}, 10)
	cons := newText(t, cfg, consumer.WithTokenSource(func(ctx context.Context) (kafka.OAuthBearerToken, error) {
		asked <- struct{}{}
		<-ctx.Done()
		return kafka.OAuthBearerToken{}, ctx.Err()
	}))
	r := start(t, cons, func(context.Context, *textRecord) error { return nil })
	receive(t, asked)
	r.stop()
}

// wantToken has the broker let in who logs in with the token "good", and tells of each log-in.
func wantToken(c *kfake.Cluster) <-chan struct{} {
	logins := make(chan struct{}, 100)
	c.ControlKey(int16(kmsg.SASLHandshake), func(request kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		response := request.ResponseKind().(*kmsg.SASLHandshakeResponse)
		response.SupportedMechanisms = []string{"OAUTHBEARER"}
		return response, nil, true
	})
	c.ControlKey(int16(kmsg.SASLAuthenticate), func(request kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		response := request.ResponseKind().(*kmsg.SASLAuthenticateResponse)
		if !strings.Contains(string(request.(*kmsg.SASLAuthenticateRequest).SASLAuthBytes), "Bearer good\x01") {
			response.ErrorCode = 58 // SASL_AUTHENTICATION_FAILED
			return response, nil, true
		}
		logins <- struct{}{}
		return response, nil, true
	})
	return logins
}

// leaving ends the goroutine that tells it of a dead letter, as a test that fails in a hook does, and returns no context.
type leaving struct{ results chan error }

func (leaving) OnHandle(context.Context, []consumer.AnyRecord) context.Context { return nil }

func (l leaving) OnHandled(_ context.Context, _ []consumer.AnyRecord, err error, _ time.Duration) {
	l.results <- err
}

func (leaving) OnDeadLetter(consumer.Ref, consumer.Stage, string, error) { runtime.Goexit() }

func TestHooksThatEndTheirGoroutine(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 3)...)
	hook := leaving{make(chan error, 10)}
	r := start(t, newText(t, config(c), consumer.WithDeadLetters(), consumer.WithHooks(hook)), func(ctx context.Context, _ *textRecord) error {
		if ctx == nil {
			t.Error("the handler's context is nil")
		}
		return consumer.DeadLetter(errBill)
	})
	eventually(t, "every dead letter is settled", func() bool { return committed(c, 0) == 3 })
	r.stop()
}

// TestHooksAreToldOfAHandlerThatDoesNotReturn: it was not handled.
func TestHooksAreToldOfAHandlerThatDoesNotReturn(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 1)...)
	hook := leaving{make(chan error, 10)}
	r := start(t, newText(t, config(c), consumer.WithHooks(hook)), func(context.Context, *textRecord) error {
		runtime.Goexit()
		return nil
	})
	if err := receive(t, hook.results); err == nil || !strings.Contains(err.Error(), "Goexit") {
		t.Errorf("OnHandled was told %v, want that the handler did not return", err)
	}
	if err := r.wait(); err == nil || !strings.Contains(err.Error(), "Goexit") {
		t.Errorf("Run() = %v, want the handler that ended its goroutine", err)
	}
}
