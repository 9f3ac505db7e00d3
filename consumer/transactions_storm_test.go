package consumer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/magicbyte-go/magicbyte/consumer"
)

// dice are drawn by several goroutines.
type dice struct {
	mu sync.Mutex
	r  *rand.Rand
}

func (d *dice) n(n int) int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.r.IntN(n)
}

// TestTransactionsStorm has members come, go and be given up, brokers refuse requests, and handlers fail in all ways, and looks at what readers of committed
// records see in the end. STORM_SEED repeats a run, as far as that goes.
func TestTransactionsStorm(t *testing.T) {
	t.Parallel()
	const partitions, each, slots = 3, 400, 3
	for _, protocol := range protocols {
		for _, order := range orders {
			t.Run(protocol.name+" "+order.String(), func(t *testing.T) {
				t.Parallel()
				seed := uint64(time.Now().UnixNano())
				if given, err := strconv.ParseUint(os.Getenv("STORM_SEED"), 10, 64); err == nil {
					seed = given
				}
				t.Logf("STORM_SEED=%d", seed)
				d := &dice{r: rand.New(rand.NewPCG(seed, 1))}
				c := txCluster(t, partitions)
				for p := range int32(partitions) {
					produce(t, c, keyed(p, each)...)
				}
				handler := func(o outlet) func(context.Context, *textRecord) error {
					return func(ctx context.Context, rec *textRecord) error {
						if rec.Offset%131 == 17 {
							_ = o.send(ctx, rec)
							return consumer.Permanent(errors.New("condemned"))
						}
						roll := d.n(400)
						switch {
						case roll == 0:
							return errors.New("before")
						case roll == 1:
							return consumer.RetryAfter(time.Duration(d.n(30))*time.Millisecond, errors.New("later"))
						case roll < 40:
							<-time.After(time.Duration(d.n(8)) * time.Millisecond)
						}
						if err := o.send(ctx, rec); err != nil {
							return err
						}
						switch roll {
						case 397:
							return errors.New("after")
						case 398:
							panic("after")
						}
						return nil
					}
				}
				member := func(slot int) *running {
					o := newOutlet(t, c, fmt.Sprint("billing-", slot))
					return startTransactions(t, newText(t, protocol.config(config(c)), consumer.WithOrder(order), consumer.WithDeadLetters(), soon,
						consumer.WithTransactionLimits(1+d.n(60), time.Duration(5+d.n(60))*time.Millisecond)), o, handler(o))
				}
				members := make([]*running, slots)
				members[0] = member(0)
				end := time.After(4 * time.Second)
				for storming := true; storming; {
					select {
					case <-end:
						storming = false
						continue
					case <-time.After(time.Duration(50+d.n(250)) * time.Millisecond):
					}
					switch d.n(8) {
					case 0, 1, 2:
						slot := d.n(slots)
						if members[slot] == nil {
							members[slot] = member(slot)
						} else {
							members[slot].stop()
							members[slot] = nil
						}
					case 3: // in the classic protocols the embedded broker lets members wait for ever after that
						if protocol.name == "KIP-848" {
							c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.ConsumerGroupHeartbeat}, Group: group, TopLevel: true, Err: kerr.FencedMemberEpoch})
						}
					case 4:
						c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.TxnOffsetCommit}, Err: kerr.IllegalGeneration})
					case 5:
						c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.EndTxn}, TopLevel: true, Err: kerr.NotCoordinator})
					case 6:
						c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: invoices, Err: kerr.NotLeaderForPartition})
					case 7:
						c.Fault(kfake.Fault{Keys: []kmsg.Key{kmsg.Produce}, Topic: invoices, Err: kerr.InvalidRecord})
					}
				}
				for slot, m := range members {
					if m == nil {
						members[slot] = member(slot)
					}
				}
				deadline := time.After(60 * time.Second)
				for all := false; !all; {
					select {
					case <-deadline:
						t.Fatalf("not all is committed: %d, %d, %d of %d", committed(c, 0), committed(c, 1), committed(c, 2), each)
					case <-time.After(20 * time.Millisecond):
					}
					all = committed(c, 0) == each && committed(c, 1) == each && committed(c, 2) == each
				}
				for _, m := range members {
					m.stop()
				}
				var want, condemned []string
				for p := range partitions {
					for i := range each {
						if i%131 == 17 {
							condemned = append(condemned, fmt.Sprint(i))
						} else {
							want = append(want, fmt.Sprintf("%d/%d", p, i))
						}
					}
				}
				diffSeen(t, c, invoices, sorted(want))
				diffSeen(t, c, letters, sorted(condemned))
			})
		}
	}
}
