package consumer

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// mindful is a script whose brokers know what is committed, and where the log ends.
type mindful struct {
	*script
	kafkaclient.GroupMember
	answer   func() ([]kafka.TopicPartition, error)
	end      int64
	last     kafka.Offset // as it is told when asked for the end
	lastErr  error
	assigned []kafka.TopicPartition
	commit   func([]kafka.TopicPartition) ([]kafka.TopicPartition, error) // nil: it succeeds
}

func (m *mindful) IncrementalAssign(list []kafka.TopicPartition) error {
	m.assigned = slices.Clone(list)
	return nil
}

func (m *mindful) Committed([]kafka.TopicPartition, int) ([]kafka.TopicPartition, error) {
	return m.answer()
}

func (m *mindful) OffsetsForTimes(times []kafka.TopicPartition, _ int) ([]kafka.TopicPartition, error) {
	times = slices.Clone(times)
	for i := range times {
		if times[i].Offset != kafka.OffsetEnd {
			return nil, errors.New("asked for a time, not for the end")
		}
		epoch := int32(3)
		times[i].Offset, times[i].LeaderEpoch = m.last, &epoch
	}
	return times, m.lastErr
}

func (m *mindful) GetMetadata(*string, bool, int) (*kafka.Metadata, error) {
	return nil, errors.New("nobody knows the leaders")
}

func (m *mindful) CommitOffsets(list []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	if m.commit == nil {
		return list, nil
	}
	return m.commit(list)
}

func (m *mindful) GetWatermarkOffsets(string, int32) (low, high int64, err error) {
	return 0, m.end, nil
}

// assign gives partition 0 to a consumer, as the client does that knows nothing of it.
func assign(t *testing.T, e *engine) {
	t.Helper()
	topic := "orders.raw"
	if err := e.rebalance(nil, kafka.AssignedPartitions{Partitions: []kafka.TopicPartition{{Topic: &topic, Offset: kafka.OffsetInvalid}}}); err != nil {
		t.Fatal(err)
	}
}

// committedAt is what brokers say of partition 0.
func committedAt(offset kafka.Offset, leader int32) []kafka.TopicPartition {
	topic := "orders.raw"
	return []kafka.TopicPartition{{Topic: &topic, Offset: offset, LeaderEpoch: &leader}}
}

// TestAnAssignmentBeginsWhereItIsCommitted: the client may go on at an offset that it got to know for an assignment before, and what is committed must
// not be handled again; but another log may have other records there, and nothing of those is passed over.
func TestAnAssignmentBeginsWhereItIsCommitted(t *testing.T) {
	t.Parallel()
	const told, leader = 4, 2
	log := func(leader int32, offsets ...int64) (log []*kafka.Message) {
		for _, offset := range offsets {
			log = append(log, appended(offset, leader, offset, "v"))
		}
		return log
	}
	unknown := []kafka.TopicPartition{{Offset: kafka.OffsetInvalid}}
	refused := []kafka.TopicPartition{{Offset: kafka.OffsetInvalid, Error: kafka.NewError(kafka.ErrUnstableOffsetCommit, "", false)}}
	for _, test := range []struct {
		name     string
		reset    string
		answer   []kafka.TopicPartition
		err      error
		end      int64
		log      []*kafka.Message
		assigned kafka.Offset
		want     []int64
		commit   int64
	}{
		{"where it is told", "earliest", committedAt(told, leader), nil, 6, log(leader, 4, 5), told, []int64{4, 5}, 6},
		{"before", "earliest", committedAt(told, leader), nil, 6, log(leader, 0, 1, 2, 3, 4, 5), told, []int64{4, 5}, 6},
		{"before, and jumps", "earliest", committedAt(told, leader), nil, 6, log(1, 0, 1, 4, 5), told, []int64{4, 5}, 6},
		{"before, when records have come", "earliest", committedAt(told, leader), nil, 7, log(leader, 4, 5, 0, 1, 2, 3, 4, 5, 6), told, []int64{4, 5, 6}, 7},
		{"in a log that was made anew", "earliest", committedAt(told, leader), nil, 3, log(0, 0, 1, 2), told, []int64{0, 1, 2}, 3},
		{"in a log that was cut and has grown again", "earliest", committedAt(told, leader), nil, 6, log(leader+1, 3, 4), told, []int64{3, 4}, 5},
		{"by brokers without epochs", "earliest", committedAt(told, noLeader), nil, 6, log(noLeader, 0, 3, 4), told, []int64{4}, 5},
		{"nothing is committed", "earliest", unknown, nil, 2, log(leader, 0, 1), kafka.OffsetBeginning, []int64{0, 1}, 2},
		{"nothing is committed, and what is there is old", "latest", unknown, nil, 2, log(leader, 7), kafka.OffsetEnd, []int64{7}, 8},
		{"nothing is committed, which is an error", "error", unknown, nil, 2, log(leader, 0, 1), kafka.OffsetInvalid, []int64{0, 1}, 2},
		{"an offset is not known", "earliest", refused, nil, 2, log(leader, 0, 1), kafka.OffsetInvalid, []int64{0, 1}, 2},
		{"no answer", "earliest", nil, errors.New("not now"), 2, log(leader, 0, 1), kafka.OffsetInvalid, []int64{0, 1}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var handled []int64
				e, script, _ := newScripted(t, defaultSettings(), 0, func(_ context.Context, offset int64) error {
					handled = append(handled, offset)
					return nil
				})
				topic := "orders.raw"
				e.reset = resetOf(kafka.ConfigMap{"auto.offset.reset": test.reset})
				answer := slices.Clone(test.answer)
				for i := range answer {
					answer[i].Topic = &topic
				}
				client := &mindful{script: script, end: test.end, lastErr: errors.New("not now"), answer: func() ([]kafka.TopicPartition, error) {
					<-time.After(time.Second)
					return answer, test.err
				}}
				e.client = client
				assign(t, e)
				if got := client.assigned[0].Offset; got != test.assigned {
					t.Errorf("the client was told to begin at %v, want %v", got, test.assigned)
				}
				if e.store(e.lanes); len(script.stored) > 0 {
					t.Errorf("%v is committed before any record", script.stored)
				}
				for _, m := range test.log {
					e.message(m)
				}
				e.handOver()
				synctest.Wait()
				if !slices.Equal(handled, test.want) {
					t.Errorf("handled %v, want %v", handled, test.want)
				}
				e.store(e.lanes)
				if last := script.stored[len(script.stored)-1]; int64(last.Offset) != test.commit || leaderOf(&last) != leaderOf(&test.log[len(test.log)-1].TopicPartition) {
					t.Errorf("committed %v of leader epoch %d, want %d of that of the last record", last.Offset, leaderOf(&last), test.commit)
				}
				for _, l := range e.lanes {
					end(l)
				}
			})
		})
	}
}

// TestTheEndIsCommitted that a group begins at: what comes behind it is its own, whoever has the partition then. Where the brokers do not tell the end, the
// client is to find it.
func TestTheEndIsCommitted(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		reset  string
		answer []kafka.TopicPartition
		last   kafka.Offset
		err    error
		told   kafka.Offset
		commit []kafka.Offset
	}{
		{"latest", "latest", committedAt(kafka.OffsetInvalid, noLeader), 7, nil, 7, []kafka.Offset{7}},
		{"latest of nothing", "latest", committedAt(kafka.OffsetInvalid, noLeader), 0, nil, 0, []kafka.Offset{0}},
		{"latest, committed", "latest", committedAt(3, 1), 7, nil, 3, nil},
		{"earliest", "earliest", committedAt(kafka.OffsetInvalid, noLeader), 7, nil, kafka.OffsetBeginning, nil},
		{"as librdkafka takes it", "Latest", committedAt(kafka.OffsetInvalid, noLeader), 7, nil, 7, []kafka.Offset{7}},
		{"no answer", "latest", committedAt(kafka.OffsetInvalid, noLeader), 7, errors.New("not now"), kafka.OffsetEnd, nil},
		{"no end", "latest", committedAt(kafka.OffsetInvalid, noLeader), kafka.OffsetEnd, nil, kafka.OffsetEnd, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			e, script, _ := newScripted(t, defaultSettings(), 0, func(context.Context, int64) error { return nil })
			e.reset = resetOf(kafka.ConfigMap{"auto.offset.reset": test.reset})
			client := &mindful{script: script, last: test.last, lastErr: test.err, answer: func() ([]kafka.TopicPartition, error) { return test.answer, nil }}
			e.client = client
			assign(t, e)
			if got := client.assigned[0].Offset; got != test.told {
				t.Errorf("the client was told to begin at %v, want %v", got, test.told)
			}
			e.store(e.lanes)
			var stored []kafka.Offset
			for _, tp := range script.stored {
				if stored = append(stored, tp.Offset); leaderOf(&tp) != 3 || leaderOf(&client.assigned[0]) != 3 {
					t.Errorf("the end is committed for leader epoch %d, and the client told %d, want 3", leaderOf(&tp), leaderOf(&client.assigned[0]))
				}
			}
			if !slices.Equal(stored, test.commit) {
				t.Errorf("committed %v, want %v", stored, test.commit)
			}
			for _, l := range e.lanes {
				end(l)
			}
		})
	}
}

// TestRecordsBeforeTheEnd that a group began at are of another log: nobody has handled them.
func TestRecordsBeforeTheEnd(t *testing.T) {
	t.Parallel()
	var handled []int64
	e, script, _ := newScripted(t, defaultSettings(), 0, func(_ context.Context, offset int64) error {
		handled = append(handled, offset)
		return nil
	})
	e.reset = kafka.OffsetEnd
	e.client = &mindful{script: script, end: 10, last: 3, answer: func() ([]kafka.TopicPartition, error) { return committedAt(kafka.OffsetInvalid, noLeader), nil }}
	assign(t, e)
	e.store(e.lanes)
	for offset := range int64(5) {
		e.message(appended(offset, 0, offset, "v"))
	}
	e.handOver()
	e.sched.workers.Wait()
	if want := []int64{0, 1, 2, 3, 4}; !slices.Equal(handled, want) {
		t.Errorf("handled %v, want %v", handled, want)
	}
	e.store(e.lanes)
	if last := script.stored[len(script.stored)-1]; last.Offset != 5 {
		t.Errorf("committed %v, want 5", last.Offset)
	}
	for _, l := range e.lanes {
		end(l)
	}
}

// TestAnAnswerIsNotWaitedForAtTheEnd: a run that is to end does not wait for brokers that do not answer.
func TestAnAnswerIsNotWaitedForAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		e, script, _ := newScripted(t, defaultSettings(), 0, func(context.Context, int64) error { return nil })
		e.client = &mindful{script: script, answer: func() ([]kafka.TopicPartition, error) {
			<-time.After(committedTimeout)
			return nil, errors.New("timed out")
		}}
		time.AfterFunc(time.Second, func() { e.stop(nil) })
		began := time.Now()
		assign(t, e)
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v, want 1s", took)
		}
		e.aside.Wait()
		for _, l := range e.lanes {
			end(l)
		}
	})
}

// TestALogThatIsMadeAnewIsReadFromItsBeginning although the partition was assigned at a committed offset, which the new log has, too.
func TestALogThatIsMadeAnewIsReadFromItsBeginning(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		old, anew   int32 // leader epochs
		records     int64 // of the new log
		wantHandled []int64
	}{
		{"it is shorter", 0, 0, 5, []int64{3, 4, 5, 6, 7, 0, 1, 2, 3, 4}},
		{"it is shorter, and leaders changed before", 5, 0, 5, []int64{3, 4, 5, 6, 7, 0, 1, 2, 3, 4}},
		{"it is longer by now", 5, 0, 9, []int64{3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7, 8}},
		{"brokers without epochs", noLeader, noLeader, 5, []int64{3, 4, 5, 6, 7, 0, 1, 2, 3, 4}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var handled []int64
				e, script, _ := newScripted(t, defaultSettings(), 0, func(_ context.Context, offset int64) error {
					handled = append(handled, offset)
					return nil
				})
				client := &mindful{script: script, end: 8, answer: func() ([]kafka.TopicPartition, error) { return committedAt(3, tt.old), nil }}
				e.client = client
				assign(t, e)
				for offset := int64(3); offset < 8; offset++ {
					e.message(appended(offset, tt.old, offset, "old"))
				}
				e.handOver()
				synctest.Wait()
				client.end = tt.records
				for offset := range tt.records {
					e.message(appended(offset, tt.anew, 100+offset, "new"))
				}
				e.handOver()
				synctest.Wait()
				if !slices.Equal(handled, tt.wantHandled) {
					t.Errorf("handled %v, want %v", handled, tt.wantHandled)
				}
				for _, l := range e.lanes {
					end(l)
				}
			})
		})
	}
}
