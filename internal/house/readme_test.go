package house_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeShowsWhatIsBuilt keeps the README's program the one that is compiled and run, and short enough to be read.
func TestReadmeShowsWhatIsBuilt(t *testing.T) {
	t.Parallel()
	readme, program := read(t, "README.md"), read(t, filepath.Join("examples", "orders", "main.go"))
	if !strings.Contains(readme, "```go\n"+program+"```\n") {
		t.Error("README.md does not show examples/orders/main.go as it is")
	}
	if lines := strings.Count(program, "\n"); lines > 40 {
		t.Errorf("examples/orders/main.go has %d lines, at most 40 are read at a glance", lines)
	}
}

// TestReadmeCommandsExist checks that each `make x` of the README is a target, and each relative link a file.
func TestReadmeCommandsExist(t *testing.T) {
	t.Parallel()
	readme, makefile := read(t, "README.md"), read(t, "Makefile")
	for _, match := range regexp.MustCompile("(?m)(?:^|`)make ([a-z-]+)").FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(makefile, "\n"+match[1]+":") {
			t.Errorf("README.md says `make %s`, which is no target", match[1])
		}
	}
	prose := regexp.MustCompile("(?s)```.*?```|`[^`]*`").ReplaceAllString(readme, "")
	for _, match := range regexp.MustCompile(`\]\(([^):]+)\)`).FindAllStringSubmatch(prose, -1) {
		if _, err := os.Stat(filepath.Join("..", "..", match[1])); err != nil {
			t.Errorf("README.md links to %s: %v", match[1], err)
		}
	}
}

// read returns a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
