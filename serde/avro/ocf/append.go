package ocf

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// Append returns a writer that goes on with the blocks of an existing file, under its schema, compression and sync marker. An empty file
// becomes a new one, as with [NewWriter]. It reads the header and the last bytes, and leaves f at its end.
//
// The codec's schema must be the file's, but for what [avro.Schema.Equal] leaves out; a codec without one takes the file's. Options for
// what the header fixes must agree with it. A file that does not end with its sync marker is [ErrTruncated]: the error of
// reading it says where it can be cut.
func Append[T any](f io.ReadWriteSeeker, codec avro.Codec[T], opts ...WriterOption) (*Writer[T], error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, fmt.Errorf("ocf: append: %w", err)
	}
	if size == 0 {
		return NewWriter(f, codec, opts...)
	}
	cfg, err := newWriting(opts)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("ocf: append: %w", err)
	}
	header, err := readHeader(&window{r: f}, defaultMaxHeader)
	if err != nil {
		return nil, &Error{Block: -1, Record: -1, Err: err}
	}
	if err := errors.Join(cfg.agree(header), sameSchema(header.Schema, cfg.schema, codec.Schema()), endsWith(f, header.Sync)); err != nil {
		return nil, err
	}
	w, err := newWriter(f, codec, cfg, header)
	if err != nil {
		return nil, err
	}
	w.opened = true
	return w, nil
}

// agree says which options are not what the header has.
func (w *writing) agree(h *Header) error {
	var problems []error
	differ := func(option string) {
		problems = append(problems, fmt.Errorf("ocf: append: %s is not what the file has; leave it out, or write a new file", option))
	}
	if w.compression != "" && w.compression != h.Compression {
		differ("WithCompression(" + string(w.compression) + ")")
	}
	if w.sync != nil && *w.sync != h.Sync {
		differ("WithSync")
	}
	for key, value := range w.metadata {
		if had, ok := h.Metadata[key]; !ok || !bytes.Equal(had, value) {
			differ(fmt.Sprintf("WithMetadata(%q)", key))
		}
	}
	return errors.Join(problems...)
}

// sameSchema says whether one of the schemas that are given is not the file's.
func sameSchema(file string, given ...string) error {
	own, err := avro.Parse(file, avro.Lenient())
	if err != nil {
		return &Error{Block: -1, Record: -1, Err: err}
	}
	for _, text := range given {
		if text == "" {
			continue
		}
		schema, err := avro.Parse(text, avro.Lenient())
		if err != nil {
			return fmt.Errorf("ocf: append: %w", err)
		}
		if !schema.Equal(own) {
			return errors.New("ocf: append: the file has another schema than is to be written; write a new file")
		}
		return nil // an option comes before the codec
	}
	return nil
}

// endsWith checks that a file ends with its sync marker, and leaves it at its end.
func endsWith(f io.ReadSeeker, sync [SyncSize]byte) error {
	var tail [SyncSize]byte
	if _, err := f.Seek(-SyncSize, io.SeekEnd); err != nil {
		return fmt.Errorf("ocf: append: %w", err)
	}
	if _, err := io.ReadFull(f, tail[:]); err != nil {
		return fmt.Errorf("ocf: append: %w", err)
	}
	if tail != sync {
		return fmt.Errorf("ocf: append: %w: it does not end with its sync marker; reading it tells where to cut it", ErrTruncated)
	}
	return nil
}
