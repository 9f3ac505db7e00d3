package chaos

import (
	"cmp"
	"slices"
	"time"
)

// epochs are the assignments of partitions to members.
type epochs struct {
	of    []int           // for each entry of a handler, its epoch; -1 where there is none
	since []time.Duration // by epoch
	lost  []bool          // by epoch: it ended in a loss, or should have, so another member may have had the partition before the end of it
}

// epochsOf reads the assignments from a group's entries. An epoch that has no end, since its process was killed, did not end in a loss. Those of a member
// that the brokers gave up did, also if it never hears of that.
func epochsOf(entries []Entry) epochs {
	type owner struct{ member, partition int32 }
	current, calm := map[owner]int{}, false
	all := epochs{of: make([]int, len(entries))}
	for i, e := range entries {
		all.of[i] = -1
		at := owner{e.Member, e.Partition}
		switch e.Kind {
		case Assigned:
			current[at] = len(all.lost)
			all.lost, all.since = append(all.lost, false), append(all.since, e.At)
		case Revoked, Lost:
			if epoch, ok := current[at]; ok {
				all.lost[epoch] = all.lost[epoch] || e.Kind == Lost
				delete(current, at)
			}
		case Calm:
			calm = true
		case Storm:
			calm = false
		case Expelled, Gone:
			for other, epoch := range current {
				switch {
				case other.member != e.Member:
				case e.Kind == Gone:
					delete(current, other)
				case !calm && all.since[epoch] <= e.asked(): // in a calm nothing gives a reason for it
					all.lost[epoch] = true
				}
			}
		case Began, Settled, Failed, Condemned, Cancelled:
			if epoch, ok := current[at]; ok {
				all.of[i] = epoch
			}
		default:
		}
	}
	return all
}

// excused reports whether an epoch ended in a loss.
func (e epochs) excused(epoch int) bool { return epoch >= 0 && e.lost[epoch] }

// strandKey names the records that must be handled one after the other.
type strandKey struct {
	partition int32
	key       int64
}

func (c *check) strand(e Entry) *strand {
	key := strandKey{partition: e.Partition}
	switch c.order {
	case ByPartition:
	case ByKey:
		key.key = int64(e.Key)
	case Unordered:
		key.key = e.Offset
	}
	s := c.strands[key]
	if s == nil {
		s = &strand{first: handling{offset: -1, epoch: -1}, last: handling{offset: -1, epoch: -1}}
		c.strands[key] = s
	}
	return s
}

// strand is what is known of a strand by now.
type strand struct {
	open  []handling
	first handling // the first delivery with the highest offset
	last  handling // what was begun last
}

// handling is one call of a handler.
type handling struct {
	member  int32
	epoch   int
	offset  int64
	outcome Kind // 0 while it runs
}

func (c *check) began(e Entry, epoch int) {
	v, p, s := &c.verdict, c.partition(e.Partition), c.strand(e)
	at := place{e.Partition, e.Offset}
	c.saw(e)
	v.Deliveries++
	excused := c.epochs.excused(epoch)
	if epoch < 0 {
		v.report(&v.Order, "%v was begun by a member that has not the partition: %v", at, e)
	}
	for _, other := range s.open {
		switch {
		case other.member == e.Member:
			v.report(&v.Order, "offset %d and then %v at once in one member", other.offset, e)
		case excused, c.epochs.excused(other.epoch), c.stopped[other.member]:
			v.Overlaps++
		default:
			v.report(&v.Order, "offset %d in member %d and then %v at once", other.offset, other.member, e)
		}
	}
	r := p.record(e.Offset)
	r.known = true
	again := s.last.member == e.Member && s.last.epoch == epoch // the strand goes on where it was
	switch {
	case r.deliveries == 0:
		if e.Offset < s.first.offset && !excused && !c.epochs.excused(s.first.epoch) {
			v.report(&v.Order, "first deliveries out of order: offset %d, then %v", s.first.offset, e)
		}
		if e.Offset > s.first.offset {
			s.first = handling{member: e.Member, epoch: epoch, offset: e.Offset}
		}
	case again && s.last.offset == e.Offset && s.last.outcome == Failed:
		v.Retries++
	case r.failed() && e.Offset >= p.read: // the partition changed hands before the next attempt
		v.Retries++
	default:
		c.duplicate(e, p, again, excused)
	}
	if again && s.last.offset != e.Offset {
		if s.last.offset > e.Offset {
			v.report(&v.Order, "offset %d, and then, in one assignment, %v", s.last.offset, e)
		} else if s.last.outcome == Failed && !p.record(s.last.offset).lettered {
			v.report(&v.Order, "offset %d failed and is to be tried again, but was overtaken by %v", s.last.offset, e)
		}
	}
	p.start(e)
	p.waited(c, e)
	p.record(e.Offset).deliveries++
	h := handling{member: e.Member, epoch: epoch, offset: e.Offset}
	s.open, s.last = append(s.open, h), h
	if !excused {
		p.open[e.Offset]++
	}
}

// duplicate judges a record that was delivered before. It may be, when it was not committed before its partition changed hands.
func (c *check) duplicate(e Entry, p *partition, again, excused bool) {
	v := &c.verdict
	v.Duplicates++
	switch {
	case !c.calm:
	case p.lostByHalt(c.halted, e.At):
		v.Halting++
	default:
		v.report(&v.GracefulDuplicates, "in a calm, again: %v", e)
	}
	switch {
	case again && c.strand(e).last.offset == e.Offset:
		v.report(&v.Unexplained, "again in one assignment: %v", e)
	case e.Offset < p.least() && !excused && !p.rewound:
		v.report(&v.Unexplained, "again, although %d was committed: %v", p.read, e)
	}
}

func (c *check) ended(e Entry, epoch int) {
	p, s := c.partition(e.Partition), c.strand(e)
	for i, h := range s.open {
		if h.member == e.Member && h.offset == e.Offset {
			s.open = slices.Delete(s.open, i, i+1)
			c.close(e.Partition, h)
			break
		}
	}
	if s.last.member == e.Member && s.last.offset == e.Offset && s.last.epoch == epoch {
		s.last.outcome = e.Kind
	}
	p.ended = e.At
	r := p.record(e.Offset)
	switch e.Kind {
	case Settled:
		r.settled = true
	case Failed:
		r.given = true
		r.failures++
	case Condemned:
		r.given = true
	default:
	}
}

// gone ends all handlers of a member whose process has ended.
func (c *check) gone(member int32) {
	c.stopped[member] = false
	for key, s := range c.strands {
		s.open = slices.DeleteFunc(s.open, func(h handling) bool {
			if h.member == member {
				c.close(key.partition, h)
			}
			return h.member == member
		})
	}
}

// close takes a handler from those that hold up commits.
func (c *check) close(id int32, h handling) {
	if c.epochs.excused(h.epoch) {
		return
	}
	p := c.partition(id)
	if p.open[h.offset]--; p.open[h.offset] == 0 {
		delete(p.open, h.offset)
	}
}

// sent looks at the order in which acknowledged records of a key stand in the log: that of their sending.
func (c *check) sent() {
	for _, entries := range c.acked {
		slices.SortFunc(entries, func(a, b Entry) int { return cmp.Compare(a.Number, b.Number) })
		for i, e := range entries[1:] {
			if before := entries[i]; before.Partition != e.Partition || before.Offset >= e.Offset {
				c.verdict.report(&c.verdict.Order, "of one key, record %d stands at %v and record %d at %v", before.Number,
					place{before.Partition, before.Offset}, e.Number, place{e.Partition, e.Offset})
			}
		}
	}
}
