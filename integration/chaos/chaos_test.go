package chaos_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/integration/chaos"
)

// TestChaos runs for as long as CHAOS says, with SEED, on the services that CHAOS_SERVICES names: embedded, or containers.
func TestChaos(t *testing.T) {
	text := os.Getenv("CHAOS")
	if text == "" {
		t.Skip("CHAOS is not set: make chaos CHAOS=60s")
	}
	duration, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("CHAOS: %v", err)
	}
	config := chaos.Config{Seed: rand.Uint64N(1_000_000), Duration: duration, Logs: os.Getenv("CHAOS_LOGS"), Log: func(format string, args ...any) {
		fmt.Fprintf(os.Stdout, time.Now().Format("15:04:05 ")+format+"\n", args...)
	}}
	if text := os.Getenv("SEED"); text != "" {
		if config.Seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("SEED: %v", err)
		}
	}
	switch services := os.Getenv("CHAOS_SERVICES"); services {
	case "", "embedded":
	case "containers":
		config.Containers = true
		t.Setenv("REQUIRE_SERVICES", "1") // who asks for them wants no skip
	default:
		t.Fatalf(`CHAOS_SERVICES is %q, want "embedded" or "containers"`, services)
	}
	config.Log("seed %d", config.Seed)
	report, err := chaos.Run(t, config)
	if err != nil {
		t.Error(err)
	}
	if report == nil {
		return
	}
	if err := report.Total.Err(); err != nil {
		t.Error(err)
	}
	fmt.Fprint(os.Stdout, report)
}
