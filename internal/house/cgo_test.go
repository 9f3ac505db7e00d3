package house_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestBuildWithoutCgoSaysWhy: what needs the Kafka client fails to build in one line that names the way out. It must be imported by every package of
// the module that names a type of that client below all others, or the compiler lists dozens of undefined names first.
func TestBuildWithoutCgoSaysWhy(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "go", "build", module+"/internal/needcgo")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	said, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(said), "undefined: the_Kafka_client_is_a_C_library_set_CGO_ENABLED_1_and_install_a_C_compiler") {
		t.Errorf("go build without cgo: %v: %s", err, said)
	}
	for _, p := range ours(t) {
		needs := slices.Contains(p.Deps, "github.com/confluentinc/confluent-kafka-go/v2/kafka")
		if says := slices.Contains(p.Deps, module+"/internal/needcgo"); needs && !says {
			t.Errorf("%s needs the Kafka client, and not internal/needcgo", p.path())
		}
	}
}
