package kafkaclient

import "time"

// CloseWithin runs closeClient on a goroutine of its own and waits for it, at most for limit: closing a client of librdkafka can hang.
// It reports whether the close came through; the goroutine of one that did not ends with the close, if ever.
func CloseWithin(limit time.Duration, closeClient func()) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		closeClient()
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}
