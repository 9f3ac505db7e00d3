package cache

import (
	"math/rand/v2"
	"strconv"
	"sync"
	"testing"
)

// hashInt gives two keys one hash, so that probing is met.
func hashInt(n int) uint64 { return uint64(n/2) * 0x9e3779b97f4a7c15 >> 32 }

// The table agrees with a map under random changes, and stays within its limit.
func TestTableAgainstMap(t *testing.T) {
	t.Parallel()
	for _, limit := range []int64{1 << 30, 40 * entryOverhead} {
		table := NewTable[int, string](limit, hashInt)
		model := map[int]string{}
		random := rand.New(rand.NewPCG(1, 2))
		for step := range 5_000 {
			key := random.IntN(500)
			switch random.IntN(10) {
			case 0:
				table.remove(func(k int) bool { return k == key })
				delete(model, key)
			case 1, 2, 3, 4:
				model[key] = strconv.Itoa(step)
				table.Put(key, model[key], len(model[key]), 0)
			default:
				got, ok := table.Get(key)
				want, known := model[key]
				if ok && got != want || ok && !known || !ok && known && limit == 1<<30 {
					t.Fatalf("limit %d, step %d, key %d: got %q, %t, want %q, %t", limit, step, key, got, ok, want, known)
				}
			}
			if table.bytes > limit || table.bytes < 0 {
				t.Fatalf("step %d: %d bytes, limit %d", step, table.bytes, limit)
			}
			if slots := len(*table.slots.Load()); table.count*4 > slots*3 {
				t.Fatalf("step %d: %d of %d slots are taken", step, table.count, slots)
			}
		}
	}
}

func TestTableRefusesWhatExceedsIt(t *testing.T) {
	t.Parallel()
	table := NewTable[int, string](1000, hashInt)
	table.Put(1, "small", 5, 0)
	table.Put(2, "large", 2000, 0)
	if _, ok := table.Get(1); !ok {
		t.Error("an entry that cannot be kept evicted another one")
	}
	if _, ok := table.Get(2); ok {
		t.Error("an entry above the limit was kept")
	}
}

// Readers never miss a key that is there and not evicted, whatever writers do.
func TestTableReadersAndWriters(t *testing.T) {
	t.Parallel()
	table := NewTable[int, int](1<<30, hashInt)
	const known = 100
	for k := range known {
		table.Put(k, k, 0, 0)
	}
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if got, ok := table.Get(n % known); !ok || got != n%known {
					t.Errorf("key %d: got %d, %t", n%known, got, ok)
					return
				}
			}
		})
	}
	for w := range 2 {
		writers.Go(func() {
			for n := range 2000 {
				key := known + w*10_000 + n
				table.Put(key, key, 0, 0)
				table.Put(n%known, n%known, 0, 0)
				if n%100 == 0 {
					table.remove(func(k int) bool { return k >= known && k%2 == 0 })
				}
			}
		})
	}
	writers.Wait()
	close(stop)
	readers.Wait()
}
