package cache

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestMissingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m Missing[int]
		absent := errors.New("absent")
		for n := range 2 * missingLimit {
			m.Put(n, absent)
		}
		if len(m.ids) != missingLimit || len(m.queue) != missingLimit {
			t.Errorf("%d ids, %d in the queue, want %d", len(m.ids), len(m.queue), missingLimit)
		}
		if m.Get(missingLimit-1) != nil || m.Get(missingLimit) == nil || m.Get(2*missingLimit-1) == nil {
			t.Error("the oldest ids must go first")
		}
		<-time.After(missingTTL)
		if m.Get(2*missingLimit-1) != nil {
			t.Error("an id was remembered beyond its time")
		}
		m.Put(0, absent)
		if len(m.ids) != 1 || len(m.queue) != 1 {
			t.Errorf("%d ids, %d in the queue after all but one have expired", len(m.ids), len(m.queue))
		}
	})
}
