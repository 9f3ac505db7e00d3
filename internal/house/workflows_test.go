package house_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWorkflows keeps what runs in a pipeline runnable at home, and in the hands of this repository.
func TestWorkflows(t *testing.T) {
	t.Parallel()
	makefile := read(t, "Makefile")
	files, err := filepath.Glob(filepath.Join("..", "..", ".github", "workflows", "*.yml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("found %d workflows (%v)", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		workflow := read(t, filepath.Join(".github", "workflows", name))
		for _, match := range regexp.MustCompile(`\bmake (?:-C \S+ )?([a-z-]+)`).FindAllStringSubmatch(workflow, -1) {
			if !strings.Contains(makefile, "\n"+match[1]+":") {
				t.Errorf("%s runs `make %s`, which is no target", name, match[1])
			}
		}
		for _, match := range regexp.MustCompile(`(?m)^\s*(?:- )?uses: (\S+)`).FindAllStringSubmatch(workflow, -1) {
			if !regexp.MustCompile(`^(\./.*|[^@]+@[0-9a-f]{40})$`).MatchString(match[1]) {
				t.Errorf("%s uses %s, want it pinned by commit: a tag can be moved", name, match[1])
			}
		}
		if !strings.Contains(workflow, "\npermissions:\n  contents: read\n\n") {
			t.Errorf("%s does not begin with contents: read as the only permission; a job that needs more says so itself", name)
		}
	}
}
