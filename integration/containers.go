package integration

import (
	"context"
	"testing"
	"time"
)

// startTimeout bounds the start of both containers, the pull of their images included.
const startTimeout = 5 * time.Minute

// Containers returns a real broker and a real registry. Where TestMain calls [Shared], all calls with equal options share one
// pair, which ends with the test binary; otherwise each call starts a pair of its own, which ends with tb.
//
// Without Docker tb is skipped, or fails where REQUIRE_SERVICES=1.
func Containers(tb testing.TB, opts ...Option) *Env {
	tb.Helper()
	if testing.Short() {
		tb.Skip("integration: containers are left out under -short")
	}
	cfg, err := newConfig(opts)
	if err != nil {
		tb.Fatalf("integration: %v", err)
	}
	if cfg.startsContainers() {
		if err := dockerAnswers(tb.Context()); err != nil {
			unavailable(tb, "no Docker engine answers: %v", err)
		}
	}
	p, err := pairs.get(tb, cfg)
	if err != nil {
		tb.Fatalf("integration: %v", err)
	}
	env := newEnv(tb, p.brokers, p.registryURL, p.network)
	if cfg.advertised != "" {
		env.broker = p.docker.broker
	}
	return env
}

func (c config) startsContainers() bool { return c.brokers == "" || c.registryURL == "" }

// pair is a broker and a registry, started here or running elsewhere.
type pair struct {
	brokers     string
	registryURL string
	network     Network
	docker      stack
}

// startPair starts what cfg does not name as running, both at once, and waits until both answer.
func startPair(ctx context.Context, cfg config) (*pair, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	p := &pair{brokers: cfg.brokers, registryURL: cfg.registryURL}
	if err := p.start(ctx, cfg); err != nil {
		return nil, p.docker.failed(ctx, err)
	}
	return p, nil
}

func (p *pair) start(ctx context.Context, cfg config) error {
	if cfg.startsContainers() {
		sweep(ctx)
		if err := p.docker.createNetwork(ctx); err != nil {
			return err
		}
		p.network.Name = p.docker.network.Name
	}
	// The registry may keep its data in the broker and needs its name to resolve, so the broker's container comes first;
	// the wait for both is one.
	if p.brokers == "" {
		address, err := p.docker.runKafka(ctx, cfg)
		if err != nil {
			return err
		}
		p.brokers, p.network.Brokers = address, kafkaAlias+":"+brokerPort
	}
	if p.registryURL == "" {
		address, err := p.docker.runRegistry(ctx, cfg, p.network.Brokers)
		if err != nil {
			return err
		}
		p.registryURL = "http://" + address + cfg.registryBasePath
		p.network.RegistryURL = "http://" + registryAlias + ":" + cfg.registryPort + cfg.registryBasePath
	}
	if err := p.docker.await(ctx, "broker "+p.brokers, pingKafka(p.brokers)); err != nil {
		return err
	}
	return p.docker.await(ctx, "registry "+p.registryURL, pingRegistry(p.registryURL))
}
