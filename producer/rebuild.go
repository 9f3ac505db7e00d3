package producer

import (
	"context"
	"fmt"
	"log/slog"
	"time"
)

const (
	// rebuildLimit is how long a failed client is given to report what it has, before it is left behind.
	rebuildLimit = 5 * time.Second
	// A client that fails within steadyFor of being opened is replaced after firstDelay, which doubles up to lastDelay.
	steadyFor  = time.Minute
	firstDelay = 100 * time.Millisecond
	lastDelay  = 30 * time.Second
)

// open opens a client, which calls rebuild when it fails.
func (p *Producer[K, V]) open() (*client, error) {
	var onFailure func(*client)
	if p.options.rebuild {
		onFailure = p.rebuild
	}
	return openClient(slog.String(logTopic, p.topic), p.config, p.options, &p.callbacks, onFailure)
}

// run makes c the client that records go to. p.mu is held.
func (p *Producer[K, V]) run(c *client) {
	c.admit(nil)
	p.running.Store(c)
	if p.options.rebuild && c.failure.Load() != nil {
		go p.rebuild(c) // it failed when it could not be replaced yet
	}
}

// rebuild puts a new client in the place of one that has failed. Records of the old one have their outcome before the new one takes any,
// so that none overtakes another unseen; only callbacks may hear of it later, since one that sends again waits for the new client. Where there is no new one, the old one stays, and every send returns its failure.
func (p *Producer[K, V]) rebuild(old *client) {
	p.mu.Lock()
	if p.closed != nil || p.running.Load() != old || p.replacing == old {
		p.mu.Unlock()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rebuildLimit)
	defer cancel()
	p.replacing, p.hurry = old, cancel
	delay := p.delay(old)
	p.rebuilds.Add(1)
	p.mu.Unlock()
	defer p.rebuilds.Done()
	defer old.release()

	_ = old.close(ctx, old.shut) // every record has its outcome
	select {
	case <-p.closing:
		return
	case <-time.After(delay):
	}
	c, err := p.open()
	if err != nil {
		p.options.logger.Error("producer not rebuilt", slog.String(logTopic, p.topic), slog.Any(logError, err))
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.run(c) // Close, where it waits for this, closes it
	p.options.logger.Warn("producer rebuilt after a fatal error", slog.String(logTopic, p.topic))
}

// delay returns how long to wait before old is replaced. Where clients do not live long the cause is one that a new client does not remove. p.mu is
// held.
func (p *Producer[K, V]) delay(old *client) time.Duration {
	switch {
	case time.Since(old.opened) >= steadyFor:
		p.lastDelay = 0
	case p.lastDelay == 0:
		p.lastDelay = firstDelay
	default:
		p.lastDelay = min(2*p.lastDelay, lastDelay)
	}
	return p.lastDelay
}

// successor returns the client that has taken the place of one that has failed, for which it waits; without [WithRebuild], the failure.
func (p *Producer[K, V]) successor(ctx context.Context, failed *client) (*client, error) {
	failure := *failed.failure.Load()
	if !p.options.rebuild {
		return nil, failure
	}
	select {
	case <-failed.released:
	case <-ctx.Done():
		return nil, fmt.Errorf("%w while the producer is rebuilt: %w", ctx.Err(), failure)
	}
	c, err := p.client()
	if err == nil && c == failed {
		return nil, failure
	}
	return c, err
}
