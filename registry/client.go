package registry

import (
	"net/http"

	"github.com/magicbyte-go/magicbyte/serde"
)

// Client speaks to a Schema Registry. It is safe for concurrent use.
type Client struct {
	base         string // without trailing slash, without credentials
	home         string // the registry context of plain subjects
	transport    http.RoundTripper
	network      http.RoundTripper // the last link of transport
	normalize    bool
	ignoredRules bool

	ids           *memo[idKey, serde.Schema]
	missing       missing
	versions      *memo[versionKey, serde.RegisteredSchema]
	latest        *memo[string, serde.RegisteredSchema]
	registrations *memo[registrationKey, serde.RegisteredSchema] // filled by Register
	lookups       *memo[registrationKey, serde.RegisteredSchema] // filled by Lookup; shares the table of registrations
}

var _ serde.SchemaRegistry = (*Client)(nil)

// New returns a client of the registry at baseURL: http or https, with host, port and, where the registry has one, its base
// path ("http://localhost:8080/apis/ccompat/v7"). Credentials in the URL are used as with [WithBasicAuth] and never shown.
// New opens no connection; it reports everything that is wrong with its arguments at once.
func New(baseURL string, opts ...Option) (*Client, error) {
	conf := defaults()
	base, user, err := parseBaseURL(baseURL)
	if err != nil {
		conf.errs = append(conf.errs, err)
	}
	if user != nil {
		password, _ := user.Password()
		conf.basicAuth("credentials in the base URL", user.Username(), password)
	}
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
	network := conf.network()
	registrations := newTable[registrationKey, serde.RegisteredSchema](conf.cacheSize, hashAny)
	return &Client{
		base:          base.String(),
		home:          homeContext(base.Path),
		transport:     newTransport(base, network, conf),
		network:       network,
		normalize:     conf.normalize,
		ignoredRules:  conf.ignoredRules,
		ids:           newMemo(newTable[idKey, serde.Schema](conf.cacheSize, idKey.hash), 0, idSize),
		versions:      newMemo(newTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hashAny), 0, versionSize),
		latest:        newMemo(newTable[string, serde.RegisteredSchema](conf.cacheSize, hashAny), conf.latestTTL, latestSize),
		registrations: newMemo(registrations, 0, registrationSize),
		lookups:       newMemo(registrations, 0, registrationSize),
	}, nil
}

// String names the client by its base URL, which holds no credentials.
func (c *Client) String() string { return "registry client of " + c.base }

// CloseIdleConnections closes connections that no request uses, as [http.Client.CloseIdleConnections] does. The client stays usable.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.network.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// forgetSubject drops what the caches say about subject, once it was deleted. Ids stay, as the registry keeps them.
func (c *Client) forgetSubject(subject string) {
	ofSubject := func(key registrationKey) bool { return key.subject == subject }
	c.registrations.forget(ofSubject)
	c.lookups.forget(ofSubject)
	c.versions.forget(func(key versionKey) bool { return key.subject == subject })
	c.forgetLatest(subject)
}

func (c *Client) forgetLatest(subject string) {
	c.latest.forget(func(key string) bool { return key == subject })
}
