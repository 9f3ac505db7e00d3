package integration_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/consumer"
	"github.com/magicbyte-go/magicbyte/integration"
	"github.com/magicbyte-go/magicbyte/serde"
)

// protocols are the ways of a group to share its partitions.
var protocols = []struct {
	name   string
	change func(kafka.ConfigMap)
}{
	{"cooperative", func(kafka.ConfigMap) {}},
	{"eager", func(c kafka.ConfigMap) { c["partition.assignment.strategy"] = "range" }},
	{"KIP-848", func(c kafka.ConfigMap) {
		c["group.protocol"] = "consumer"
		delete(c, "session.timeout.ms")
		delete(c, "heartbeat.interval.ms")
	}},
}

// testLeaving has members leave: with partitions, without, and at any point of their joining. When Run has returned, the broker
// lists them no more, so nobody waits for them.
func testLeaving(t *testing.T, env *integration.Env) {
	for _, protocol := range protocols {
		t.Run(protocol.name, func(t *testing.T) {
			t.Parallel()
			joins := 50
			if testing.Short() {
				joins = 10
			}
			seed := rand.Uint64()
			t.Logf("seed %d", seed)
			l := &leaving{env: env, topic: env.CreateTopic(t, "leaving", 1), group: integration.Unique("leaving"), change: protocol.change}

			stay := l.join(t, "stays")
			l.await(t, "stays")
			idle := l.join(t, "idle") // there is one partition
			l.await(t, "idle", "stays")
			took := time.Since(idle.began)
			idle.stop(t)
			l.expect(t, "a member without partitions has left", "stays")

			rng := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a failure must be replayable
			for range joins {
				after := time.Duration(rng.Int64N(int64(took) * 3 / 2))
				m := l.join(t, "joins")
				end := time.NewTimer(after - time.Since(m.began))
				<-end.C
				m.stop(t)
				l.expect(t, "a member that was stopped "+after.String()+" after its start has left", "stays")
			}
			stay.stop(t)
			l.expect(t, "the member with the partition has left")
		})
	}
}

// leaving is a group whose members come and go.
type leaving struct {
	env          *integration.Env
	topic, group string
	change       func(kafka.ConfigMap)
}

// leaver is one of its members.
type leaver struct {
	began  time.Time
	cancel context.CancelFunc
	ended  chan error
}

func (l *leaving) join(t *testing.T, client string) *leaver {
	t.Helper()
	config := memberConfig(l.env.Brokers, l.group)
	config["client.id"] = client
	l.change(config)
	c, err := consumer.New(config, []string{l.topic}, serde.StringKey(), serde.StringValue(), consumer.WithLogger(testLog(t)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	m := &leaver{began: time.Now(), cancel: cancel, ended: make(chan error, 1)}
	go func() {
		m.ended <- c.Run(ctx, func(context.Context, *consumer.Record[string, string]) error { return nil })
	}()
	t.Cleanup(func() { m.stop(t) })
	return m
}

func (m *leaver) stop(t *testing.T) {
	t.Helper()
	m.cancel()
	select {
	case err := <-m.ended:
		if err != nil {
			t.Errorf("Run() = %v, want nil", err)
		}
		m.ended <- nil // for those that ask again
	case <-time.After(patience):
		t.Fatal("Run did not end")
	}
}

func (l *leaving) members(t *testing.T) []string {
	t.Helper()
	members := l.env.Members(t, l.group)
	slices.Sort(members)
	return members
}

// await waits for members to be listed.
func (l *leaving) await(t *testing.T, want ...string) {
	t.Helper()
	l.env.AwaitMembers(t, l.group, len(want))
	if got := l.members(t); !slices.Equal(got, want) {
		t.Fatalf("members = %q, want %q", got, want)
	}
}

// expect looks at once.
func (l *leaving) expect(t *testing.T, when string, want ...string) {
	t.Helper()
	if got := l.members(t); !slices.Equal(got, want) {
		t.Errorf("%s: members = %q, want %q", when, got, want)
	}
}
