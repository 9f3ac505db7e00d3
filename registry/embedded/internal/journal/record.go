package journal

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

const (
	preamble   = "magicbyte registry log 1\n"
	marker     = "\xff\xfemb"
	headerSize = 20
	// maxRecord bounds the length that a header may claim, in bytes.
	maxRecord = 256 << 20
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// header is the fixed part of a record, once its marker was found.
type header struct {
	length       int64
	acknowledged int64
	checksum     uint32
}

// appendRecord frames a record.
func appendRecord(dst, record []byte, acknowledged int64) []byte {
	start := len(dst)
	dst = append(dst, marker...)
	dst = binary.LittleEndian.AppendUint32(dst, uint32(len(record)))
	dst = binary.LittleEndian.AppendUint64(dst, uint64(acknowledged))
	sum := crc32.Update(crc32.Checksum(dst[start:], castagnoli), castagnoli, record)
	dst = binary.LittleEndian.AppendUint32(dst, sum)
	return append(dst, record...)
}

// parseHeader reads the first headerSize bytes of b.
func parseHeader(b []byte) (header, bool) {
	h := header{
		length:       int64(binary.LittleEndian.Uint32(b[4:])),
		acknowledged: int64(binary.LittleEndian.Uint64(b[8:])),
		checksum:     binary.LittleEndian.Uint32(b[16:]),
	}
	return h, string(b[:4]) == marker && h.length <= maxRecord
}

func checksum(head, record []byte) uint32 {
	return crc32.Update(crc32.Checksum(head[:16], castagnoli), castagnoli, record)
}

// unwritten is what a block looks like that never reached the disk; no record
// holds that many zeros.
var unwritten = make([]byte, 64)

// torn reports whether rest, which begins with a record that is not whole, can
// be what a kill or a loss of power left: nothing behind it says that it was
// acknowledged, and it ends early or has blocks that were never written.
func torn(rest []byte, at int64) bool {
	early := len(rest) < headerSize
	if !early {
		h, ok := parseHeader(rest)
		early = ok && headerSize+h.length > int64(len(rest))
	}
	if !early && !bytes.Contains(rest, unwritten) {
		return false
	}
	for from := 1; ; {
		found := bytes.Index(rest[from:], []byte(marker))
		if found < 0 || len(rest)-from-found < headerSize {
			return true
		}
		from += found
		later := rest[from:]
		h, ok := parseHeader(later)
		end := headerSize + h.length
		if ok && end <= int64(len(later)) && checksum(later, later[headerSize:end]) == h.checksum && h.acknowledged > at {
			return false
		}
		from++
	}
}
