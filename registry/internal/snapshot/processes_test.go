package snapshot_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/magicbyte-go/magicbyte/registry/internal/snapshot"
)

// childVariable names the file and the number of a process that this test starts.
const childVariable = "MAGICBYTE_TEST_SNAPSHOT_CHILD"

// TestMain is the main of the children, too.
func TestMain(m *testing.M) {
	if path, number, ok := strings.Cut(os.Getenv(childVariable), "|"); ok {
		os.Exit(writeForEver(path, number))
	}
	os.Exit(m.Run())
}

// between is how long a process leaves the file alone after a save, as a client does for far longer: a lock that is asked for in steps goes
// to whoever comes at the right moment, so one that is taken again at once may never be free for the others.
const between = 30 * time.Millisecond

// writeForEver saves one answer after the other, and says which are saved.
func writeForEver(path, number string) int {
	b := snapshot.NewBook(1 << 20)
	for n := 1; ; n++ {
		b.Put(versionKey(number+"/"+strconv.Itoa(n)), schema(int32(n), `"int"`))
		if err := b.Save(path, owner); err != nil {
			fmt.Fprintln(os.Stdout, err)
			return 1
		}
		fmt.Fprintln(os.Stdout, "saved", n)
		<-time.After(between)
	}
}

// Processes that write one file side by side keep what the others wrote, and what they said was saved is there after kill -9, whole.
func TestProcessesShareAFile(t *testing.T) {
	t.Parallel()
	const processes, saves = 3, 12
	path := filepath.Join(t.TempDir(), "s")
	saved := make([]int, processes)
	children := make([]*exec.Cmd, processes)
	outputs := make([]*bufio.Scanner, processes)
	for i := range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s|%d", childVariable, path, i))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		children[i], outputs[i] = cmd, bufio.NewScanner(out)
	}
	for i, out := range outputs { // each goes on writing until it is killed, which hits the later ones in the middle of it
		for out.Scan() && saved[i] < saves {
			if _, err := fmt.Sscanf(out.Text(), "saved %d", &saved[i]); err != nil {
				t.Errorf("process %d: %s", i, out.Text())
			}
		}
		if err := children[i].Process.Kill(); err != nil {
			t.Error(err)
		}
		for out.Scan() {
			_, _ = fmt.Sscanf(out.Text(), "saved %d", &saved[i])
		}
		_ = children[i].Wait() // it was killed
	}
	b := snapshot.NewBook(1 << 20)
	if err := b.Load(path, owner); err != nil {
		t.Fatalf("after the kills: %v", err)
	}
	for i, n := range saved {
		if n < saves {
			t.Errorf("process %d saved %d times, want %d", i, n, saves)
		}
		for n := range n {
			if _, ok := b.Get(versionKey(fmt.Sprintf("%d/%d", i, n+1))); !ok {
				t.Errorf("answer %d of process %d was saved and is not there", n+1, i)
			}
		}
	}
}
