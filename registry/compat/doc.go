// Package compat decides, without a network, whether a schema may follow the
// earlier versions of a subject under one of the seven compatibility levels.
//
//	result := compat.Check(compat.Backward,
//		compat.Schema{Text: candidate},
//		[]compat.Schema{{Version: 1, Text: v1}, {Version: 2, Text: v2}})
//	if err := result.Err(); err != nil {
//		return err // says which version clashes, and why
//	}
//
// # Levels
//
// A level asks for directions and for a depth. BACKWARD: the candidate reads
// what the earlier schema wrote. FORWARD: the earlier schema reads what the
// candidate writes. FULL: both. Without _TRANSITIVE only the newest earlier
// version is asked, with it all of them. NONE asks nothing.
//
// # Messages
//
// All problems are reported, in the terms, the order and the places of the
// checker in Apache Avro for Java; [Message.String] is what Confluent's registry
// prints with verbose=true. [CanRead] compares two schemas that are parsed
// already.
//
// A schema that cannot be parsed, or that is beyond the limits of this package
// ([MaxText], [MaxDepth], [MaxReferences]), is a [Message] of type [Unparsable];
// it is never a panic. Earlier versions may be older than the rules, so that
// parsing is lenient: whether a registry would take the candidate as a schema
// is for [github.com/magicbyte-go/magicbyte/serde/avro.Parse] to say.
//
// # Names
//
// A record, enum or fixed may move to another namespace: names are compared
// without it. A new name needs an alias in the reader, with the namespace. In
// the same way a field may be renamed. Documentation, order, logical types and
// the values of defaults do not count.
//
// # Concurrency
//
// All functions are pure and safe for concurrent use: no verdict depends on an
// earlier call.
//
// # Performance
//
// A check takes time and memory in proportion to the two texts, however deep or
// wide: types that meet again are not compared again, branches of unions are
// found by their names, and no call stack grows with the input. Two texts can be
// made such that each type of one meets each type of the other; these get a
// message of type [TooComplex] instead of a verdict.
package compat
