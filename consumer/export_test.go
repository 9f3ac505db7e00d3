package consumer

import "time"

// QueuedBytes is what is unsettled in a running consumer.
func (c *Consumer[K, V]) QueuedBytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running.sched.mu.Lock()
	defer c.running.sched.mu.Unlock()
	return int64(c.running.sched.bytes)
}

// WithStartTime shortens the time that brokers have to answer when Run begins.
func WithStartTime(d time.Duration) Option { return option(func(s *settings) { s.startTime = d }) }
