package glue

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsglue "github.com/aws/aws-sdk-go-v2/service/glue"
	"github.com/aws/aws-sdk-go-v2/service/glue/types"

	"github.com/magicbyte-go/magicbyte/registry/internal/cache"
	"github.com/magicbyte-go/magicbyte/registry/internal/memory"
	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
	"github.com/magicbyte-go/magicbyte/serde"
)

// Client speaks to AWS Glue Schema Registry. It is safe for concurrent use.
type Client struct {
	api        func() API // in a function, as the credentials below it are where no walk by reflection comes by
	redact     func(string) string
	region     string
	registry   string
	naming     Naming
	level      Level
	metadata   map[string]string
	tags       map[string]string
	timeout    time.Duration
	pending    time.Duration
	logger     *slog.Logger // nil for none
	background *cache.Group // flights and refreshes

	ids           *cache.Memo[serde.SchemaID, serde.Schema]
	missing       cache.Missing[serde.SchemaID]
	versions      *cache.Memo[versionKey, serde.RegisteredSchema]
	latest        *cache.Memo[versionKey, serde.RegisteredSchema]
	registrations *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Register
	lookups       *cache.Memo[registrationKey, serde.RegisteredSchema] // filled by Lookup; shares the table of registrations

	memory *memory.Memory // the last answers, for outages
}

// New returns a client of Glue's schema registry with the caller's AWS configuration: its region, credentials, endpoint, HTTP client and
// retryer. It opens no connection, and reads no file but that of [WithSnapshot]; it reports everything that is wrong with its arguments at once.
func New(cfg aws.Config, opts ...Option) (*Client, error) {
	conf := defaults()
	for _, opt := range opts {
		if opt == nil {
			conf.fail("an option is nil")
			continue
		}
		opt.apply(conf)
	}
	redact := func(text string) string { return text }
	if conf.api == nil {
		redact = conf.connect(cfg)
	}
	if len(conf.errs) > 0 {
		return nil, errors.Join(conf.errs...)
	}
	background := new(cache.Group)
	registrations := cache.NewTable[registrationKey, serde.RegisteredSchema](conf.cacheSize, hash)
	newest := func(serde.RegisteredSchema) time.Duration { return conf.latestTTL }
	unchanging := cache.Forever[serde.RegisteredSchema]
	c := &Client{
		api: conf.api, redact: redact, region: cfg.Region, registry: conf.registry, naming: conf.naming, level: conf.level,
		metadata: conf.metadata, tags: conf.tags, timeout: conf.timeout, pending: conf.pending, logger: conf.logger, background: background,
		ids: cache.NewMemo(cache.NewTable[serde.SchemaID, serde.Schema](conf.cacheSize, hash), cache.Forever[serde.Schema], background,
			func(_ serde.SchemaID, s serde.Schema) int { return len(s.Text) }),
		versions:      cache.NewMemo(cache.NewTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hash), unchanging, background, versionSize),
		latest:        cache.NewMemo(cache.NewTable[versionKey, serde.RegisteredSchema](conf.cacheSize, hash), newest, background, versionSize),
		registrations: cache.NewMemo(registrations, unchanging, background, registrationSize),
		lookups:       cache.NewMemo(registrations, unchanging, background, registrationSize),
	}
	c.memory = memory.New(memory.Config{
		Registry: c.address(), Path: conf.snapshot, Limit: conf.cacheSize, Logger: conf.logger, Background: background,
		Owner:       snapshot.Owner{Bases: []string{c.address() + " at " + aws.ToString(cfg.BaseEndpoint)}},
		Unavailable: func(err error) bool { return errors.Is(err, ErrUnavailable) },
		Refusal: func(m snapshot.Missing) error {
			return &Error{kind: kindNotFound, Code: notFoundCode, Message: m.Message}
		},
	})
	c.memory.Schemas(func(_ string, id serde.SchemaID, schema serde.Schema) { c.ids.Put(id, schema) })
	return c, nil
}

const notFoundCode = "EntityNotFoundException"

// connect makes the API of an AWS configuration, and returns what takes its credentials out of a text.
func (c *config) connect(cfg aws.Config) func(string) string {
	if cfg.Region == "" {
		c.fail("the AWS configuration has no region")
	}
	if cfg.Credentials == nil {
		c.fail("the AWS configuration has no credentials")
		return nil
	}
	cfg = cfg.Copy()
	watched := watch(cfg.Credentials)
	if !aws.IsCredentialsProvider(cfg.Credentials, (*aws.AnonymousCredentials)(nil)) {
		cfg.Credentials = watched
	}
	client := awsglue.NewFromConfig(cfg)
	c.api = func() API { return client }
	return watched.redact
}

// address names the registry.
func (c *Client) address() string { return fmt.Sprintf("AWS Glue, %s, %s", c.region, c.registry) }

// String names the client by region and registry.
func (c *Client) String() string { return "client of " + c.address() }

// WireFormat implements [serde.WireFormatter]: ids are schema versions of Glue, and so are the frames that they travel in.
func (c *Client) WireFormat() serde.WireFormat { return serde.WireGlue }

// SaveSnapshot writes the file of [WithSnapshot] now, where there is one and it lacks something.
func (c *Client) SaveSnapshot() error {
	if err := c.memory.Save(); err != nil {
		return fmt.Errorf("glue: %w", err)
	}
	return nil
}

// Close ends what goes on in the background, waits for it, and saves the snapshot; the HTTP client of the AWS configuration is the caller's. What is
// cached is answered as before; all else is [ErrClosed]. It may be called more than once.
func (c *Client) Close() error {
	c.background.Close()
	return c.SaveSnapshot()
}

func (c *Client) warn(ctx context.Context, message string, err error) {
	if c.logger != nil {
		c.logger.LogAttrs(ctx, slog.LevelWarn, message, slog.String("registry", c.address()), slog.Any("error", err))
	}
}

// schemaID names a schema of the registry.
func (c *Client) schemaID(name string) *types.SchemaId {
	return &types.SchemaId{RegistryName: &c.registry, SchemaName: &name}
}

var (
	_ serde.BatchRegistry = (*Client)(nil)
	_ serde.WireFormatter = (*Client)(nil)
)

// The keys of the caches, their hash, and the sizes that their bounds count. Subjects are keys by the names that they have in Glue.

type versionKey struct {
	name    string
	version int
}

// registrationKey is a schema under a name. Definitions are not compared beyond their text: Glue knows which are the same.
type registrationKey struct{ name, format, text string }

var hashSeed = maphash.MakeSeed()

func hash[K comparable](key K) uint64 { return maphash.Comparable(hashSeed, key) }

func versionSize(key versionKey, s serde.RegisteredSchema) int { return len(key.name) + len(s.Text) }

func registrationSize(key registrationKey, s serde.RegisteredSchema) int {
	return len(key.name) + len(key.text) + len(s.Text)
}

// Questions, as the snapshot has them.

func askedID(id serde.SchemaID) snapshot.Key { return snapshot.Key{Kind: snapshot.ByID, ID: id} }

func (k versionKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.ByVersion, Subject: k.name, Version: k.version}
}

func (k registrationKey) asked() snapshot.Key {
	return snapshot.Key{Kind: snapshot.Registration, Subject: k.name, Type: k.format, Text: k.text}
}
