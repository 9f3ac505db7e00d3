package chaos

import (
	"context"
	"time"
)

// expelled writes down, until ctx ends, which members the brokers give up while they work: they cannot know before they reach the brokers again, and some
// end before that.
func (g *group) expelled(ctx context.Context) {
	listed := map[string]bool{}
	poll(ctx, 100*time.Millisecond, func() bool {
		ask, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		asked := time.Now().UnixNano()
		members, _, err := g.observer.members(ask, g.name, g.protocol)
		if err != nil || len(members) == 0 {
			return false
		}
		g.mu.Lock()
		defer g.mu.Unlock()
		for _, p := range g.members { // without those that were told to end
			is := members[p.Client] != ""
			if listed[p.Client] && !is && !p.ended() {
				g.ledger.Write(Entry{Kind: Expelled, Group: g.id, Member: p.Member, Offset: asked})
			}
			listed[p.Client] = is
		}
		return false
	})
}
