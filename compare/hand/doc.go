// Package hand is a codec of order events as an expert would write it by hand for this one schema: what generated code and plans are
// measured by. It has the checks that they have (UTF-8, lengths and counts against what is left, overflowing numbers, ranges of ints,
// enums and unions, sizes of blocks, bytes left over) and their way with memory: one copy of the input for all strings, one
// block for all optional fields of the record, one for those of its items.
//
// It is frozen: a change of it moves every gate, and is made in a commit that says so.
package hand
