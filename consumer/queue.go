package consumer

import "github.com/confluentinc/confluent-kafka-go/v2/kafka"

// queue holds polled records that wait for their lane. It takes what it is given: bounds are kept by pausing the partition,
// and what was polled already is held, never dropped. The zero value is ready for use.
type queue struct {
	items []*kafka.Message
	head  int
	bytes int
}

func (q *queue) len() int { return len(q.items) - q.head }

// push appends a record and returns its size.
func (q *queue) push(m *kafka.Message) int {
	if q.head > 0 && len(q.items) == cap(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, m)
	n := size(m)
	q.bytes += n
	return n
}

// pop removes the oldest record and returns it with its size.
func (q *queue) pop() (*kafka.Message, int) {
	m := q.items[q.head]
	q.items[q.head] = nil
	q.head++
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	n := size(m)
	q.bytes -= n
	return m, n
}

// drop empties the queue and returns how many bytes were in it.
func (q *queue) drop() int {
	n := q.bytes
	*q = queue{}
	return n
}

// size is what a record counts for in bounds given in bytes: key, value and headers.
func size(m *kafka.Message) int {
	n := len(m.Key) + len(m.Value)
	for _, h := range m.Headers {
		n += len(h.Key) + len(h.Value)
	}
	return n
}
