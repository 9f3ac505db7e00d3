// Package avrogen writes Go code from Avro schemas: types, and methods that write and read their values without reflection. It is
// what `magicbyte gen` calls.
//
//	files, err := avrogen.Generate(avrogen.Config{Package: "events"}, avrogen.File{Name: "order.avsc", Content: text})
//
// Each schema file becomes one Go file, and all of them one package: schemas may refer to types of each other, in whatever order
// they are given. All schemas of a Go package are to be generated at once.
//
// # Types
//
// Records are structs, enums integers from 1 with String, MarshalText, UnmarshalText and a Parse function, fixed types arrays of
// bytes. The names are those of the schema in Go's manner: user_id is UserID. Names that collide get the last parts of their namespaces
// in front, or a number behind. Logical types are the Go types that carry their meaning; see package avro.
//
// A union of null and one other type is a pointer (or an avro.Optional); for bytes, arrays, maps and decimals nil is null. Other unions are
// interfaces, which one Go type per branch implements: pointers to records, enums and fixed types as they are, and a type
// of its own for each other branch.
//
// # Methods
//
// The record of a schema file, or the records of its union, get AppendAvro and DecodeAvro, and a variable that is their codec:
// OrderEvents for record OrderEvent. A codec without options uses the methods wherever values are written or read with the schema that
// they were generated from, and its plan elsewhere. What they write is what the plan writes; errors are the plan's.
//
// Strings of a value that was read share a few copies of its bytes, and its optional fields one block of memory: one of them
// keeps the others in memory.
package avrogen
