package registry

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Where there is a last known answer, a registry gets this long to give a new one. After it failed to, it is left alone for a time that
// doubles up to the longest, so that a service with hundreds of subjects does not wait for each of them.
const (
	patience   = 2 * time.Second
	firstQuiet = time.Second
	longQuiet  = 30 * time.Second
)

// outage remembers that the registry did not answer. The zero value is ready to use.
type outage struct {
	mu       sync.Mutex
	failures int
	until    time.Time // when the quiet time ends
	probing  bool      // one caller is finding out whether it is over
}

// quiet reports whether not to ask. When a quiet time is over, the first caller is told to ask, and the others are not until it had its patience.
func (o *outage) quiet() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	switch {
	case o.failures == 0:
		return false
	case now.Before(o.until):
		return true
	default:
		o.until, o.probing = now.Add(patience), true
		return false
	}
}

// failed notes that the registry did not answer, and reports whether that is news. Those who asked side by side count once.
func (o *outage) failed() (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := time.Now()
	if o.failures > 0 && now.Before(o.until) && !o.probing {
		return false
	}
	o.failures++
	o.until, o.probing = now.Add(min(firstQuiet<<min(o.failures-1, 10), longQuiet)), false
	return o.failures == 1
}

// answered notes that the registry is there, and reports whether that is news.
func (o *outage) answered() (news bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	news = o.failures > 0
	o.failures, o.probing = 0, false
	return news
}

// recall asks with get; while the registry is unavailable, it returns the last answer to the same question, where there is one.
func (c *Client) recall(
	ctx context.Context, asked snapshot.Key, get func(context.Context) (serde.RegisteredSchema, error),
) (serde.RegisteredSchema, error) {
	last, known := c.book.Get(asked)
	if !known || ctx.Err() != nil {
		s, err := get(ctx)
		return s, c.withoutSnapshot(err)
	}
	if c.outage.quiet() {
		return lastAnswer(last)
	}
	patient, cancel := context.WithTimeout(ctx, patienceFor(ctx))
	defer cancel()
	s, err := get(patient)
	switch {
	case ctx.Err() != nil:
		return s, err
	case err != nil && (errors.Is(err, ErrUnavailable) || errors.Is(err, context.DeadlineExceeded)):
		if c.outage.failed() {
			c.warn(ctx, "schema registry unavailable: going on with what it said before", err)
		}
		return lastAnswer(last)
	case c.outage.answered():
		c.inform(ctx, "schema registry available again")
	}
	return s, err
}

// patienceFor leaves the caller half of its time to go on with the last answer.
func patienceFor(ctx context.Context) time.Duration {
	if deadline, ok := ctx.Deadline(); ok {
		return min(patience, time.Until(deadline)/2)
	}
	return patience
}

func lastAnswer(a snapshot.Answer) (serde.RegisteredSchema, error) {
	if m := a.Missing; m != (snapshot.Missing{}) {
		return serde.RegisteredSchema{}, &Error{HTTPStatus: m.Status, Code: m.Code, Message: m.Message}
	}
	return a.Schema, nil
}

// withoutSnapshot says beside an outage that a snapshot would have helped, had it been whole.
func (c *Client) withoutSnapshot(err error) error {
	why := c.unusable.Load()
	if why == nil || err == nil || !errors.Is(err, ErrUnavailable) {
		return err
	}
	return fmt.Errorf("%w (%w)", err, *why)
}

// remember keeps an answer for outages.
func (c *Client) remember(ctx context.Context, asked snapshot.Key, s serde.RegisteredSchema) {
	c.book.Put(asked, snapshot.Answer{Schema: s})
	c.save(ctx)
}

// rememberMissing keeps the answer that a subject has no version: a service whose subjects do not exist yet starts as well.
func (c *Client) rememberMissing(ctx context.Context, asked snapshot.Key, err error) {
	var answer *Error
	if errors.As(err, &answer) && answer.missing(codeSubjectNotFound) {
		c.book.Put(asked, snapshot.Answer{Missing: snapshot.Missing{Status: answer.HTTPStatus, Code: answer.Code, Message: answer.Message}})
		c.save(ctx)
	}
}

func (c *Client) warn(ctx context.Context, message string, err error) {
	if c.logger != nil {
		c.logger.LogAttrs(ctx, slog.LevelWarn, message, slog.String(logRegistry, c.base), slog.Any(logError, err))
	}
}

func (c *Client) inform(ctx context.Context, message string) {
	if c.logger != nil {
		c.logger.LogAttrs(ctx, slog.LevelInfo, message, slog.String(logRegistry, c.base))
	}
}

// Attribute keys of log records; those of requests stand in internal/transport.
const (
	logRegistry = "registry"
	logError    = "error"
)
