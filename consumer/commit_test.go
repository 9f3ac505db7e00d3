package consumer_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

func TestRunHandlesEveryRecordInOrder(t *testing.T) {
	t.Parallel()
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			c := cluster(t, 3)
			for p := range int32(3) {
				produce(t, c, numbered(p, 0, 500)...)
			}
			records := make(chan *textRecord, 1500)
			consumer := newText(t, protocol.config(config(c)))
			r := start(t, consumer, func(_ context.Context, rec *textRecord) error {
				records <- rec
				return nil
			})
			receive(t, consumer.Ready())
			next := map[int32]int64{}
			for range 1500 {
				rec := receive(t, records)
				want := next[rec.Partition]
				if rec.Offset != want || rec.Value != strconv.FormatInt(want, 10) || rec.Key != "k" || rec.Attempt != 1 {
					t.Fatalf("partition %d: got %+v, want offset and value %d", rec.Partition, rec, want)
				}
				next[rec.Partition]++
			}
			r.stop()
			for p := range int32(3) {
				if got := committed(c, p); got != 500 {
					t.Errorf("partition %d: committed %d after a clean end, want 500", p, got)
				}
			}
			if members := c.GroupInfo(group).Members; len(members) != 0 {
				t.Errorf("members after Run returned: %+v", members)
			}
		})
	}
}

// protocols are the ways of a group to share its partitions.
var protocols = []struct {
	name   string
	config func(kafka.ConfigMap) kafka.ConfigMap
}{
	{"cooperative", func(cfg kafka.ConfigMap) kafka.ConfigMap { return cfg }},
	{"eager", func(cfg kafka.ConfigMap) kafka.ConfigMap {
		cfg["partition.assignment.strategy"] = "range"
		return cfg
	}},
	{"KIP-848", newProtocol},
}

func TestCommitIsTheWatermark(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 10)...)
	reached, release := make(chan int64), make(chan struct{})
	r := start(t, newText(t, config(c, "auto.commit.interval.ms", "100")), func(_ context.Context, rec *textRecord) error {
		if rec.Offset == 6 {
			reached <- rec.Offset
			<-release
		}
		return nil
	})
	receive(t, reached)
	eventually(t, "the offset of the record in the handler is committed", func() bool { return committed(c, 0) == 6 })
	close(release)
	eventually(t, "the end of the partition is committed", func() bool { return committed(c, 0) == 10 })
	r.stop()

	produce(t, c, numbered(0, 10, 1)...)
	offsets := make(chan int64, 100)
	r = start(t, newText(t, config(c)), func(_ context.Context, rec *textRecord) error {
		offsets <- rec.Offset
		return nil
	})
	if got := receive(t, offsets); got != 10 {
		t.Errorf("the next Run began at offset %d, want 10", got)
	}
	r.stop()
}

const (
	victimBrokers = "CONSUMER_TEST_VICTIM_BROKERS"
	victimStalls  = 40 // offset at which the victim waits to be killed
)

// victim is the process that is killed: it handles records, says so, and stalls.
func victim() {
	c, err := consumer.New(kafka.ConfigMap{
		"bootstrap.servers": os.Getenv(victimBrokers), "group.id": group, "auto.offset.reset": "earliest",
		"session.timeout.ms": 3000, "heartbeat.interval.ms": 300, "auto.commit.interval.ms": 50,
	}, []string{topic}, serde.StringKey(), serde.StringValue())
	if err == nil {
		err = c.Run(context.Background(), func(_ context.Context, rec *textRecord) error {
			if rec.Offset == victimStalls {
				fmt.Fprintln(os.Stdout, "stalled")
				select {}
			}
			fmt.Fprintln(os.Stdout, rec.Offset)
			return nil
		})
	}
	fmt.Fprintln(os.Stdout, "ended:", err)
	os.Exit(1)
}

func TestKilledConsumerLosesNothing(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 60)...)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), victimBrokers+"="+strings.Join(c.ListenAddrs(), ","))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "stalled"; {
		seen[lines.Text()] = true
	}
	if len(seen) != victimStalls {
		t.Errorf("the victim handled %d records, want %d", len(seen), victimStalls)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // it says that it was killed

	offsets := make(chan int64, 100)
	r := start(t, newText(t, config(c)), func(_ context.Context, rec *textRecord) error {
		offsets <- rec.Offset
		return nil
	})
	first := receive(t, offsets)
	if first > victimStalls {
		t.Errorf("began at offset %d: the record at %d was lost", first, victimStalls)
	}
	for want := first + 1; want < 60; want++ {
		if got := receive(t, offsets); got != want {
			t.Fatalf("got offset %d, want %d", got, want)
		}
	}
	r.stop()
}

func TestTopicMadeAnewIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	c := cluster(t, 1)
	produce(t, c, numbered(0, 0, 50)...)
	values := make(chan string, 100)
	r := start(t, newText(t, config(c)), func(_ context.Context, rec *textRecord) error {
		values <- rec.Value
		return nil
	})
	for range 50 {
		receive(t, values)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(c.ListenAddrs()...))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	gone, made := kmsg.NewPtrDeleteTopicsRequest(), kmsg.NewPtrCreateTopicsRequest()
	gone.TopicNames = []string{topic}
	gone.Topics = []kmsg.DeleteTopicsRequestTopic{{Topic: kmsg.StringPtr(topic)}}
	made.Topics = []kmsg.CreateTopicsRequestTopic{{Topic: topic, NumPartitions: 1, ReplicationFactor: 1}}
	if _, err := gone.RequestWith(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	if _, err := made.RequestWith(t.Context(), client); err != nil {
		t.Fatal(err)
	}
	produce(t, c, numbered(0, 1000, 20)...)
	for i := range 20 {
		if got, want := receive(t, values), strconv.Itoa(1000+i); got != want {
			t.Fatalf("got %q, want %q", got, want)
		}
	}
	r.stop()
}
