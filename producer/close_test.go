package producer_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
	"github.com/magicbyte-go/magicbyte/producer"
)

func TestQueueFullBlocksUntilContextEnds(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["queue.buffering.max.messages"] = 5
	config["linger.ms"] = 60_000
	p := startProducer(t, config)
	delivered := make(chan error, 6)
	msg := producer.Message[string, event]{Value: &event{}}
	for range 5 {
		p.SendAsync(within(t, 10*time.Second), msg, func(_ producer.Receipt, err error) { delivered <- err })
	}
	_, err := p.Send(within(t, 100*time.Millisecond), &event{})
	var e kafka.Error
	if !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, producer.ErrIndeterminate) || !errors.As(err, &e) || e.Code() != kafka.ErrQueueFull {
		t.Errorf("Send = %v, want ErrQueueFull and DeadlineExceeded, and not ErrIndeterminate", err)
	}

	// Deliveries make space for one that waits.
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		p.SendAsync(within(t, 10*time.Second), msg, func(_ producer.Receipt, err error) { delivered <- err })
	}()
	if err := p.Flush(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	<-accepted
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	for range 6 {
		if err := <-delivered; err != nil {
			t.Error(err)
		}
	}
}

func TestQueueFullEndsWithClose(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	config := configOf(cluster)
	config["queue.buffering.max.messages"] = 1
	config["linger.ms"] = 60_000
	value := &eventValue{}
	p := newProducer(t, config, value)
	if err := p.Start(within(t, 10*time.Second)); err != nil {
		t.Fatal(err)
	}
	ctx := within(t, 10*time.Second)
	p.SendAsync(ctx, producer.Message[string, event]{Value: &event{}}, nil)
	hold := holdProduce(t, cluster)
	defer hold()
	entered := make(chan struct{})
	value.before = func() { close(entered) }
	refused := make(chan error)
	go func() {
		_, err := p.Send(ctx, &event{})
		refused <- err
	}()
	<-entered
	err := p.Close(within(t, 100*time.Millisecond))
	if got := <-refused; !errors.Is(got, producer.ErrClosed) {
		t.Errorf("the Send that waited for space = %v, want ErrClosed", got)
	}
	var closeErr *producer.CloseError
	if !errors.As(err, &closeErr) || len(closeErr.NotSent)+len(closeErr.Indeterminate) != 1 {
		t.Errorf("Close = %v, want the record in flight", err)
	}
}

func TestCloseNamesWhatIsLeft(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	cluster.Close()
	const n = 1000
	outcomes := make(chan error, n)
	events := make([]event, n)
	for i := range n {
		p.SendAsync(within(t, 10*time.Second), producer.Message[string, event]{Value: &events[i]}, func(_ producer.Receipt, err error) { outcomes <- err })
	}
	sent := make(chan error, 1)
	sending := make(chan struct{})
	go func() {
		close(sending)
		_, err := p.SendMessage(within(t, 10*time.Second), producer.Message[string, event]{Key: new("key")})
		sent <- err
	}()
	<-sending
	err := p.Close(within(t, 200*time.Millisecond))
	var closeErr *producer.CloseError
	if !errors.As(err, &closeErr) || closeErr.ClientHung {
		t.Fatalf("Close = %v, want a *CloseError", err)
	}
	named := map[any]bool{}
	for _, ref := range append(closeErr.NotSent, closeErr.Indeterminate...) {
		if ref.Topic != topic || ref.Number == 0 || ref.Timestamp.IsZero() {
			t.Fatalf("ref = %+v", ref)
		}
		named[ref.Value] = true
	}
	for i := range events {
		if !named[&events[i]] {
			t.Fatalf("record %d of %d is not named: %v", i, n, err)
		}
		if err := <-outcomes; err == nil {
			t.Fatal("a callback got no error")
		}
	}
	if err := <-sent; err == nil {
		t.Error("the waiting Send got no error")
	}
	if again := p.Close(t.Context()); !errors.Is(again, err) {
		t.Errorf("second Close = %v, want the error of the first", again)
	}
}

func TestCloseTwiceAndAfter(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 10*time.Second)
	errs := make(chan error, 2)
	for range 2 {
		go func() { errs <- p.Close(ctx) }()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Errorf("Close = %v", err)
		}
	}
	_, sendErr := p.Send(ctx, &event{})
	_, batchErr := p.SendBatch(ctx, make([]producer.Message[string, event], 1))
	var asyncErr error
	p.SendAsync(ctx, producer.Message[string, event]{Value: &event{}}, func(_ producer.Receipt, err error) { asyncErr = err })
	for name, err := range map[string]error{
		"Send": sendErr, "SendBatch": batchErr, "SendAsync": asyncErr, "Flush": p.Flush(ctx), "Start": p.Start(ctx),
	} {
		if !errors.Is(err, producer.ErrClosed) {
			t.Errorf("%s after Close = %v, want ErrClosed", name, err)
		}
	}
}

func TestCloseBesideSends(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 3)
	p := startProducer(t, configOf(cluster))
	const senders = 8
	type count struct{ delivered, other int }
	counts := make(chan count)
	started := make(chan struct{}, senders)
	for s := range senders {
		go func() {
			var c count
			for i := 0; ; i++ {
				_, err := p.Send(t.Context(), &event{ID: fmt.Sprint(s), Text: strconv.Itoa(i)})
				if i == 0 {
					started <- struct{}{}
				}
				if errors.Is(err, producer.ErrClosed) {
					counts <- c
					return
				}
				if err != nil {
					c.other++
				} else {
					c.delivered++
				}
			}
		}()
	}
	for range senders {
		<-started
	}
	if err := p.Close(within(t, 10*time.Second)); err != nil {
		t.Errorf("Close = %v", err)
	}
	total := 0
	for range senders {
		c := <-counts
		total += c.delivered
		if c.other > 0 {
			t.Errorf("%d sends failed otherwise than by ErrClosed", c.other)
		}
	}
	readAll(t, cluster, total)
}

func TestFatalError(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	var client *kafka.Producer
	capture := kafkaclient.ProducerOption(func(config kafka.ConfigMap) (kafkaclient.Producer, error) {
		var err error
		client, err = kafka.NewProducer(&config)
		return client, err
	}).(producer.Option)
	p := startProducer(t, configOf(cluster), capture)
	ctx := within(t, 10*time.Second)
	if _, err := p.Send(ctx, &event{}); err != nil {
		t.Fatal(err)
	}
	client.TestFatalError(kafka.ErrOutOfOrderSequenceNumber, "a test")
	_, err := p.Send(ctx, &event{})
	var e kafka.Error
	if !errors.Is(err, producer.ErrFailed) || !errors.As(err, &e) || errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("Send = %v, want ErrFailed with its cause", err)
	}
	if err := p.Flush(ctx); !errors.Is(err, producer.ErrFailed) {
		t.Errorf("Flush = %v, want ErrFailed", err)
	}
	if err := p.Close(ctx); err != nil {
		t.Errorf("Close = %v", err)
	}
}

func TestCloseWhileCallbackHangs(t *testing.T) {
	t.Parallel()
	cluster := newCluster(t, 1)
	p := startProducer(t, configOf(cluster))
	ctx := within(t, 20*time.Second)
	entered, release := make(chan struct{}), make(chan struct{})
	p.SendAsync(ctx, producer.Message[string, event]{Value: &event{ID: "first"}}, func(producer.Receipt, error) {
		close(entered)
		<-release
	})
	<-entered
	second := &event{ID: "second"}
	outcome := make(chan error, 1)
	p.SendAsync(ctx, producer.Message[string, event]{Value: second}, func(_ producer.Receipt, err error) { outcome <- err })
	closed := make(chan error, 1)
	go func() { closed <- p.Close(within(t, 50*time.Millisecond)) }()
	if err := <-outcome; !errors.Is(err, producer.ErrIndeterminate) {
		t.Errorf("outcome of the record behind the callback = %v, want ErrIndeterminate", err)
	}
	close(release)
	err := <-closed
	var closeErr *producer.CloseError
	if !errors.As(err, &closeErr) || len(closeErr.Indeterminate) != 1 || closeErr.Indeterminate[0].Value != second || closeErr.ClientHung {
		t.Errorf("Close = %v, want the second record as indeterminate", err)
	}
}
