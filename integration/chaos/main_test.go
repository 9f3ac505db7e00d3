package chaos_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/integration/chaos"
)

func TestMain(m *testing.M) {
	if chaos.IsMember() {
		os.Exit(chaos.Member())
	}
	goleak.VerifyTestMain(integration.Shared(m))
}
