package chaos

import (
	"fmt"
	"slices"
	"time"
)

// Order is how a group's consumers are told to handle records, see consumer.ByPartition and following.
type Order uint8

// The orders.
const (
	ByPartition Order = iota
	ByKey
	Unordered
)

// Letter is a record of a topic of dead letters, which has one partition.
type Letter struct {
	At        int64 // its own offset
	Partition int32 // of its origin
	Offset    int64 // of its origin
	Differs   bool  // its key, value or headers are not those of its origin
	Poison    bool  // it is one of the records that nobody can decode
}

// Topic is what stands on the brokers when a run is over.
type Topic struct {
	Ends    map[int32]int64 // by partition, the offset that the next record would have; the first one had 0
	Letters []Letter
}

// patience is how long a graceful change may keep a partition from going on.
const patience = 5 * time.Second

// Check judges what the ledger holds of one group.
func Check(entries []Entry, group uint8, order Order, topic Topic) *Verdict {
	own := make([]Entry, 0, len(entries))
	for _, e := range entries {
		if e.Group == group {
			own = append(own, e)
		}
	}
	c := &check{
		order: order, topic: topic, epochs: epochsOf(own),
		blind:      !slices.ContainsFunc(own, func(e Entry) bool { return e.Kind == Tried }),
		partitions: map[int32]*partition{}, strands: map[strandKey]*strand{}, numbers: map[int64]place{},
		twins: map[int64]map[place]bool{}, ackedAt: map[int64]time.Duration{}, fates: map[int64]Kind{}, stopped: map[int32]bool{}, acked: map[int32][]Entry{},
	}
	for _, letter := range topic.Letters {
		if letter.Partition < 0 || letter.Offset < 0 {
			continue
		}
		r := c.partition(letter.Partition).record(letter.Offset)
		if !r.lettered || letter.At < r.letter {
			r.lettered, r.letter = true, letter.At
		}
	}
	for i, e := range own {
		c.entry(e, c.epochs.of[i])
	}
	c.finish()
	return &c.verdict
}

// check is a Check under way.
type check struct {
	order   Order
	topic   Topic
	epochs  epochs
	verdict Verdict

	partitions map[int32]*partition
	strands    map[strandKey]*strand
	numbers    map[int64]place          // where each record was seen in the log
	twins      map[int64]map[place]bool // those that were seen in a second place
	ackedAt    map[int64]time.Duration  // by number
	givenUp    []Entry                  // reports of indeterminate records
	fates      map[int64]Kind           // of each record, as its producer knows it
	acked      map[int32][]Entry
	stopped    map[int32]bool // members
	blind      bool           // to what is to be committed: only what is committed is seen
	calm       bool
	calmSince  time.Duration
	halted     time.Duration // when the machine went on that had stood still, last; 0: never
}

type place struct {
	partition int32
	offset    int64
}

// partition is what is known of a partition by now.
type partition struct {
	records []record // by offset
	// tried and committed are the offsets up to which commits were checked.
	tried, committed int64
	read             int64          // the committed offset read last
	asked            map[int64]bool // offsets that were to be committed, or were, since the last assignment
	unread           []int64        // those that were to be, since the committed one was read
	since, before    int64          // the first offsets that handlers began with in the last assignment, and the one before
	started          bool           // whether one did in the last one
	startedAt        time.Duration  // when
	open             map[int64]int  // handlers that run, by offset, in epochs that do not end in a loss
	ended            time.Duration  // when a handler last returned
	lostAt           time.Duration  // when a member last heard that it has lost it
	rewound          bool           // a client went back, and has delivered nothing new since
	lower            bool           // a client went back, and its commit may do so once
	next             int64          // behind the highest offset that a handler began with
}

// record is what is known of a record by now, and how its dead letter will come out.
type record struct {
	acked      time.Duration
	letter     int64 // offset of its first dead letter
	deliveries int32
	failures   int32 // of the deliveries, those whose handler failed
	known      bool  // that it is in the log, from producer or handler
	settled    bool
	given      bool // a handler failed or condemned it
	lettered   bool
}

func (r *record) done() bool { return r.settled || r.lettered }

// failed reports whether every delivery by now ended with a failure, so that the record is still to be tried again.
func (r *record) failed() bool { return r.deliveries > 0 && r.failures == r.deliveries }

func (c *check) partition(id int32) *partition {
	p := c.partitions[id]
	if p == nil {
		p = &partition{open: map[int64]int{}, asked: map[int64]bool{}}
		c.partitions[id] = p
	}
	return p
}

// record returns the record at an offset; the pointer holds until the next call.
func (p *partition) record(offset int64) *record {
	for int64(len(p.records)) <= offset {
		p.records = append(p.records, record{})
	}
	return &p.records[offset]
}

func (c *check) entry(e Entry, epoch int) {
	switch e.Kind {
	case Acked:
		c.acked[e.Key] = append(c.acked[e.Key], e)
		r := c.partition(e.Partition).record(e.Offset)
		r.known, r.acked = true, e.At
		c.fates[e.Number] = e.Kind
		c.saw(e)
	case Indeterminate, Refused:
		c.fates[e.Number] = e.Kind
		if e.Kind == Indeterminate {
			c.givenUp = append(c.givenUp, e)
		}
	case Poisoned:
		r := c.partition(e.Partition).record(e.Offset)
		r.known = true
		c.verdict.Poisoned++
	case Began:
		c.began(e, epoch)
	case Settled, Failed, Condemned, Cancelled:
		c.ended(e, epoch)
	case Stopped:
		c.stopped[e.Member] = true
	case Continued:
		c.stopped[e.Member] = false
	case Gone:
		c.gone(e.Member)
	case Tried:
		c.tried(e)
	case Committed:
		c.committed(e)
	case Calm:
		c.calm, c.calmSince = true, e.At
	case Storm:
		c.standstill(e.At)
		c.calm = false
	case Rewound:
		c.verdict.Rewinds++
		p := c.partition(e.Partition)
		p.rewound, p.lower = true, true
	case Assigned:
		c.partition(e.Partition).forget()
	case Expelled:
		c.verdict.Expelled++
		if c.calm {
			c.verdict.Fallen++
		}
	case Halted:
		c.verdict.Halts++
		c.halted = e.At
	case Lost: // see epochsOf, too
		c.partition(e.Partition).lostAt = e.At
	case Revoked: // see epochsOf
	}
}

// saw notes where a record stands. No record may stand in two places.
func (c *check) saw(e Entry) {
	at := place{e.Partition, e.Offset}
	before, ok := c.numbers[e.Number]
	switch {
	case !ok:
		c.numbers[e.Number] = at
	case before != at:
		if c.twins[e.Number] == nil {
			c.twins[e.Number] = map[place]bool{before: true}
		}
		c.twins[e.Number][at] = true
	}
	if e.Kind == Acked {
		c.ackedAt[e.Number] = e.At
	}
}

// finish looks at what must hold once all is over.
func (c *check) finish() {
	v := &c.verdict
	for number, fate := range c.fates {
		_, arrived := c.numbers[number]
		switch {
		case fate == Acked:
			v.Acked++
		case fate == Refused:
			v.Refused++
			if arrived {
				v.report(&v.Doubled, "record %d was refused, and yet it is in the log", number)
			}
		case arrived:
			v.Indeterminate++
			v.Arrived++
		default:
			v.Indeterminate++
		}
	}
	for id, p := range c.partitions {
		for offset := range max(int64(len(p.records)), c.topic.Ends[id]) {
			r := p.record(offset)
			if offset >= c.topic.Ends[id] {
				v.report(&v.Lost, "partition %d ends before offset %d, which was acknowledged or handled", id, offset)
			} else if !r.done() {
				v.report(&v.Lost, "%v was neither settled nor dead-lettered (acknowledged: %t, deliveries: %d)", place{id, offset}, r.known, r.deliveries)
			}
		}
	}
	c.doubled()
	for id, end := range c.topic.Ends {
		if end > 0 && c.partitions[id] == nil {
			v.reportMany(&v.Lost, int(end), "nothing is known of the %d records of partition %d", end, id)
		}
	}
	c.sent()
	c.letters()
}

// letters looks at the dead letters: each is the twin of its origin, and had a cause.
func (c *check) letters() {
	v := &c.verdict
	for _, letter := range c.topic.Letters {
		v.Letters++
		at := place{letter.Partition, letter.Offset}
		if at.partition < 0 || at.offset < 0 {
			v.report(&v.LettersDiffer, "dead letter %d does not say where it comes from", letter.At)
			continue
		}
		r := c.partition(letter.Partition).record(letter.Offset)
		if letter.Differs {
			v.report(&v.LettersDiffer, "the dead letter of %v is not what it was", at)
		}
		if !letter.Poison && !r.given {
			v.report(&v.LettersUncaused, "%v is a dead letter, and no handler gave it up", at)
		}
	}
}

func (p place) String() string { return fmt.Sprintf("[%d]@%d", p.partition, p.offset) }
