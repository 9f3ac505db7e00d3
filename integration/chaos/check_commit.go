package chaos

import "time"

// tried judges a commit that was asked for: what lies below it was settled before, or became a dead letter (when, is judged once the
// commit is read).
func (c *check) tried(e Entry) {
	p := c.partition(e.Partition)
	if e.Offset >= p.read || e.Offset >= p.reach(e.At) { // else it is no repetition of one that the assignment can have asked for
		p.asked[e.Offset] = true
		p.unread = append(p.unread, e.Offset)
	}
	for ; p.tried < e.Offset; p.tried++ {
		if r := p.record(p.tried); !r.done() {
			c.verdict.report(&c.verdict.Beyond, "offset %d was to be committed while %v was not settled", e.Offset, place{e.Partition, p.tried})
		}
	}
}

// committed judges a commit that was read from the brokers: what lies below it was settled, or dead-lettered before, and no handler
// is at work on it.
func (c *check) committed(e Entry) {
	v, p := &c.verdict, c.partition(e.Partition)
	switch {
	case e.Offset >= p.read:
	case p.lower:
		p.lower = false
	case !c.calm && (p.asked[e.Offset] || c.blind && e.Offset >= p.reach(e.At)):
		// librdkafka sends a commit whose answer was lost once more, and does not care whether a later one was sent meanwhile. Where nobody sees the
		// requests, the lost one may have been any since the assignment began.
		v.Repeated++
	default:
		v.report(&v.Backward, "partition %d: committed %d after %d", e.Partition, e.Offset, p.read)
	}
	for ; p.committed < e.Offset; p.committed++ {
		if r := p.record(p.committed); !r.settled && (!r.lettered || r.letter >= e.Number) {
			v.report(&v.Beyond, "offset %d was committed while %v was not settled", e.Offset, place{e.Partition, p.committed})
		}
	}
	if e.Offset > p.read {
		for offset := range p.open {
			if offset < e.Offset {
				v.report(&v.Beyond, "offset %d was committed while %v was in a handler", e.Offset, place{e.Partition, offset})
			}
		}
	}
	p.read, p.unread = e.Offset, nil
	p.asked[e.Offset] = true
}

// start notes where an assignment begins.
func (p *partition) start(e Entry) {
	if !p.started {
		p.before, p.since, p.startedAt, p.started = p.since, e.Offset, e.At, true
	}
}

// reach returns how far a commit may go back that repeats one: to where the assignment began, or for a moment the one before, since commits are read after a while.
func (p *partition) reach(now time.Duration) int64 {
	if now-p.startedAt < time.Second {
		return min(p.before, p.since)
	}
	return p.since
}

// least returns the least offset that an assignment may begin at: what was committed when it was read last or, where a client repeats a commit, what
// was asked for since. Who begins there may do so before it is read.
func (p *partition) least() int64 {
	least := p.read
	for _, offset := range p.unread {
		least = min(least, offset)
	}
	return least
}

// forget forgets the commits of an assignment that is over, but for those whose outcome was not read yet.
func (p *partition) forget() {
	clear(p.asked)
	p.started = false
	for _, offset := range p.unread {
		p.asked[offset] = true
	}
}

// waited measures, in a calm, how long a partition stood still before this first delivery although it had records.
func (p *partition) waited(c *check, e Entry) {
	if e.Offset < p.next {
		return
	}
	p.next, p.rewound = e.Offset+1, false
	if acked := p.record(e.Offset).acked; c.calm && acked > 0 {
		c.stood(e.Partition, e.At-max(acked, p.ended, c.calmSince))
	}
}

// standstill measures, at the end of a calm, how long partitions have stood still that have records.
func (c *check) standstill(now time.Duration) {
	if !c.calm {
		return
	}
	for id, p := range c.partitions {
		for offset := p.next; offset < int64(len(p.records)); offset++ {
			if acked := p.records[offset].acked; acked > 0 {
				c.stood(id, now-max(acked, p.ended, c.calmSince))
				break
			}
		}
	}
}

func (c *check) stood(id int32, d time.Duration) {
	v := &c.verdict
	v.LongestStall = max(v.LongestStall, d)
	if d > patience {
		v.report(&v.Stalls, "partition %d stood still for %v in a calm", id, d)
	}
}
