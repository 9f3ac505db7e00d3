package chaos

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/integration"
)

// containersEngine is a broker and a registry in containers.
type containersEngine struct {
	env   *integration.Env
	proxy *Proxy
}

// startContainers starts a broker that sends its clients to the proxy, and a registry.
func startContainers(tb testing.TB) (*services, error) {
	tb.Helper()
	s, err := newProxies(tb.Context(), 1)
	if err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started { // also where the test was skipped
			s.closeProxies()
		}
	}()
	proxy := s.brokers[0]
	env := integration.Containers(tb, integration.WithAdvertised(proxy.Addr().String()),
		integration.WithKafkaEnv(map[string]string{
			"KAFKA_GROUP_CONSUMER_SESSION_TIMEOUT_MS": fmt.Sprint(session.Milliseconds()),
			// It is also how long librdkafka waits for the answer to a heartbeat. A member that missed one which carried a new epoch is fenced.
			"KAFKA_GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS": "1000",
		}))
	proxy.SetTarget(strings.Replace(env.Brokers, "localhost", "127.0.0.1", 1))
	address, err := url.Parse(env.RegistryURL)
	if err != nil {
		return nil, err
	}
	s.registry.SetTarget(address.Host)
	address.Host = s.registry.Addr().String()
	s.registryURL = address.String()
	s.engine = &containersEngine{env, proxy}
	s.observer, err = newObserver(s.brokers)
	started = err == nil
	return s, err
}

func (c *containersEngine) restart(ctx context.Context, away func()) error {
	address, err := c.env.RestartBroker(ctx, away)
	if err != nil {
		return err
	}
	c.proxy.SetTarget(strings.Replace(address, "localhost", "127.0.0.1", 1))
	return nil
}

func (c *containersEngine) restarts() string { return "broker killed and restarted" }

// calmness is long, for a restart takes ten seconds in which nothing else has an effect.
func (c *containersEngine) calmness() time.Duration { return 20 * time.Second }

func (c *containersEngine) round() time.Duration { return time.Minute }

func (c *containersEngine) forgets() bool { return false }

// close leaves the containers to the test that started them.
func (c *containersEngine) close() error { return nil }
