package consumer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// pretendedTransactor makes transactions of a pretended.
type pretendedTransactor struct {
	*pretended
	fails int // one end of so many is another one than was wished; 0: none
	dead  error
}

type pretendedProducer struct {
	kafkaclient.Producer
	pretended *pretended
}

func (p pretendedProducer) GetMetadata(topic *string, all bool, timeout int) (*kafka.Metadata, error) {
	return p.pretended.GetMetadata(topic, all, timeout)
}

type pretendedTransaction struct {
	over    bool
	sent    []Ref
	offsets []kafka.TopicPartition
}

type pretendedKey struct{}

func (x *pretendedTransactor) ID() string                      { return "billing-0" }
func (x *pretendedTransactor) Timeout() time.Duration          { return time.Minute }
func (x *pretendedTransactor) Start(ctx context.Context) error { return x.Restart(ctx) }
func (x *pretendedTransactor) Restart(context.Context) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.dead = nil
	return nil
}

func (x *pretendedTransactor) Client() kafkaclient.Producer {
	return pretendedProducer{pretended: x.pretended}
}

func (x *pretendedTransactor) Failure() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.dead
}

func (x *pretendedTransactor) Close(context.Context) error { return nil }

func (x *pretendedTransactor) Do(ctx context.Context, f func(context.Context) error) error {
	tx := &pretendedTransaction{}
	x.mu.Lock()
	if x.dead != nil {
		x.mu.Unlock()
		return x.dead
	}
	x.mu.Unlock()
	err := f(context.WithValue(ctx, pretendedKey{}, tx))
	<-time.After(time.Duration(x.chance(int(3 * time.Millisecond))))
	x.mu.Lock()
	defer x.mu.Unlock()
	tx.over = true
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", kafkaclient.ErrAborted, ctx.Err())
	}
	if x.fails > 0 {
		switch x.random.IntN(x.fails) {
		case 0:
			return kafkaclient.ErrAborted
		case 1:
			x.dead = kafkaclient.ErrFailed
			return errors.Join(kafkaclient.ErrIndeterminate, kafkaclient.ErrFailed)
		case 2:
			x.dead = kafkaclient.ErrFailed
			x.commit(tx)
			return errors.Join(kafkaclient.ErrIndeterminate, kafkaclient.ErrFailed)
		}
	}
	x.commit(tx)
	return nil
}

func (x *pretendedTransactor) commit(tx *pretendedTransaction) {
	for _, tp := range tx.offsets {
		x.committed[tp.Partition] = int64(tp.Offset)
	}
	for _, ref := range tx.sent {
		x.seen[ref.Partition] = append(x.seen[ref.Partition], ref.Offset)
	}
}

func (x *pretendedTransactor) SendOffsets(ctx context.Context, offsets []kafka.TopicPartition, _ *kafka.ConsumerGroupMetadata) error {
	tx := ctx.Value(pretendedKey{}).(*pretendedTransaction)
	<-time.After(time.Duration(x.chance(int(time.Millisecond))))
	tx.offsets = offsets
	return nil
}

func (x *pretendedTransactor) Produce(ctx context.Context, msg *kafka.Message, done func(error)) {
	var at int64
	var partition int32
	for _, h := range msg.Headers {
		switch h.Key {
		case HeaderOriginOffset:
			_, _ = fmt.Sscan(string(h.Value), &at)
		case HeaderOriginPartition:
			_, _ = fmt.Sscan(string(h.Value), &partition)
		}
	}
	go func() {
		<-time.After(time.Duration(x.chance(int(3 * time.Millisecond))))
		done(x.send(ctx, Ref{Partition: partition, Offset: at}))
	}()
}

// send is what a joined sender does.
func (x *pretendedTransactor) send(ctx context.Context, ref Ref) error {
	attempt := kafkaclient.AttemptOf(ctx)
	if !attempt.Admit() {
		return kafkaclient.ErrNoTransaction
	}
	tx := ctx.Value(pretendedKey{}).(*pretendedTransaction)
	x.mu.Lock()
	defer x.mu.Unlock()
	if tx.over {
		x.late++
		attempt.Withdraw()
		return kafkaclient.ErrNoTransaction
	}
	tx.sent = append(tx.sent, ref)
	attempt.Report(nil)
	return nil
}

// pretendedLetters takes dead letters, after a while.
type pretendedLetters struct {
	pretendedProducer
	events chan kafka.Event
	after  func(*kafka.Message) error
	open   sync.WaitGroup
}

// newPretendedLetters returns letters of which settle is told once they are written. One of four is not, and of some others no broker says so.
func newPretendedLetters(brokers *pretended, settle func(partition int32, offset int64)) *pretendedLetters {
	return &pretendedLetters{pretendedProducer: pretendedProducer{pretended: brokers}, events: make(chan kafka.Event), after: func(m *kafka.Message) error {
		var ref Ref
		for _, h := range m.Headers {
			switch h.Key {
			case HeaderOriginOffset:
				_, _ = fmt.Sscan(string(h.Value), &ref.Offset)
			case HeaderOriginPartition:
				_, _ = fmt.Sscan(string(h.Value), &ref.Partition)
			}
		}
		<-time.After(time.Duration(brokers.chance(int(20 * time.Millisecond))))
		if brokers.chance(4) == 0 {
			return kafka.NewError(kafka.ErrMsgTimedOut, "not yet", false)
		}
		if brokers.chance(8) == 0 {
			return kafkaclient.ErrUnconfirmed
		}
		settle(ref.Partition, ref.Offset)
		return nil
	}}
}

func (l *pretendedLetters) Logs() chan kafka.LogEvent { return l.pretended.logs }
func (l *pretendedLetters) Events() chan kafka.Event  { return l.events }
func (l *pretendedLetters) Purge(int) error           { return nil }
func (l *pretendedLetters) Close()                    { l.open.Wait(); close(l.events) }
func (l *pretendedLetters) Produce(m *kafka.Message, _ chan kafka.Event) error {
	report := *m
	l.open.Go(func() {
		switch err := l.after(m); {
		case errors.Is(err, kafkaclient.ErrUnconfirmed): // as librdkafka reports it
			report.TopicPartition.Offset = kafka.OffsetInvalid
		default:
			report.TopicPartition.Error = err
		}
		l.events <- &report
	})
	return nil
}
