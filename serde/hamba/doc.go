// Package hamba adapts github.com/hamba/avro/v2 to the serde: services whose types and schemas come from hamba, or from
// confluent-kafka-go's avrov2, plug in with a codec value and keep their structs.
//
//	type Payment struct {
//		ID     string  `avro:"id"`
//		Amount float64 `avro:"amount"`
//	}
//
//	var Payments = hamba.MustFor[Payment](paymentSchema)
//
//	s := serde.NewSerializer(Payments, registry)
//
// # What the adapter adds
//
// Each body is walked through by its writer schema before hamba sees it: truncated bodies, bytes left over, lengths and counts beyond
// the bytes that are left, indexes out of range, strings that are not UTF-8, recursion deeper than 1,000 levels, more than 1,000,000
// items that take no bytes, and bodies of more than [MaxBody] bytes are refused, with the field's path and the offset in the [Error].
// hamba by itself accepts some of these, and allocates, hangs or overflows the stack on others. What hamba
// writes goes through the same walk, so nothing leaves that could not be read back.
//
// Every pair of writer and reader schema has a hamba configuration of its own, since hamba's caches mix up two readers of one writer.
// Every schema is parsed with a cache of its own, so definitions never leak from one schema into the next. A target is set to zero before it
// is read into, where hamba would merge. Panics become errors. A Go type that cannot hold a schema is found when
// the codec is made, not at the first record.
//
// # Evolution
//
// Records are resolved as hamba resolves them: defaults, aliases, reordering and promotions work. What does not:
//
//   - An enum symbol or a union branch that the reader lacks makes the whole pair of schemas unresolvable, at once. Avro resolves
//     such a pair and fails only for a record that holds it.
//   - A required field that became a nullable one cannot be read into a pointer, since hamba forgets the union; it is unresolvable.
//   - Two different schemas cannot be resolved where one of them is recursive. Equal ones can.
//   - Logical types are not converted: bytes written as timestamp-micros and read as timestamp-millis keep their number, as in Java.
//   - With a schema that has a field without a Go field, the codec's own or another that it is to write or read with, no codec is made; hamba would
//     write the field's default, and drop what it reads.
//
// # Schemas
//
// Schemas are parsed by hamba's rules, within 1 MiB of text, 200 levels of JSON, fixed types of [MaxBody] bytes, and 1,048,576 types when
// each name is replaced by its definition. hamba ignores "namespace": "", refuses union defaults of a
// later branch, and changes some numeric defaults that are out of range.
//
// # Performance
//
// The walk is paid for: on a small record a whole call takes about one and a half times as long as hamba's own Reader, and not
// quite twice as long as its Writer, without more allocations (see the benchmarks). Encoding borrows a pooled writer and appends to
// the caller's buffer; maps are written in Go's random order, and blocks hold at most 100 items with plain positive counts.
package hamba
