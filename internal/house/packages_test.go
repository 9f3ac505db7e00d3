package house_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

const module = "github.com/magicbyte-go/magicbyte"

// pkg is what `go list` says of a package.
type pkg struct {
	ImportPath string
	Name       string
	Doc        string
	GoFiles    []string
	Imports    []string // of its own files, tests left out
	Deps       []string // all packages that it needs
}

// path returns the path within the module, as in "serde/avro".
func (p pkg) path() string { return strings.TrimPrefix(p.ImportPath, module+"/") }

// list reads this module's packages and all that they need, in one call.
var list = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Name,Doc,GoFiles,Imports,Deps", module+"/...")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			err = errors.Join(err, errors.New(string(exit.Stderr)))
		}
		return nil, err
	}
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs, nil
		} else if err != nil {
			return nil, err
		}
		pkgs = append(pkgs, p)
	}
})

// ours returns this module's packages.
func ours(t *testing.T) []pkg {
	t.Helper()
	pkgs, err := list()
	if err != nil {
		t.Fatalf("go list -deps: %v", err)
	}
	var own []pkg
	for _, p := range pkgs {
		if match(module+"/...", p.ImportPath) {
			own = append(own, p)
		}
	}
	if len(own) == 0 {
		t.Fatal("go list -deps names no package of this module")
	}
	return own
}
