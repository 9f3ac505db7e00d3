package producer

import (
	"sync"
	"sync/atomic"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// pending is a record between Produce and its delivery report: what the opaque pointer of librdkafka leads to. It comes from a pool, and
// goes back when its outcome was taken: by the callback, by the goroutine that waits, or, where that gave up, by the drainer.
type pending struct {
	receipt    Receipt
	number     uint64
	key, value any // the caller's pointers, for Ref

	done  func(Receipt, error)   // of SendAsync; nil where a goroutine waits
	ended []func(Receipt, error) // of hooks
	// attempt is the call of a consumer's handler that the record belongs to, nil outside of consumer.RunTransactions.
	attempt *kafkaclient.Attempt
	// outcome decides between the drainer and a waiting goroutine whose context ends. The first of them to move it away from
	// waiting has the say: after settled the waiter finds err and a token in ready; after abandoned it is gone for good.
	outcome atomic.Uint32
	ready   chan struct{} // one token, buffered
	err     error

	prev, next *pending // in the ledger
	listed     bool     // in the ledger
	// lost says that Close gave up waiting for the report. Should it still come, it must not find another record here.
	lost bool
}

const (
	waiting uint32 = iota
	settled
	abandoned
)

var pendings = sync.Pool{New: func() any { return new(pending) }}

// newCallback returns a pending whose outcome goes to done.
func newCallback(done func(Receipt, error)) *pending {
	p := pendings.Get().(*pending) //nolint:errcheck // the pool holds nothing else
	p.done = done
	return p
}

// newWaiting returns a pending whose outcome a goroutine waits for.
func newWaiting() *pending {
	p := pendings.Get().(*pending) //nolint:errcheck // the pool holds nothing else
	if p.ready == nil {
		p.ready = make(chan struct{}, 1)
	}
	return p
}

// release gives p back to the pool.
func (p *pending) release() {
	if p.lost {
		return
	}
	ready := p.ready
	*p = pending{ready: ready}
	pendings.Put(p)
}

func (p *pending) ref() Ref {
	return Ref{Number: p.number, Topic: p.receipt.Topic, Timestamp: p.receipt.Timestamp, Key: p.key, Value: p.value}
}
