package eventlog

import (
	"fmt"
	"time"
)

// Rotation says where files end. Only the records decide, never the clock, so that whoever writes a file ends it at the same record. Fields that are
// zero have their default.
type Rotation struct {
	// Records is how many a file has at most. Default: 100,000.
	Records int64
	// Bytes ends a file with the record that brings keys, values and headers, and 32 bytes more for each record, to so many before compression. Default:
	// 128 MiB.
	Bytes int64
	// Window ends a file before a record whose timestamp is so much later than that of the file's first record. Records that are
	// late change nothing. Default: 1 hour. Negative: no window.
	Window time.Duration
}

func (r Rotation) complete() Rotation {
	if r.Records == 0 {
		r.Records = 100_000
	}
	if r.Bytes == 0 {
		r.Bytes = 128 << 20
	}
	if r.Window == 0 {
		r.Window = time.Hour
	}
	return r
}

func (r Rotation) check() error {
	if r.Records < 1 || r.Bytes < 1 {
		return fmt.Errorf("eventlog: WithRotation: %d records and %d bytes: both must be at least 1", r.Records, r.Bytes)
	}
	return nil
}

// before says whether a file ends before a record.
func (r Rotation) before(f *file, e *Envelope) bool {
	return r.Window > 0 && e.Timestamp.UnixMilli()-f.meta.written >= r.Window.Milliseconds()
}

// behind says whether a file ends behind its last record.
func (r Rotation) behind(f *file) bool { return f.meta.Records >= r.Records || f.size >= r.Bytes }
