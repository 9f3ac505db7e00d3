package ocf

// WriteEncoded adds a record that was encoded before, under the schema of the file. Its bytes are written as they are and not looked at: what is
// not one record makes a file that cannot be read. Everything else is as with [Writer.Write].
func (w *Writer[T]) WriteEncoded(record []byte) error {
	if w.err != nil {
		return w.err
	}
	w.body = append(w.body, record...)
	return w.wrote()
}

// wrote counts a record in the block at hand, and writes the block once it is full.
func (w *Writer[T]) wrote() error {
	w.records++
	if len(w.body) >= w.cfg.blockSize || w.records >= w.cfg.blockRecords {
		return w.Flush()
	}
	return nil
}

// AppendEncoded reads the next record as it was written, whatever T is, and appends its bytes to dst. Only its structure is checked, as where a
// reader passes over a field. See [Reader.Read] for the errors, with which it returns dst as it was.
func (r *Reader[T]) AppendEncoded(dst []byte) ([]byte, error) {
	err := r.read(func() error {
		var err error
		dst, err = r.seq.AppendEncoded(dst)
		return err
	})
	return dst, err
}
