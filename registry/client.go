package registry

import (
	"net/http"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/transport"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Client speaks to a Schema Registry. It is safe for concurrent use.
type Client struct {
	base         string // the first of them, without credentials
	home         string // the registry context of plain subjects
	transport    *transport.Transport
	network      http.RoundTripper // beneath transport
	background   *cache.Group      // flights and refreshes
	normalize    bool
	ignoredRules bool

	ids           *cache.Memo[idKey, serde.Schema]
	missing       cache.Missing[idKey]
	versions      *cache.Memo[versionKey, serde.RegisteredSchema]
	latest        *cache.Memo[string, serde.RegisteredSchema]
	registrations *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Register
	lookups       *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Lookup; shares the table of registrations
}

var _ serde.SchemaRegistry = (*Client)(nil)

// New returns a client of the registry at baseURL: http or https, with host, port and, where the registry has one, its base
// path ("http://localhost:8080/apis/ccompat/v7"). A registry that runs on several hosts has several, separated by commas: the one that
// answered last is asked first. Credentials in a URL are used as with [WithBasicAuth], for its host, and never shown.
// New opens no connection; it reports everything that is wrong with its arguments at once.
func New(baseURL string, opts ...Option) (*Client, error) {
	conf := defaults()
	conf.addressed(baseURL)
	for _, opt := range opts {
		if opt == nil {
			conf.fail("an option is nil")
			continue
		}
		opt.apply(conf)
	}
	if err := conf.finish(); err != nil {
		return nil, err
	}
	var (
		background    = new(cache.Group)
		network       = conf.network()
		endpoints     = conf.endpoints(network, background)
		registrations = cache.NewTable[registrationKey, serde.RegisteredSchema](conf.cacheSize, hashAny)
		newest        = func(serde.RegisteredSchema) time.Duration { return conf.latestTTL }
		unchanging    = cache.Forever[serde.RegisteredSchema]
	)
	return &Client{
		base:    endpoints[0].Base,
		home:    homeContext(conf.addresses[0].url.Path),
		network: network,
		transport: transport.New(transport.Config{
			Endpoints: endpoints, Network: network, Timeout: conf.timeout, MaxResponse: conf.maxResponse,
			Retries: conf.retries, Headers: conf.headers, Logger: conf.logger,
		}),
		background:    background,
		normalize:     conf.normalize,
		ignoredRules:  conf.ignoredRules,
		ids:           cache.NewMemo(cache.NewTable[idKey, serde.Schema](conf.cacheSize, idKey.hash), cache.Forever[serde.Schema], background, idSize),
		versions:      cache.NewMemo(cache.NewTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hashAny), unchanging, background, versionSize),
		latest:        cache.NewMemo(cache.NewTable[string, serde.RegisteredSchema](conf.cacheSize, hashAny), newest, background, latestSize),
		registrations: cache.NewMemo(registrations, unchanging, background, registrationSize),
		lookups:       cache.NewMemo(registrations, unchanging, background, registrationSize),
	}, nil
}

// String names the client by its first base URL, which holds no credentials.
func (c *Client) String() string { return "registry client of " + c.base }

// Close ends what goes on in the background, waits for it, and closes connections that no request uses. What is cached is
// answered as before; all else is [ErrClosed]. It may be called more than once.
func (c *Client) Close() error {
	c.background.Close()
	if t, ok := c.network.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return nil
}

// forgetSubject drops what the caches say about subject, once it was deleted. Ids stay, as the registry keeps them.
func (c *Client) forgetSubject(subject string) {
	ofSubject := func(key registrationKey) bool { return key.subject == subject }
	c.registrations.Forget(ofSubject)
	c.lookups.Forget(ofSubject)
	c.versions.Forget(func(key versionKey) bool { return key.subject == subject })
	c.forgetLatest(subject)
}

func (c *Client) forgetLatest(subject string) {
	c.latest.Forget(func(key string) bool { return key == subject })
}
