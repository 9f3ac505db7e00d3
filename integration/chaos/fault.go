package chaos

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// fault is something that happens to the run. It takes as long as the fault lasts, and reports whether it had its effect.
type fault struct {
	name string
	do   func(ctx context.Context, rng *rand.Rand) bool
}

// between draws a duration.
func between(rng *rand.Rand, from, to time.Duration) time.Duration {
	return from + time.Duration(rng.Int64N(int64(to-from)))
}

// networkFaults happen to the connections of one broker, of consumers and producers alike.
func networkFaults(s *services) []fault {
	pick := func(ctx context.Context, rng *rand.Rand) *Proxy {
		p := s.brokers[rng.IntN(len(s.brokers))]
		ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
		defer cancel()
		poll(ctx, 10*time.Millisecond, func() bool { return p.Links() > 0 }) // a broker without connections feels nothing
		return p
	}
	impair := func(name string, how func(*rand.Rand) Impairment) fault {
		return fault{name, func(ctx context.Context, rng *rand.Rand) bool {
			p, h := pick(ctx, rng), how(rng)
			ctx, cancel := context.WithTimeout(ctx, between(rng, 200*time.Millisecond, 800*time.Millisecond))
			defer cancel()
			return p.Impair(ctx, h) > 0
		}}
	}
	cut := func(name string, reset bool) fault {
		return fault{name, func(ctx context.Context, rng *rand.Rand) bool {
			n := pick(ctx, rng).Cut(reset)
			sleep(ctx, between(rng, 50*time.Millisecond, 300*time.Millisecond)) // for connections to come back
			return n > 0
		}}
	}
	return []fault{
		cut("connections cut", false),
		cut("connections reset", true),
		impair("latency", func(rng *rand.Rand) Impairment {
			return Impairment{Delay: between(rng, 20*time.Millisecond, 200*time.Millisecond)}
		}),
		impair("slow connections", func(rng *rand.Rand) Impairment { return Impairment{Rate: 20_000 + rng.IntN(200_000)} }),
		impair("half-open connections", func(*rand.Rand) Impairment { return Impairment{Freeze: true} }),
		{"broker unreachable", func(ctx context.Context, rng *rand.Rand) bool {
			p := pick(ctx, rng)
			ctx, cancel := context.WithTimeout(ctx, between(rng, 200*time.Millisecond, time.Second))
			defer cancel()
			return p.Refuse(ctx) > 0
		}},
	}
}

// brokerFaults happen to all brokers at once.
func brokerFaults(s *services) []fault {
	return []fault{{s.restarts(), func(ctx context.Context, rng *rand.Rand) bool {
		away := between(rng, 200*time.Millisecond, time.Second)
		return s.restart(ctx, func() { sleep(ctx, away) }) == nil
	}}}
}

// registryPatience is how long the registry is away at most when no consumer comes to ask.
const registryPatience = 15 * time.Second

// registryFaults take the registry away while a group's records have a schema that no consumer has seen.
func registryFaults(s *services, groups []*group) []fault {
	return []fault{{"registry outage", func(ctx context.Context, rng *rand.Rand) bool {
		g := groups[rng.IntN(len(groups))]
		d := between(rng, 500*time.Millisecond, 1500*time.Millisecond)
		if g.traffic.renew(ctx) != nil {
			return false
		}
		away, cancel := context.WithTimeout(ctx, registryPatience)
		defer cancel()
		var refusing sync.WaitGroup
		before := s.registry.Refused()
		refusing.Go(func() { s.registry.Refuse(away) })
		asked := poll(away, 10*time.Millisecond, func() bool { return s.registry.Refused() > before })
		sleep(away, d)
		cancel()
		refusing.Wait()
		return asked
	}}}
}

// memberFaults happen to the processes of one group.
func memberFaults(g *group) []fault {
	return []fault{
		{"kill -9", func(_ context.Context, rng *rand.Rand) bool {
			p := g.pick(rng)
			g.drop(p)
			return p.kill()
		}},
		{"process stopped for a while", func(ctx context.Context, rng *rand.Rand) bool {
			p, d := g.pick(rng), between(rng, 100*time.Millisecond, session/2)
			if !p.stop(ctx) {
				return false
			}
			defer p.resume()
			sleep(ctx, d)
			return true
		}},
		{"process stopped until its session expired", func(ctx context.Context, rng *rand.Rand) bool {
			p := g.pick(rng)
			if !p.stop(ctx) {
				return false
			}
			defer p.resume()
			ctx, cancel := context.WithTimeout(ctx, 3*session)
			defer cancel()
			return poll(ctx, 50*time.Millisecond, func() bool {
				listed, known := g.has(ctx, p)
				return known && !listed
			})
		}},
		{"member replaced", func(ctx context.Context, rng *rand.Rand) bool {
			p := g.pick(rng)
			g.drop(p)
			g.deaths.add(p.terminate(ctx))
			return p.ended()
		}},
		{"member added", func(ctx context.Context, rng *rand.Rand) bool {
			joined, err := g.join()
			if err != nil {
				return false
			}
			if g.size() > most {
				p := g.pick(rng)
				g.drop(p)
				g.deaths.add(p.terminate(ctx))
			}
			ctx, cancel := context.WithTimeout(ctx, 3*session)
			defer cancel()
			return poll(ctx, 50*time.Millisecond, func() bool {
				listed, _ := g.has(ctx, joined)
				return listed || joined.ended()
			})
		}},
	}
}
