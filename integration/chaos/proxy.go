package chaos

import (
	"context"
	"fmt"
	"net"
	"slices"
	"sync"
	"time"
)

// Proxy is a TCP proxy that does to connections what networks do. All methods are safe for concurrent use.
type Proxy struct {
	listener net.Listener
	ctx      context.Context // of the proxy's life; ends with Close
	end      context.CancelFunc
	work     sync.WaitGroup

	mu      sync.Mutex
	target  string
	refuse  int // how many Refuse are under way
	refused int
	impair  []*hindrance // under way; the newest counts
	links   map[*link]bool
}

// NewProxy listens on a free port of 127.0.0.1. Until there is a target it refuses connections.
func NewProxy(ctx context.Context) (*Proxy, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("chaos: proxy: %w", err)
	}
	p := &Proxy{listener: listener, links: map[*link]bool{}}
	p.ctx, p.end = context.WithCancel(context.WithoutCancel(ctx))
	p.work.Go(p.accept)
	return p, nil
}

// Addr is where the proxy listens.
func (p *Proxy) Addr() net.Addr { return p.listener.Addr() }

// SetTarget sets where new connections go.
func (p *Proxy) SetTarget(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.target = address
}

// Target is where new connections go.
func (p *Proxy) Target() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.target
}

// Close ends all connections and waits for them.
func (p *Proxy) Close() {
	p.end()
	_ = p.listener.Close()
	p.Cut(false)
	p.work.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	server := p.dial()
	l := &link{client: client, server: server}
	if server == nil {
		l.end(true)
		return
	}
	l.ctx, l.cancel = context.WithCancel(p.ctx)
	defer l.cancel()
	p.mu.Lock()
	if p.refuse > 0 || p.ctx.Err() != nil { // since it was dialled
		p.refused++
		p.mu.Unlock()
		l.end(true)
		return
	}
	p.links[l] = true
	l.impair(p.newest())
	p.mu.Unlock()
	var pumps sync.WaitGroup
	pumps.Go(func() { l.pump(server, client) })
	pumps.Go(func() { l.pump(client, server) })
	pumps.Wait()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// dial returns a connection to the target, or nil.
func (p *Proxy) dial() net.Conn {
	p.mu.Lock()
	target := p.target
	if p.refuse > 0 {
		p.refused++
		p.mu.Unlock()
		return nil
	}
	p.mu.Unlock()
	ctx, cancel := context.WithTimeout(p.ctx, 5*time.Second)
	defer cancel()
	var d net.Dialer
	server, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		return nil
	}
	return server
}

// all returns the links that are open.
func (p *Proxy) all() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	links := make([]*link, 0, len(p.links))
	for l := range p.links {
		links = append(links, l)
	}
	return links
}

// Links returns how many connections are open.
func (p *Proxy) Links() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.links)
}

// Cut ends all connections, with a reset or as a peer that closes, and returns how many they were.
func (p *Proxy) Cut(reset bool) int {
	links := p.all()
	for _, l := range links {
		l.end(reset)
	}
	return len(links)
}

// Refuse resets connections, those that are there and new ones, until ctx ends. It returns how many came meanwhile.
func (p *Proxy) Refuse(ctx context.Context) int {
	p.mu.Lock()
	p.refuse++
	before := p.refused
	p.mu.Unlock()
	p.Cut(true)
	<-ctx.Done()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse--
	return p.refused - before
}

// Refused returns how many connections were refused by now.
func (p *Proxy) Refused() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refused
}

// Impair applies an impairment to all connections, also new ones, until ctx ends, and returns how many pieces of data it met. Those
// that were frozen are reset at the end, as what was held is of no use to anybody. Of several the newest counts.
func (p *Proxy) Impair(ctx context.Context, how Impairment) int {
	h := &hindrance{Impairment: how, over: ctx.Done()}
	p.hinder(func(all []*hindrance) []*hindrance { return append(all, h) })
	<-ctx.Done()
	p.hinder(func(all []*hindrance) []*hindrance {
		return slices.DeleteFunc(all, func(other *hindrance) bool { return other == h })
	})
	if how.Freeze {
		p.Cut(true)
	}
	return int(h.met.Load())
}

// hinder changes the impairments under way.
func (p *Proxy) hinder(change func([]*hindrance) []*hindrance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.impair = change(p.impair)
	for l := range p.links {
		l.impair(p.newest())
	}
}

// newest returns the impairment that counts, or nil. The caller holds the lock.
func (p *Proxy) newest() *hindrance {
	if len(p.impair) == 0 {
		return nil
	}
	return p.impair[len(p.impair)-1]
}
