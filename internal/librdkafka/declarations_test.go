//go:build linux && cgo && !magicbyte_poll

package librdkafka_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeclarations: what is declared here is what the header of the library says that confluent-kafka-go brings, in types, sizes and places.
func TestDeclarations(t *testing.T) {
	t.Parallel()
	module := output(t, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/confluentinc/confluent-kafka-go/v2")
	cc := strings.Fields(output(t, "go", "env", "CC"))
	args := append(cc[1:], "-std=c11", "-fsyntax-only", "-Wall", "-Werror", "-I", filepath.Join(module, "kafka", "librdkafka_vendor"), filepath.Join("testdata", "declarations.c"))
	if said, err := exec.CommandContext(t.Context(), cc[0], args...).CombinedOutput(); err != nil {
		t.Errorf("librdkafka's header has it otherwise: %v\n%s", err, said)
	}
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	if err != nil {
		t.Fatalf("%s %s: %v", name, strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out))
}
