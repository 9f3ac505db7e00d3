package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// embeddedBrokers is how many brokers an embedded cluster has: the faults of the network meet one at a time.
const embeddedBrokers = 3

// embeddedEngine is a cluster and a registry within this process.
type embeddedEngine struct {
	proxies []*Proxy
	cluster *kfake.Cluster
	tried   func(group, topic string, partition int32, offset int64) // told of each commit that is asked for, on the cluster's goroutine
	server  *http.Server
	served  chan error
}

// startEmbedded starts services within this process.
func startEmbedded(ctx context.Context, tried func(group, topic string, partition int32, offset int64)) (*services, error) {
	s, err := newProxies(ctx, embeddedBrokers)
	if err != nil {
		return nil, err
	}
	e := &embeddedEngine{proxies: s.brokers, tried: tried, served: make(chan error, 1)}
	s.engine = e
	if err := e.start(ctx); err != nil {
		return nil, err
	}
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("chaos: registry: %w", err)
	}
	e.server = &http.Server{Handler: embedded.New(), ReadHeaderTimeout: 10 * time.Second}
	go func() { e.served <- e.server.Serve(listener) }()
	s.registry.SetTarget(listener.Addr().String())
	s.registryURL = "http://" + s.registry.Addr().String()
	s.observer, err = newObserver(s.brokers)
	return s, err
}

// advertised is a listener that says it listened somewhere else: clients are sent to the proxy.
type advertised struct {
	net.Listener
	address net.Addr
}

func (a advertised) Addr() net.Addr { return a.address }

// start starts the cluster behind its proxies.
func (e *embeddedEngine) start(ctx context.Context) error {
	next := 0
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(len(e.proxies)),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{
			"group.consumer.heartbeat.interval.ms": "600", // a fifth of a session; what else it decides, see startContainers
			"group.consumer.session.timeout.ms":    fmt.Sprint(session.Milliseconds()),
		}),
		kfake.ListenFn(func(string, string) (net.Listener, error) {
			var lc net.ListenConfig
			listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
			if err != nil {
				return nil, err
			}
			proxy := e.proxies[next]
			next++
			proxy.SetTarget(listener.Addr().String())
			return advertised{listener, proxy.Addr()}, nil
		}),
	)
	if err != nil {
		return fmt.Errorf("chaos: embedded brokers: %w", err)
	}
	cluster.ControlKey(int16(kmsg.OffsetCommit), func(req kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if commit, ok := req.(*kmsg.OffsetCommitRequest); ok {
			for _, t := range commit.Topics {
				for _, p := range t.Partitions {
					e.tried(commit.Group, t.Topic, p.Partition, p.Offset)
				}
			}
		}
		return nil, nil, false
	})
	rebalances{}.keep(cluster)
	e.cluster = cluster
	return nil
}

// restart cannot end brokers that live in this process, with what they know; it makes all of them unreachable at once.
func (e *embeddedEngine) restart(ctx context.Context, away func()) error {
	ctx, back := context.WithCancel(ctx)
	defer back()
	var refusing sync.WaitGroup
	refused := make([]int, len(e.proxies))
	for i, p := range e.proxies {
		refusing.Go(func() { refused[i] = p.Refuse(ctx) })
	}
	away()
	back()
	refusing.Wait()
	if slices.Max(refused) == 0 {
		return errors.New("chaos: nobody missed the brokers")
	}
	return nil
}

func (e *embeddedEngine) restarts() string { return "all brokers unreachable" }

func (e *embeddedEngine) calmness() time.Duration { return 2 * time.Second }

func (e *embeddedEngine) round() time.Duration { return 20 * time.Second }

func (e *embeddedEngine) forgets() bool { return true }

func (e *embeddedEngine) close() error {
	e.cluster.Close()
	err := e.server.Close()
	if served := <-e.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
