package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const (
	partitions = 6
	// session is the time after which a group gives a silent member up.
	session = 3 * time.Second
	// fewest and most members of a group.
	fewest, most = 2, 4
)

// group is a consumer group under test with its topic.
type group struct {
	*services
	id       uint8
	name     string
	topic    string
	order    Order
	protocol Protocol
	ledger   *Ledger
	traffic  *traffic
	nextID   *atomic.Int32 // of members of all groups
	deaths   *deaths
	ghosts   *atomic.Int32
	logs     string // folder; "" where nothing is kept

	mu      sync.Mutex
	members []*process
	started map[string]*process // all that ever were members, by client id
}

func (g *group) letters() string { return g.topic + "." + g.name + ".dlq" }

func (g *group) createTopics(ctx context.Context) error {
	return errors.Join(g.observer.createTopic(ctx, g.topic, partitions), g.observer.createTopic(ctx, g.letters(), 1))
}

// join starts a member.
func (g *group) join() (*process, error) {
	id := g.nextID.Add(1)
	p, err := startProcess(g.ledger, memberConfig{
		Brokers: g.bootstrap(), RegistryURL: g.registryURL,
		Topic: g.topic, Name: g.name, Client: fmt.Sprintf("%s-%d", g.name, id),
		Group: g.id, Member: id, Order: g.order, Protocol: g.protocol,
	}, g.logs)
	if err != nil {
		return nil, err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = append(g.members, p)
	if g.started == nil {
		g.started = map[string]*process{}
	}
	g.started[p.Client] = p
	return p, nil
}

// fill makes the group have n members at least. Those that ended by themselves are noted and replaced.
func (g *group) fill(n int) error {
	g.bury()
	for g.size() < n {
		if _, err := g.join(); err != nil {
			return err
		}
	}
	return nil
}

// bury takes those that have ended by themselves from the members.
func (g *group) bury() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = slices.DeleteFunc(g.members, func(p *process) bool {
		if p.ended() {
			g.deaths.add(p.failure())
		}
		return p.ended()
	})
}

func (g *group) size() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.members)
}

// pick returns one of the members.
func (g *group) pick(rng *rand.Rand) *process {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.members[rng.IntN(len(g.members))]
}

// drop takes a member, which is going to end, from the list.
func (g *group) drop(p *process) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.members = slices.DeleteFunc(g.members, func(other *process) bool { return other == p })
}

// has reports whether the brokers list a member, false where they do not answer.
func (g *group) has(ctx context.Context, p *process) (listed, known bool) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	members, _, err := g.observer.members(ctx, g.name, g.protocol)
	return members[p.Client] != "", err == nil
}

// settled waits until the group consists of its processes and none else, is stable, and all that was delivered by now is committed: so
// nothing that happened before can be a reason to deliver a record again.
func (g *group) settled(ctx context.Context) error {
	var state string
	stable := func() bool {
		if err := g.fill(fewest + 1); err != nil {
			state = err.Error()
			return false
		}
		ask, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		members, stable, err := g.observer.members(ask, g.name, g.protocol)
		state = fmt.Sprintf("members %v, stable %t, error %v", slices.Collect(maps.Keys(members)), stable, err)
		return err == nil && stable && len(members) == g.size()
	}
	if !poll(ctx, 50*time.Millisecond, stable) {
		return fmt.Errorf("chaos: group %s does not settle: it has %d processes, and %s%s", g.name, g.size(), state, g.said())
	}
	highest := map[int32]int64{}
	g.ledger.Counts(g.id, func(c *Counts) { maps.Copy(highest, c.Highest) })
	committed := func() bool {
		ask, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		offsets, err := g.observer.committed(ask, g.name, g.topic)
		state = fmt.Sprintf("committed %v, error %v", offsets, err)
		for id, offset := range highest {
			if offsets[id] <= offset {
				return false
			}
		}
		return err == nil
	}
	if !poll(ctx, 50*time.Millisecond, committed) {
		return fmt.Errorf("chaos: group %s does not commit what was delivered, %v: %s%s", g.name, highest, state, g.said())
	}
	return nil
}

// works waits until each partition that has records has gone on, or until that takes longer than it may, which the checker judges: members that come and go faster
// than a partition can begin would keep it from going on for ever.
func (g *group) works(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	before := map[int32]int64{}
	g.ledger.Counts(g.id, func(c *Counts) { maps.Copy(before, c.Deliveries) })
	poll(ctx, 10*time.Millisecond, func() bool {
		all := true
		g.ledger.Counts(g.id, func(c *Counts) {
			for id, latest := range c.Latest {
				all = all && (c.Deliveries[id] > before[id] || c.Highest[id] >= latest)
			}
		})
		return all
	})
}

// scaleUp adds a member and waits until it works.
func (g *group) scaleUp(ctx context.Context) error {
	p, err := g.join()
	if err != nil {
		return err
	}
	joined := func() bool {
		has := false
		g.ledger.Counts(g.id, func(c *Counts) { has = c.Joined[p.Member] })
		return has || p.ended()
	}
	if !poll(ctx, 10*time.Millisecond, joined) || p.ended() {
		return fmt.Errorf("chaos: member %d of group %s got no partition: %w", p.Member, g.name, errors.Join(ctx.Err(), p.err))
	}
	g.works(ctx)
	return nil
}

// scaleDown ends a member, and notes whether the brokers still list it once its process has ended; then it waits until they do not.
func (g *group) scaleDown(ctx context.Context, p *process) error {
	g.drop(p)
	if err := p.terminate(ctx); err != nil {
		return err
	}
	if listed, _ := g.has(ctx, p); listed {
		g.ghosts.Add(1)
	}
	if !poll(ctx, 50*time.Millisecond, func() bool {
		listed, known := g.has(ctx, p)
		return known && !listed
	}) {
		return fmt.Errorf("chaos: group %s lists member %d, which has ended, for ever: %w", g.name, p.Member, ctx.Err())
	}
	g.works(ctx)
	return nil
}

// rollingRestart replaces all members, one after the other.
func (g *group) rollingRestart(ctx context.Context) error {
	g.mu.Lock()
	members := slices.Clone(g.members)
	g.mu.Unlock()
	for _, p := range members {
		if err := g.scaleDown(ctx, p); err != nil {
			return err
		}
		if err := g.scaleUp(ctx); err != nil {
			return err
		}
	}
	return nil
}

// end ends all members gracefully.
func (g *group) end(ctx context.Context) {
	g.bury()
	g.mu.Lock()
	members := slices.Clone(g.members)
	g.mu.Unlock()
	var ends sync.WaitGroup
	for _, p := range members {
		ends.Go(func() {
			g.drop(p)
			g.deaths.add(p.terminate(ctx))
		})
	}
	ends.Wait()
}

// abandon kills all members that are left.
func (g *group) abandon() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, p := range g.members {
		p.kill()
	}
	g.members = nil
}

// drained waits until everything that stands on the topic is committed.
func (g *group) drained(ctx context.Context) (map[int32]int64, error) {
	var ends, committed map[int32]int64
	var err error
	done := func() bool {
		if err = g.fill(1); err != nil {
			return false
		}
		ask, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		if ends, err = g.observer.ends(ask, g.topic, partitions); err != nil {
			return false
		}
		if committed, err = g.observer.committed(ask, g.name, g.topic); err != nil {
			return false
		}
		for id, end := range ends {
			if committed[id] < end {
				return false
			}
		}
		return true
	}
	if !poll(ctx, 100*time.Millisecond, done) {
		return nil, fmt.Errorf("chaos: group %s does not come to an end: committed %v of %v, error %w%s", g.name, committed, ends, err, g.said())
	}
	return ends, nil
}

// said returns what the members wrote last.
func (g *group) said() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var text strings.Builder
	for _, p := range g.members {
		fmt.Fprintf(&text, "\nmember %d wrote last: %s", p.Member, p.errors.String())
	}
	return text.String()
}

// watch reads the group's commits until ctx ends, and writes them down with the number of dead letters that were there then.
func (g *group) watch(ctx context.Context) {
	last := map[int32]int64{}
	poll(ctx, 100*time.Millisecond, func() bool {
		ask, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		committed, err := g.observer.committed(ask, g.name, g.topic)
		if err != nil {
			return false
		}
		letters, err := g.observer.ends(ask, g.letters(), 1)
		if err != nil {
			return false
		}
		for id, offset := range committed {
			if last[id] != offset {
				last[id] = offset
				g.ledger.Write(Entry{Kind: Committed, Group: g.id, Partition: id, Offset: offset, Number: letters[0]})
			}
		}
		return false
	})
}

// deaths are the ends of members that were not as they should be.
type deaths struct {
	mu   sync.Mutex
	errs []error
}

func (d *deaths) add(err error) {
	if err == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.errs = append(d.errs, err)
}
