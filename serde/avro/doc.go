// Package avro reads and writes Apache Avro: schemas, and the bytes of values under them.
package avro
