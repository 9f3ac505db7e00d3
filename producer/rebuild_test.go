package producer_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/producer"
)

// clients counts the librdkafka producers that were opened and knows the last one.
type clients struct {
	opened atomic.Int32
	last   atomic.Pointer[kafka.Producer]
	fail   atomic.Bool // to open another
}

func (c *clients) option() producer.Option {
	return kafkaclient.ProducerOption(func(config kafka.ConfigMap) (kafkaclient.Producer, error) {
		if c.fail.Load() {
			return nil, errors.New("out of file descriptors")
		}
		client, err := kafka.NewProducer(&config)
		c.opened.Add(1)
		c.last.Store(client)
		return client, err
	}).(producer.Option)
}

func (c *clients) breakLast() {
	c.last.Load().TestFatalError(kafka.ErrOutOfOrderSequenceNumber, "a test")
}

// TestRebuild breaks clients while many goroutines send. Every record that was acknowledged is in the log, and nobody gets another error than
// ErrIndeterminate.
func TestRebuild(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var c clients
	p := startProducer(t, configOf(cluster), c.option(), producer.WithRebuild())
	ctx := within(t, 30*time.Second)

	const senders, each, breaks = 4, 50, 3
	var acknowledged sync.Map
	var sent atomic.Int32
	reached := make(chan struct{}, breaks)
	var wg sync.WaitGroup
	for s := range senders {
		wg.Go(func() {
			for i := range each {
				text := strconv.Itoa(s) + "-" + strconv.Itoa(i)
				switch _, err := p.Send(ctx, &event{ID: "k", Text: text}); {
				case err == nil:
					acknowledged.Store(text, true)
				case !errors.Is(err, producer.ErrIndeterminate):
					t.Errorf("Send = %v, want success or ErrIndeterminate", err)
				}
				if n := sent.Add(1); n%(senders*each/(breaks+1)) == 0 && n < senders*each {
					reached <- struct{}{}
				}
			}
		})
	}
	for range breaks {
		<-reached
		c.breakLast()
	}
	wg.Wait()
	if err := p.Flush(ctx); err != nil {
		t.Errorf("Flush = %v", err)
	}
	if _, err := p.Send(ctx, &event{ID: "k", Text: "last"}); err != nil {
		t.Errorf("Send after all = %v", err)
	}
	if err := p.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
	if got := c.opened.Load(); got < 2 || got > breaks+1 {
		t.Errorf("%d clients were opened, want 2 to %d", got, breaks+1)
	}
	inLog := map[string]bool{}
	for _, r := range readUntil(t, cluster, "last") {
		inLog[string(r.Value)] = true
	}
	acknowledged.Range(func(text, _ any) bool {
		if !inLog[text.(string)] {
			t.Errorf("record %s was acknowledged and is not in the log", text)
		}
		return true
	})
}

func TestRebuildFails(t *testing.T) {
	t.Parallel()
	var c clients
	p := startProducer(t, configOf(newCluster(t, 1)), c.option(), producer.WithRebuild())
	ctx := within(t, 10*time.Second)
	c.fail.Store(true)
	c.breakLast()
	for range 2 {
		var e kafka.Error
		if _, err := p.Send(ctx, &event{}); !errors.Is(err, producer.ErrFailed) || !errors.As(err, &e) {
			t.Errorf("Send = %v, want ErrFailed with its cause", err)
		}
	}
	if err := p.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
}

// TestCloseDuringRebuild closes at the moment when a client breaks.
func TestCloseDuringRebuild(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	for range 5 {
		var c clients
		p := startProducer(t, configOf(cluster), c.option(), producer.WithRebuild())
		ctx := within(t, 20*time.Second)
		sent := make(chan error, 1)
		c.breakLast()
		go func() { _, err := p.Send(ctx, &event{}); sent <- err }()
		if err := p.Close(ctx); err != nil {
			t.Errorf("Close = %v", err)
		}
		if err := <-sent; err != nil && !errors.Is(err, producer.ErrClosed) && !errors.Is(err, producer.ErrFailed) {
			t.Errorf("Send = %v, want success, ErrClosed or ErrFailed", err)
		}
		if _, err := p.Send(context.WithoutCancel(t.Context()), &event{}); !errors.Is(err, producer.ErrClosed) {
			t.Errorf("Send after Close = %v, want ErrClosed", err)
		}
	}
}

// TestRebuildCallbackSends sends failed records again from their callbacks, before the client that they wait for can be there.
func TestRebuildCallbackSends(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var c clients
	config := configOf(cluster)
	config["linger.ms"] = 500 // until the client breaks
	p := startProducer(t, config, c.option(), producer.WithRebuild())
	ctx := within(t, 20*time.Second)
	const n = 5
	outcomes := make(chan error, n)
	for i := range n {
		msg := producer.Message[string, event]{Value: &event{Text: strconv.Itoa(i)}}
		p.SendAsync(ctx, msg, func(_ producer.Receipt, err error) {
			if !errors.Is(err, producer.ErrIndeterminate) {
				t.Errorf("first outcome of record %d = %v, want ErrIndeterminate", i, err)
			}
			p.SendAsync(ctx, msg, func(_ producer.Receipt, err error) { outcomes <- err })
		})
	}
	c.breakLast()
	if _, err := p.Send(ctx, &event{Text: "last"}); err != nil { // which waits for the rebuild
		t.Fatal(err)
	}
	if err := p.Flush(ctx); err != nil {
		t.Fatal(err)
	}
	for range n {
		if err := <-outcomes; err != nil {
			t.Errorf("second outcome = %v", err)
		}
	}
}

// TestRebuildPauses has every new client fail at once: brokers and logs must not be flooded.
func TestRebuildPauses(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var c clients
	cluster.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.InitProducerID}, Err: kerr.ClusterAuthorizationFailed, Count: -1, TopLevel: true})
	p := newProducer(t, configOf(cluster), &eventValue{}, c.option(), producer.WithRebuild())
	if err := p.Start(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 2*time.Second)
	var err error
	for ctx.Err() == nil {
		_, err = p.Send(ctx, &event{})
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Send = %v, want the end of its context", err)
	}
	if got := c.opened.Load(); got < 2 || got > 5 {
		t.Errorf("%d clients in 2 s, want 2 to 5", got)
	}
	begin := time.Now()
	if err := p.Close(ctx); time.Since(begin) > 7*time.Second {
		t.Errorf("Close = %v after %v", err, time.Since(begin))
	}
}
