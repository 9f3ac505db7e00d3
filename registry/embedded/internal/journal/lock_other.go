//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package journal

import (
	"errors"
	"os"
)

// Without a lock that ends with its process, nothing keeps two processes apart.
func lock(string) (*os.File, error) { return nil, errors.ErrUnsupported }

func unlock(f *os.File) error { return f.Close() }

func syncDir(string) error { return errors.ErrUnsupported }
