// Package journal keeps records of bytes in one file that is only ever appended
// to, and that survives the end of its process at any moment.
//
// The file begins with a line that names the format. Each record has a header
// of 20 bytes, little-endian:
//
//	marker        4 bytes, which no record of JSON contains
//	length        4 bytes, of what follows the header
//	acknowledged  8 bytes, the offset below which all was acknowledged before this record was written
//	checksum      4 bytes, CRC-32C of the 16 bytes above and of what follows
//
// A process that is killed leaves the beginning of a record at the end; a
// machine that loses power may also leave blocks that were never written, with
// later ones behind them. Such a tail was never acknowledged and is cut. What
// cannot have come about in this way is damage, and is refused with its offset.
package journal
