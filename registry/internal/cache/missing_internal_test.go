package registry

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/magicbyte-go/magicbyte/serde"
)

func TestMissingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var m missing
		key := func(n int) idKey { return idKey{id: serde.NumberID(int32(n + 1))} }
		for n := range 2 * missingLimit {
			m.put(key(n), &Error{})
		}
		if len(m.ids) != missingLimit || len(m.queue) != missingLimit {
			t.Errorf("%d ids, %d in the queue, want %d", len(m.ids), len(m.queue), missingLimit)
		}
		if m.get(key(missingLimit-1)) != nil || m.get(key(missingLimit)) == nil || m.get(key(2*missingLimit-1)) == nil {
			t.Error("the oldest ids must go first")
		}
		<-time.After(missingTTL)
		if m.get(key(2*missingLimit-1)) != nil {
			t.Error("an id was remembered beyond its time")
		}
		m.put(key(0), &Error{})
		if len(m.ids) != 1 || len(m.queue) != 1 {
			t.Errorf("%d ids, %d in the queue after all but one have expired", len(m.ids), len(m.queue))
		}
	})
}
