package hand

import (
	"encoding/binary"
	"errors"
	"math"
	"time"
	"unicode/utf8"

	"github.com/magicbyte-go/magicbyte/schemas"
)

// ErrCorrupt is the error of bytes that are not an order event.
var ErrCorrupt = errors.New("hand: decode: corrupt order event")

// optionals is what optional fields of an event point to.
type optionals struct {
	userID, state, paymentID string
	address                  schemas.Address
	total                    float64
	status                   schemas.OrderStatus
	method                   schemas.PaymentMethod
}

// texts is what optional fields of an item point to.
type texts struct{ productName, category string }

const (
	leastItem  = 12 // bytes that an item takes at least
	leastEntry = 2
	maxFirst   = 64 << 10 // bytes that are allocated before the first item or entry was read
	itemSize   = 48
	entrySize  = 32
)

// bad is the position where something is wrong. It stays negative, whatever is added.
const bad = math.MinInt

// Decode reads an event from all of src. On an error the event is zero. Its strings share one copy of src.
func Decode(src []byte, e *schemas.OrderEvent) error {
	*e = schemas.OrderEvent{}
	if read(src, e) != len(src) {
		*e = schemas.OrderEvent{}
		return ErrCorrupt
	}
	return nil
}

// read returns the position behind the event, negative where there is none.
func read(src []byte, e *schemas.OrderEvent) int {
	r := reader{src, string(src)}
	var b *optionals
	var index, n, pos int
	p := &e.Payload
	e.EventID, pos = r.text(0)
	n, pos = r.symbol(pos, eventTypes)
	e.EventType = schemas.EventType(n)
	e.OrderID, pos = r.text(pos)
	millis, pos := r.long(pos)
	e.Timestamp = time.UnixMilli(millis).UTC()
	e.Source, pos = r.text(pos)
	e.Version, pos = r.text(pos)
	if index, pos = r.index(pos); index == 1 {
		b = new(optionals)
		p.UserID = &b.userID
		b.userID, pos = r.text(pos)
	}
	if index, pos = r.index(pos); index == 1 {
		if b == nil {
			b = new(optionals)
		}
		p.TotalAmount = &b.total
		b.total, pos = r.double(pos)
	}
	p.Currency, pos = r.text(pos)
	if index, pos = r.index(pos); index == 1 {
		if b == nil {
			b = new(optionals)
		}
		p.Status = &b.status
		n, pos = r.symbol(pos, orderStatuses)
		b.status = schemas.OrderStatus(n)
	}
	if index, pos = r.index(pos); index == 1 {
		p.Items, pos = r.items(pos)
	}
	if index, pos = r.index(pos); index == 1 {
		if b == nil {
			b = new(optionals)
		}
		a := &b.address
		p.ShippingAddress = a
		a.Street, pos = r.text(pos)
		a.City, pos = r.text(pos)
		if index, pos = r.index(pos); index == 1 {
			a.State = &b.state
			b.state, pos = r.text(pos)
		}
		a.PostalCode, pos = r.text(pos)
		a.Country, pos = r.text(pos)
	}
	if index, pos = r.index(pos); index == 1 {
		if b == nil {
			b = new(optionals)
		}
		p.PaymentMethod = &b.method
		n, pos = r.symbol(pos, paymentMethods)
		b.method = schemas.PaymentMethod(n)
	}
	if index, pos = r.index(pos); index == 1 {
		if b == nil {
			b = new(optionals)
		}
		p.PaymentID = &b.paymentID
		b.paymentID, pos = r.text(pos)
	}
	if index, pos = r.index(pos); index == 1 {
		p.Metadata, pos = r.entries(pos)
	}
	return pos
}

// reader reads from src. back is a copy of it, for the strings.
type reader struct {
	src  []byte
	back string
}

func (r *reader) items(pos int) ([]schemas.OrderItem, int) {
	items := []schemas.OrderItem{}
	var spare []texts
	left, end, pos := r.block(pos, -1, leastItem)
	for left > 0 {
		if len(items) == 0 {
			items = make([]schemas.OrderItem, 0, min(left, maxFirst/itemSize))
		}
		for ; left > 0; left-- {
			items = append(items, schemas.OrderItem{})
			item := &items[len(items)-1]
			var index int
			item.SKU, pos = r.text(pos)
			if index, pos = r.index(pos); index == 1 {
				if len(spare) == 0 {
					spare = make([]texts, min(left, maxFirst/entrySize))
				}
				item.ProductName = &spare[0].productName
				spare[0].productName, pos = r.text(pos)
			}
			var quantity int64
			quantity, pos = r.int(pos)
			item.Quantity = int32(quantity)
			item.UnitPrice, pos = r.double(pos)
			if index, pos = r.index(pos); index == 1 {
				if len(spare) == 0 {
					spare = make([]texts, min(left, maxFirst/entrySize))
				}
				item.Category = &spare[0].category
				spare[0].category, pos = r.text(pos)
			}
			if len(spare) > 0 && (item.ProductName != nil || item.Category != nil) {
				spare = spare[1:]
			}
			if pos < 0 {
				return nil, bad
			}
		}
		left, end, pos = r.block(pos, end, leastItem)
	}
	return items, pos
}

func (r *reader) entries(pos int) (map[string]string, int) {
	left, end, pos := r.block(pos, -1, leastEntry)
	m := make(map[string]string, min(left, maxFirst/entrySize))
	for left > 0 {
		for ; left > 0; left-- {
			var key, value string
			key, pos = r.text(pos)
			value, pos = r.text(pos)
			if pos < 0 {
				return nil, bad
			}
			m[key] = value
		}
		left, end, pos = r.block(pos, end, leastEntry)
	}
	return m, pos
}

// block reads the count of the next block of items that take at least so many bytes each, 0 for the end. end is where the block before
// has to end, -1 where it does not say so; blockEnd is the same for this one.
func (r *reader) block(pos, end, least int) (n, blockEnd, next int) {
	if end >= 0 && pos != end {
		return 0, -1, bad
	}
	count, next := r.long(pos)
	if next < 0 || count == 0 {
		return 0, -1, next
	}
	blockEnd, left := -1, len(r.src)-next
	if count < 0 {
		if count == math.MinInt64 {
			return 0, -1, bad
		}
		count = -count
		var size int64
		size, next = r.long(next)
		if next < 0 || uint64(size) > uint64(len(r.src)-next) {
			return 0, -1, bad
		}
		left = int(size)
		blockEnd = next + left
	}
	if count > int64(left/least) {
		return 0, -1, bad
	}
	return int(count), blockEnd, next
}

// index reads which branch of a union of null and another type follows.
func (r *reader) index(pos int) (int, int) {
	if uint(pos) < uint(len(r.src)) && r.src[pos]&^2 == 0 {
		return int(r.src[pos]) >> 1, pos + 1
	}
	return r.wideIndex(pos)
}

func (r *reader) wideIndex(pos int) (int, int) {
	i, next := r.long(pos)
	if next < 0 || uint64(i) > 1 {
		return 0, bad
	}
	return int(i), next
}

// symbol reads one of n symbols of an enum, as its number from 1.
func (r *reader) symbol(pos, n int) (int, int) {
	if uint(pos) < uint(len(r.src)) {
		if b := int(r.src[pos]); b&1 == 0 && b < 2*n {
			return b>>1 + 1, pos + 1
		}
	}
	i, next := r.int(pos)
	if next < 0 || uint64(i) >= uint64(n) {
		return 0, bad
	}
	return int(i) + 1, next
}

func (r *reader) double(pos int) (float64, int) {
	if end := pos + 8; uint(end) <= uint(len(r.src)) {
		return math.Float64frombits(binary.LittleEndian.Uint64(r.src[pos:end])), end
	}
	return 0, bad
}

func (r *reader) int(pos int) (int64, int) {
	v, next := r.long(pos)
	if next-pos > 5 || v != int64(int32(v)) {
		return 0, bad
	}
	return v, next
}

func (r *reader) long(pos int) (int64, int) {
	if uint(pos) < uint(len(r.src)) {
		if b := r.src[pos]; b < 0x80 {
			return int64(b>>1) ^ -int64(b&1), pos + 1
		}
	}
	return r.wideLong(pos)
}

func (r *reader) wideLong(pos int) (int64, int) {
	if pos < 0 {
		return 0, bad
	}
	var u uint64
	for shift := uint(0); pos < len(r.src); shift += 7 {
		b := r.src[pos]
		pos++
		if shift == 63 && b > 1 {
			return 0, bad
		}
		u |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return int64(u>>1) ^ -int64(u&1), pos
		}
	}
	return 0, bad
}

func (r *reader) text(pos int) (string, int) {
	src := r.src
	if uint(pos) >= uint(len(src)) {
		return "", bad
	}
	n := int(src[pos])
	pos++
	if n&0x81 == 0 {
		n >>= 1
	} else {
		length, next := r.wideLong(pos - 1)
		if next < 0 || uint64(length) > uint64(len(src)-next) {
			return "", bad
		}
		n, pos = int(length), next
	}
	end := pos + n
	if end > len(src) {
		return "", bad
	}
	in := src[pos:end]
	switch {
	case n >= 8:
		or := binary.LittleEndian.Uint64(in[n-8:])
		for k := 0; k < n-8; k += 8 {
			or |= binary.LittleEndian.Uint64(in[k:])
		}
		if or&high8 != 0 && !utf8.Valid(in) {
			return "", bad
		}
	case n >= 4:
		if (binary.LittleEndian.Uint32(in)|binary.LittleEndian.Uint32(in[n-4:]))&high4 != 0 && !utf8.Valid(in) {
			return "", bad
		}
	default:
		var or byte
		for _, b := range in {
			or |= b
		}
		if or >= utf8.RuneSelf && !utf8.Valid(in) {
			return "", bad
		}
	}
	return r.back[pos:end], end
}
