package chaos

import (
	"context"
	"time"
)

// expire ends the sessions of dead members that the embedded brokers forget, until ctx ends, and returns how many those were. In a classic group
// kfake starts a member's session when it has answered its JoinGroup. Where the connection is gone by then it does not, and where the next rebalance
// comes before every member has asked for its assignment nobody misses the dead one. That rebalance waits for it, for as long as others join:
// each of them makes the wait begin anew, and when each tries again after its own time-out it never ends. A broker would have given the member up
// after its session, so that is when this does.
func (g *group) expire(ctx context.Context) int32 {
	var forgotten int32
	if g.protocol == KIP848 {
		return forgotten
	}
	poll(ctx, 500*time.Millisecond, func() bool {
		ask, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		members, _, err := g.observer.members(ask, g.name, g.protocol)
		if err != nil {
			return false
		}
		for client, member := range members {
			if g.dead(client, time.Now().Add(-session-time.Second)) && g.observer.leave(ask, g.name, member) == nil {
				forgotten++
			}
		}
		return false
	})
	return forgotten
}

// dead reports whether a client's process had ended at a time.
func (g *group) dead(client string, at time.Time) bool {
	g.mu.Lock()
	p := g.started[client]
	g.mu.Unlock()
	return p != nil && p.ended() && p.end.Before(at)
}
