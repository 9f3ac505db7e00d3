package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
)

// MediaType is what a registry speaks.
const MediaType = "application/vnd.schemaregistry.v1+json"

// Config is what a Transport is made of.
type Config struct {
	Endpoints   []Endpoint // at least one; the first is preferred until it fails
	Network     http.RoundTripper
	Timeout     time.Duration // of one attempt, to the last byte of its answer
	MaxResponse int64         // bytes of an answer's body
	Retries     int           // further rounds over the endpoints when all of them failed
	Headers     []func(http.Header)
	Logger      *slog.Logger // nil for none
}

// Endpoint is one address of the registry.
type Endpoint struct {
	Base      string    // without trailing slash, without credentials
	Authorize Authorize // nil for none
}

// Transport is safe for concurrent use.
type Transport struct {
	config Config
	pool   *pool
}

// New returns a transport.
func New(c Config) *Transport {
	return &Transport{config: c, pool: newPool(len(c.Endpoints))}
}

// Request is what to ask. It must be safe to repeat, as everything is that a registry is asked: adding a schema a second time
// returns the first one's id.
type Request struct {
	Method string
	Path   string // escaped, with query, to be appended to a base
	Body   []byte // JSON; nil for none
}

// Answer is an answer that was read to its end. With a status of 2xx the body is JSON and not null.
type Answer struct {
	Status int
	Body   []byte
	// RetryAfter is how long the registry asked to be left alone.
	RetryAfter time.Duration
	// Elsewhere is nil unless all of several endpoints failed: it says which of them gave this answer, and what the others did.
	Elsewhere error
}

// coded reports whether an answer has a registry's error code, as each of its refusals does.
func (a *Answer) coded() bool {
	var body struct {
		Code int `json:"error_code"`
	}
	return json.Unmarshal(a.Body, &body) == nil && body.Code != 0
}

// Error is an answer that no registry gives, or none at all.
type Error struct {
	Status int // 0 where none came
	Err    error
}

func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Do asks until there is an answer that stands. Each round goes over the endpoints until one answers; before the next round it waits. An answer
// of a failing registry is returned as an answer once the rounds are over. When ctx ends, Do returns its error at once, with
// the last failure in its text.
func (t *Transport) Do(ctx context.Context, r Request) (*Answer, error) {
	for n := 0; ; n++ {
		answer, v, err := t.round(ctx, r)
		if ctx.Err() != nil {
			return nil, ended(ctx, answer, err)
		}
		if !v.again || n == t.config.Retries {
			return answer, err
		}
		wait, ok := pause(ctx, n, v.retryAfter)
		if !ok {
			return answer, err
		}
		if !sleep(ctx, wait) {
			return nil, ended(ctx, answer, err)
		}
	}
}

func ended(ctx context.Context, answer *Answer, last error) error {
	switch {
	case answer != nil:
		return fmt.Errorf("%w (after an answer of HTTP %d)", ctx.Err(), answer.Status)
	case last != nil && !errors.Is(last, ctx.Err()):
		return fmt.Errorf("%w (after: %v)", ctx.Err(), last) //nolint:errorlint // what was going to pass must not be what the caller meets
	default:
		return ctx.Err()
	}
}

// round asks the endpoints one after the other, until one of them answers.
func (t *Transport) round(ctx context.Context, r Request) (answer *Answer, v verdict, err error) {
	tried := make([]bool, len(t.config.Endpoints))
	causes := make([]error, len(t.config.Endpoints))
	for last := 0; ; {
		i := t.pool.next(tried)
		if i < 0 {
			answer, err = t.everywhere(last, causes, answer, err)
			return answer, v, err
		}
		tried[i], last = true, i
		begun := time.Now()
		answer, err = t.ask(ctx, t.config.Endpoints[i], r, t.share(ctx, tried))
		if ctx.Err() != nil {
			t.abandoned(i, time.Since(begun))
			return nil, verdict{}, err
		}
		earlier := v
		v = judge(answer, err)
		causes[i] = cause(answer, err)
		switch {
		case v.unasked:
			t.pool.release(i)
		case v.alive:
			t.pool.answered(i)
		default:
			t.pool.failed(i, causes[i])
		}
		if !v.elsewhere {
			return answer, v, err
		}
		v.again = v.again || earlier.again
		v.retryAfter = max(v.retryAfter, earlier.retryAfter)
	}
}

// abandoned notes what was learnt about endpoint i from an attempt that ended because nobody waited for it any longer. Were it nothing, an address
// that swallows requests would be asked first by everyone whose patience is shorter than an attempt, and the others never.
func (t *Transport) abandoned(i int, after time.Duration) {
	if after < enough {
		t.pool.release(i)
	} else {
		t.pool.failed(i, fmt.Errorf("no answer within %v", after.Round(time.Millisecond)))
	}
}

// enough is how long an endpoint has to answer before its silence says anything about it.
const enough = time.Second

// share is how long an attempt may take: where the caller's time is short, each endpoint that is still to come in this round gets a part of it.
func (t *Transport) share(ctx context.Context, tried []bool) time.Duration {
	more := t.pool.more(tried)
	until, ends := cache.Deadline(ctx)
	if more == 0 || !ends {
		return t.config.Timeout
	}
	return min(t.config.Timeout, max(enough, time.Until(until)/time.Duration(more+1)))
}

// ask makes one attempt, and a second one when the registry refuses credentials that can be renewed.
func (t *Transport) ask(ctx context.Context, e Endpoint, r Request, timeout time.Duration) (*Answer, error) {
	if e.Authorize == nil {
		return t.attempt(ctx, e, r, timeout, "")
	}
	header, err := e.Authorize(ctx, "")
	if err != nil {
		return nil, unauthorizedError{err}
	}
	answer, err := t.attempt(ctx, e, r, timeout, header)
	if err != nil || answer.Status != http.StatusUnauthorized {
		return answer, err
	}
	renewed, err := e.Authorize(ctx, header)
	switch {
	case err != nil:
		return nil, unauthorizedError{err}
	case renewed == header:
		return answer, nil
	default:
		return t.attempt(ctx, e, r, timeout, renewed)
	}
}

// attempt makes one request.
func (t *Transport) attempt(ctx context.Context, e Endpoint, r Request, timeout time.Duration, authorization string) (*Answer, error) {
	bounded, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	var body io.Reader
	if r.Body != nil {
		body = bytes.NewReader(r.Body)
	}
	req, err := http.NewRequestWithContext(bounded, r.Method, e.Base+r.Path, body)
	if err != nil {
		return nil, &Error{Err: errors.New("the request cannot be made")} // the reason repeats the URL
	}
	req.Header.Set("Accept", MediaType)
	if r.Body != nil {
		req.Header.Set("Content-Type", MediaType)
	}
	for _, add := range t.config.Headers {
		add(req.Header)
	}
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	start := time.Now()
	answer, err := t.exchange(ctx, req, timeout)
	t.log(req, start, answer, err)
	return answer, err
}
