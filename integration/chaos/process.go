package chaos

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a consumer process as its parent sees it.
type process struct {
	memberConfig
	cmd    *exec.Cmd
	input  io.Closer // what ends the process if nothing else does
	ledger *Ledger
	errors tail
	log    io.Closer     // nil where nothing is kept
	done   chan struct{} // closed when the process is gone and the ledger says so
	err    error         // of the process, once it is done
	end    time.Time     // the same
}

// startProcess runs this binary as a member.
func startProcess(ledger *Ledger, config memberConfig, logs string) (*process, error) {
	text, err := json.Marshal(config)
	if err != nil {
		return nil, err
	}
	p := &process{memberConfig: config, ledger: ledger, done: make(chan struct{})}
	p.cmd = exec.Command(os.Args[0]) //nolint:gosec,noctx // this very binary, which is ended by name
	p.cmd.Env = append(os.Environ(), memberVariable+"="+string(text))
	p.cmd.Stderr = &p.errors
	if logs != "" {
		log, err := os.Create(filepath.Join(logs, config.Client+".log"))
		if err != nil {
			return nil, err
		}
		p.log = log
		p.cmd.Stderr = io.MultiWriter(log, &p.errors)
	}
	p.cmd.ExtraFiles = []*os.File{ledger.pipe}
	if p.input, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("chaos: start member %d: %w", config.Member, err)
	}
	go func() {
		p.err, p.end = p.cmd.Wait(), time.Now()
		if p.log != nil {
			_ = p.log.Close()
		}
		ledger.Write(Entry{Kind: Gone, Group: p.Group, Member: p.Member})
		close(p.done)
	}()
	return p, nil
}

// ended reports whether the process is gone.
func (p *process) ended() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// kill ends the process without a chance to say goodbye, and reports whether that is how it ended.
func (p *process) kill() bool {
	_ = p.cmd.Process.Kill() // one that has ended says so below
	<-p.done
	return p.signaled(syscall.SIGKILL)
}

// signaled reports whether it was this signal that ended the process.
func (p *process) signaled(signal syscall.Signal) bool {
	exit, ok := errors.AsType[*exec.ExitError](p.err)
	if !ok {
		return false
	}
	status, ok := exit.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == signal
}

// terminate asks the process to end, waits for it and returns what it said if it ended with a failure. One that takes too long is killed.
func (p *process) terminate(ctx context.Context) error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // one that has ended says so below
	ctx, cancel := context.WithTimeout(ctx, 35*time.Second)
	defer cancel()
	select {
	case <-p.done:
	case <-ctx.Done():
		p.kill()
		return fmt.Errorf("member %d did not end: %w: %w", p.Member, errCrashed, ctx.Err())
	}
	return p.failure()
}

// failure returns how the process ended if that was not as it should. One that was terminated before it could listen for it has nothing
// to end.
func (p *process) failure() error {
	if p.err == nil || p.signaled(syscall.SIGTERM) {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(p.errors.String()), "\n")
	err := fmt.Errorf("member %d: %w: %s", p.Member, p.err, lines[len(lines)-1])
	if exit, ok := errors.AsType[*exec.ExitError](p.err); !ok || exit.ExitCode() != exitStorm {
		err = fmt.Errorf("%w: %w", errCrashed, err)
	}
	return err
}

// errCrashed is in the error of a process whose end no storm explains.
var errCrashed = errors.New("chaos: a member crashed")

// stop freezes the process and returns once it stands still.
func (p *process) stop(ctx context.Context) bool {
	if err := p.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		return false
	}
	if !poll(ctx, time.Millisecond, func() bool { return stands(p.cmd.Process.Pid) }) {
		return false
	}
	p.ledger.Write(Entry{Kind: Stopped, Group: p.Group, Member: p.Member})
	return true
}

// resume lets the process go on.
func (p *process) resume() {
	p.ledger.Write(Entry{Kind: Continued, Group: p.Group, Member: p.Member})
	_ = p.cmd.Process.Signal(syscall.SIGCONT) // one that was killed meanwhile needs none
}

// stands reports whether a process is stopped, as Linux tells it: the state follows the name, which ends with the last bracket.
func stands(pid int) bool {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return false
	}
	_, state, found := bytes.Cut(stat[bytes.LastIndexByte(stat, ')')+1:], []byte(" "))
	return found && len(state) > 0 && state[0] == 'T'
}

// poll asks until the answer is yes, and reports whether it was before ctx ended.
func poll(ctx context.Context, pause time.Duration, ask func() bool) bool {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for !ask() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

const tailSize = 4 << 10

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, b...)
	t.text = t.text[max(0, len(t.text)-tailSize):]
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.text)
}
