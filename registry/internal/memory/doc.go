// Package memory is what a client goes on with while its registry does not answer: the last answers, in memory and in a file, and how long
// the registry is waited for where there is one.
package memory
