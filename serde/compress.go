package serde

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
)

// Bodies in frames of AWS Glue may be zlib streams (RFC 1950).

const (
	// defaultMaxInflated bounds what a compressed body may become.
	defaultMaxInflated = 64 << 20
	// firstInflated is how much memory a compressed body gets before its first bytes were inflated; then it doubles.
	firstInflated = 4 << 10
	// maxPooled is how large a buffer may be that is kept for the next body.
	maxPooled = 1 << 20
)

// inflater is a zlib reader that is used again, on a reader of bytes that is, too.
type inflater struct {
	in  bytes.Reader
	out io.ReadCloser
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// reset makes z read src.
func (z *inflater) reset(src []byte) error {
	z.in.Reset(src)
	if z.out == nil {
		var err error
		z.out, err = zlib.NewReader(&z.in)
		return err
	}
	again, ok := z.out.(zlib.Resetter)
	if !ok { // as its documentation says that it is
		return errors.New("a zlib reader that cannot be used again")
	}
	return again.Reset(&z.in, nil)
}

// inflate appends what the zlib stream src holds to dst, at most limit bytes. Memory grows with what was inflated, so a stream that
// claims much costs nothing. A stream that is damaged or cut, has bytes behind it or holds more is ErrCorrupt.
func inflate(dst, src []byte, limit int) ([]byte, error) {
	z, _ := inflaters.Get().(*inflater)
	defer func() {
		z.in.Reset(nil) // the payload is the caller's
		inflaters.Put(z)
	}()
	if err := z.reset(src); err != nil {
		z.out = nil
		return dst, fmt.Errorf("%w: the compressed body: %w", ErrCorrupt, err)
	}
	limit = min(limit, math.MaxInt32-1) // no slice is longer than that everywhere
	begin := len(dst)
	if cap(dst) == begin {
		dst = append(dst, make([]byte, min(firstInflated, limit+1))...)[:begin]
	}
	for {
		n, err := z.out.Read(dst[len(dst):min(cap(dst), begin+limit+1)])
		dst = dst[:len(dst)+n]
		switch {
		case len(dst)-begin > limit:
			return dst[:begin], fmt.Errorf("%w: the compressed body holds more than %d bytes (WithMaxInflated)", ErrCorrupt, limit)
		case errors.Is(err, io.EOF) && z.in.Len() > 0:
			return dst[:begin], fmt.Errorf("%w: %d bytes behind the compressed body", ErrCorrupt, z.in.Len())
		case errors.Is(err, io.EOF):
			return dst, nil
		case err != nil:
			return dst[:begin], fmt.Errorf("%w: the compressed body: %w", ErrCorrupt, err)
		case len(dst) == cap(dst):
			dst = append(dst, make([]byte, min(len(dst)-begin, limit+1-(len(dst)-begin)))...)[:len(dst)]
		}
	}
}

// deflater is a zlib writer that is used again, with what it wrote.
type deflater struct {
	out bytes.Buffer
	in  *zlib.Writer
}

var deflaters = sync.Pool{New: func() any {
	d := new(deflater)
	d.in = zlib.NewWriter(&d.out)
	return d
}}

// deflateBody compresses the body of the Glue frame that begins at payload[at], where that makes it shorter.
func deflateBody(payload []byte, at int) ([]byte, error) {
	d, _ := deflaters.Get().(*deflater)
	defer func() {
		if d.out.Cap() <= maxPooled {
			deflaters.Put(d)
		}
	}()
	d.out.Reset()
	d.in.Reset(&d.out)
	body := payload[at+glueFrame:]
	if _, err := d.in.Write(body); err != nil {
		return payload, err
	}
	if err := d.in.Close(); err != nil {
		return payload, err
	}
	if d.out.Len() >= len(body) {
		return payload, nil
	}
	payload[at+1] = glueZlib
	return append(payload[:at+glueFrame], d.out.Bytes()...), nil
}

// bodies are buffers for inflated bodies: decoders keep no reference to their input.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// withInflated calls use with what the zlib stream src holds, for as long as use runs.
func withInflated(src []byte, limit int, use func(body []byte) error) error {
	buf, _ := bodies.Get().(*[]byte)
	defer func() {
		if cap(*buf) <= maxPooled {
			bodies.Put(buf)
		}
	}()
	body, err := inflate((*buf)[:0], src, limit)
	*buf = body
	if err != nil {
		return err
	}
	return use(body)
}
