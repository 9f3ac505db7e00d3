package embedded_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/magicbyte-go/magicbyte/registry/embedded"
)

// ack is a registration that the registry answered.
type ack struct{ id, version int }

// killed is a registry in a process of its own.
type killed struct {
	cmd    *exec.Cmd
	stderr bytes.Buffer
	client *http.Client
	url    string
}

func startChild(t *testing.T, dir string, sync bool) *killed {
	t.Helper()
	k := &killed{cmd: exec.CommandContext(t.Context(), os.Args[0]), client: &http.Client{Transport: &http.Transport{}}}
	k.cmd.Env = append(os.Environ(), childDir+"="+dir)
	if sync {
		k.cmd.Env = append(k.cmd.Env, childSync+"=1")
	}
	k.cmd.Stderr = &k.stderr
	out, err := k.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := k.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the registry did not start: %v\n%s", err, k.end())
	}
	k.url = strings.TrimSpace(line)
	return k
}

// end kills the process, waits, and returns what it said.
func (k *killed) end() string {
	_ = k.cmd.Process.Kill() // it may have ended
	_ = k.cmd.Wait()         // killed
	k.client.CloseIdleConnections()
	return k.stderr.String()
}

// register returns nothing where the registry ended before it answered.
func (k *killed) register(t *testing.T, subject, schema string) *ack {
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, k.url+"/subjects/"+subject+"/versions", strings.NewReader(schemaBody(schema)))
	if err != nil {
		t.Error(err)
		return nil
	}
	resp, err := k.client.Do(req)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	var answer registration
	if err := json.Unmarshal(body, &answer); err != nil || resp.StatusCode != http.StatusOK || answer.ID == 0 {
		t.Errorf("register %s: got %d %s", subject, resp.StatusCode, body)
		return nil
	}
	return &ack{answer.ID, answer.Version}
}

// TestKill kills a registry 100 times while many write to it. Everything that
// was acknowledged is there afterwards, under its id.
func TestKill(t *testing.T) {
	t.Parallel()
	rounds := 100
	if testing.Short() {
		rounds = 10
	}
	dir := t.TempDir()
	acks := map[string]ack{} // by subject
	for round := range rounds {
		child := startChild(t, dir, round%2 == 0)
		fresh := killWhileWriting(t, child, round, 3+round%23)
		for subject, a := range fresh {
			acks[subject] = a
		}
	}
	reg, err := embedded.Open(dir)
	if err != nil {
		t.Fatalf("after %d kills: %v", rounds, err)
	}
	defer reg.Close()
	s := serve(t, reg)
	ids := map[int]string{}
	for subject, a := range acks {
		var got registration
		s.must(t, http.MethodGet, "/subjects/"+subject+"/versions/"+strconv.Itoa(a.version), "", &got)
		if got.ID != a.id || !strings.Contains(got.Schema, fieldOf(subject)) {
			t.Errorf("%s: got %+v, want id %d", subject, got, a.id)
		}
		if other := ids[a.id]; other != "" {
			t.Errorf("id %d was given to %s and %s", a.id, other, subject)
		}
		ids[a.id] = subject
	}
	if len(acks) < 3*rounds {
		t.Errorf("only %d registrations in %d rounds", len(acks), rounds)
	}
	t.Logf("%d acknowledged registrations survived %d kills", len(acks), rounds)
}

func fieldOf(subject string) string { return "f_" + strings.ReplaceAll(subject, "-", "_") }

// killWhileWriting writes from four sides and kills the registry after so many answers.
func killWhileWriting(t *testing.T, child *killed, round, answers int) map[string]ack {
	t.Helper()
	var mu sync.Mutex
	acks := map[string]ack{}
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for n := range 10_000 {
				subject := fmt.Sprintf("s-%d-%d-%d", round, w, n)
				a := child.register(t, subject, record(`{"name":"`+fieldOf(subject)+`","type":"int"}`))
				if a == nil {
					return
				}
				mu.Lock()
				acks[subject] = *a
				if len(acks) == answers {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	ended := make(chan struct{})
	go func() { wg.Wait(); close(ended) }()
	select {
	case <-enough:
	case <-ended:
		t.Errorf("round %d: the registry ended by itself", round)
	}
	said := child.end()
	<-ended
	if strings.Contains(said, "panic") || strings.Contains(said, "DATA RACE") {
		t.Errorf("round %d: the registry said\n%s", round, said)
	}
	return acks
}
