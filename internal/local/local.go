package local

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// Options are what may differ between two Services; the zero Options are good.
type Options struct {
	// Brokers is how many brokers the cluster has; 0 means one.
	Brokers int
	// KafkaAddr and RegistryAddr are where to listen; "" means a free port of 127.0.0.1. KafkaAddr is the first broker's,
	// the others take free ports.
	KafkaAddr    string
	RegistryAddr string
}

// Services are a running broker and a running registry. All methods are safe for concurrent use.
type Services struct {
	// Brokers is the value for bootstrap.servers.
	Brokers string
	// RegistryURL is the base of the registry's API.
	RegistryURL string
	// Kafka and Registry are the parts themselves, for tests that make them fail.
	Kafka    *kfake.Cluster
	Registry *embedded.Registry

	server *http.Server
	served chan error
}

// brokerConfigs let groups of the protocol of KIP-848 rebalance in a fraction of a second: members learn of a change with
// their next heartbeat.
var brokerConfigs = map[string]string{
	"group.consumer.heartbeat.interval.ms": "100",
	"group.consumer.session.timeout.ms":    "3000",
}

// Start runs both until Close. Topics are made by CreateTopics alone, as on a production cluster, and groups may have session
// time-outs from one second. ctx bounds the start, not the services.
func Start(ctx context.Context, o Options) (*Services, error) {
	listener, err := listen(ctx, o.RegistryAddr)
	if err != nil {
		return nil, fmt.Errorf("local: schema registry: %w", err)
	}
	kafka, err := startKafka(ctx, o)
	if err != nil {
		_ = listener.Close()
		return nil, fmt.Errorf("local: broker: %w", err)
	}
	s := &Services{
		Brokers:     strings.Join(kafka.ListenAddrs(), ","),
		RegistryURL: "http://" + listener.Addr().String(),
		Kafka:       kafka,
		Registry:    embedded.New(),
		served:      make(chan error, 1),
	}
	s.server = &http.Server{Handler: s.Registry, ReadHeaderTimeout: 10 * time.Second}
	go func() { s.served <- s.server.Serve(listener) }()
	return s, nil
}

// Close ends both at once: open connections are cut, and what was stored is gone. It may be called once.
func (s *Services) Close() error {
	s.Kafka.Close()
	err := s.server.Close()
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	if err != nil {
		return fmt.Errorf("local: close: %w", err)
	}
	return nil
}

func startKafka(ctx context.Context, o Options) (*kfake.Cluster, error) {
	addrs := make([]string, max(1, o.Brokers))
	addrs[0] = o.KafkaAddr
	return kfake.NewCluster(
		kfake.NumBrokers(len(addrs)),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.DefaultNumPartitions(1),
		kfake.BrokerConfigs(brokerConfigs),
		// The cluster asks for one listener after the other, in the order of its brokers.
		kfake.ListenFn(func(string, string) (net.Listener, error) {
			addr := addrs[0]
			addrs = addrs[1:]
			return listen(ctx, addr)
		}),
	)
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var lc net.ListenConfig
	return lc.Listen(ctx, "tcp", addr)
}
