// Package cache keeps what a registry has answered: a table that is read without locks, flights that many callers of one key
// share, and a short memory for what does not exist.
package cache
