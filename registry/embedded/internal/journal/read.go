package journal

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// DamageError says that a journal was changed by something else than this package.
type DamageError struct {
	Path   string
	Offset int64 // of the first record that cannot be read; all before it is sound
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("journal: %s is damaged at offset %d: restore the file from a copy, or cut it there and lose what follows", e.Path, e.Offset)
}

// replay gives every record to apply and returns the offset behind the last
// whole one. The record is valid until apply returns.
func replay(f *os.File, apply func(record []byte) error) (end int64, err error) {
	in := bufio.NewReaderSize(f, 1<<20)
	if err := readPreamble(in, f.Name()); err != nil {
		return 0, err
	}
	end = int64(len(preamble))
	var record []byte
	head := make([]byte, headerSize)
	for {
		n, err := io.ReadFull(in, head)
		if errors.Is(err, io.EOF) {
			return end, nil
		}
		rest := head[:n]
		if err == nil {
			var whole bool
			if record, whole, err = readBody(in, head, record); whole {
				if err := apply(record); err != nil {
					return end, fmt.Errorf("journal: %s: record at offset %d: %w", f.Name(), end, err)
				}
				end += headerSize + int64(len(record))
				continue
			}
			rest = append(rest, record...)
		}
		if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
			return end, fmt.Errorf("journal: read %s: %w", f.Name(), err)
		}
		more, err := io.ReadAll(in)
		if err != nil {
			return end, fmt.Errorf("journal: read %s: %w", f.Name(), err)
		}
		if !torn(append(rest[:len(rest):len(rest)], more...), end) {
			return end, &DamageError{f.Name(), end}
		}
		return end, nil
	}
}

// readBody reads what follows a header, into the memory of an earlier record.
// Of one that is not whole it returns the bytes that are there.
func readBody(in io.Reader, head, record []byte) ([]byte, bool, error) {
	h, ok := parseHeader(head)
	if !ok {
		return record[:0], false, nil
	}
	if int64(cap(record)) < h.length {
		record = make([]byte, h.length)
	}
	record = record[:h.length]
	n, err := io.ReadFull(in, record)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return record[:n], err == nil && checksum(head, record) == h.checksum, err
}

// readPreamble takes a beginning of the preamble too: the file was being made.
func readPreamble(in io.Reader, path string) error {
	b := make([]byte, len(preamble))
	n, err := io.ReadFull(in, b)
	switch {
	case err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		if strings.HasPrefix(preamble, string(b[:n])) {
			return nil
		}
		return fmt.Errorf("journal: %s is no journal of this version: it does not begin with %q", path, preamble)
	}
	return fmt.Errorf("journal: read %s: %w", path, err)
}
