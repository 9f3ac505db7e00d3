//go:build linux && cgo && !magicbyte_poll

package librdkafka

// Held returns how many records were read and not returned.
func (r *Reader) Held() int { return len(r.ready) - r.next }

// Behind reports whether an event was read and not returned.
func (r *Reader) Behind() bool { return r.batch.other != nil }
