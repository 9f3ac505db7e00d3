// Package house keeps the rules of this repository that no compiler knows, as tests: which package may import which, and
// that every package has a documentation comment. It exports nothing.
package house
