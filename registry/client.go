package registry

import (
	"net/http"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/memory"
	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
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

	ids           idCache
	missing       cache.Missing[idKey]
	versions      *cache.Memo[versionKey, serde.RegisteredSchema]
	latest        *cache.Memo[versionKey, serde.RegisteredSchema]
	registrations *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Register
	lookups       *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Lookup; shares the table of registrations

	memory *memory.Memory // the last answers, for outages
}

// New returns a client of the registry at baseURL: http or https, with host, port and, where the registry has one, its base
// path ("http://localhost:8080/apis/ccompat/v7"). A registry that runs on several hosts has several, separated by commas: the one that
// answered last is asked first. Credentials in a URL are used as with [WithBasicAuth], for its host, and never shown.
// New opens no connection, and reads no file but that of [WithSnapshot]; it reports everything that is wrong with its arguments at once.
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
	c := &Client{
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
		ids:           newIDCache(conf.cacheSize, background),
		versions:      cache.NewMemo(cache.NewTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hashAny), unchanging, background, versionSize),
		latest:        cache.NewMemo(cache.NewTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hashAny), newest, background, versionSize),
		registrations: cache.NewMemo(registrations, unchanging, background, registrationSize),
		lookups:       cache.NewMemo(registrations, unchanging, background, registrationSize),
	}
	owner := snapshot.Owner{RulesIgnored: conf.ignoredRules}
	for _, e := range endpoints {
		owner.Bases = append(owner.Bases, e.Base)
	}
	c.memory = memory.New(memory.Config{
		Registry: c.base, Path: conf.snapshot, Owner: owner, Limit: conf.cacheSize, Logger: conf.logger, Background: background,
		Unavailable: unavailable, Refusal: refused,
	})
	c.memory.Schemas(func(context string, id serde.SchemaID, schema serde.Schema) {
		c.ids.put(idKey{context: context, id: id}, schema)
	})
	return c, nil
}

// String names the client by its first base URL, which holds no credentials.
func (c *Client) String() string { return "registry client of " + c.base }

// Close ends what goes on in the background, waits for it, saves the snapshot, and closes connections that no request uses. What is
// cached is answered as before; all else is [ErrClosed]. It may be called more than once.
func (c *Client) Close() error {
	c.background.Close()
	err := c.SaveSnapshot()
	if t, ok := c.network.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
	return err
}
