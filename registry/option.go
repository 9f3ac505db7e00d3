package registry

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
)

const (
	defaultTimeout     = 10 * time.Second
	defaultMaxResponse = 8 << 20
	defaultRetries     = 3
	defaultCacheSize   = 64 << 20
	defaultLatestTTL   = 5 * time.Minute
)

// Option changes a default of [New].
type Option interface {
	apply(*config)
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

// config is what the options say. It lives as long as New runs; secrets leave it inside of functions only, which no
// formatting verb can look into.
type config struct {
	errs []error

	addresses  []address
	authorizer authorizer
	authorized string // the option that set authorizer
	headers    []func(http.Header)

	transport    http.RoundTripper
	tls          *tls.Config
	timeout      time.Duration
	maxResponse  int64
	retries      int
	snapshot     string
	logger       *slog.Logger
	cacheSize    int64
	latestTTL    time.Duration
	normalize    bool
	ignoredRules bool
}

func defaults() *config {
	return &config{
		timeout:     defaultTimeout,
		maxResponse: defaultMaxResponse,
		retries:     defaultRetries,
		cacheSize:   defaultCacheSize,
		latestTTL:   defaultLatestTTL,
	}
}

func (c *config) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("registry: "+format, args...))
}

// WithHeader adds a header to every request, for instance Confluent Cloud's target-sr-cluster. Given
// several times, it adds several. Authorization, Accept, Content-Type and Host belong to the client and are refused.
func WithHeader(name, value string) Option {
	return optionFunc(func(c *config) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !validHeaderName(name):
			c.fail("WithHeader: %q is not a header name", name)
		case !validHeaderValue(value):
			c.fail("WithHeader %s: the value holds control characters", name)
		case canonical == "Authorization":
			c.fail("WithHeader: Authorization is set by WithBasicAuth, WithBearerToken or WithClientCredentials")
		case canonical == "Accept" || canonical == "Content-Type" || canonical == "Host":
			c.fail("WithHeader: %s is set by the client", canonical)
		default:
			c.headers = append(c.headers, func(h http.Header) { h.Add(canonical, value) })
		}
	})
}

// WithTransport sends requests through rt, which stays the caller's. The default keeps up to 32 idle
// connections for 90 s, gives up dialling after 5 s, and heeds the proxy variables of [http.ProxyFromEnvironment]. It excludes [WithTLSConfig].
// A request's context has the values of the context of the call that it is made for, so that a transport that traces finds the span; where calls share a
// request, those of the first of them. The transport sees the credentials.
func WithTransport(rt http.RoundTripper) Option {
	return optionFunc(func(c *config) {
		if rt == nil {
			c.fail("WithTransport: the transport is nil")
		}
		c.transport = rt
	})
}

// WithTLSConfig uses conf, which is copied, for https: own roots, client certificates (mutual TLS). It excludes [WithTransport].
func WithTLSConfig(conf *tls.Config) Option {
	return optionFunc(func(c *config) {
		if conf == nil {
			c.fail("WithTLSConfig: the configuration is nil")
			return
		}
		c.tls = conf.Clone()
	})
}

// WithTimeout bounds each attempt at a request, from dialling to the last byte of the answer; the context of the call bounds all of them
// together. The default is 10 s; it must be positive.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.fail("WithTimeout: %v is not positive", d)
		}
		c.timeout = d
	})
}

// WithRetries says how many times a request is tried again after a failure that may pass: no answer, and the statuses 408, 429, 500, 502, 503
// and 504. Each time all base URLs are tried, those that failed lately last. Before it there is a random pause of up to 200 ms, doubling to 5 s, on top
// of what the registry asks for with Retry-After; where that is more than 30 s, or than the call's context has left, the failure is
// returned at once. The default is 3; 0 tries each base URL once.
//
// What a registry is asked can be repeated without harm, registrations included. A deletion whose first answer was lost is
// reported as refused by the second, because the subject is deleted already.
func WithRetries(n int) Option {
	return optionFunc(func(c *config) {
		if n < 0 {
			c.fail("WithRetries: %d is negative", n)
		}
		c.retries = n
	})
}

// WithMaxResponse bounds an answer's body, after decompression, in bytes; a longer one is an error. The default is 8 MiB; it must be positive.
func WithMaxResponse(bytes int64) Option {
	return optionFunc(func(c *config) {
		if bytes <= 0 {
			c.fail("WithMaxResponse: %d is not positive", bytes)
		}
		c.maxResponse = bytes
	})
}

// WithCacheSize bounds, in bytes, each of the caches for schemas by id, for versions, and for registrations, and the last answers that are
// kept for outages, whose texts are mostly those of the caches. What was not used lately is evicted first; an entry larger than the bound is not kept. The default is 64 MiB; it must be positive.
func WithCacheSize(bytes int64) Option {
	return optionFunc(func(c *config) {
		if bytes <= 0 {
			c.fail("WithCacheSize: %d is not positive", bytes)
		}
		c.cacheSize = bytes
	})
}

// WithLatestTTL says how long the newest version of a subject is taken as such without asking again; a call in the last quarter of that time has it
// fetched in the background. The default is 5 min; it must be positive.
func WithLatestTTL(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.fail("WithLatestTTL: %v is not positive", d)
		}
		c.latestTTL = d
	})
}

// WithLogger logs each attempt at a request at debug level, the end of an outage at info, its beginning and a snapshot that cannot be
// written at warn, and a snapshot that cannot be used at error. The default is silence.
func WithLogger(logger *slog.Logger) Option {
	return optionFunc(func(c *config) {
		if logger == nil {
			c.fail("WithLogger: the logger is nil")
		}
		c.logger = logger
	})
}

// WithNormalize asks the registry to normalize schemas when they are registered or looked up, so that the order of custom
// properties and references makes no new version. Off by default.
func WithNormalize() Option {
	return optionFunc(func(c *config) { c.normalize = true })
}

// WithRulesIgnored hands out schemas whose rule set encrypts or transforms values. By default they are refused with
// [ErrRules], since this module does not run rules: values read with them would be ciphertext, and values written with them would be in the clear.
func WithRulesIgnored() Option {
	return optionFunc(func(c *config) { c.ignoredRules = true })
}

// network is what reaches the registry: the caller's, or one of our own.
func (c *config) network() http.RoundTripper {
	if c.transport != nil {
		return c.transport
	}
	return transport.NewNetwork(c.tls)
}

// finish checks what no option can check alone, and returns everything that is wrong.
func (c *config) finish() error {
	if c.transport != nil && c.tls != nil {
		c.fail("WithTransport and WithTLSConfig exclude each other: set TLSClientConfig of the transport")
	}
	return errors.Join(c.errs...)
}
