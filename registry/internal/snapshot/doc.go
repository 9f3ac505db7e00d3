// Package snapshot keeps the last answers of a registry, in memory and in a file, so that a service can go on, and start, while
// its registry is down.
package snapshot
