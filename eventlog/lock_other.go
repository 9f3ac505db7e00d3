//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package eventlog

import (
	"context"
	"errors"
)

// lock fails where there is no flock.
func lock(context.Context, string) (unlock func() error, err error) {
	return nil, errors.New("files cannot be locked on this system")
}
