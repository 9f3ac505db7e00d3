package integration

import (
	"fmt"
	"testing"
)

// spy is a test that notes how it was ended, and goes on.
type spy struct {
	testing.TB
	outcome outcome
}

type outcome struct{ skipped, failed string }

func (s *spy) Skipf(format string, args ...any)  { s.outcome.skipped = fmt.Sprintf(format, args...) }
func (s *spy) Fatalf(format string, args ...any) { s.outcome.failed = fmt.Sprintf(format, args...) }
func (s *spy) Helper()                           {}
