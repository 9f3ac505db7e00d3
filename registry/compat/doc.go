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
// # Errors
//
// A schema that cannot be parsed, or that is beyond the limits of this package
// ([MaxText], [MaxDepth]), is a [Message] of type [Unparsable]; it is never a
// panic. Messages name versions, types and fields, in the terms of the Java
// checker as far as they are known.
//
// # Concurrency
//
// All functions are pure and safe for concurrent use: no verdict depends on an
// earlier call.
//
// # Limits of this checker
//
// The verdict of a pair comes from github.com/hamba/avro/v2, with a private
// schema cache for each parse and a new checker for each pair. It reports the
// first problem of a pair only, knows no path, and refuses some texts that the
// Java implementation takes (an empty union or enum, a union default that fits
// a later branch).
package compat
