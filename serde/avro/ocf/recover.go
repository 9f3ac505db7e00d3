package ocf

import (
	"errors"

	"github.com/magicbyte-go/magicbyte/serde/avro"
)

// recovered goes on behind an error that ends reading, if the reader was made [WithRecovery] and the file itself is what is wrong.
func (r *Reader[T]) recovered(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if r.cfg.lost == nil || !ok || !damaged(e.Err) {
		return false
	}
	r.cfg.lost(e)
	r.left = 0
	r.seq.Reset(nil)
	r.blocks.resync() // if there is no block left, the next one is the end
	return true
}

// damaged reports whether an error is about bytes, and not about getting at them.
func damaged(err error) bool {
	var record *avro.Error
	return errors.Is(err, ErrCorrupt) || errors.Is(err, ErrTruncated) || errors.Is(err, ErrLimit) || errors.As(err, &record)
}
