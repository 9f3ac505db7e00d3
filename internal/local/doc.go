// Package local runs a Kafka broker and a Schema Registry within the process, on loopback ports: what `integration` gives to
// tests and the command to people who try things without Docker. Both speak their real protocols, keep everything in memory and
// start in milliseconds.
package local
