package integration

import (
	"cmp"
	"os"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Env is a broker and a registry for a test, with helpers that make what a test needs and look at what it did. The helpers
// speak to Kafka through another client than the one under test.
type Env struct {
	// Brokers is the value for bootstrap.servers.
	Brokers string
	// RegistryURL is the base of the registry's API, without a slash at its end.
	RegistryURL string
	// Network is set where containers were started: how others on the same Docker network reach them.
	Network Network

	kafka  *kgo.Client
	broker *testcontainers.DockerContainer // nil where it was not started here
}

// Network is the inner side of containers, for a client that runs in a container of its own. All fields are "" in an
// embedded Env; an address is "" where the service runs elsewhere.
type Network struct {
	Name        string // of the Docker network
	Brokers     string // bootstrap.servers within it
	RegistryURL string // the registry's API within it
}

// New returns the services that the environment asks for: [Containers] where MAGICBYTE_SERVICES is "containers", [Embedded] where
// it is "embedded" or not set. Options count for containers alone.
func New(tb testing.TB, opts ...Option) *Env {
	tb.Helper()
	switch services := cmp.Or(os.Getenv("MAGICBYTE_SERVICES"), "embedded"); services {
	case "embedded":
		return Embedded(tb)
	case "containers":
		return Containers(tb, opts...)
	default:
		tb.Fatalf(`integration: MAGICBYTE_SERVICES is %q, want "embedded" or "containers"`, services)
		return nil
	}
}

// newEnv returns an Env on running services; its client is closed with the test.
func newEnv(tb testing.TB, brokers, registryURL string, network Network) *Env {
	tb.Helper()
	client, err := newClient(brokers)
	if err != nil {
		tb.Fatalf("integration: client for %s: %v", brokers, err)
	}
	tb.Cleanup(client.Close)
	return &Env{Brokers: brokers, RegistryURL: registryURL, Network: network, kafka: client}
}
