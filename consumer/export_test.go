package consumer

// QueuedBytes is what waits for the handlers of a running consumer.
func (c *Consumer[K, V]) QueuedBytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.running.queued.Load()
}
