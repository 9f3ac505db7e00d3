package consumer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"
)

// keyed makes a record of a partition with a key, nil for none.
func keyed(partition int32, offset int64, key []byte) *kafka.Message {
	m := message(offset)
	m.TopicPartition.Partition, m.Key = partition, key
	return m
}

// gauge counts what is in the handler at once.
type gauge struct {
	mu     sync.Mutex
	inside int
	most   int
}

func (g *gauge) enter() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside++
	g.most = max(g.most, g.inside)
}

func (g *gauge) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.inside--
}

func TestOrder(t *testing.T) {
	t.Parallel()
	const partitions, perPartition, keys = 3, 60, 5
	key := func(m *kafka.Message) string {
		return fmt.Sprint(m.TopicPartition.Partition, m.Key == nil, string(m.Key))
	}
	for _, test := range []struct {
		name  string
		opts  []Option
		group func(*kafka.Message) string // records of one group come one after the other, in order; nil: none do
		most  int                         // in the handler at once: as many, and no more
	}{
		{"by partition", nil, func(m *kafka.Message) string { return fmt.Sprint(m.TopicPartition.Partition) }, partitions},
		{"by partition, two handlers", []Option{WithMaxHandlers(2)}, func(m *kafka.Message) string { return fmt.Sprint(m.TopicPartition.Partition) }, 2},
		{"by key", []Option{WithOrder(ByKey(4))}, key, 4},
		{"by key, more handlers than keys", []Option{WithOrder(ByKey(100))}, key, partitions * (keys + 1)},
		{"unordered", []Option{WithOrder(Unordered(7))}, nil, 7},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				set := defaultSettings()
				for _, opt := range test.opts {
					opt.apply(&set)
				}
				var (
					g     gauge
					mu    sync.Mutex
					busy  = map[string]bool{}
					next  = map[string]int64{}
					count int
				)
				e := newTestEngine(t, set, decodes, nil)
				e.codec.handle = func(_ context.Context, unit []*task) error {
					g.enter()
					defer g.leave()
					m := unit[0].m
					if test.group != nil {
						name := test.group(m)
						mu.Lock()
						if busy[name] || unit[0].offset() < next[name] {
							t.Errorf("group %s: offset %d while another is in the handler (%t), or after offset %d", name, unit[0].offset(), busy[name], next[name]-1)
						}
						busy[name], next[name] = true, unit[0].offset()+1
						mu.Unlock()
						defer func() {
							mu.Lock()
							busy[name] = false
							mu.Unlock()
						}()
					}
					<-time.After(time.Duration(1+unit[0].offset()%7) * time.Millisecond)
					mu.Lock()
					count++
					mu.Unlock()
					return nil
				}
				var lanes []*lane
				for p := range int32(partitions) {
					l := newLane(e, TopicPartition{"orders.raw", p}, int64(p))
					lanes = append(lanes, l)
					var burst []queued
					for offset := range int64(perPartition) {
						k := fmt.Append(nil, offset%(keys+1))
						if offset%(keys+1) == 0 {
							k = nil
						}
						if burst = append(burst, queuedOf(keyed(p, offset, k))...); len(burst) == 7 {
							l.enqueue(burst)
							burst = burst[:0]
						}
					}
					l.enqueue(burst)
				}
				<-time.After(time.Hour)
				synctest.Wait()
				if count != partitions*perPartition {
					t.Errorf("%d records were handled, want %d", count, partitions*perPartition)
				}
				if g.most != test.most {
					t.Errorf("%d in the handler at once, want %d", g.most, test.most)
				}
				for _, l := range lanes {
					if got, _ := l.position(); got != perPartition || len(l.strands) != 0 || l.load() != (load{}) {
						t.Errorf("partition %d: position %d, %d strands, %+v unsettled; want %d and nothing", l.Partition, got, len(l.strands), l.load(), perPartition)
					}
					end(l)
				}
				e.sched.workers.Wait()
			})
		})
	}
}

func TestNullKeyIsNotTheEmptyKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.order = ByKey(9)
		release := make(chan struct{})
		var g gauge
		l := newTestLane(t, set, decodes, func(context.Context, int64) error {
			g.enter()
			<-release
			return nil
		})
		for offset, key := range [][]byte{nil, {}, nil, {}, []byte("a")} {
			l.push(keyed(0, int64(offset), key))
		}
		synctest.Wait()
		if g.inside != 3 {
			t.Errorf("%d in the handler, want 3: no key, the empty key, a", g.inside)
		}
		close(release)
		synctest.Wait()
		end(l)
	})
}

// TestOldestFirst: with fewer handlers than keys the offset to commit moves as fast as it can.
func TestOldestFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.order = ByKey(1)
		var got []int64
		gate := make(chan struct{})
		l := newTestLane(t, set, decodes, func(_ context.Context, offset int64) error {
			<-gate
			got = append(got, offset)
			return nil
		})
		for offset := range int64(20) {
			l.push(keyed(0, offset, fmt.Append(nil, offset%3)))
		}
		close(gate)
		synctest.Wait()
		if !slices.IsSorted(got) || len(got) != 20 {
			t.Errorf("handled offsets %v, want 0 to 19 in order", got)
		}
		end(l)
	})
}

func TestRetryWaitsWithoutAWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.order, set.retry = ByKey(1), Retry{Initial: time.Hour, Max: time.Hour, For: -1}
		var got []int64
		l := newTestLane(t, set, decodes, func(_ context.Context, offset int64) error {
			got = append(got, offset)
			if offset == 0 && len(got) < 3 {
				return errors.New("not yet")
			}
			return nil
		})
		l.push(keyed(0, 0, []byte("a")))
		l.push(keyed(0, 1, []byte("a")))
		l.push(keyed(0, 2, []byte("b")))
		synctest.Wait()
		if want := []int64{0, 2}; !slices.Equal(got, want) {
			t.Errorf("handled %v while the first record waits, want %v", got, want)
		}
		if l.e.sched.running != 0 {
			t.Errorf("%d workers while nothing is to be done", l.e.sched.running)
		}
		if offset, _ := l.position(); offset != 0 {
			t.Errorf("position %d, want 0", offset)
		}
		<-time.After(2 * time.Hour)
		synctest.Wait()
		if want := []int64{0, 2, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v", got, want)
		}
		if offset, _ := l.position(); offset != 3 {
			t.Errorf("position %d, want 3", offset)
		}
		end(l)
	})
}

func TestHaltInterruptsARetry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		l := newTestLane(t, defaultSettings(), decodes, func(context.Context, int64) error {
			calls++
			return RetryAfter(time.Hour, errors.New("not yet"))
		})
		l.push(message(0))
		synctest.Wait()
		began := time.Now()
		end(l)
		if took := time.Since(began); took > 0 {
			t.Errorf("the lane took %v to end", took)
		}
		<-time.After(2 * time.Hour)
		if calls != 1 {
			t.Errorf("the handler was called %d times, want once", calls)
		}
		if offset, ok := l.position(); offset != 0 || !ok {
			t.Errorf("position %d, want 0: the record is not settled", offset)
		}
	})
}

func TestSuspendedLaneStartsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		set := defaultSettings()
		set.order = ByKey(1)
		var got []int64
		l := newTestLane(t, set, decodes, func(_ context.Context, offset int64) error {
			got = append(got, offset)
			if offset == 0 && len(got) == 1 {
				return RetryAfter(time.Minute, errors.New("not yet"))
			}
			return nil
		})
		l.push(keyed(0, 0, []byte("a")))
		synctest.Wait()
		l.suspend(true)
		l.push(keyed(0, 1, []byte("b")))
		<-time.After(time.Hour) // the timer of the first fires meanwhile
		synctest.Wait()
		if want := []int64{0}; !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v", got, want)
		}
		l.suspend(false)
		synctest.Wait()
		if want := []int64{0, 0, 1}; !slices.Equal(got, want) {
			t.Errorf("handled %v, want %v", got, want)
		}
		end(l)
	})
}
