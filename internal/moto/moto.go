// Package moto starts moto, AWS in a process, on the loopback address: a second opinion on what this module's own stand-ins say.
package moto

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"sync"
	"time"
)

// ErrMissing says that there is no moto to be started: pip install 'moto[server]'.
var ErrMissing = errors.New("moto: there is no Python with moto and its server (pip install 'moto[server]'; PYTHON names another python3)")

// startTimeout bounds how long moto may take to listen.
const startTimeout = time.Minute

// Server is a running moto, which keeps everything in memory.
type Server struct {
	URL  string
	stop func()
}

// Start runs moto on a free port until Close. It looks at no signatures; any credentials will do. The error is [ErrMissing] where it is
// not installed.
func Start(ctx context.Context) (*Server, error) {
	python := os.Getenv("PYTHON")
	if python == "" {
		python = "python3"
	}
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	if err := exec.CommandContext(ctx, python, "-c", "import moto.server").Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("moto: find it: %w", ctx.Err())
		}
		return nil, ErrMissing
	}
	r, w, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("moto: %w", err)
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	cmd := exec.CommandContext(running, python, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0")
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Start()
	_ = w.Close() // the process has its own
	if err != nil {
		stop()
		_ = r.Close()
		return nil, fmt.Errorf("moto: start: %w", err)
	}
	said := listen(r)
	s := &Server{stop: sync.OnceFunc(func() {
		stop()
		_ = cmd.Wait() // it was killed
		<-said.done
		_ = r.Close()
	})}
	select {
	case s.URL = <-said.url:
		return s, nil
	case <-said.done:
		s.stop()
		return nil, fmt.Errorf("moto: it did not start:\n%s", said.text.String())
	case <-ctx.Done():
		s.stop()
		return nil, fmt.Errorf("moto: it did not start in time: %w", ctx.Err())
	}
}

// Close ends moto and waits for it. It may be called more than once.
func (s *Server) Close() { s.stop() }

// output is what moto says, which has to be read for as long as it runs.
type output struct {
	url  chan string
	done chan struct{}
	text bytes.Buffer // once done
}

var listening = regexp.MustCompile(`Running on (http://127\.0\.0\.1:[0-9]+)`)

func listen(r io.Reader) *output {
	o := &output{url: make(chan string, 1), done: make(chan struct{})}
	go func() {
		defer close(o.done)
		found := false
		for lines := bufio.NewScanner(r); lines.Scan(); {
			if match := listening.FindStringSubmatch(lines.Text()); match != nil && !found {
				found = true
				o.url <- match[1]
			}
			if !found {
				o.text.WriteString(lines.Text() + "\n")
			}
		}
		_, _ = io.Copy(io.Discard, r) // behind a line that is too long
	}()
	return o
}
