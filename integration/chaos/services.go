package chaos

import (
	"context"
	"strings"
	"time"
)

// Protocol is how a group shares its partitions out.
type Protocol uint8

// The protocols.
const (
	Cooperative Protocol = iota
	Eager
	KIP848
)

// services are brokers and a registry behind proxies.
type services struct {
	brokers     []*Proxy
	registry    *Proxy
	registryURL string // through the proxy
	observer    *observer
	engine
}

// engine runs the services.
type engine interface {
	// restart takes all brokers away, calls away, and brings them back with all that they had stored.
	restart(ctx context.Context, away func()) error
	// restarts says how.
	restarts() string
	// calmness is how long it takes at most until they are taken away, and again.
	calmness() time.Duration
	// round is about how long a storm and the calm that follows take together.
	round() time.Duration
	// forgets says that sessions may go on for ever: see expire.
	forgets() bool
	close() error
}

// bootstrap is the value of bootstrap.servers.
func (s *services) bootstrap() string {
	addrs := make([]string, len(s.brokers))
	for i, p := range s.brokers {
		addrs[i] = p.Addr().String()
	}
	return strings.Join(addrs, ",")
}

func (s *services) close() error {
	s.observer.client.Close()
	s.closeProxies()
	return s.engine.close()
}

func (s *services) closeProxies() {
	for _, p := range append(s.brokers, s.registry) {
		p.Close()
	}
}

// newProxies starts n proxies for brokers and one for the registry.
func newProxies(ctx context.Context, n int) (*services, error) {
	s := &services{brokers: make([]*Proxy, n)}
	var err error
	for i := range s.brokers {
		if s.brokers[i], err = NewProxy(ctx); err != nil {
			return nil, err
		}
	}
	s.registry, err = NewProxy(ctx)
	return s, err
}
