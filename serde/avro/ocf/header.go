package ocf

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// SyncSize is the length of a sync marker in bytes.
const SyncSize = 16

// Header is what a file says of itself before its first block. It is shared and must not be written to.
type Header struct {
	// Schema is the text of the schema that the records were written with. It may break rules that [avro.Parse] keeps unless it
	// is lenient.
	Schema string
	// Compression of the blocks. A file that does not name one has Null.
	Compression Compression
	// Sync is the marker behind the header and behind each block.
	Sync [SyncSize]byte
	// Metadata is what else the header holds, without the keys that begin with "avro.".
	Metadata map[string][]byte
}

const (
	magic          = "Obj\x01"
	schemaKey      = "avro.schema"
	compressionKey = "avro.codec"
	reservedPrefix = "avro."
)

// Append appends the bytes of the header to dst, as [Writer] writes them, and returns the grown slice. They are the same for the same header: the
// keys of metadata are sorted.
func (h *Header) Append(dst []byte) []byte {
	dst = append(dst, magic...)
	dst = binary.AppendVarint(dst, int64(2+len(h.Metadata)))
	entry := func(key string, value []byte) {
		dst = append(binary.AppendVarint(dst, int64(len(key))), key...)
		dst = append(binary.AppendVarint(dst, int64(len(value))), value...)
	}
	entry(schemaKey, []byte(h.Schema))
	entry(compressionKey, []byte(h.Compression))
	for _, key := range slices.Sorted(maps.Keys(h.Metadata)) {
		entry(key, h.Metadata[key])
	}
	dst = append(dst, 0)
	return append(dst, h.Sync[:]...)
}

// readHeader reads the header of a file, of at most limit bytes.
func readHeader(w *window, limit int) (*Header, error) {
	if got, err := w.peek(len(magic)); !bytes.HasPrefix([]byte(magic), got[:min(len(got), len(magic))]) {
		return nil, corrupt("an object container file begins with Obj and the byte 1")
	} else if len(got) < len(magic) {
		return nil, ended(err)
	}
	m := metadata{w: w, at: len(magic), limit: limit}
	entries, err := m.read()
	if err != nil {
		return nil, err
	}
	sync, err := w.need(m.at + SyncSize)
	if err != nil {
		return nil, err
	}
	h := &Header{Compression: Null, Sync: [SyncSize]byte(sync[m.at:]), Metadata: map[string][]byte{}}
	w.pass(m.at + SyncSize)
	schema, ok := entries[schemaKey]
	if !ok {
		return nil, corrupt("there is no %s", schemaKey)
	}
	h.Schema = string(schema)
	if name := entries[compressionKey]; len(name) > 0 {
		h.Compression = Compression(name)
	}
	for key, value := range entries {
		if !strings.HasPrefix(key, reservedPrefix) {
			h.Metadata[key] = value
		}
	}
	return h, nil
}

// metadata reads the map of a header.
type metadata struct {
	w     *window
	at    int // how much was read, in bytes ahead
	limit int
}

func (m *metadata) read() (map[string][]byte, error) {
	entries := map[string][]byte{}
	for {
		n, err := m.long()
		if err != nil || n == 0 {
			return entries, err
		}
		end := -1
		if n < 0 { // the size of the map's block follows
			n = -n
			size, err := m.long()
			if err != nil {
				return nil, err
			}
			if size < 0 || size > int64(m.limit) {
				return nil, corrupt("a block of its metadata has %d bytes", size)
			}
			end = m.at + int(size)
		}
		if n < 0 || n > int64(m.limit) { // an entry takes two bytes
			return nil, corrupt("there are %d entries in its metadata", n)
		}
		for range n {
			key, err := m.bytes()
			if err != nil {
				return nil, err
			}
			name := string(key)
			value, err := m.bytes()
			if err != nil {
				return nil, err
			}
			entries[name] = bytes.Clone(value)
		}
		if end >= 0 && m.at != end {
			return nil, corrupt("a block of its metadata ends at byte %d, by its size at byte %d", m.at, end)
		}
	}
}

func (m *metadata) long() (int64, error) {
	v, at, err := m.w.long(m.at)
	if err != nil {
		return 0, err
	}
	m.at = at
	return v, m.check(0)
}

func (m *metadata) bytes() ([]byte, error) {
	n, err := m.long()
	if err != nil {
		return nil, err
	}
	if n < 0 {
		return nil, corrupt("a length in its metadata is negative")
	}
	if err := m.check(n); err != nil {
		return nil, err
	}
	b, err := m.w.need(m.at + int(n))
	if err != nil {
		return nil, err
	}
	value := b[m.at:]
	m.at += int(n)
	return value, nil
}

// check holds what was read and n bytes more against the limit.
func (m *metadata) check(n int64) error {
	if n > int64(m.limit-m.at) {
		return fmt.Errorf("%w: it has more than %d bytes; WithMaxHeaderSize changes the limit", ErrLimit, m.limit)
	}
	return nil
}

func corrupt(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrCorrupt, fmt.Sprintf(format, args...))
}
