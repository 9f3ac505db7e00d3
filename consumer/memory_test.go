package consumer_test

import (
	"bufio"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/serde"
)

const (
	stuckBrokers = "CONSUMER_TEST_STUCK_BROKERS"
	mebibyte     = 1 << 20
)

// stuck is the process that is measured: its handler never returns. It says "ready" once it is a member, and "stuck" once it has a record, and
// ends with its standard input.
func stuck() {
	say := func(word string) { fmt.Fprintln(os.Stdout, word) }
	c, err := consumer.New(kafka.ConfigMap{
		"bootstrap.servers": os.Getenv(stuckBrokers), "group.id": group, "auto.offset.reset": "earliest",
		"session.timeout.ms": 3000, "heartbeat.interval.ms": 300,
	}, []string{topic}, serde.StringKey(), serde.StringValue())
	if err != nil {
		say(err.Error())
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	go func() {
		<-c.Ready()
		say("ready")
	}()
	err = c.Run(context.Background(), func(context.Context, *textRecord) error {
		say("stuck")
		select {}
	})
	say(fmt.Sprint("ended: ", err))
	os.Exit(1)
}

// TestAllocStaysBoundedBehindAStuckHandler fills a topic whose consumer is stuck: what the process takes is bounded by what it may queue,
// what librdkafka fetches ahead, and three fetches: an answer is kept in whole until its last record is gone, so there is one at each end of what
// is ahead, and the one that comes. The process is one of its own, since other tests take memory too. It has glibc give large pieces back
// once they are free: as it is set by default it keeps some of them.
func TestAllocStaysBoundedBehindAStuckHandler(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector takes several times the memory; make test runs the budgets without it")
	}
	if runtime.GOOS != "linux" {
		t.Skip("the resident set is read from /proc")
	}
	const partitions, records, size = 32, 450, 10_000 // 137 MiB
	const chunk = 90                                  // that brokers take at once
	const queue, prefetch, fetch = 64 * mebibyte, 16 * mebibyte, 4 * mebibyte
	const rest = 14 * mebibyte // Go's size classes round these records up by a twentieth, and every record has some bookkeeping
	c := cluster(t, partitions)
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), stuckBrokers+"="+strings.Join(c.ListenAddrs(), ","), "MALLOC_MMAP_THRESHOLD_=131072")
	input, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = input.Close()
		_ = cmd.Wait()
	}()
	words := bufio.NewScanner(output)
	hear := func(want string) {
		t.Helper()
		if !words.Scan() || words.Text() != want {
			t.Fatalf("the consumer says %q (%v), want %q", words.Text(), words.Err(), want)
		}
	}
	hear("ready")
	baseline := resident(t, cmd.Process.Pid)
	for range records / chunk {
		var batch []*kgo.Record
		for p := range int32(partitions) {
			for range chunk {
				value := make([]byte, size)
				_, _ = rand.Read(value) // all different: brokers and librdkafka count what is compressed, which takes more room once it is here
				batch = append(batch, &kgo.Record{Partition: p, Key: []byte("k"), Value: value})
			}
		}
		produce(t, c, batch...)
	}
	hear("stuck")

	// It is full when it has fetched what it may and takes nothing more for two seconds.
	bound := baseline + queue + rest + prefetch + 3*fetch
	highest, level, since := 0, 0, time.Now()
	eventually(t, "the consumer takes no more memory", func() bool {
		highest = max(highest, resident(t, cmd.Process.Pid))
		if highest > level+mebibyte {
			level, since = highest, time.Now()
		}
		return highest-baseline > queue/2 && time.Since(since) > 2*time.Second
	})
	t.Logf("resident: %d KiB before, at most %d KiB, bound %d KiB", baseline>>10, highest>>10, bound>>10)
	if highest > bound {
		t.Errorf("behind a stuck handler the process takes %d MiB more than before, want at most %d", (highest-baseline)/mebibyte, (bound-baseline)/mebibyte)
	}
}

// resident returns the resident set size of a process, in bytes.
func resident(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")))
			if err != nil {
				t.Fatal(err)
			}
			return kib << 10
		}
	}
	t.Fatalf("no VmRSS in the status of process %d", pid)
	return 0
}
