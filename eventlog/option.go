package eventlog

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
	"github.com/magicbyte-go/magicbyte/serde/avro/ocf"
)

// Option changes a default of [New]. The options of this package are the only ones.
type Option interface{ apply(*settings) }

type option func(*settings)

func (o option) apply(s *settings) { o(s) }

// ReadOption changes how [List], [Read], [Replay] and [Verify] read. The options of this package are the only ones.
type ReadOption interface{ applyRead(*reading) }

type readOption func(*reading)

func (o readOption) applyRead(r *reading) { o(r) }

// CommonOption is for writers and readers.
type CommonOption interface {
	Option
	ReadOption
}

type prefixOption string

func (o prefixOption) apply(s *settings)    { s.layout.prefix = strings.Trim(string(o), "/") }
func (o prefixOption) applyRead(r *reading) { r.layout.prefix = strings.Trim(string(o), "/") }

// WithPrefix puts the log below a prefix of keys. Default: none. Two logs of one topic, by two groups for instance, need two prefixes.
func WithPrefix(prefix string) CommonOption { return prefixOption(prefix) }

type settings struct {
	layout   layout
	spec     spec
	rotation Rotation
	idle     time.Duration
	finish   bool
	memory   int64
	lockFile string
	retries  int
	schemas  serde.SchemaReader
	log      *slog.Logger
	consumer []consumer.Option
	problems []error
}

const (
	defaultMemory = 256 << 20
	leastMemory   = 64 << 20
)

func defaultSettings() settings {
	return settings{
		spec:   spec{compression: ocf.Zstandard, subject: func(topic string) string { return topic + "-value" }},
		memory: defaultMemory, retries: 8, log: slog.New(slog.DiscardHandler),
	}
}

// WithTimePath puts a path between topic and partition: the timestamp of a file's first record in UTC, by a layout of package time such as
// "2006/01/02/15" or "year=2006/month=01/day=02". Default: none. In a topic that is compacted the first record may be gone when its file is written a second time
// after a crash, and then the path may differ: readers take the first of two files.
func WithTimePath(layout string) Option {
	return option(func(s *settings) { s.layout.timePath = strings.Trim(layout, "/") })
}

// WithRotation sets where files end. Default: see [Rotation].
func WithRotation(r Rotation) Option { return option(func(s *settings) { s.rotation = r }) }

// WithIdleFlush stores the open file of a partition that has brought no record for d, by the clock. Default, and 0: never, a quiet partition's last
// records wait in Kafka for the next ones.
func WithIdleFlush(d time.Duration) Option {
	return option(func(s *settings) {
		if d < 0 {
			s.refuse("WithIdleFlush: %v: must not be negative", d)
		}
		s.idle = d
	})
}

// WithFinish stores open files when a partition is revoked or Run ends. Default: they are dropped, and the next owner reads their records again, so that files
// end where their data says.
func WithFinish() Option { return option(func(s *settings) { s.finish = true }) }

// WithMemory bounds what a writer takes for records and files, over all partitions, in bytes: at least 64 MiB. Default: 256 MiB. At the bound the largest
// open file is stored early. librdkafka's prefetch (queued.max.messages.kbytes) comes on top, and so does a file that must be cut anew since another
// owner has stored a part of it.
func WithMemory(bytes int64) Option {
	return option(func(s *settings) {
		if bytes < leastMemory {
			s.refuse("WithMemory: %d: must be at least %d", bytes, leastMemory)
		}
		s.memory = bytes
	})
}

// WithCompression sets how files are compressed. Default: [ocf.Zstandard].
func WithCompression(c ocf.Compression) Option {
	return option(func(s *settings) { s.spec.compression = c })
}

// WithLevel sets the level of compression, see [ocf.WithLevel]. Default: the compression's own.
func WithLevel(level int) Option { return option(func(s *settings) { s.spec.level = level }) }

// WithValues writes values instead of envelopes: files of one schema each, that of the registry to the letter. A file ends where the schema id
// changes. What is no value of a schema that stands alone (tombstones, unknown ids, corrupt data, schemas with references) goes into a raw file of its own
// between them. Keys, headers and timestamps are not kept. While the registry does not answer, partitions wait.
func WithValues(schemas serde.SchemaReader) Option {
	return option(func(s *settings) {
		if schemas == nil {
			s.refuse("WithValues: the registry is nil")
		}
		s.schemas = schemas
	})
}

// WithSubject says which subject the metadata of value files name for a topic. Default: the topic and "-value".
func WithSubject(subject func(topic string) string) Option {
	return option(func(s *settings) {
		if subject == nil {
			s.refuse("WithSubject: the function is nil")
			return
		}
		s.spec.subject = subject
	})
}

// WithLockFile has uploads end one after the other, also those of other processes on this host, by a lock on a file, which is created. Buckets of package
// fileblob need it: they look whether a file exists and then put theirs there, with a moment in between. Default: none.
func WithLockFile(path string) Option { return option(func(s *settings) { s.lockFile = path }) }

// WithUploadRetries sets how often an upload that failed is tried again, with pauses that grow from a fifth of a second to ten seconds, before Run ends. Default: 8, about
// half a minute in all. Errors that do not pass, such as a missing permission, end Run at once.
func WithUploadRetries(n int) Option {
	return option(func(s *settings) {
		if n < 0 {
			s.refuse("WithUploadRetries: %d: must not be negative", n)
		}
		s.retries = n
	})
}

// WithLogger sets where the writer, its consumer and librdkafka log to. Default: nowhere.
func WithLogger(log *slog.Logger) Option {
	return option(func(s *settings) {
		if log != nil {
			s.log = log
		}
	})
}

// WithConsumer passes options to the writer's consumer, hooks for instance. Default: none. Those that set the order, queues and
// middleware are the writer's own.
func WithConsumer(opts ...consumer.Option) Option {
	return option(func(s *settings) { s.consumer = append(s.consumer, opts...) })
}

func (s *settings) refuse(format string, args ...any) {
	s.problems = append(s.problems, fmt.Errorf("eventlog: "+format, args...))
}

// check reports all that is wrong.
func (s *settings) check() error {
	s.rotation = s.rotation.complete()
	problems := append(s.problems, s.rotation.check()) //nolint:gocritic // of this call
	opts := []ocf.WriterOption{ocf.WithCompression(s.spec.compression)}
	if s.spec.level != 0 {
		opts = append(opts, ocf.WithLevel(s.spec.level))
	}
	if _, err := ocf.NewWriter(nil, Envelopes, opts...); err != nil {
		problems = append(problems, fmt.Errorf("eventlog: %w", err))
	}
	if strings.Contains("/"+s.layout.timePath+"/", "/"+partitionDir) {
		problems = append(problems, fmt.Errorf("eventlog: WithTimePath(%q): %s is the directory below it", s.layout.timePath, partitionDir))
	}
	return errors.Join(problems...)
}
