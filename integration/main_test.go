package integration_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/integration"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(integration.Shared(m)) }
