// Package peers has other libraries for Avro and for serdes write and read order events, each as fast as its own documentation
// tells to: compiled once, with buffers kept, and with the Go types that it likes best.
package peers
