// Package ocf reads and writes Avro object container files (Avro specification, "Object Container Files"): files of records that bring their schema,
// in compressed blocks with a marker between them.
//
//	w, err := ocf.NewWriter(file, orders, ocf.WithCompression(ocf.Zstandard))
//	for _, order := range batch {
//		err = w.Write(&order)
//	}
//	err = w.Close() // ends the last block; the file is still open
//
//	r, err := ocf.NewReader(file, orders)
//	for order, err := range r.All() {
//		...
//	}
//
// Both are typed by a codec of package avro: one that was generated, [avro.For] a Go type, or [avro.Generic] for records without one. [Append] goes
// on with an existing file.
//
// # Evolution
//
// A file is read with the schema in its header, resolved to the codec's, once per file. A record that the codec's schema has no place for, such as
// one with a symbol of an enum that was added later, is an error of its own; those behind it are read.
//
// # Errors
//
// An [Error] names the block, the record in it, and the byte of the file. A file that was torn by a crash is [ErrTruncated], after all of its whole
// blocks were read: cut at [Error.Offset] it is whole again, for [Append] to go on. [WithRecovery] reads on behind damaged
// blocks.
//
// # Bounds
//
// Files may come from anyone. What is read into memory grows as bytes arrive, never by what they claim; the header and decompressed blocks have limits
// ([WithMaxHeaderSize], [WithMaxBlockSize]), and so have records without bytes ([WithMaxZeroSizeRecords]). A number of records that the
// bytes of a block cannot hold, and bytes behind the last one, are errors. What the codec bounds, it bounds in each record.
//
// # Memory
//
// A reader and a writer hold one block, and use its memory for the next. Records own what they hold: strings share copies of their block, of at
// most 32 KiB each, so that keeping one of them keeps so much in memory.
package ocf
