package registry_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/oauth2/clientcredentials"

	"github.com/magicbyte-go/magicbyte/registry"
)

// Credentials in a URL go to its host and to no other.
func TestCredentialsOfEachURL(t *testing.T) {
	t.Parallel()
	down := serveFunc(t, answer{status: 503, body: `{}`}.serve)
	up := serveFunc(t, ok(`[]`).serve)
	withUser := strings.Replace(down.URL, "://", "://user:pw@", 1)
	if _, err := newClient(t, withUser+", "+up.URL).Subjects(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := down.requests()[0].header.Get("Authorization"); got != "Basic dXNlcjpwdw==" {
		t.Errorf("the first host got %q", got)
	}
	if got := up.requests()[0].header.Get("Authorization"); got != "" {
		t.Errorf("the other host got %q, want nothing", got)
	}
}

// tokenServer is a token endpoint and a registry in one network without sockets.
type tokenServer struct {
	life      time.Duration
	broken    atomic.Int32 // its status instead of a token
	slow      time.Duration
	made      atomic.Int32
	refused   atomic.Int32 // the number of the token that the registry refuses
	seen      atomic.Pointer[string]
	requested atomic.Pointer[string]
}

func (s *tokenServer) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host != "login" {
		header := r.Header.Get("Authorization")
		s.seen.Store(&header)
		if header == fmt.Sprintf("Bearer token-%d", s.refused.Load()) {
			return inMemory(func(*http.Request) answer { return refusal(401, 401, "Unauthorized") }).RoundTrip(r)
		}
		return inMemory(func(*http.Request) answer { return ok(`[]`) }).RoundTrip(r)
	}
	_ = r.ParseForm()
	asked := r.Form.Get("grant_type") + " " + r.Form.Get("scope") + " " + r.Header.Get("Authorization")
	s.requested.Store(&asked)
	<-time.After(s.slow)
	if status := int(s.broken.Load()); status != 0 {
		return inMemory(func(*http.Request) answer {
			return answer{status: status, body: `{"error":"invalid_client","error_description":"hunter2 is wrong"}`}
		}).RoundTrip(r)
	}
	body, _ := json.Marshal(map[string]any{
		"access_token": fmt.Sprintf("token-%d", s.made.Add(1)), "token_type": "Bearer", "expires_in": int(s.life.Seconds()),
	})
	resp, err := inMemory(func(*http.Request) answer { return ok(string(body)) }).RoundTrip(r)
	if err == nil {
		resp.Header.Set("Content-Type", "application/json")
	}
	return resp, err
}

func (s *tokenServer) client(t *testing.T) *registry.Client {
	t.Helper()
	return newClient(t, "http://registry", registry.WithTransport(s), registry.WithClientCredentials(&clientcredentials.Config{
		ClientID: "service", ClientSecret: "hunter2", TokenURL: "http://login/token", Scopes: []string{"schemas"},
	}))
}

func TestClientCredentials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tokenServer{life: 1010 * time.Second, slow: 3 * time.Second} // 1000 s that are used
		c := s.client(t)
		ask := func(want string, wantWait time.Duration) {
			t.Helper()
			start := time.Now()
			_, err := c.Subjects(t.Context())
			if got := *s.seen.Load(); err != nil || got != want || time.Since(start) != wantWait {
				t.Errorf("%v: sent %q after %v, want %q after %v", err, got, time.Since(start), want, wantWait)
			}
			synctest.Wait()
		}
		ask("Bearer token-1", 3*time.Second)
		if got := *s.requested.Load(); got != "client_credentials schemas Basic c2VydmljZTpodW50ZXIy" {
			t.Errorf("the token endpoint was asked %q", got)
		}
		<-time.After(700 * time.Second)
		ask("Bearer token-1", 0)
		<-time.After(60 * time.Second)
		ask("Bearer token-1", 0) // in its last quarter: another one is fetched meanwhile
		<-time.After(4 * time.Second)
		ask("Bearer token-2", 0)
		<-time.After(2000 * time.Second)
		ask("Bearer token-3", 3*time.Second) // expired unused
		s.refused.Store(3)
		ask("Bearer token-4", 3*time.Second) // renewed when the registry refused it
		s.refused.Store(4)
		s.made.Store(3)
		if _, err := c.Subjects(t.Context()); !errors.Is(err, registry.ErrUnauthorized) {
			t.Errorf("every token refused: %v, want ErrUnauthorized", err)
		}
	})
}

func TestTokenEndpointFails(t *testing.T) {
	t.Parallel()
	for status, want := range map[int32]string{400: "unauthorized", 401: "unauthorized", 403: "unauthorized", 429: "unavailable", 500: "unavailable", 503: "unavailable"} {
		s := &tokenServer{}
		s.broken.Store(status)
		_, err := s.client(t).Subjects(t.Context())
		wantIs(t, fmt.Sprint(status), err, want)
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v %#v", err, err, err), "hunter2") || !strings.Contains(err.Error(), "login") {
			t.Errorf("%d: %v, want an error that names the host and no secret", status, err)
		}
	}
}

func TestClientCredentialsRefused(t *testing.T) {
	t.Parallel()
	for name, conf := range map[string]*clientcredentials.Config{
		"nil":        nil,
		"no client":  {TokenURL: "http://login/token"},
		"no URL":     {ClientID: "a"},
		"broken URL": {ClientID: "a", TokenURL: "http://user:hunter2@login:x/token"},
	} {
		if _, err := registry.New("http://registry", registry.WithClientCredentials(conf)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v, want an error without secrets", name, err)
		}
	}
	if _, err := registry.New("http://a:b@registry", registry.WithBearerToken("t")); err == nil {
		t.Error("two kinds of credentials: no error")
	}
}

// Mutual TLS: the registry demands a certificate of its clients.
func TestMutualTLS(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(ok(`[]`).serve))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	conf := &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	if _, err := newClient(t, s.URL, registry.WithTLSConfig(conf)).Subjects(t.Context()); !errors.Is(err, registry.ErrUnavailable) {
		t.Errorf("without a certificate: %v, want ErrUnavailable", err)
	}
	conf.Certificates = []tls.Certificate{s.TLS.Certificates[0]}
	if _, err := newClient(t, s.URL, registry.WithTLSConfig(conf)).Subjects(t.Context()); err != nil {
		t.Errorf("with one: %v", err)
	}
}
