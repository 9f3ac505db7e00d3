package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// mainVariable makes this binary the command itself.
const mainVariable = "MAGICBYTE_TEST_MAIN"

func TestMain(m *testing.M) {
	if os.Getenv(mainVariable) != "" {
		main()
		return
	}
	goleak.VerifyTestMain(m)
}

// run executes the command line and returns what it printed.
func run(ctx context.Context, t *testing.T, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute) // a command that ought to end and does not shows here
	defer cancel()
	var out bytes.Buffer
	root := newRootCommand()
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	err := root.ExecuteContext(ctx)
	return out.String(), err
}

func TestDemo(t *testing.T) {
	t.Parallel()
	out, err := run(t.Context(), t, "demo")
	if err != nil {
		t.Fatalf("demo: %v\n%s", err, out)
	}
	for _, event := range []string{
		"ORDER_CREATED", "ORDER_UPDATED", "ORDER_CANCELLED", "PAYMENT_AUTHORIZED", "PAYMENT_CAPTURED",
		"PAYMENT_FAILED", "ORDER_SHIPPED", "ORDER_DELIVERED", "ORDER_RETURNED",
	} {
		if row := regexp.MustCompile(`(?m)^ +\d +\d+ +1 +ORD-\d+ +` + event + ` +` + event + ` `); !row.MatchString(out) {
			t.Errorf("no row in which %s was sent and received", event)
		}
	}
	for what, pattern := range map[string]string{
		"an incompatible version is refused":   `READER_FIELD_MISSING_DEFAULT_VALUE`,
		"a reader of version 1 read version 2": `(?m) 2 +ORD-1003 +ORDER_DELIVERED \(v2\) +ORDER_DELIVERED +DELIVERED`,
		"the poison record is a dead letter":   `(?m)ORD-1002 +\(poison\) +\(dead letter\)`,
		"with its bytes":                       `23 bytes as they were sent`,
		"and its class":                        `dlq\.error\.class +corrupt`,
		"sizes are compared":                   `\d+ bytes on the wire, \d+ as JSON`,
		"it ends":                              `(?m)^Done\.$`,
	} {
		if !regexp.MustCompile(pattern).MatchString(out) {
			t.Errorf("%s: no %q in\n%s", what, pattern, out)
		}
	}
}

// TestDemoInterrupted interrupts the demonstration where it says certain things.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"An embedded broker", "1. The producer", "2. Evolution", "4. The consumer"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			ctx, interrupt := context.WithTimeout(t.Context(), time.Minute)
			defer interrupt()
			out := &watched{text: at, then: interrupt}
			root := newRootCommand()
			root.SetArgs([]string{"demo"})
			root.SetOut(out)
			if err := root.ExecuteContext(ctx); err == nil || err.Error() != "demo: interrupted" {
				t.Errorf("error %v, want that it was interrupted, and nothing of what follows from that", err)
			}
			if printed := out.String(); strings.Contains(printed, "NaN") || strings.Contains(printed, "Done.") {
				t.Errorf("it printed what is not so:\n%s", printed)
			}
		})
	}
}

// watched is an output that calls a function when it is given a text.
type watched struct {
	bytes.Buffer
	text string
	then func()
}

func (w *watched) Write(b []byte) (int, error) {
	n, err := w.Buffer.Write(b)
	if strings.Contains(w.String(), w.text) {
		w.then()
	}
	return n, err
}

func TestLocalServesUntilInterrupted(t *testing.T) {
	t.Parallel()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	r, w := io.Pipe()
	root := newRootCommand()
	root.SetArgs([]string{"local", "--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--topic", "a,b", "--partitions", "2"})
	root.SetOut(w)
	ended := make(chan error, 1)
	go func() {
		ended <- root.ExecuteContext(ctx)
		_ = w.Close()
	}()
	var out bytes.Buffer
	buf := make([]byte, 1024)
	for !strings.Contains(out.String(), "Ctrl-C") {
		n, err := r.Read(buf)
		if err != nil {
			t.Fatalf("local ended: %v, after %q", <-ended, out.String())
		}
		out.Write(buf[:n])
	}
	for _, want := range []string{"Kafka broker     127.0.0.1:", "Schema Registry  http://127.0.0.1:", "a, 2 partitions", "b, 2 partitions"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in %q", want, out.String())
		}
	}
	interrupt()
	if err := <-ended; err != nil {
		t.Errorf("local after an interrupt: %v", err)
	}
}

func TestWrongArguments(t *testing.T) {
	t.Parallel()
	cases := []struct {
		args []string
		want string
	}{
		{[]string{"dmeo"}, "dmeo"},
		{[]string{"demo", "now"}, "now"},
		{[]string{"local", "--kafka", "nonsense", "--registry", "127.0.0.1:0"}, "--kafka and --registry choose other addresses"},
		{[]string{"local", "--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--topic", "a,b", "--topic", "a"}, `"a" is there twice`},
		{[]string{"local", "--partitions", "0"}, "--partitions"},
		{[]string{"local", "--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0", "--topic", "a b"}, "a b"},
	}
	for _, c := range cases {
		t.Run(strings.Join(c.args, " "), func(t *testing.T) {
			t.Parallel()
			if out, err := run(t.Context(), t, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v: error %v, want %q in it; printed %q", c.args, err, c.want, out)
			}
		})
	}
}

// full is a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

func TestOutputThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"demo"}, {"local", "--kafka", "127.0.0.1:0", "--registry", "127.0.0.1:0"}, {"registry", "--listen", "127.0.0.1:0"}, {"version"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			root := newRootCommand()
			root.SetArgs(args)
			root.SetOut(full{})
			if err := root.ExecuteContext(ctx); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("error %v, want the disk's", err)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	out, err := run(t.Context(), t, "version")
	if err != nil || !regexp.MustCompile(`^magicbyte .+, go\d.*, librdkafka \d`).MatchString(out) {
		t.Errorf("printed %q, %v", out, err)
	}
}
