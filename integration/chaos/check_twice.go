package chaos

// doubled judges the records that stand in the log more than once.
func (c *check) doubled() {
	v := &c.verdict
	for number, places := range c.twins {
		if len(places) == 2 && c.resent(number) {
			v.Resent++
			continue
		}
		v.report(&v.Doubled, "record %d stands at %v", number, places)
	}
}

// resent reports whether a record may be in the log twice: its producer reported others as indeterminate after it was sent and before it was
// acknowledged. When records time out, librdkafka's idempotent producer takes a new epoch, so that there is no gap in the sequence, and sends what was
// in flight again under that: brokers cannot tell that they have it already.
func (c *check) resent(number int64) bool {
	acked, ok := c.ackedAt[number]
	if !ok {
		return false
	}
	for _, e := range c.givenUp {
		if e.Number < number && number < e.Offset && e.At <= acked {
			return true
		}
	}
	return false
}
