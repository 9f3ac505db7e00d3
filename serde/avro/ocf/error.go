package ocf

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// What an [Error] can be about, for errors.Is. What is none of these comes from the reader below, or is an [avro.Error] of a record that
// was written in order and that the reader's schema has no place for.
var (
	// ErrTruncated: the file ends within its header or within a block, as after a crash of its writer. It is also an
	// io.ErrUnexpectedEOF. What came before was read.
	ErrTruncated = fmt.Errorf("the file is truncated: %w", io.ErrUnexpectedEOF)
	// ErrCorrupt: the bytes are not those of an object container file.
	ErrCorrupt = errors.New("the file is corrupt")
	// ErrLimit: a limit of the reader forbids to go on, which the error names with its option.
	ErrLimit = errors.New("a limit is exceeded")
	// ErrClosed: the writer was closed.
	ErrClosed = errors.New("ocf: the writer is closed")
)

// Error is what is wrong with a file, and where.
type Error struct {
	// Block is the number of the block, counted from 0: so many whole blocks come before it. It is -1 for the header.
	Block int64
	// Record is the number of the record in the block, counted from 0, and -1 where the block as a whole is meant.
	Record int64
	// Offset is the byte of the file where the block begins: a truncated file is whole again when it is cut there.
	Offset int64
	// Records is how many records come before, in whole blocks and in this one.
	Records int64
	// Err is the cause: one of the errors of this package, an *avro.Error whose offset counts in the block's decompressed records, or
	// an error of the reader below.
	Err error
}

// Error returns the place and the cause in one line:
//
//	ocf: block 3 at byte 70211: the file is truncated: unexpected EOF: ...; 3 whole blocks with 1200 records come before
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("ocf: ")
	if e.Block < 0 {
		b.WriteString("header: ")
		b.WriteString(e.Err.Error())
		return b.String()
	}
	b.WriteString("block " + strconv.FormatInt(e.Block, 10) + " at byte " + strconv.FormatInt(e.Offset, 10) + ": ")
	if e.Record >= 0 {
		b.WriteString("record " + strconv.FormatInt(e.Record, 10) + ": ")
	}
	b.WriteString(e.Err.Error())
	if errors.Is(e.Err, ErrTruncated) {
		fmt.Fprintf(&b, "; %d whole blocks with %d records come before", e.Block, e.Records)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
