package registry_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// blackhole swallows what goes to one host; all else reaches the registry.
type blackhole struct {
	registry http.Handler
	host     string
}

func (b *blackhole) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == b.host {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	r.RequestURI = r.URL.RequestURI()
	b.registry.ServeHTTP(w, r)
	return w.response(r), nil
}

// A caller who waits for less long than an attempt may take gets an answer nevertheless, from the address that is well.
func TestImpatientCallersReachTheSecondURL(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, "http://dead,http://well", registry.WithTransport(&blackhole{embedded.New(), "dead"}))
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		if _, err := c.Register(ctx, "s", order); err != nil {
			t.Errorf("the first call: %v, want an answer of the second URL within 3s", err)
		}
		begun := time.Now()
		if _, err := c.Lookup(t.Context(), "s", order); err != nil || time.Since(begun) != 0 {
			t.Errorf("the next call: %v after %v, want an answer at once", err, time.Since(begun))
		}
		c.Close()
	})
}

// The same where the deadline of the caller is none, but calls are cancelled before an attempt is given up.
func TestCancelledCallersTeachWhichURLIsDead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, "http://dead,http://well", registry.WithTransport(&blackhole{embedded.New(), "dead"}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(3*time.Second, cancel)
		if _, err := c.Register(ctx, "s", order); !errors.Is(err, context.Canceled) {
			t.Errorf("the first call: %v, want context.Canceled", err)
		}
		synctest.Wait()
		begun := time.Now()
		if _, err := c.Register(t.Context(), "s", order); err != nil || time.Since(begun) != 0 {
			t.Errorf("the next call: %v after %v, want an answer at once", err, time.Since(begun))
		}
		c.Close()
	})
}

// A registry that asks for more patience than the caller has is the failure to tell, at once: the end of the caller's time says nothing.
func TestCallerWithoutTheTimeToTryAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		reg := embedded.New()
		reg.Inject(embedded.Fault{Status: http.StatusTooManyRequests, RetryAfter: 7 * time.Second, Body: `{"error_code":429,"message":"slower"}`, ContentType: mediaType})
		c := newClient(t, "http://registry", registry.WithTransport(&blackhole{registry: reg}), registry.WithRetries(3))
		for name, call := range map[string]func(context.Context) error{
			"schema by id": func(ctx context.Context) error { _, err := c.SchemaByID(ctx, "", serde.NumberID(1)); return err },
			"register":     func(ctx context.Context) error { _, err := c.Register(ctx, "s", order); return err },
		} {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			begun := time.Now()
			err := call(ctx)
			cancel()
			var refused *registry.Error
			if !errors.As(err, &refused) || refused.HTTPStatus != 429 || refused.RetryAfter != 7*time.Second || time.Since(begun) != 0 {
				t.Errorf("%s: %v after %v, want the 429 at once", name, err, time.Since(begun))
			}
		}
		c.Close()
	})
}
