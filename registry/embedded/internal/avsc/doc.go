// Package avsc reads an Avro schema's text and writes it again in the one form
// that a Schema Registry stores: without white space, with attributes in the
// order of Apache Avro for Java, with names and numbers in that library's
// spelling. Two texts are the same schema to a registry when this form is equal.
//
// It takes what the registry takes and refuses what it refuses, which is not
// always what the Avro specification says: types may be used before they are
// defined, and defined twice if the definitions are equal.
package avsc
