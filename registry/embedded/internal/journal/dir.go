package journal

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// makeDir makes a directory and those that it is in, and has their names on the disk: what is safe in a file is lost with the
// directory around it.
func makeDir(dir string) error {
	var parents []string // of what is not there
	for at := dir; ; at = filepath.Dir(at) {
		if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		parents = append(parents, filepath.Dir(at))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for _, parent := range parents {
		if err := syncDir(parent); err != nil {
			return fmt.Errorf("journal: sync %s: %w", parent, err)
		}
	}
	return nil
}
