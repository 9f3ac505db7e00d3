// Package needcgo is imported by what needs the Kafka client, which is a C library: a build without cgo ends here, with a name that says why, and not in
// dozens of "undefined: kafka.ConfigMap".
package needcgo
