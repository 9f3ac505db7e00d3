package registry

import (
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

const (
	defaultTimeout     = 10 * time.Second
	defaultMaxResponse = 8 << 20
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

	authorization func() string
	authorized    string // the option that set authorization
	headers       []func(http.Header)

	transport    http.RoundTripper
	tls          *tls.Config
	timeout      time.Duration
	maxResponse  int64
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
		cacheSize:   defaultCacheSize,
		latestTTL:   defaultLatestTTL,
	}
}

func (c *config) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("registry: "+format, args...))
}

// authorize sets the Authorization header of every request, once.
func (c *config) authorize(option string, header string) {
	if c.authorized != "" {
		c.fail("%s and %s exclude each other", c.authorized, option)
		return
	}
	c.authorized = option
	c.authorization = func() string { return header }
}

// WithBasicAuth sends user and password with every request to the base URL's host. The user must not be empty or hold a colon; the
// password may be empty. It excludes [WithBearerToken] and credentials in the base URL.
func WithBasicAuth(user, password string) Option {
	return optionFunc(func(c *config) { c.basicAuth("WithBasicAuth", user, password) })
}

func (c *config) basicAuth(option, user, password string) {
	if user == "" || strings.Contains(user, ":") {
		c.fail("%s: the user must not be empty or hold a colon", option)
		return
	}
	c.authorize(option, "Basic "+base64.StdEncoding.EncodeToString([]byte(user+":"+password)))
}

// WithBearerToken sends a bearer token with every request to the base URL's host. It excludes [WithBasicAuth] and credentials in the base URL.
func WithBearerToken(token string) Option {
	return optionFunc(func(c *config) {
		if token == "" || !validHeaderValue(token) {
			c.fail("WithBearerToken: the token must not be empty or hold control characters")
			return
		}
		c.authorize("WithBearerToken", "Bearer "+token)
	})
}

// WithHeader adds a header to every request to the base URL's host, for instance Confluent Cloud's target-sr-cluster. Given
// several times, it adds several. Authorization, Accept, Content-Type and Host belong to the client and are refused.
func WithHeader(name, value string) Option {
	return optionFunc(func(c *config) {
		switch canonical := http.CanonicalHeaderKey(name); {
		case !validHeaderName(name):
			c.fail("WithHeader: %q is not a header name", name)
		case !validHeaderValue(value):
			c.fail("WithHeader %s: the value holds control characters", name)
		case canonical == "Authorization":
			c.fail("WithHeader: Authorization is set by WithBasicAuth or WithBearerToken")
		case canonical == "Accept" || canonical == "Content-Type" || canonical == "Host":
			c.fail("WithHeader: %s is set by the client", canonical)
		default:
			c.headers = append(c.headers, func(h http.Header) { h.Add(canonical, value) })
		}
	})
}

// WithTransport sends requests through rt, which stays the caller's. The default keeps up to 16 idle
// connections for 90 s and heeds the proxy variables of [http.ProxyFromEnvironment]. It excludes [WithTLSConfig].
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

// WithTimeout bounds each request, from dialling to the last byte of the answer, besides the context of the call. The default is
// 10 s; it must be positive.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.fail("WithTimeout: %v is not positive", d)
		}
		c.timeout = d
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

// WithCacheSize bounds, in bytes, each of the caches for schemas by id, for versions, and for registrations. What was not used
// lately is evicted first; an entry larger than the bound is not kept. The default is 64 MiB; it must be positive.
func WithCacheSize(bytes int64) Option {
	return optionFunc(func(c *config) {
		if bytes <= 0 {
			c.fail("WithCacheSize: %d is not positive", bytes)
		}
		c.cacheSize = bytes
	})
}

// WithLatestTTL says how long the newest version of a subject is taken as such without asking again. The default is 5 min; it must be positive.
func WithLatestTTL(d time.Duration) Option {
	return optionFunc(func(c *config) {
		if d <= 0 {
			c.fail("WithLatestTTL: %v is not positive", d)
		}
		c.latestTTL = d
	})
}

// WithLogger logs each request at debug level. The default is silence.
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

// finish checks what no option can check alone, and returns everything that is wrong.
func (c *config) finish() error {
	if c.transport != nil && c.tls != nil {
		c.fail("WithTransport and WithTLSConfig exclude each other: set TLSClientConfig of the transport")
	}
	return errors.Join(c.errs...)
}

// validHeaderName reports whether name is a token of RFC 9110, section 5.6.2.
func validHeaderName(name string) bool {
	for _, r := range name {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r) {
			return false
		}
	}
	return name != ""
}

func validHeaderValue(value string) bool {
	return !strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}
