package registry_test

import (
	"errors"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/serde"
)

// loses does every deletion of a registry and loses the first answer to one.
type loses struct {
	registry http.Handler
	lost     atomic.Bool
}

func (l *loses) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &recorder{header: http.Header{}, status: http.StatusOK}
	r.RequestURI = r.URL.RequestURI()
	l.registry.ServeHTTP(w, r)
	if r.Method == http.MethodDelete && l.lost.CompareAndSwap(false, true) {
		return nil, errors.New("connection reset by peer")
	}
	return w.response(r), nil
}

// "The newest" is another version once the first deletion was done, so it must not be what is repeated when the answer is lost.
func TestLostAnswerDeletesNoSecondVersion(t *testing.T) {
	t.Parallel()
	network := &loses{registry: embedded.New()}
	c := newClient(t, "http://registry", registry.WithTransport(network), registry.WithRetries(3))
	for _, text := range []string{`"int"`, `"long"`, `"double"`} {
		if _, err := c.Register(t.Context(), "s", serde.Schema{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.DeleteVersion(t.Context(), "s", serde.LatestVersion)
	var refused *registry.Error
	if !errors.As(err, &refused) || refused.Code != 40406 || refused.Version != 3 {
		t.Errorf("a deletion whose answer was lost: %v, want that version 3 is deleted already (40406)", err)
	}
	if got, err := c.Versions(t.Context(), "s"); err != nil || !slices.Equal(got, []int{1, 2}) {
		t.Errorf("versions %v, %v: want 1 and 2", got, err)
	}
}

func TestDeleteNewestVersion(t *testing.T) {
	t.Parallel()
	network := &loses{registry: embedded.New()}
	network.lost.Store(true)
	c := newClient(t, "http://registry", registry.WithTransport(network))
	for _, text := range []string{`"int"`, `"long"`} {
		if _, err := c.Register(t.Context(), "s", serde.Schema{Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.DeleteVersion(t.Context(), "s", serde.LatestVersion); err != nil || got != 2 {
		t.Errorf("got %d, %v: want 2", got, err)
	}
	if _, err := c.DeleteVersion(t.Context(), "nothing", serde.LatestVersion); !errors.Is(err, registry.ErrSubjectNotFound) {
		t.Errorf("an unknown subject: %v, want ErrSubjectNotFound", err)
	}
	if err := c.PurgeVersion(t.Context(), "s", serde.LatestVersion); err == nil {
		t.Error("purging the newest, which is live, went through")
	}
}
