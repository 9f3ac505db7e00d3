// Package optionals is Go code generated with avro.Optional instead of pointers.
package optionals
