package chaos

import (
	"context"
	"time"
)

const (
	halt      = 500 * time.Millisecond // that nothing runs is worth a note
	aftermath = 4 * time.Second        // until all members know what they have lost by that: their sessions are 3 s long
)

// halts notes when this process did not run for a while. A virtual machine may be kept from running, with all that is in it: for the brokers and the members
// that is as if the other had gone silent, and a session that ends by that is no fault of a calm.
func (r *run) halts(ctx context.Context) {
	const look = halt / 10
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for last := time.Now(); ; {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		if stood := now.Sub(last) - look; stood >= halt {
			r.Log("nothing ran for %v", stood.Round(time.Millisecond))
			for _, g := range r.groups {
				r.ledger.Write(Entry{Kind: Halted, Group: g.id, Offset: int64(stood)})
			}
		}
		last = now
	}
}

// lostByHalt reports whether a delivery follows from the loss of the partition right after the machine had stood still. Members may notice before this process does.
func (p *partition) lostByHalt(halted, now time.Duration) bool {
	return halted > 0 && p.lostAt > halted-halt && p.lostAt < halted+aftermath && now < p.lostAt+aftermath
}
