//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package eventlog

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

const lockStep = 5 * time.Millisecond

// lock waits for the lock on a file, which goes when the process does.
func lock(ctx context.Context, path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the caller's choice
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) //nolint:gosec // a descriptor
		if err == nil {
			// By name: a process that is being started has the file open too, for a moment.
			return func() error { return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close()) }, nil //nolint:gosec // a descriptor
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		pause := time.NewTimer(lockStep)
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return nil, errors.Join(ctx.Err(), f.Close())
		}
	}
}
