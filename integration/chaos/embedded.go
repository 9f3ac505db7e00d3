package chaos

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// embeddedBrokers is how many brokers an embedded cluster has: enough for partitions and groups to move.
const embeddedBrokers = 3

// embeddedEngine is a cluster and a registry within this process. The cluster keeps its data in a folder, so that it can be restarted.
type embeddedEngine struct {
	proxies []*Proxy
	dir     string
	tried   func(group, topic string, partition int32, offset int64) // told of each commit that is asked for, on the cluster's goroutine
	server  *http.Server
	served  chan error

	mu      sync.Mutex // the cluster answers nothing any more once it is closed, so nobody asks it meanwhile
	cluster *kfake.Cluster
}

// startEmbedded starts services within this process.
func startEmbedded(ctx context.Context, tried func(group, topic string, partition int32, offset int64)) (*services, error) {
	s, err := newProxies(ctx, embeddedBrokers)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "magicbyte-chaos-")
	if err != nil {
		return nil, err
	}
	e := &embeddedEngine{proxies: s.brokers, dir: dir, tried: tried, served: make(chan error, 1)}
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

// start starts the cluster on the data in its folder. The brokers listen anew, and their proxies follow them.
func (e *embeddedEngine) start(ctx context.Context) error {
	next := 0
	cluster, err := kfake.NewCluster(
		kfake.NumBrokers(len(e.proxies)),
		kfake.DataDir(e.dir),
		kfake.GroupMinSessionTimeout(time.Second),
		kfake.BrokerConfigs(map[string]string{
			"group.consumer.heartbeat.interval.ms": "300",
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
	e.cluster = cluster
	return nil
}

func (e *embeddedEngine) restart(ctx context.Context, away func()) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cluster.Close()
	for _, p := range e.proxies {
		p.Cut(true)
	}
	away()
	return e.start(ctx)
}

func (e *embeddedEngine) moveLeaders() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cluster.ShufflePartitionLeaders()
	return true
}

func (e *embeddedEngine) moveCoordinators(group string) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	before := e.cluster.CoordinatorFor(group)
	for range 20 {
		if e.cluster.RehashCoordinators(); e.cluster.CoordinatorFor(group) != before {
			return true
		}
	}
	return false
}

func (e *embeddedEngine) close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.cluster.Close()
	err := e.server.Close()
	if served := <-e.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return errors.Join(err, os.RemoveAll(e.dir))
}
