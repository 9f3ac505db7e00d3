package glue

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
)

const (
	defaultRegistry  = "default-registry" // Glue's own name for it
	defaultTimeout   = 15 * time.Second
	defaultPending   = time.Minute
	defaultCacheSize = 64 << 20
	defaultLatestTTL = 5 * time.Minute

	maxMetadata      = 10 // pairs
	maxMetadataKey   = 128
	maxMetadataValue = 256
)

// Option changes a default of [New].
type Option interface {
	apply(*config)
}

type optionFunc func(*config)

func (f optionFunc) apply(c *config) { f(c) }

type config struct {
	errs      []error
	api       func() API // nil for one of the AWS configuration
	registry  string
	naming    Naming
	level     Level
	metadata  map[string]string
	tags      map[string]string
	timeout   time.Duration
	pending   time.Duration
	snapshot  string
	logger    *slog.Logger
	cacheSize int64
	latestTTL time.Duration
}

func defaults() *config {
	return &config{
		registry: defaultRegistry, naming: Subjects, level: Backward, timeout: defaultTimeout, pending: defaultPending,
		cacheSize: defaultCacheSize, latestTTL: defaultLatestTTL,
	}
}

func (c *config) fail(format string, args ...any) {
	c.errs = append(c.errs, fmt.Errorf("glue: "+format, args...))
}

func (c *config) positive(option string, d time.Duration) {
	if d <= 0 {
		c.fail("%s: %v is not positive", option, d)
	}
}

// WithRegistry names the registry, which must exist. The default is Glue's own, "default-registry".
func WithRegistry(name string) Option {
	return optionFunc(func(c *config) {
		if err := checkName(name); err != nil {
			c.fail("WithRegistry: %w", err)
		}
		c.registry = name
	})
}

// WithSchemaNames sets how subjects become names of schemas. The default is [Subjects]; [Topics] is that of AWS's Java serializers.
func WithSchemaNames(n Naming) Option {
	return optionFunc(func(c *config) {
		if n == nil {
			c.fail("WithSchemaNames: the naming is nil")
		}
		c.naming = n
	})
}

// WithLevel sets the compatibility level of schemas that the client creates; that of existing ones stays as it is. The default is [Backward].
func WithLevel(level Level) Option {
	return optionFunc(func(c *config) {
		if err := level.check(); err != nil {
			c.fail("WithLevel: %w", err)
		}
		c.level = level
	})
}

// WithMetadata puts up to 10 pairs beside each version that the client registers. A pair that Glue does not take is logged, and nothing else: the
// version is registered by then. The map is copied. Default: none.
func WithMetadata(pairs map[string]string) Option {
	return optionFunc(func(c *config) {
		if len(pairs) > maxMetadata {
			c.fail("WithMetadata: %d pairs, Glue takes %d", len(pairs), maxMetadata)
		}
		for key, value := range pairs {
			if err := errors.Join(checkMetadata("key", key, maxMetadataKey), checkMetadata("value", value, maxMetadataValue)); err != nil {
				c.fail("WithMetadata: %w", err)
			}
		}
		c.metadata = maps.Clone(pairs)
	})
}

// WithTags tags the schemas that the client creates, for costs and policies. The map is copied. Default: none.
func WithTags(tags map[string]string) Option {
	return optionFunc(func(c *config) { c.tags = maps.Clone(tags) })
}

// WithTimeout bounds each call to Glue, all attempts of the AWS configuration's retryer together; the context of the caller bounds what
// several of them take. The default is 15 s; it must be positive.
func WithTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) {
		c.positive("WithTimeout", d)
		c.timeout = d
	})
}

// WithPendingTimeout bounds how long a version is waited for that Glue is still checking; after it, the error is
// [ErrUnavailable]. The context of the caller bounds it as well. The default is 1 min; it must be positive.
func WithPendingTimeout(d time.Duration) Option {
	return optionFunc(func(c *config) {
		c.positive("WithPendingTimeout", d)
		c.pending = d
	})
}

// WithCacheSize bounds, in bytes, each of the caches for schemas by id, for versions, and for registrations, and the last answers that are kept for
// outages. What was not used lately is evicted first. The default is 64 MiB; it must be positive.
func WithCacheSize(bytes int64) Option {
	return optionFunc(func(c *config) {
		if bytes <= 0 {
			c.fail("WithCacheSize: %d is not positive", bytes)
		}
		c.cacheSize = bytes
	})
}

// WithLatestTTL says how long the newest version of a schema is taken as such without asking again; a call in the last quarter of that time
// has it fetched in the background. The default is 5 min; it must be positive.
func WithLatestTTL(d time.Duration) Option {
	return optionFunc(func(c *config) {
		c.positive("WithLatestTTL", d)
		c.latestTTL = d
	})
}

// WithSnapshot keeps Glue's answers in a file at path, so that a service starts and serves while Glue cannot be reached: all schemas by id, and
// which registration, version or newest version each of them was the answer to. While Glue answers, only schemas by id are taken from the
// file. It is written a second after something new was learnt and by [Client.Close], in one step, with a checksum; processes of one
// host may share it, but not across accounts. A file that is damaged, or of another registry, region or endpoint, is not used at all: the logger
// and the errors of what it would have helped say so. Its folder must exist, or [New] fails: in an outage it would be too late to learn of it. The file holds schemas and no credentials.
func WithSnapshot(path string) Option {
	return optionFunc(func(c *config) {
		if err := snapshot.CheckPath(path); err != nil {
			c.fail("WithSnapshot: %w", err)
		}
		c.snapshot = path
	})
}

// WithLogger logs the beginning of an outage, a snapshot that cannot be written and metadata that Glue does not take at warn, the end of an
// outage at info, and a snapshot that cannot be used at error. The default is silence.
func WithLogger(logger *slog.Logger) Option {
	return optionFunc(func(c *config) {
		if logger == nil {
			c.fail("WithLogger: the logger is nil")
		}
		c.logger = logger
	})
}

// WithAPI makes all calls through api, for instance one that counts them, in place of a client made of the AWS configuration, of which the
// region and the endpoint then only say whose answers a snapshot holds.
func WithAPI(api API) Option {
	return optionFunc(func(c *config) {
		if api == nil {
			c.fail("WithAPI: the API is nil")
			return
		}
		c.api = func() API { return api }
	})
}
