package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Config is what a run is told.
type Config struct {
	// Seed decides what is drawn.
	Seed uint64
	// Duration is how long storms and calms take in all. Starting, waiting for groups to settle, draining and checking come on top.
	Duration time.Duration
	// Containers has real services, not embedded ones.
	Containers bool
	// Logs is a folder for what each member writes to its log, and for the ledger as text; "" keeps no more than the ends of logs.
	Logs string
	// Log is told what goes on; nil is silence.
	Log func(format string, args ...any)
}

// What is sent per second to all groups together, where the machine can.
const (
	embeddedRate  = 9_000
	containerRate = 4_500
)

// limit bounds every wait that has no other bound.
const limit = 60 * time.Second

// run is a run under way.
type run struct {
	Config
	*services
	ledger    *Ledger
	groups    []*group
	deaths    deaths
	ghosts    atomic.Int32
	forgotten atomic.Int32
	faults    tally
	changes   tally
}

// Run lets it storm, and reports. An error means that the run could not be made, or not be brought to its end, which is a
// violation, too; what the checker found is in the Report.
func Run(tb testing.TB, config Config) (*Report, error) {
	tb.Helper()
	ctx := tb.Context()
	if config.Log == nil {
		config.Log = func(string, ...any) {}
	}
	ledger, err := NewLedger()
	if err != nil {
		return nil, err
	}
	r := &run{Config: config, ledger: ledger}
	defer func() {
		if r.services == nil { // also where tb was skipped
			ledger.Close()
		}
	}()
	rate := embeddedRate
	var s *services
	if config.Containers {
		rate = containerRate
		s, err = startContainers(tb)
	} else {
		s, err = startEmbedded(ctx, r.tried)
	}
	if err != nil {
		return nil, err
	}
	r.services = s
	var next atomic.Int32
	for id, kind := range kinds {
		g := &group{
			services: r.services, id: uint8(id), name: unique(kind.name), topic: unique("tasks"), order: kind.order, protocol: kind.protocol,
			ledger: ledger, nextID: &next, deaths: &r.deaths, ghosts: &r.ghosts, logs: config.Logs,
		}
		if g.traffic, err = newTraffic(g, newRand(config.Seed, "traffic "+kind.name), rate/len(kinds)); err != nil {
			break
		}
		r.groups = append(r.groups, g)
	}
	began := time.Now()
	if err == nil {
		err = r.do(ctx)
	}
	for _, g := range r.groups {
		g.abandon()
	}
	report := &Report{Seed: config.Seed, Faults: &r.faults, Changes: &r.changes, Deaths: r.deaths.errs, Ghosts: int(r.ghosts.Load()), Forgotten: int(r.forgotten.Load()), Took: time.Since(began)}
	topics, readErr := r.topics(ctx)
	err = errors.Join(err, readErr, r.close())
	entries := ledger.Close()
	report.Entries = len(entries)
	for _, death := range report.Deaths {
		if errors.Is(death, errCrashed) {
			err = errors.Join(err, death)
		}
	}
	if config.Logs != "" {
		err = errors.Join(err, write(entries, filepath.Join(config.Logs, "ledger.txt")))
	}
	for _, g := range r.groups {
		verdict := Check(entries, g.id, g.order, topics[g.id])
		report.Groups = append(report.Groups, GroupReport{Name: kinds[g.id].name, Verdict: verdict})
		report.Total.Add(verdict)
	}
	return report, err
}

// kinds are the groups of a run.
var kinds = []struct {
	name     string
	order    Order
	protocol Protocol
}{
	{"cooperative", ByPartition, Cooperative},
	{"kip848", ByPartition, KIP848},
	{"eager", ByPartition, Eager},
}

// tried is told of each commit that an embedded broker is asked for.
func (r *run) tried(name, topic string, partition int32, offset int64) {
	for _, g := range r.groups {
		if g.name == name && g.topic == topic {
			r.ledger.Write(Entry{Kind: Tried, Group: g.id, Partition: partition, Offset: offset})
		}
	}
}

// do runs storms and calms, and brings everything to its end.
func (r *run) do(ctx context.Context) error {
	start, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, g := range r.groups {
		if err := errors.Join(g.createTopics(start), g.traffic.renew(start), g.fill(fewest+1)); err != nil {
			return err
		}
	}
	sending, endSending := context.WithCancel(ctx)
	watching, endWatching := context.WithCancel(ctx)
	var senders, watchers sync.WaitGroup
	watchers.Go(func() { r.halts(watching) })
	for _, g := range r.groups {
		senders.Go(func() { g.traffic.run(sending) })
		watchers.Go(func() { g.watch(watching) })
		watchers.Go(func() { g.expelled(watching) })
		if r.forgets() {
			watchers.Go(func() { r.forgotten.Add(g.expire(watching)) })
		}
	}
	err := r.weather(ctx)
	endSending()
	senders.Wait()
	end, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	for _, g := range r.groups {
		err = errors.Join(err, g.traffic.end(end))
	}
	r.Log("draining")
	err = errors.Join(err, each(r.groups, func(g *group) error {
		_, err := g.drained(end)
		g.end(ctx)
		return err
	}))
	endWatching()
	watchers.Wait()
	return err
}

// each does something for all of a list at once.
func each[T any](all []T, do func(T) error) error {
	errs := make([]error, len(all))
	var running sync.WaitGroup
	for i, one := range all {
		running.Go(func() { errs[i] = do(one) })
	}
	running.Wait()
	return errors.Join(errs...)
}

// weather alternates storms and calms.
func (r *run) weather(ctx context.Context) error {
	rounds := max(1, int(r.Duration/r.round()))
	length := r.Duration / time.Duration(rounds)
	lanes := r.newLanes()
	for i := range rounds {
		r.Log("storm %d of %d", i+1, rounds)
		if err := each(lanes, func(l *lane) error { return l.run(ctx, length*6/10, &r.faults) }); err != nil {
			return err
		}
		r.Log("calm %d of %d, after %d faults", i+1, rounds, r.faults.total())
		err := each(r.groups, func(g *group) error {
			return r.calm(ctx, g, newRand(r.Seed, fmt.Sprint("calm ", i, " of group ", g.id)), length*4/10)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// calm waits until a group has settled, and then lets members join, leave and restart as they should.
func (r *run) calm(ctx context.Context, g *group, rng *rand.Rand, window time.Duration) error {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := g.settled(bounded); err != nil {
		return err
	}
	g.ledger.Write(Entry{Kind: Calm, Group: g.id})
	defer g.ledger.Write(Entry{Kind: Storm, Group: g.id})
	for until := time.Now().Add(window); time.Now().Before(until) && ctx.Err() == nil; {
		bounded, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		var name string
		var err error
		switch change := rng.IntN(5); {
		case change == 0:
			name, err = "rolling restart", g.rollingRestart(bounded)
		case g.size() >= most, change < 3 && g.size() > fewest:
			name, err = "scale-down", g.scaleDown(bounded, g.pick(rng))
		default:
			name, err = "scale-up", g.scaleUp(bounded)
		}
		r.changes.add(name, err == nil)
		if err != nil {
			return fmt.Errorf("chaos: %s in a calm: %w", name, err)
		}
	}
	return nil
}

// topics reads what is on the brokers when all is over.
func (r *run) topics(ctx context.Context) (map[uint8]Topic, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	topics := map[uint8]Topic{}
	for _, g := range r.groups {
		topic, err := g.read(ctx)
		if err != nil {
			return nil, err
		}
		topics[g.id] = topic
	}
	return topics, nil
}

// read reads a group's topics, and compares each dead letter with its origin.
func (g *group) read(ctx context.Context) (Topic, error) {
	var topic Topic
	ends, err := g.observer.ends(ctx, g.letters(), 1)
	if err != nil {
		return topic, err
	}
	letters, err := g.observer.read(ctx, g.letters(), ends, func(*kgo.Record) bool { return true })
	if err != nil {
		return topic, err
	}
	if topic.Ends, err = g.observer.ends(ctx, g.topic, partitions); err != nil {
		return topic, err
	}
	wanted := map[place]*kgo.Record{}
	for _, l := range letters {
		wanted[origin(l)] = nil
	}
	origins, err := g.observer.read(ctx, g.topic, topic.Ends, func(r *kgo.Record) bool {
		_, ok := wanted[place{r.Partition, r.Offset}]
		return ok
	})
	if err != nil {
		return topic, err
	}
	for _, o := range origins {
		wanted[place{o.Partition, o.Offset}] = o
	}
	for _, l := range letters {
		at := origin(l)
		topic.Letters = append(topic.Letters, Letter{
			At: l.Offset, Partition: at.partition, Offset: at.offset,
			Differs: !twins(wanted[at], l), Poison: isPoison(l),
		})
	}
	return topic, nil
}
