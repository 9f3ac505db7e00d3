// Package gentest is Go code generated from schemas that are hard to generate code for, and the tests of that code.
package gentest
