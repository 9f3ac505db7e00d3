package registry

import (
	"errors"
	"net/http"
	"testing"

	"github.com/riferrei/srclient"

	"github.com/magicbyte-go/magicbyte/serde"
)

type deadEnd struct{}

func (deadEnd) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("nowhere") }

// srclient follows pointers that an answer leaves nil. The transport keeps those answers from it; should another one be found, it is an
// error, not the end of the process.
func TestPanicsOfSRClientAreErrors(t *testing.T) {
	t.Parallel()
	c, err := New("http://localhost", WithTransport(deadEnd{}), WithRetries(0))
	if err != nil {
		t.Fatal(err)
	}
	err = c.viaSRClient(c.exchange(t.Context()), func(*srclient.SchemaRegistryClient) error { panic("oh") })
	if err == nil {
		t.Error("a panic before the answer: no error")
	}
	answered := c.exchange(t.Context())
	answered.status = http.StatusOK
	err = c.viaSRClient(answered, func(*srclient.SchemaRegistryClient) error { panic("oh") })
	if !errors.Is(err, serde.ErrRegistryUnavailable) {
		t.Errorf("a panic on the answer: %v, want ErrRegistryUnavailable", err)
	}
}
