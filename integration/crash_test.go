package integration_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// victimVariable makes this binary a victim instead of a test; its value is a victimConfig as JSON.
const victimVariable = "MAGICBYTE_TEST_VICTIM"

type victimConfig struct{ Brokers, RegistryURL, Topic, Group string }

// What the victim's topic has.
const (
	crashPartitions = 3
	crashEvents     = 3000
)

// victim is a consumer that is killed. Each line on its standard input names a partition, of which it then handles one record; it
// names each handled record on its standard output. It ends when its input does, so that it does not outlive a test that
// was killed itself.
func victim(text string) {
	if err := runVictim(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runVictim(text string) error {
	var cfg victimConfig
	if err := json.Unmarshal([]byte(text), &cfg); err != nil {
		return err
	}
	reg, err := registry.New(cfg.RegistryURL)
	if err != nil {
		return err
	}
	c, err := consumer.New(memberConfig(cfg.Brokers, cfg.Group), []string{cfg.Topic}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, reg))
	if err != nil {
		return err
	}
	var permits [crashPartitions]chan struct{}
	for p := range permits {
		permits[p] = make(chan struct{}, crashEvents)
	}
	go readPermits(os.Stdin, permits)
	return c.Run(context.Background(), func(_ context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
		if _, ok := <-permits[rec.Partition]; !ok {
			return consumer.Stop(errors.New("no more permits"))
		}
		_, err := fmt.Fprintln(os.Stdout, rec.Partition, rec.Offset)
		return err
	})
}

// readPermits hands each line to the partition that it names, until there are no more.
func readPermits(from io.Reader, permits [crashPartitions]chan struct{}) {
	for {
		var partition int
		if _, err := fmt.Fscanln(from, &partition); err != nil {
			break
		}
		permits[partition] <- struct{}{}
	}
	for _, ch := range permits {
		close(ch)
	}
}

// child is a victim as its parent sees it.
type child struct {
	cmd     *exec.Cmd
	permits io.WriteCloser
	handled *bufio.Scanner
	stderr  strings.Builder
}

func startChild(t *testing.T, cfg victimConfig) *child {
	t.Helper()
	text, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	// The context also ends a read from a child that says nothing.
	c := &child{cmd: exec.CommandContext(within(t), os.Args[0])} //nolint:gosec // this very binary
	c.cmd.Env = append(os.Environ(), victimVariable+"="+string(text))
	c.cmd.Stderr = &c.stderr
	if c.permits, err = c.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	c.handled = bufio.NewScanner(out)
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // where the test ends before the kill
		_ = c.cmd.Process.Kill()
		_ = c.cmd.Wait()
	})
	return c
}

// handle lets the child handle n records of each partition, and returns the offsets that come next.
func (c *child) handle(t *testing.T, n int) map[int32]int64 {
	t.Helper()
	for partition := range crashPartitions {
		if _, err := io.WriteString(c.permits, strings.Repeat(fmt.Sprintln(partition), n)); err != nil {
			t.Fatal(err)
		}
	}
	next := make(map[int32]int64)
	for i := range n * crashPartitions {
		if !c.handled.Scan() {
			_ = c.cmd.Wait()
			t.Fatalf("the child ended after %d of %d records: %v: %s", i, n*crashPartitions, c.handled.Err(), &c.stderr)
		}
		var partition int32
		var offset int64
		if _, err := fmt.Sscan(c.handled.Text(), &partition, &offset); err != nil {
			t.Fatalf("the child says %q: %v", c.handled.Text(), err)
		}
		next[partition] = offset + 1
	}
	return next
}

// kill ends the child without a chance to say goodbye.
func (c *child) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // says that it was killed
}

// testCrash kills a consumer process in the middle of its work. The next one begins with the first record that was not committed:
// nothing is lost, and nothing is repeated that was committed.
func testCrash(t *testing.T, env *integration.Env) {
	topic, group := env.CreateTopic(t, "crash", crashPartitions), integration.Unique("billing")
	sendOrders(t, startOrders(t, env, topic), 0, crashEvents)

	victim := startChild(t, victimConfig{env.Brokers, env.RegistryURL, topic, group})
	env.AwaitCommitted(t, group, topic, victim.handle(t, 200))
	byVictim := victim.handle(t, 200) // and one more of each partition is in the handler
	victim.kill(t)

	committed := env.Committed(t, group, topic)
	ends := env.EndOffsets(t, topic)
	left := 0
	for partition, end := range ends {
		if committed[partition] > byVictim[partition] {
			t.Errorf("partition %d: offset %d was committed, but only what is before %d was handled", partition, committed[partition], byVictim[partition])
		}
		left += int(end - committed[partition])
	}
	t.Logf("handled before the crash: %v, committed: %v", byVictim, committed)
	next := maps.Clone(committed)
	heir := read(t, env, topic, group, typedOrders(t, env))
	for _, rec := range heir.take(t, left) {
		if rec.Offset != next[rec.Partition] {
			t.Fatalf("after the crash: %s[%d]@%d is handled, want offset %d", topic, rec.Partition, rec.Offset, next[rec.Partition])
		}
		next[rec.Partition]++
	}
	if more := heir.stop(t); len(more) != 0 {
		t.Errorf("%d records were handled twice after the crash", len(more))
	}
	if diff := cmp.Diff(ends, next); diff != "" {
		t.Errorf("next offsets in the end (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(ends, env.Committed(t, group, topic)); diff != "" {
		t.Errorf("committed in the end (-want +got):\n%s", diff)
	}
}

// sendOrders sends n events, each of an order of its own, numbered from first.
func sendOrders(t *testing.T, p *orderProducer, first, n int) {
	t.Helper()
	messages := make([]producer.Message[string, schemas.OrderEvent], n)
	for i := range messages {
		messages[i].Value = schemas.NewOrderUpdated(fmt.Sprintf("ORD-%d", first+i))
	}
	if _, err := p.SendBatch(within(t), messages); err != nil {
		t.Fatal(err)
	}
}
