package producer

import (
	"context"
	"errors"
	"fmt"
)

// Join returns a sender of values of type V with keys of type K to one topic, whose records belong to the transactions of t. It must be
// called before t.Start, and the configuration, the logger and the other options are those of t.
//
// The sender works within [Transactions.Do] alone, with the context that the function there is given, and refuses everything else with
// [ErrNoTransaction]. Its receipts say where records are, and that brokers have them; whether consumers see them is decided by the
// end of the transaction.
func Join[K, V any](t *Transactions, topic string, key Key[K, V], value Serializer[V]) (Sender[K, V], error) {
	if t == nil {
		return nil, errors.New("producer: join: the Transactions are nil")
	}
	if err := checkParts(topic, key, value); err != nil {
		return nil, fmt.Errorf("producer: join %s: %w", t.id, err)
	}
	p := newProducer(topic, key, value, t.config, t.options)
	p.joined = t
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.state != unstarted {
		return nil, fmt.Errorf("producer: join %s with topic %s: it was started or closed before", t.id, topic)
	}
	t.members = append(t.members, member{
		topic:  topic,
		start:  p.startSerializers,
		attach: p.running.Store,
	})
	return sender[K, V]{p}, nil
}

// sender hides what is not for a joined sender: Start and Close are those of its Transactions.
type sender[K, V any] struct {
	Sender[K, V]
}

// member is a joined sender without its types.
type member struct {
	topic  string
	start  func(ctx context.Context) error
	attach func(*client)
}
