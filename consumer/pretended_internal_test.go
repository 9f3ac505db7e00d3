package consumer

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"
	"unsafe"

	"github.com/confluentinc/confluent-kafka-go/v2/kafka"

	"github.com/magicbyte-go/magicbyte/internal/kafkaclient"
)

// pretended stands for brokers: partitions that are full from the start, a group with one member, and transactions.
type pretended struct {
	kafkaclient.Consumer
	topic   string
	records int64
	logs    chan kafka.LogEvent
	restive int  // one poll of so many brings a rebalance; 0: none
	flighty int  // before one record of so many the client goes back; 0: none
	atMost  bool // it does not go back behind what is committed

	mu        sync.Mutex
	random    *rand.Rand
	callback  kafka.RebalanceCb
	pending   []kafka.Event
	assigned  bool
	lost      bool
	stored    func(partition int32, offset int64) // is told of commits; nil: nobody
	position  []int64
	paused    []bool
	turn      int
	committed map[int32]int64
	seen      map[int32][]int64 // records of committed transactions, in their order
	late      int               // records that were sent into a transaction that had ended
}

func newPretended(seed uint64, partitions int32, records int64) *pretended {
	return &pretended{
		topic: "orders.raw", records: records, logs: make(chan kafka.LogEvent), random: rand.New(rand.NewPCG(seed, 7)),
		position: make([]int64, partitions), paused: make([]bool, partitions), committed: map[int32]int64{}, seen: map[int32][]int64{},
	}
}

func (p *pretended) chance(n int) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.random.IntN(n)
}

func (p *pretended) all() []kafka.TopicPartition {
	var list []kafka.TopicPartition
	for id := range p.position {
		list = append(list, kafka.TopicPartition{Topic: &p.topic, Partition: int32(id), Offset: kafka.OffsetInvalid}) //nolint:gosec // a few
	}
	return list
}

func (p *pretended) done() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id := range p.position {
		if p.committed[int32(id)] < p.records { //nolint:gosec // a few
			return false
		}
	}
	return true
}

// stir pauses partitions and, where they may move, seeks them, until everything is committed or the run has ended.
func stir(ctx context.Context, c *Consumer[string, string], p *pretended, moves bool, ended <-chan error) {
	deadline := time.Now().Add(time.Hour)
	for !p.done() && time.Now().Before(deadline) && len(ended) == 0 {
		<-time.After(10 * time.Millisecond)
		one := TopicPartition{p.topic, int32(p.chance(len(p.position)))} //nolint:gosec // a few
		switch p.chance(100) {
		case 0:
			c.Pause(one)
			<-time.After(time.Duration(p.chance(int(200 * time.Millisecond))))
			c.Resume(one)
		case 1, 2:
			if moves {
				p.mu.Lock()
				at := p.committed[one.Partition]
				p.mu.Unlock()
				_ = c.Seek(ctx, Ref{one.Topic, one.Partition, max(0, at-int64(p.chance(100)))})
			}
		}
	}
}

func (p *pretended) Logs() chan kafka.LogEvent { return p.logs }
func (p *pretended) Close() error              { close(p.logs); return nil }
func (p *pretended) GetMetadata(topic *string, _ bool, _ int) (*kafka.Metadata, error) {
	return &kafka.Metadata{Topics: map[string]kafka.TopicMetadata{*topic: {Topic: *topic, Partitions: make([]kafka.PartitionMetadata, len(p.position))}}}, nil
}

func (p *pretended) GetRebalanceProtocol() string                { return "EAGER" }
func (p *pretended) AssignmentLost() bool                        { return p.lost }
func (p *pretended) Assignment() ([]kafka.TopicPartition, error) { return p.all(), nil }
func (p *pretended) Pause(l []kafka.TopicPartition) error        { return p.pause(l, true) }
func (p *pretended) Resume(l []kafka.TopicPartition) error       { return p.pause(l, false) }

func (p *pretended) pause(l []kafka.TopicPartition, on bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, tp := range l {
		p.paused[tp.Partition] = on
	}
	return nil
}

func (p *pretended) SubscribeTopics(_ []string, callback kafka.RebalanceCb) error {
	p.callback = callback
	p.pending = []kafka.Event{kafka.AssignedPartitions{Partitions: p.all()}}
	return nil
}

func (p *pretended) Unsubscribe() error {
	p.pending = []kafka.Event{kafka.RevokedPartitions{Partitions: p.all()}}
	return nil
}

func (p *pretended) Assign(l []kafka.TopicPartition) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.assigned = true
	for _, tp := range l {
		p.position[tp.Partition] = p.committed[tp.Partition]
		if tp.Offset >= 0 {
			p.position[tp.Partition] = int64(tp.Offset)
			if p.random.IntN(4) == 0 { // as librdkafka does, with an answer that it got for an earlier assignment
				p.position[tp.Partition] = 0
			}
		}
	}
	return nil
}

// GetWatermarkOffsets knows the end.
func (p *pretended) GetWatermarkOffsets(string, int32) (low, high int64, err error) {
	return 0, p.records, nil
}

func (p *pretended) Unassign() error { p.assigned = false; return nil }

func (p *pretended) SeekPartitions(l []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, tp := range l {
		p.position[tp.Partition] = int64(tp.Offset)
	}
	return l, nil
}

func (p *pretended) Committed(l []kafka.TopicPartition, _ int) ([]kafka.TopicPartition, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range l {
		l[i].Offset = kafka.OffsetInvalid
		if at, ok := p.committed[l[i].Partition]; ok {
			l[i].Offset = kafka.Offset(at)
		}
	}
	return l, nil
}

// CommitOffsets has nothing to do: StoreOffsets has committed them.
func (p *pretended) CommitOffsets(l []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	return l, nil
}

func (p *pretended) GetConsumerGroupMetadata() (*kafka.ConsumerGroupMetadata, error) {
	m := new(kafka.ConsumerGroupMetadata) // whose one field is what librdkafka serializes
	printed := append(binary.NativeEndian.AppendUint32([]byte("CGMDv2:"), 1), "group\x00member\x00\x00"...)
	*(*[]byte)(unsafe.Pointer(m)) = printed //nolint:gosec // nothing else makes one of a member
	return m, nil
}

func (p *pretended) Poll(timeout int) kafka.Event {
	if len(p.pending) > 0 {
		event := p.pending[0]
		p.pending = p.pending[1:]
		_ = p.callback(nil, event)
		return nil
	}
	if p.restive > 0 && p.assigned && len(p.pending) == 0 && p.chance(p.restive) == 0 {
		p.lost = p.chance(2) == 0
		_ = p.callback(nil, kafka.RevokedPartitions{Partitions: p.all()})
		p.lost = false
		_ = p.callback(nil, kafka.AssignedPartitions{Partitions: p.all()})
		return nil
	}
	if m := p.take(); m != nil {
		return m
	}
	<-time.After(time.Duration(timeout) * time.Millisecond)
	return nil
}

// take returns the next record; a partition has its turn for some of them.
func (p *pretended) take() *kafka.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.assigned {
		return nil
	}
	if p.random.IntN(20) == 0 {
		p.turn++
	}
	for range p.position {
		id := p.turn % len(p.position)
		if p.paused[id] || p.position[id] >= p.records {
			p.turn++
			continue
		}
		room := min(p.position[id], 100)
		if p.atMost {
			room = min(room, p.position[id]-p.committed[int32(id)]) //nolint:gosec // a few
		}
		if p.flighty > 0 && room > 0 && p.random.IntN(p.flighty) == 0 {
			p.position[id] -= 1 + p.random.Int64N(room)
		}
		at := p.position[id]
		p.position[id]++
		return keyed(int32(id), at, []byte{byte(at * 7 % 11)}) //nolint:gosec // a few
	}
	return nil
}

// StoreOffsets commits.
func (p *pretended) StoreOffsets(l []kafka.TopicPartition) ([]kafka.TopicPartition, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, tp := range l {
		p.committed[tp.Partition] = int64(tp.Offset)
		if p.stored != nil {
			p.stored(tp.Partition, int64(tp.Offset))
		}
	}
	return l, nil
}
