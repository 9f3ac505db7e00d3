package glue

import (
	"fmt"
	"slices"

	"github.com/magicbyte-go/magicbyte/registry/compat"
)

// Level is a compatibility level of a schema, in Glue's words: those with _ALL ask about all earlier versions, back to the schema's checkpoint.
type Level string

// Glue's levels.
const (
	None        Level = "NONE"
	Disabled    Level = "DISABLED" // no version may follow the first
	Backward    Level = "BACKWARD"
	BackwardAll Level = "BACKWARD_ALL"
	Forward     Level = "FORWARD"
	ForwardAll  Level = "FORWARD_ALL"
	Full        Level = "FULL"
	FullAll     Level = "FULL_ALL"
)

// Levels returns all levels. The slice is the caller's.
func Levels() []Level {
	return []Level{None, Disabled, Backward, BackwardAll, Forward, ForwardAll, Full, FullAll}
}

func (l Level) check() error {
	if !slices.Contains(Levels(), l) {
		return fmt.Errorf("level %q: want one of %v", string(l), Levels())
	}
	return nil
}

// compat returns the same level of package compat, and whether there is one: all but Disabled, and what Glue may add one day.
func (l Level) compat() (compat.Level, bool) {
	same := map[Level]compat.Level{
		None: compat.None, Backward: compat.Backward, BackwardAll: compat.BackwardTransitive, Forward: compat.Forward,
		ForwardAll: compat.ForwardTransitive, Full: compat.Full, FullAll: compat.FullTransitive,
	}
	level, ok := same[l]
	return level, ok
}
