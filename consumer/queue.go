package consumer

// queue holds the tasks of one strand that wait their turn. It takes what it is given: bounds are kept by pausing the partition, and
// what was polled already is held, never dropped. The zero value is ready for use.
type queue struct {
	items []*task
	head  int
}

func (q *queue) len() int { return len(q.items) - q.head }

// first returns the oldest task.
func (q *queue) first() *task { return q.items[q.head] }

// push appends a task.
func (q *queue) push(t *task) {
	if q.head > 0 && len(q.items) == cap(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, t)
}

// pop moves up to n of the oldest tasks to the end of list.
func (q *queue) pop(list []*task, n int) []*task {
	n = min(n, q.len())
	taken := q.items[q.head : q.head+n]
	list = append(list, taken...)
	clear(taken)
	q.head += n
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
	return list
}

// unpop puts tasks back before all others.
func (q *queue) unpop(list []*task) {
	if q.head < len(list) {
		items := make([]*task, len(list)+q.len(), len(list)+q.len()+8)
		copy(items[len(list):], q.items[q.head:])
		q.items, q.head = items, len(list)
	}
	q.head -= len(list)
	copy(q.items[q.head:], list)
}
