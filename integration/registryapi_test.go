package integration_test

import (
	"os"
	"testing"

	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/registry/registrytest"
)

// testRegistryAPI asks the registry for all that one must do; SCHEMA_REGISTRY_KIND names one that is known to differ.
func testRegistryAPI(t *testing.T, env *integration.Env) {
	registrytest.Exercise(t, env.RegistryURL, registrytest.As(registrytest.Implementation(os.Getenv("SCHEMA_REGISTRY_KIND"))))
}
