package serde

import (
	"encoding/binary"
	"maps"
	"sync"
	"sync/atomic"
)

// decoders is a table of what was compiled, by the writer's schema id. Reading takes no lock. It only grows: ids that a
// registry has handed out are few, and ids that it does not know never get in.
type decoders[T any] struct {
	table atomic.Pointer[decoderTable[T]]
	mu    sync.Mutex
}

// decoderTable is immutable. Numbers and longer ids have a map each, since a map by the whole SchemaID hashes several times as long. The first of
// each, for most topics the newest schema's, is found by comparing it.
type decoderTable[T any] struct {
	number  int32
	first   *decoder[T]
	numbers map[int32]*decoder[T]

	long      SchemaID // a GUID, or an id of Glue
	firstLong *decoder[T]
	longs     map[SchemaID]*decoder[T]
}

// framed returns the decoder for a payload with its id in front, and the body, without making a SchemaID of it; nil where the
// frame is not a good one, or the id not known yet.
func (d *decoders[T]) framed(payload []byte) (*decoder[T], []byte) {
	table := d.table.Load()
	if table == nil || len(payload) < numberFrame {
		return nil, nil
	}
	if payload[0] == magicNumber {
		number := int32(binary.BigEndian.Uint32(payload[1:numberFrame]))
		if table.first != nil && table.number == number {
			return table.first, payload[numberFrame:]
		}
		return table.numbers[number], payload[numberFrame:]
	}
	if payload[0] == magicGlue && len(payload) >= glueFrame && payload[1] == gluePlain {
		return table.longer(GlueID([16]byte(payload[2:glueFrame]))), payload[glueFrame:]
	}
	if payload[0] == magicGUID && len(payload) >= guidFrame {
		return table.longer(GUIDID([16]byte(payload[1:guidFrame]))), payload[guidFrame:]
	}
	return nil, nil
}

func (t *decoderTable[T]) longer(id SchemaID) *decoder[T] {
	if t.firstLong != nil && t.long == id {
		return t.firstLong
	}
	return t.longs[id]
}

// find returns the decoder for id, or nil.
func (d *decoders[T]) find(id SchemaID) *decoder[T] {
	table := d.table.Load()
	switch {
	case table == nil:
		return nil
	case id.kind == idNumber:
		return table.numbers[id.num]
	default:
		return table.longer(id)
	}
}

// add returns the decoder for id, made by compile unless another goroutine was first.
func (d *decoders[T]) add(id SchemaID, compile func() *decoder[T]) *decoder[T] {
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.find(id); known != nil {
		return known
	}
	next := &decoderTable[T]{numbers: map[int32]*decoder[T]{}, longs: map[SchemaID]*decoder[T]{}}
	if old := d.table.Load(); old != nil {
		next.number, next.first, next.long, next.firstLong = old.number, old.first, old.long, old.firstLong
		maps.Copy(next.numbers, old.numbers)
		maps.Copy(next.longs, old.longs)
	}
	dec := compile()
	if id.kind == idNumber {
		next.numbers[id.num] = dec
		if next.first == nil {
			next.number, next.first = id.num, dec
		}
	} else {
		next.longs[id] = dec
		if next.firstLong == nil {
			next.long, next.firstLong = id, dec
		}
	}
	d.table.Store(next)
	return dec
}
