package consumer

// room is how many records, and bytes of them, the client may read ahead: whosever they turn out to be, no lane is to hold more than it may, nor the
// whole consumer. So a lane becomes full with the last of them if at all: none waits behind another for which room must be made, nor does a rebalance, and
// what is read is not more than is asked for.
func (e *engine) room() (records, bytes int) {
	records, bytes = e.set.queueRecords/2, e.set.queueBytes/2 // what lanes have that are not narrow
	take := func(held load) {
		records, bytes = min(records, e.set.queueRecords-held.records), min(bytes, e.set.queueBytes-held.bytes)
	}
	for l := range e.narrow {
		if l.paused {
			continue // nothing comes of it
		}
		l.weighed = l.load()
		e.burst.total = l.weighed.total
		if !e.half(l.weighed) {
			delete(e.narrow, l)
			continue
		}
		take(l.weighed)
	}
	total := e.burst.total
	if b := &e.burst; len(b.records) > 0 {
		held := b.load()
		take(held)
		total = held.total
	}
	return records, min(bytes, e.set.totalBytes-total)
}

// half reports whether a lane holds more than half of what it may.
func (e *engine) half(held load) bool {
	return held.records > e.set.queueRecords/2 || held.bytes > e.set.queueBytes/2
}
