package ocf

import (
	"bytes"
	"fmt"
)

// blocks finds the blocks of a file: the number of records, the length of their bytes, these bytes, and the sync marker.
type blocks struct {
	window     *window
	sync       [SyncSize]byte
	least      int // bytes that a record takes at least
	limit      int // bytes of a block
	zero       int64
	decompress decompressor

	number int64 // of the block at hand, from 0
	lost   bool  // its end is unknown
	plain  []byte
}

// next reads the next block, and returns the number of its records and their bytes, which are good until the next call. At the end of the file
// it returns io.EOF.
func (b *blocks) next() (records int64, plain []byte, err error) {
	if ahead, err := b.window.peek(1); len(ahead) == 0 {
		return 0, nil, err
	}
	b.lost = true
	records, stored, err := b.frame()
	if err != nil {
		return 0, nil, err
	}
	b.lost = false
	plain, err = b.decompress(b.plain, stored, b.limit)
	if err != nil {
		return 0, nil, err
	}
	if len(stored) > 0 && len(plain) > 0 && &plain[0] != &stored[0] {
		b.plain = plain // for the next block
	}
	return records, plain, b.count(records, len(plain))
}

// frame returns what a block holds, and passes it.
func (b *blocks) frame() (records int64, stored []byte, err error) {
	records, at, err := b.window.long(0)
	if err != nil {
		return 0, nil, err
	}
	size, at, err := b.window.long(at)
	switch {
	case err != nil:
		return 0, nil, err
	case records < 0:
		return 0, nil, corrupt("it claims %d records", records)
	case size < 0:
		return 0, nil, corrupt("it claims %d bytes", size)
	case size > int64(b.limit+b.limit/6+64):
		return 0, nil, fmt.Errorf("%w: it claims %d bytes, more than %d and a sixth; WithMaxBlockSize changes the limit", ErrLimit, size, b.limit)
	}
	end := at + int(size)
	whole, err := b.window.need(end + SyncSize)
	if err != nil {
		return 0, nil, err
	}
	if !bytes.Equal(whole[end:], b.sync[:]) {
		return 0, nil, corrupt("there is no sync marker behind the %d bytes that it claims", size)
	}
	b.window.pass(len(whole))
	return records, whole[at:end:end], nil
}

// count holds the claimed number of records against their bytes.
func (b *blocks) count(records int64, size int) error {
	switch {
	case size > b.limit:
		return tooLarge(b.limit)
	case b.least > 0 && records > int64(size/b.least):
		return corrupt("it claims %d records in %d bytes, each needs %d", records, size, b.least)
	case b.least == 0 && records > int64(size):
		// Records may take no bytes, and some of these must.
		if b.zero -= records - int64(size); b.zero < 0 {
			return fmt.Errorf("%w: it claims %d records in %d bytes, too many that take none; WithMaxZeroSizeRecords changes the limit", ErrLimit, records, size)
		}
	}
	return nil
}

// resync passes what is left of a block whose end is unknown: all up to the next sync marker. It reports whether there is one.
func (b *blocks) resync() bool {
	if !b.lost {
		return true
	}
	for {
		ahead, _ := b.window.peek(SyncSize) // an error comes again, for the block that is not there
		if i := bytes.Index(ahead, b.sync[:]); i >= 0 {
			b.window.pass(i + SyncSize)
			return true
		}
		if len(ahead) < SyncSize {
			b.window.pass(len(ahead))
			return false
		}
		b.window.pass(len(ahead) - SyncSize + 1) // a part of the marker may be its end
	}
}
