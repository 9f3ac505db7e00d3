package compat

import (
	"fmt"
	"slices"
	"strings"
)

// Level is a compatibility level of a subject.
type Level string

// The seven levels of a Schema Registry.
const (
	None               Level = "NONE"
	Backward           Level = "BACKWARD"
	BackwardTransitive Level = "BACKWARD_TRANSITIVE"
	Forward            Level = "FORWARD"
	ForwardTransitive  Level = "FORWARD_TRANSITIVE"
	Full               Level = "FULL"
	FullTransitive     Level = "FULL_TRANSITIVE"
)

// Levels returns all levels, weakest first. The slice is the caller's.
func Levels() []Level {
	return []Level{None, Backward, BackwardTransitive, Forward, ForwardTransitive, Full, FullTransitive}
}

// ParseLevel reads a level in upper or lower case. It takes no white space.
func ParseLevel(text string) (Level, error) {
	level := Level(strings.ToUpper(text))
	if !slices.Contains(Levels(), level) {
		return "", fmt.Errorf("compat: parse level %.40q: want one of %v", text, Levels())
	}
	return level, nil
}

// Transitive reports whether the level asks about all earlier versions.
func (l Level) Transitive() bool { return strings.HasSuffix(string(l), "_TRANSITIVE") }

// backward reports whether the candidate has to read earlier data.
func (l Level) backward() bool {
	return l == Backward || l == BackwardTransitive || l == Full || l == FullTransitive
}

// forward reports whether earlier schemas have to read the candidate's data.
func (l Level) forward() bool {
	return l == Forward || l == ForwardTransitive || l == Full || l == FullTransitive
}
