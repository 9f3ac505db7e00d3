package chaos

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Ledger collects the entries of all processes in the order in which they were written. All methods are safe for concurrent use.
type Ledger struct {
	pen  *Pen
	pipe *os.File // the end that is written to; children inherit it

	mu      sync.Mutex
	entries []Entry
	counts  map[uint8]*Counts
	done    chan struct{} // closed when all of the pipe was read
}

// Counts is what the ledger knows of a group while it grows.
type Counts struct {
	Acked      int64
	Joined     map[int32]bool  // members that had partitions
	Highest    map[int32]int64 // by partition, the highest offset that a handler began with
	Latest     map[int32]int64 // by partition, the highest offset that was acknowledged
	Deliveries map[int32]int64 // by partition
}

// NewLedger opens a ledger and the pipe into it.
func NewLedger() (*Ledger, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("chaos: the ledger's pipe: %w", err)
	}
	l := &Ledger{pen: NewPen(w), pipe: w, counts: map[uint8]*Counts{}, done: make(chan struct{})}
	go func() {
		defer close(l.done)
		defer func() { _ = r.Close() }()
		l.read(bufio.NewReaderSize(r, 1<<16))
	}()
	return l, nil
}

func (l *Ledger) read(r io.Reader) {
	var b [entrySize]byte
	for {
		if _, err := io.ReadFull(r, b[:]); err != nil {
			return
		}
		l.add(decodeEntry(b[:]))
	}
}

func (l *Ledger) add(e Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, e)
	c := l.countsOf(e.Group)
	switch e.Kind {
	case Acked:
		c.Acked++
		c.Latest[e.Partition] = max(c.Latest[e.Partition], e.Offset)
	case Began:
		c.Highest[e.Partition] = max(c.Highest[e.Partition], e.Offset)
		c.Deliveries[e.Partition]++
	case Assigned:
		c.Joined[e.Member] = true
	}
}

func (l *Ledger) countsOf(group uint8) *Counts {
	c := l.counts[group]
	if c == nil {
		c = &Counts{Joined: map[int32]bool{}, Highest: map[int32]int64{}, Latest: map[int32]int64{}, Deliveries: map[int32]int64{}}
		l.counts[group] = c
	}
	return c
}

// Write adds an entry, after all that were written before.
func (l *Ledger) Write(e Entry) { l.pen.Write(e) }

// Counts calls f with what is known of a group by now; f must not keep it.
func (l *Ledger) Counts(group uint8, f func(*Counts)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f(l.countsOf(group))
}

// Close waits for all that was written, also by children, which must have ended, and returns the entries.
func (l *Ledger) Close() []Entry {
	_ = l.pipe.Close()
	<-l.done
	return l.entries
}

// Pen writes entries into the pipe of a ledger. It is safe for concurrent use.
type Pen struct{ w io.Writer }

// NewPen returns a Pen for the end of the pipe that is written to.
func NewPen(w io.Writer) *Pen { return &Pen{w} }

// Write stamps an entry with the time and writes it. When it returns, the entry is in the ledger, whatever becomes of this process. A
// process whose ledger has gone is of no use and panics.
func (p *Pen) Write(e Entry) {
	e.At = time.Duration(time.Now().UnixNano())
	if _, err := p.w.Write(e.encode()); err != nil {
		panic(fmt.Sprintf("chaos: the ledger is gone: %v", err))
	}
}

// write writes entries as text.
func write(entries []Entry, path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	for _, e := range entries {
		fmt.Fprintln(w, e)
	}
	return errors.Join(w.Flush(), f.Close())
}
