package integration_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/integration"
)

func TestMain(m *testing.M) {
	if text := os.Getenv(victimVariable); text != "" {
		victim(text)
		return
	}
	goleak.VerifyTestMain(integration.Shared(m))
}
