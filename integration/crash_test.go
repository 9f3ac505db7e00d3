package integration_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/producer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/schemas"
	"github.com/magicbyte-go/magicbyte/serde"
)

// victimVariable makes the test binary a consumer that is to be killed; it holds a victimTask.
const victimVariable = "MAGICBYTE_TEST_VICTIM"

type victimTask struct{ Brokers, RegistryURL, Topic, Group string }

// place is where a record stands.
type place struct {
	Partition int32
	Offset    int64
}

// victim consumes for ever, and prints the place of each record that it has handled. It ends with its standard input, so that it does
// not outlive a test binary that was killed itself.
func victim(text string) {
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		log.Fatal("the input has ended: ", err)
	}()
	var task victimTask
	if err := json.Unmarshal([]byte(text), &task); err != nil {
		log.Fatal(err)
	}
	reg, err := registry.New(task.RegistryURL)
	if err != nil {
		log.Fatal(err)
	}
	config := memberConfig(task.Brokers, task.Group)
	config["auto.commit.interval.ms"] = 50 // so that something is committed when it dies
	c, err := consumer.New(config, []string{task.Topic}, serde.StringKey(), serde.NewDeserializer(schemas.OrderEvents, reg))
	if err != nil {
		log.Fatal(err)
	}
	err = c.Run(context.Background(), func(_ context.Context, rec *consumer.Record[string, schemas.OrderEvent]) error {
		_, err := fmt.Fprintf(os.Stdout, "%d %d\n", rec.Partition, rec.Offset) // one write, so a line is there or not
		return err
	})
	log.Fatal(err)
}

// testCrash kills a consumer's process in the middle of a topic. The next member handles everything from the committed offsets on:
// nothing is lost, and nothing is committed that the dead one had not handled.
func testCrash(t *testing.T, env *integration.Env) {
	const events, partitions = 20_000, 2
	topic, group := env.CreateTopic(t, "crash", partitions), integration.Unique("crash")
	orders := startOrders(t, env, topic)
	for i := range events {
		orders.SendAsync(t.Context(), producer.Message[string, schemas.OrderEvent]{Value: schemas.NewOrderUpdated(fmt.Sprint("ORD-", i%50))},
			func(_ producer.Receipt, err error) {
				if err != nil {
					t.Error(err)
				}
			})
	}
	if err := orders.Flush(within(t)); err != nil {
		t.Fatal(err)
	}

	handled := killed(t, victimTask{env.Brokers, env.RegistryURL, topic, group}, events/4)
	next := map[int32]int64{} // what the dead one has handled is a prefix of each partition
	for _, at := range handled {
		if at.Offset != next[at.Partition] {
			t.Fatalf("the first process handled offset %d of partition %d, want %d", at.Offset, at.Partition, next[at.Partition])
		}
		next[at.Partition]++
	}
	committed := env.Committed(t, group, topic)
	rest := int64(events)
	for partition, offset := range committed {
		rest -= offset
		if offset > next[partition] {
			t.Errorf("partition %d: committed up to %d, handled up to %d", partition, offset, next[partition])
		}
	}
	t.Logf("killed after %d of %d records; committed: %v", len(handled), events, committed)

	heir := read(t, env, topic, group, typedOrders(t, env))
	for _, rec := range heir.take(t, int(rest)) {
		if want := committed[rec.Partition]; rec.Offset != want {
			t.Fatalf("after the crash: offset %d of partition %d, want %d", rec.Offset, rec.Partition, want)
		}
		committed[rec.Partition]++
	}
	if more := heir.stop(t); len(more) != 0 {
		t.Errorf("after the crash %d records were handled twice by one member", len(more))
	}
	if diff := cmp.Diff(env.EndOffsets(t, topic), env.Committed(t, group, topic)); diff != "" {
		t.Errorf("committed in the end (-end of the topic +got):\n%s", diff)
	}
}

// killed runs a victim, kills it once it has handled n records, and returns all that it has handled.
func killed(t *testing.T, task victimTask, n int) []place {
	t.Helper()
	text, err := json.Marshal(task)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(within(t), os.Args[0]) // which ends it by SIGKILL, too
	cmd.Env = append(os.Environ(), victimVariable+"="+string(text))
	cmd.Stderr = t.Output()
	if _, err := cmd.StdinPipe(); err != nil { // which Wait closes
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var handled []place
	lines := bufio.NewScanner(out)
	for lines.Scan() { // to the end: what was handled before the kill stands in the pipe
		var at place
		if _, err := fmt.Sscan(lines.Text(), &at.Partition, &at.Offset); err != nil {
			t.Fatalf("the victim said %q", lines.Text())
		}
		if handled = append(handled, at); len(handled) == n {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); err == nil || len(handled) < n {
		t.Fatalf("the victim ended with %v after %d records, want it killed after %d", err, len(handled), n)
	}
	return handled
}
