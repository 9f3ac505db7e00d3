package registry

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/oauth2/clientcredentials"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
)

// authorizer makes a transport.Authorize once the network is known. Secrets are inside of functions from the beginning.
type authorizer func(network http.RoundTripper, conf *config, group *cache.Group) transport.Authorize

func static(header string) authorizer {
	return func(http.RoundTripper, *config, *cache.Group) transport.Authorize { return transport.Static(header) }
}

// authorize sets the Authorization header of every request, once.
func (c *config) authorize(option string, a authorizer) {
	if c.authorized != "" {
		c.fail("%s and %s exclude each other", c.authorized, option)
		return
	}
	c.authorized, c.authorizer = option, a
}

// WithBasicAuth sends user and password with every request. The user must not be empty or hold a colon; the
// password may be empty. It excludes the other kinds of credentials, those in the base URL among them.
func WithBasicAuth(user, password string) Option {
	return optionFunc(func(c *config) {
		if header, err := basicAuth(user, password); err != nil {
			c.fail("WithBasicAuth: %w", err)
		} else {
			c.authorize("WithBasicAuth", static(header))
		}
	})
}

func basicAuth(user, password string) (string, error) {
	if user == "" || strings.Contains(user, ":") {
		return "", errors.New("the user must not be empty or hold a colon")
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password)), nil
}

// WithBearerToken sends a bearer token with every request. It excludes the other kinds of credentials.
func WithBearerToken(token string) Option {
	return optionFunc(func(c *config) {
		if token == "" || !validHeaderValue(token) {
			c.fail("WithBearerToken: the token must not be empty or hold control characters")
			return
		}
		c.authorize("WithBearerToken", static("Bearer "+token))
	})
}

// WithClientCredentials gets bearer tokens by the OAuth 2.0 client credentials grant. conf, which is copied, says where and with which
// client; tokens are fetched through the same transport as requests. A token is replaced in the background once three
// quarters of its life are over, so that no call waits for it, and at once when the registry refuses it. It excludes the other kinds of
// credentials. For Confluent Cloud, two headers come with it:
//
//	registry.WithHeader("target-sr-cluster", "lsrc-..."),
//	registry.WithHeader("Confluent-Identity-Pool-Id", "pool-..."),
func WithClientCredentials(conf *clientcredentials.Config) Option {
	return optionFunc(func(c *config) {
		if conf == nil {
			c.fail("WithClientCredentials: the configuration is nil")
			return
		}
		at, err := url.Parse(conf.TokenURL)
		if err != nil || at.Scheme != "http" && at.Scheme != "https" || at.Hostname() == "" {
			c.fail("WithClientCredentials: TokenURL is not http(s)://host[:port]/path (not shown, it may hold a secret)")
		}
		if conf.ClientID == "" {
			c.fail("WithClientCredentials: ClientID is empty")
		}
		copied := &clientcredentials.Config{
			ClientID: conf.ClientID, ClientSecret: conf.ClientSecret, TokenURL: conf.TokenURL,
			Scopes: slices.Clone(conf.Scopes), EndpointParams: maps.Clone(conf.EndpointParams), AuthStyle: conf.AuthStyle,
		}
		c.authorize("WithClientCredentials", func(network http.RoundTripper, c *config, group *cache.Group) transport.Authorize {
			return transport.ClientCredentials(copied, network, c.timeout, group)
		})
	})
}

// endpoints puts addresses and credentials together. Credentials in a URL go to its host alone.
func (c *config) endpoints(network http.RoundTripper, group *cache.Group) []transport.Endpoint {
	var shared transport.Authorize
	if c.authorizer != nil {
		shared = c.authorizer(network, c, group)
	}
	endpoints := make([]transport.Endpoint, len(c.addresses))
	for i, at := range c.addresses {
		endpoints[i] = transport.Endpoint{Base: at.url.String(), Authorize: shared}
		if at.user != nil {
			password, _ := at.user.Password()
			header, _ := basicAuth(at.user.Username(), password) // checked by addressed
			endpoints[i].Authorize = transport.Static(header)
		}
	}
	return endpoints
}

// addressed takes the base URLs, and the credentials in them as a choice of credentials.
func (c *config) addressed(raw string) {
	addresses, err := parseBaseURLs(raw)
	if err != nil {
		c.errs = append(c.errs, err)
	}
	c.addresses = addresses
	for _, at := range addresses {
		if at.user == nil {
			continue
		}
		password, _ := at.user.Password()
		if _, err := basicAuth(at.user.Username(), password); err != nil {
			c.fail("credentials in the base URL: %w", err)
		}
		c.authorized = "credentials in the base URL"
	}
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
