package chaos

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/registry"
	"github.com/magicbyte-go/magicbyte/serde"
)

// memberVariable makes the test binary a member instead of a test; its value is a memberConfig as JSON.
const memberVariable = "MAGICBYTE_CHAOS_MEMBER"

// memberConfig is what a consumer process is told.
type memberConfig struct {
	Brokers, RegistryURL string
	Topic, Name, Client  string // Name is that of the consumer group
	Group                uint8
	Member               int32
	Order                Order
	Protocol             Protocol
}

// IsMember reports whether this process was started as a consumer of a run; its main must call [Member] then and nothing else.
func IsMember() bool { return os.Getenv(memberVariable) != "" }

// Member is a consumer process of a run. It writes to the ledger through the file that it inherited, ends gracefully when it is
// terminated, and at once when its standard input ends, which is when the process that started it is gone. It returns the exit code.
func Member() int {
	err := runMember(os.Getenv(memberVariable))
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	_, undone := errors.AsType[*consumer.ShutdownError](err)
	if undone || errors.Is(err, context.DeadlineExceeded) || serde.ClassOf(err) == serde.ClassRegistryUnavailable {
		return exitStorm
	}
	return exitOther
}

// How a member ends that cannot end well: because what it needed was away for too long, or for any other reason.
const (
	exitStorm = 1
	exitOther = 3
)

func runMember(text string) error {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(2) //nolint:forbidigo // nobody is left who would wait
	}()
	m := &member{pen: NewPen(os.NewFile(3, "ledger"))}
	if err := json.Unmarshal([]byte(text), &m.memberConfig); err != nil {
		return err
	}
	reg, err := registry.New(m.RegistryURL)
	if err != nil {
		return err
	}
	codec, err := taskCodec(0)
	if err != nil {
		return err
	}
	c, err := consumer.New(m.properties(), []string{m.Topic}, serde.StringKey(), serde.NewDeserializer(codec, reg), m.options()...)
	if err != nil {
		return err
	}
	err = c.Run(ctx, m.handle)
	if undone, ok := errors.AsType[*consumer.ShutdownError](err); ok && undone.CloseTimedOut && os.Getenv("CHAOS_DEBUG") != "" {
		_ = pprof.Lookup("goroutine").WriteTo(os.Stderr, 2)
	}
	return err
}

// member is the state of a consumer process.
type member struct {
	memberConfig
	pen *Pen
}

func (m *member) properties() kafka.ConfigMap {
	config := kafka.ConfigMap{
		"bootstrap.servers": m.Brokers,
		"group.id":          m.Name,
		"client.id":         m.Client,
		"auto.offset.reset": "earliest",
		// A session is 3 s and not 45 s: the pause before the next connection grows less, too.
		"reconnect.backoff.max.ms": 700,
	}
	if os.Getenv("CHAOS_DEBUG") != "" {
		config["debug"] = os.Getenv("CHAOS_DEBUG")
	}
	switch m.Protocol {
	case KIP848:
		config["group.protocol"] = "consumer"
		return config
	case Eager:
		config["partition.assignment.strategy"] = "range"
	case Cooperative:
	}
	config["session.timeout.ms"], config["heartbeat.interval.ms"] = int(session.Milliseconds()), 300
	// A group waits that long for a member that was killed while it joined.
	config["max.poll.interval.ms"] = 8000
	return config
}

func (m *member) options() []consumer.Option {
	return []consumer.Option{consumer.WithDeadLetters(), consumer.WithRevokeDrain(2 * time.Second), consumer.WithLogger(slog.New(assignments{m}))}
}

// handle does what the task says, and writes it down before it begins and before it returns.
func (m *member) handle(ctx context.Context, rec *consumer.Record[string, Task]) (err error) {
	entry := Entry{
		Kind: Began, Group: m.Group, Member: m.Member, Partition: rec.Partition, Offset: rec.Offset,
		Number: rec.Value.Number, Key: rec.Value.Key,
	}
	m.pen.Write(entry)
	entry.Kind = Settled
	defer func() { m.pen.Write(entry) }() // also when it panics
	switch rec.Value.Act {
	case actSlow:
		timer := time.NewTimer(time.Duration(rec.Value.Number%100) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			entry.Kind = Cancelled
			return context.Cause(ctx)
		}
	case actError:
		if rec.Attempt == 1 {
			entry.Kind = Failed
			return errors.New("the first attempt fails")
		}
	case actPanic:
		if rec.Attempt == 1 {
			entry.Kind = Failed
			panic("the first attempt panics")
		}
	case actCondemn:
		entry.Kind = Condemned
		return consumer.DeadLetter(errors.New("nobody wants it"))
	case actSkip:
		return consumer.Skip("it says so")
	}
	return nil
}

// assignments is a slog.Handler that turns what a consumer logs of its partitions into entries, and prints everything.
type assignments struct{ *member }

func (a assignments) Enabled(_ context.Context, level slog.Level) bool {
	return level >= slog.LevelInfo || os.Getenv("CHAOS_DEBUG") != ""
}

func (a assignments) WithAttrs([]slog.Attr) slog.Handler { return a }
func (a assignments) WithGroup(string) slog.Handler      { return a }

// Handle is called by the poll goroutine before a lane of an assignment starts, and after those of a revoked one have ended.
func (a assignments) Handle(_ context.Context, r slog.Record) error {
	kind := Assigned
	var names []string
	var partition int32
	var text strings.Builder
	r.Attrs(func(attr slog.Attr) bool {
		switch list, ok := attr.Value.Any().([]string); {
		case ok:
			names = list
		case attr.Key == "partition":
			partition = int32(attr.Value.Int64())
		case attr.Key == "lost" && attr.Value.Bool():
			kind = Lost
		case attr.Key != "stack":
			fmt.Fprintf(&text, " %v", attr)
		}
		return true
	})
	fmt.Fprintf(os.Stderr, "%s %s%s %v\n", r.Time.Format("15:04:05.000"), r.Message, &text, names)
	switch {
	case strings.HasPrefix(r.Message, "the offsets of the partition went back"):
		a.pen.Write(Entry{Kind: Rewound, Group: a.Group, Member: a.Member, Partition: partition})
		return nil
	case r.Message == "partitions assigned":
	case r.Message == "partitions revoked" && kind != Lost:
		kind = Revoked
	case r.Message == "partitions revoked":
	default:
		return nil
	}
	for _, name := range names { // "topic[2]"
		id, err := strconv.ParseInt(strings.TrimSuffix(name[strings.LastIndexByte(name, '[')+1:], "]"), 10, 32)
		if err != nil {
			return fmt.Errorf("chaos: partition %q: %w", name, err)
		}
		a.pen.Write(Entry{Kind: kind, Group: a.Group, Member: a.Member, Partition: int32(id)})
	}
	return nil
}
