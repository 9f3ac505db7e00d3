package registrytest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Option changes how [Exercise] runs.
type Option interface{ apply(s *suite) }

type option func(*suite)

func (o option) apply(s *suite) { o(s) }

// As says which registry answers: a check that is known to differ there is
// skipped with the reason, if it fails. Default: [Apicurio] where baseURL has the
// path of its API, /apis/ccompat/, else [Confluent], which does not differ; ""
// keeps the default.
func As(i Implementation) Option {
	return option(func(s *suite) {
		if i != "" {
			s.implementation = i
		}
	})
}

// WithClient sends the requests; it carries credentials and certificates.
// Default and nil: a client without either, whose connections do not outlive the suite.
func WithClient(c *http.Client) Option {
	return option(func(s *suite) {
		if c != nil {
			s.client = c
		}
	})
}

// suite is one run over one registry.
type suite struct {
	base           string
	client         *http.Client
	implementation Implementation
	prefix         string
}

// requestTimeout bounds one request.
const requestTimeout = 30 * time.Second

// Exercise runs the suite on the registry whose API begins at baseURL, a
// subtest for each thing that it must do.
func Exercise(t *testing.T, baseURL string, options ...Option) {
	t.Helper()
	s := &suite{
		base:           strings.TrimRight(baseURL, "/"),
		client:         &http.Client{Transport: &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment}, Timeout: requestTimeout},
		implementation: Confluent,
		prefix:         fmt.Sprintf("registrytest-%x", time.Now().UnixNano()),
	}
	if strings.Contains(s.base, "/apis/ccompat/") {
		s.implementation = Apicurio
	}
	for _, o := range options {
		o.apply(s)
	}
	for i, c := range checks {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			s.run(t, i, c)
		})
	}
}

// check is one thing that a registry must do.
type check struct {
	name string
	run  func(p *probe)
}

func (s *suite) run(t *testing.T, number int, c check) {
	t.Helper()
	p := &probe{suite: s, ctx: t.Context(), number: number, subjects: map[string]bool{}}
	t.Cleanup(func() {
		p.ctx = context.WithoutCancel(t.Context())
		p.cleanUp()
	})
	c.run(p)
	if len(p.failures) == 0 {
		return
	}
	if reason := Differences(s.implementation)[c.name]; reason != "" {
		t.Skipf("%s differs here: %s\n%s", s.implementation, reason, strings.Join(p.failures, "\n"))
	}
	for _, f := range p.failures {
		t.Error(f)
	}
}
