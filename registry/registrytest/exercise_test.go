package registrytest_test

import (
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
	"github.com/magicbyte-go/magicbyte/registry/registrytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestEmbedded(t *testing.T) {
	server := httptest.NewServer(embedded.New())
	defer server.Close()
	registrytest.Exercise(t, server.URL)
	registrytest.Exercise(t, server.URL+"/") // it left nothing that disturbs
}

func TestEmbeddedOnDisk(t *testing.T) {
	reg, err := embedded.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer reg.Close()
	server := httptest.NewServer(reg)
	defer server.Close()
	registrytest.Exercise(t, server.URL)
}

// TestURL runs on any registry: SCHEMA_REGISTRY_URL says where, SCHEMA_REGISTRY_KIND which one.
func TestURL(t *testing.T) {
	url := os.Getenv("SCHEMA_REGISTRY_URL")
	if url == "" {
		t.Skip("SCHEMA_REGISTRY_URL is not set: no other registry to run on")
	}
	registrytest.Exercise(t, url, registrytest.As(registrytest.Implementation(os.Getenv("SCHEMA_REGISTRY_KIND"))))
}
