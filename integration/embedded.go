package integration

import (
	"testing"

	"github.com/magicbyte-go/magicbyte/internal/local"
)

// Embedded returns a broker and a registry that run within this process, of this test alone, and end with it. They speak the
// real protocols (transactions, all three group protocols, real compatibility checks), need no Docker and start in milliseconds.
// Nothing outlives the process.
func Embedded(tb testing.TB) *Env {
	tb.Helper()
	services, err := local.Start(tb.Context(), local.Options{})
	if err != nil {
		tb.Fatalf("integration: %v", err)
	}
	tb.Cleanup(func() {
		if err := services.Close(); err != nil {
			tb.Errorf("integration: %v", err)
		}
	})
	return newEnv(tb, services.Brokers, services.RegistryURL, Network{})
}
