package ocf

import (
	"errors"
	"fmt"
	"strings"
)

// WriterOption changes how [NewWriter] and [Append] write. The options of this package are the only ones.
type WriterOption interface{ applyWriter(*writing) }

type writerOption func(*writing)

func (o writerOption) applyWriter(w *writing) { o(w) }

// writing is what the options of a writer say.
type writing struct {
	compression  Compression // "" if none was given
	level        int         // 0 if none was given
	blockSize    int
	blockRecords int
	sync         *[SyncSize]byte
	schema       string
	metadata     map[string][]byte
	problems     []error
}

const (
	defaultBlockSize = 64 << 10
	// maxRecords is how many records a block has at most, and how many that take no bytes a file may hold for a reader.
	maxRecords = 1_000_000
)

func newWriting(opts []WriterOption) (*writing, error) {
	w := &writing{blockSize: defaultBlockSize, blockRecords: maxRecords, metadata: map[string][]byte{}}
	for _, o := range opts {
		if o != nil {
			o.applyWriter(w)
		}
	}
	return w, errors.Join(w.problems...)
}

func (w *writing) refuse(format string, args ...any) {
	w.problems = append(w.problems, fmt.Errorf("ocf: "+format, args...))
}

// checkLevel says what is wrong with the level for a compression.
func (w *writing) checkLevel(c Compression) error {
	switch highest, known := c.levels(); {
	case !known:
		return fmt.Errorf("ocf: %w", c.unknown())
	case w.level > highest && highest == 0:
		return fmt.Errorf("ocf: WithLevel(%d): %s has no levels", w.level, c)
	case w.level > highest:
		return fmt.Errorf("ocf: WithLevel(%d): the levels of %s are 1 to %d", w.level, c, highest)
	default:
		return nil
	}
}

// WithCompression compresses blocks [Null]. It takes any of the constants, or their names from a configuration.
func WithCompression(c Compression) WriterOption {
	return writerOption(func(w *writing) {
		if _, known := c.levels(); !known {
			w.refuse("WithCompression: %v", c.unknown())
		}
		w.compression = c
	})
}

// WithLevel trades time for size: 1 is fastest, 9 (Deflate) or 22 (Zstandard, which knows four grades in between) smallest. Without it the
// level is what the libraries take for balanced.
func WithLevel(level int) WriterOption {
	return writerOption(func(w *writing) {
		if level < 1 {
			w.refuse("WithLevel(%d): it must be at least 1", level)
		}
		w.level = level
	})
}

// WithBlockSize ends a block once its records take so many bytes before compression [64 KiB]. A larger record makes a larger block.
// Readers hold a whole block in memory, and refuse those beyond their limit, see [WithMaxBlockSize].
func WithBlockSize(bytes int) WriterOption {
	return writerOption(func(w *writing) {
		if bytes < 1 {
			w.refuse("WithBlockSize(%d): it must be at least 1", bytes)
		}
		w.blockSize = bytes
	})
}

// WithBlockRecords ends a block after so many records also where it is smaller than [WithBlockSize] says [1,000,000, which is the most].
func WithBlockRecords(records int) WriterOption {
	return writerOption(func(w *writing) {
		if records < 1 || records > maxRecords {
			w.refuse("WithBlockRecords(%d): it must be between 1 and %d", records, maxRecords)
		}
		w.blockRecords = records
	})
}

// WithSync sets the marker behind each block [random]. With it equal records make equal files, provided that the other options and
// the version of this module are the same and the codec sorts maps. It must be as good as random, or not occur in data: that is how readers
// tell where blocks end.
func WithSync(marker [SyncSize]byte) WriterOption {
	return writerOption(func(w *writing) { w.sync = &marker })
}

// WithSchema writes under this schema instead of the codec's own: the text of one that needs no others. A codec of records without a schema
// of its own ([avro.Generic]) needs it.
func WithSchema(text string) WriterOption {
	return writerOption(func(w *writing) {
		if text == "" {
			w.refuse("WithSchema: the schema is empty")
		}
		w.schema = text
	})
}

// WithMetadata adds an entry to the header. Keys that begin with "avro." are the specification's. The value is copied.
func WithMetadata(key string, value []byte) WriterOption {
	return writerOption(func(w *writing) {
		if strings.HasPrefix(key, reservedPrefix) {
			w.refuse("WithMetadata(%q): keys that begin with %s are reserved", key, reservedPrefix)
		}
		w.metadata[key] = append([]byte{}, value...)
	})
}

// ReaderOption changes how [NewReader] reads. The options of this package are the only ones.
type ReaderOption interface{ applyReader(*reading) }

type readerOption func(*reading)

func (o readerOption) applyReader(r *reading) { o(r) }

// reading is what the options of a reader say.
type reading struct {
	maxHeader int
	maxBlock  int
	maxZero   int64
	lost      func(*Error)
	problems  []error
}

const (
	defaultMaxHeader = 2 << 20
	defaultMaxBlock  = 64 << 20
	mostBlock        = 1 << 30
)

func newReading(opts []ReaderOption) (*reading, error) {
	r := &reading{maxHeader: defaultMaxHeader, maxBlock: defaultMaxBlock, maxZero: maxRecords}
	for _, o := range opts {
		if o != nil {
			o.applyReader(r)
		}
	}
	return r, errors.Join(r.problems...)
}

func (r *reading) refuse(format string, args ...any) {
	r.problems = append(r.problems, fmt.Errorf("ocf: "+format, args...))
}

// WithMaxHeaderSize changes how many bytes the header may have [2 MiB]. The schema in it may have 1 MiB.
func WithMaxHeaderSize(bytes int) ReaderOption {
	return readerOption(func(r *reading) {
		if bytes < 1 || bytes > mostBlock {
			r.refuse("WithMaxHeaderSize(%d): it must be between 1 and %d", bytes, mostBlock)
		}
		r.maxHeader = bytes
	})
}

// WithMaxBlockSize changes how many bytes the records of a block may have once they are decompressed [64 MiB, at most 1 GiB]. Compressed
// they may have a sixth more, since what is random grows. A reader holds one block in memory.
func WithMaxBlockSize(bytes int) ReaderOption {
	return readerOption(func(r *reading) {
		if bytes < 1 || bytes > mostBlock {
			r.refuse("WithMaxBlockSize(%d): it must be between 1 and %d", bytes, mostBlock)
		}
		r.maxBlock = bytes
	})
}

// WithMaxZeroSizeRecords changes how many records that take no bytes at all, such as nulls, a file may hold [1,000,000]: nothing
// else bounds them. 0 allows none.
func WithMaxZeroSizeRecords(records int) ReaderOption {
	return readerOption(func(r *reading) {
		if records < 0 {
			r.refuse("WithMaxZeroSizeRecords(%d): it must not be negative", records)
		}
		r.maxZero = int64(records)
	})
}

// WithRecovery reads on where a file is damaged: behind the next sync marker. Each loss is told to lost before reading goes on: what is left of a
// block with a record that cannot be read, whole blocks, and a torn tail, after which the file just ends. Errors of the reader below, of
// the header, and records that do not resolve are returned as they are without this option. By default the first damage ends
// reading.
func WithRecovery(lost func(*Error)) ReaderOption {
	return readerOption(func(r *reading) {
		if lost == nil {
			r.refuse("WithRecovery: the function is nil")
		}
		r.lost = lost
	})
}
