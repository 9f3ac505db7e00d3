package chaos

import (
	"errors"
	"testing"
)

func startContainers(testing.TB) (*services, error) { return nil, errors.New("not yet") }
