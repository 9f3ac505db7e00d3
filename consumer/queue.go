package consumer

// queued is a record that waits its turn, and what was made of it if it had one before, or comes again after a roll-back. Most have no task: it
// is made by the worker that takes them, which has them in its cache then.
type queued struct {
	arrival
	task *task
}

// queue holds the records of one strand that wait their turn. It takes what it is given: bounds are kept by pausing the partition, and
// what was polled already is held, never dropped. The zero value is ready for use.
type queue struct {
	items []queued
	head  int
}

func (q *queue) len() int { return len(q.items) - q.head }

// first returns the oldest record.
func (q *queue) first() *arrival { return &q.items[q.head].arrival }

// push appends records.
func (q *queue) push(records []queued) {
	if q.head > 0 && len(q.items)+len(records) > cap(q.items) {
		n := copy(q.items, q.items[q.head:])
		clear(q.items[n:])
		q.items, q.head = q.items[:n], 0
	}
	q.items = append(q.items, records...)
}

// pop moves up to n of the oldest records to the end of list.
func (q *queue) pop(list []*task, n int, spare *spareTasks) []*task {
	n = min(n, q.len())
	taken := q.items[q.head : q.head+n]
	for i := range taken {
		t := taken[i].task
		if t == nil {
			t = spare.take()
		}
		t.arrival = taken[i].arrival
		list = append(list, t)
	}
	q.skip(n)
	return list
}

// skip drops the n oldest records.
func (q *queue) skip(n int) {
	clear(q.items[q.head : q.head+n])
	q.head += n
	if q.head == len(q.items) {
		q.items, q.head = q.items[:0], 0
	}
}

// unpop puts tasks back before all others.
func (q *queue) unpop(list []*task) {
	if q.head < len(list) {
		items := make([]queued, len(list)+q.len(), len(list)+q.len()+8)
		copy(items[len(list):], q.items[q.head:])
		q.items, q.head = items, len(list)
	}
	q.head -= len(list)
	for i, t := range list {
		q.items[q.head+i] = queued{t.arrival, t}
	}
}

// spareTasks are tasks to be used again. The zero value has none.
type spareTasks []*task

// take returns an empty task.
func (s *spareTasks) take() *task {
	last := len(*s) - 1
	if last < 0 {
		return new(task)
	}
	t := (*s)[last]
	*s = (*s)[:last]
	return t
}

// give takes a task that nobody knows any more.
func (s *spareTasks) give(t *task) {
	if len(*s) < mostSpare {
		*t = task{}
		*s = append(*s, t)
	}
}

// mostSpare bounds the tasks that are kept to be used again.
const mostSpare = 2 * runRecords
