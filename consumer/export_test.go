package consumer

// QueuedBytes is what is unsettled in a running consumer.
func (c *Consumer[K, V]) QueuedBytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running.sched.mu.Lock()
	defer c.running.sched.mu.Unlock()
	return int64(c.running.sched.bytes)
}
