package transport

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
)

const (
	firstPause    = 200 * time.Millisecond
	longPause     = 5 * time.Second
	maxRetryAfter = 30 * time.Second
)

// verdict is what an attempt means for the next one.
type verdict struct {
	alive      bool // the endpoint answers
	unasked    bool // it was not asked, as there were no credentials for it
	elsewhere  bool // another endpoint may do better
	again      bool // a later attempt may do better
	retryAfter time.Duration
}

func judge(answer *Answer, err error) verdict {
	if err != nil {
		var known *Error
		var unauthorized unauthorizedError
		switch {
		case errors.As(err, &unauthorized):
			return verdict{unasked: true, again: !errors.Is(err, ErrRefused)}
		case errors.As(err, &known) && known.Status != 0:
			return verdict{elsewhere: true} // a proxy's page, a redirect: it will be the same in a moment
		default:
			return verdict{elsewhere: true, again: true}
		}
	}
	switch answer.Status {
	case http.StatusNotFound:
		if !answer.coded() { // the page of a proxy that has lost its registry, or of another server
			return verdict{elsewhere: true}
		}
		return verdict{alive: true}
	case http.StatusTooManyRequests:
		return verdict{alive: true, elsewhere: true, again: true, retryAfter: answer.RetryAfter}
	case http.StatusRequestTimeout, http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return verdict{elsewhere: true, again: true, retryAfter: answer.RetryAfter}
	default:
		return verdict{alive: true}
	}
}

// pause returns how long to wait before round n+1: anything up to a bound that doubles, so that callers who failed together do not come back
// together, on top of what the registry asked for. It is false when the wait is too long, for ctx or for us: the failure at
// hand says more than the end of ctx would.
func pause(ctx context.Context, n int, retryAfter time.Duration) (time.Duration, bool) {
	if retryAfter > maxRetryAfter {
		return 0, false
	}
	wait := retryAfter + rand.N(min(firstPause<<min(n, 10), longPause))
	deadline, bounded := cache.Deadline(ctx)
	return wait, !bounded || time.Until(deadline) > wait
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// retryAfter reads the header of that name (RFC 9110, section 10.2.3): seconds or a date. It is 0 where there is none, or nonsense.
func retryAfter(h http.Header, now time.Time) time.Duration {
	value := h.Get("Retry-After")
	seconds, err := strconv.ParseUint(value, 10, 31)
	if err == nil || errors.Is(err, strconv.ErrRange) { // of the largest number, where it is larger
		return time.Duration(seconds) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
