package ocf

import (
	"encoding/binary"
	"errors"
	"io"
)

// window is the part of a file that is being looked at. It grows as bytes arrive, never by what they claim.
type window struct {
	r      io.Reader
	buf    []byte
	start  int   // of what was not passed yet
	offset int64 // of start in the file
	err    error // of r, once it has none left
}

// firstWindow is how much is read at first, in bytes. Each further step doubles.
const firstWindow = 32 << 10

// peek returns what is ahead: n bytes or more, or all that there are with an error. They are good until the next call.
func (w *window) peek(n int) ([]byte, error) {
	for len(w.buf)-w.start < n {
		if w.err != nil {
			return w.buf[w.start:], w.err
		}
		w.read()
	}
	return w.buf[w.start:], nil
}

// read reads once. What was passed makes room if it is at least as much as what is left, so that moving costs no more than reading did.
func (w *window) read() {
	if len(w.buf) == cap(w.buf) {
		ahead := w.buf[w.start:]
		room := w.buf[:0]
		if w.start < len(ahead) || cap(w.buf) == 0 {
			room = make([]byte, 0, max(2*cap(w.buf), firstWindow))
		}
		w.buf, w.start = append(room, ahead...), 0
	}
	const patience = 100 // reads without a byte, as in package bufio
	for range patience {
		n, err := w.r.Read(w.buf[len(w.buf):cap(w.buf)])
		w.buf, w.err = w.buf[:len(w.buf)+n], err
		if n > 0 || err != nil {
			return
		}
	}
	w.err = io.ErrNoProgress
}

// pass goes on by n bytes, which were peeked at.
func (w *window) pass(n int) {
	w.start += n
	w.offset += int64(n)
}

// need returns n bytes ahead.
func (w *window) need(n int) ([]byte, error) {
	b, err := w.peek(n)
	if len(b) < n {
		return nil, ended(err)
	}
	return b[:n], nil
}

// long reads a long that begins at bytes ahead, and returns where it ends.
func (w *window) long(at int) (int64, int, error) {
	b, err := w.peek(at + binary.MaxVarintLen64)
	if len(b) <= at {
		return 0, 0, ended(err)
	}
	v, n := binary.Varint(b[at:min(len(b), at+binary.MaxVarintLen64)])
	switch {
	case n > 0:
		return v, at + n, nil
	case n < 0 || len(b) >= at+binary.MaxVarintLen64:
		return 0, 0, corrupt("a number has more than 64 bits, or more than 10 bytes")
	default:
		return 0, 0, ended(err)
	}
}

// ended is the error of a file that ends too early.
func ended(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrTruncated
	}
	return err
}
