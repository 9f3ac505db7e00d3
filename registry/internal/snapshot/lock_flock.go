//go:build darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd

package snapshot

import (
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

const (
	lockWait = 5 * time.Second
	lockStep = 10 * time.Millisecond
)

// lock keeps other processes, and other clients of this one, from writing at the same time. The lock belongs to the open file, so it goes when the
// process does. It is given back by name rather than by closing the file: a process that is being started by another goroutine at this moment has
// the file open too until it becomes another program, and would keep the lock for as long.
func lock(path string) (unlock func() error, err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	for waited := time.Duration(0); ; waited += lockStep {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return func() error { return errors.Join(syscall.Flock(int(f.Fd()), syscall.LOCK_UN), f.Close()) }, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return nil, errors.Join(err, f.Close())
		}
		if waited >= lockWait {
			return nil, errors.Join(fmt.Errorf("%s: another process has held it for %v", path, lockWait), f.Close())
		}
		<-time.After(lockStep)
	}
}
