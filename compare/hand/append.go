package hand

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"time"
	"unicode/utf8"
	"unsafe"

	"github.com/magicbyte-go/magicbyte/schemas"
)

var (
	errText = errors.New("hand: encode: a string is not valid UTF-8")
	errEnum = errors.New("hand: encode: an enum is unset or out of range")
	errTime = errors.New("hand: encode: the timestamp is out of range")
)

const (
	eventTypes     = int(schemas.EventTypeOrderReturned)
	orderStatuses  = int(schemas.OrderStatusReturned)
	paymentMethods = int(schemas.PaymentMethodCashOnDelivery)
)

// Bytes that values take at most, besides those of strings: a length takes 10, an index of a union 1, an enum 1.
const (
	recordRoom = 17*10 + 16
	itemRoom   = 3*10 + 2 + 5 + 8
	entryRoom  = 2 * 10
)

// Append appends the Avro of e to dst and returns the grown slice.
func Append(dst []byte, e *schemas.OrderEvent) ([]byte, error) {
	p := &e.Payload
	need := recordRoom + len(e.EventID) + len(e.OrderID) + len(e.Source) + len(e.Version) + len(p.Currency)
	if p.UserID != nil {
		need += len(*p.UserID)
	}
	if p.PaymentID != nil {
		need += len(*p.PaymentID)
	}
	if a := p.ShippingAddress; a != nil {
		need += len(a.Street) + len(a.City) + len(a.PostalCode) + len(a.Country)
		if a.State != nil {
			need += len(*a.State)
		}
	}
	for k := range p.Items {
		item := &p.Items[k]
		need += itemRoom + len(item.SKU)
		if item.ProductName != nil {
			need += len(*item.ProductName)
		}
		if item.Category != nil {
			need += len(*item.Category)
		}
	}
	i := len(dst)
	if cap(dst)-i < need {
		dst = slices.Grow(dst, need)
	}
	w := writer{buf: dst[:cap(dst)], valid: true}

	i = w.text(i, e.EventID)
	if uint(e.EventType-1) >= uint(eventTypes) {
		return dst, errEnum
	}
	w.buf[i] = byte(e.EventType-1) << 1
	i = w.text(i+1, e.OrderID)
	const most = math.MaxInt64/1000 - 1
	if s := e.Timestamp.Unix(); s > most || s < -most {
		return dst, errTime
	}
	i = w.long(i, millis(e.Timestamp))
	i = w.text(i, e.Source)
	i = w.text(i, e.Version)
	i = w.optional(i, p.UserID)
	if p.TotalAmount != nil {
		w.buf[i] = 2
		binary.LittleEndian.PutUint64(w.buf[i+1:], math.Float64bits(*p.TotalAmount))
		i += 9
	} else {
		w.buf[i] = 0
		i++
	}
	i = w.text(i, p.Currency)
	if p.Status != nil {
		if uint(*p.Status-1) >= uint(orderStatuses) {
			return dst, errEnum
		}
		w.buf[i], w.buf[i+1] = 2, byte(*p.Status-1)<<1
		i += 2
	} else {
		w.buf[i] = 0
		i++
	}
	if p.Items != nil {
		w.buf[i] = 2
		i = w.items(i+1, p.Items)
	} else {
		w.buf[i] = 0
		i++
	}
	if a := p.ShippingAddress; a != nil {
		w.buf[i] = 2
		i = w.text(i+1, a.Street)
		i = w.text(i, a.City)
		i = w.optional(i, a.State)
		i = w.text(i, a.PostalCode)
		i = w.text(i, a.Country)
	} else {
		w.buf[i] = 0
		i++
	}
	if p.PaymentMethod != nil {
		if uint(*p.PaymentMethod-1) >= uint(paymentMethods) {
			return dst, errEnum
		}
		w.buf[i], w.buf[i+1] = 2, byte(*p.PaymentMethod-1)<<1
		i += 2
	} else {
		w.buf[i] = 0
		i++
	}
	i = w.optional(i, p.PaymentID)
	if p.Metadata != nil {
		w.buf[i] = 2
		i = w.entries(i+1, p.Metadata)
	} else {
		w.buf[i] = 0
		i++
	}
	if !w.valid {
		return dst, errText
	}
	return w.buf[:i], nil
}

// millis rounds down, as the codec does.
func millis(t time.Time) int64 { return t.UnixMilli() }

// writer writes to a buffer that has room for all but maps. valid is false once a string was not valid UTF-8.
type writer struct {
	buf   []byte
	valid bool
}

func (w *writer) items(i int, items []schemas.OrderItem) int {
	if len(items) > 0 {
		i = w.long(i, int64(len(items)))
		for k := range items {
			item := &items[k]
			i = w.text(i, item.SKU)
			i = w.optional(i, item.ProductName)
			i = w.long(i, int64(item.Quantity))
			binary.LittleEndian.PutUint64(w.buf[i:], math.Float64bits(item.UnitPrice))
			i = w.optional(i+8, item.Category)
		}
	}
	w.buf[i] = 0
	return i + 1
}

func (w *writer) entries(i int, m map[string]string) int {
	if len(m) > 0 {
		i = w.long(i, int64(len(m)))
		for k, v := range m {
			if need := len(k) + len(v) + entryRoom + 1; len(w.buf)-i < need {
				w.grow(i, need)
			}
			i = w.text(i, k)
			i = w.text(i, v)
		}
	}
	w.buf[i] = 0
	return i + 1
}

//go:noinline
func (w *writer) grow(i, need int) {
	grown := slices.Grow(w.buf[:i], need)
	w.buf = grown[:cap(grown)]
}

func (w *writer) optional(i int, s *string) int {
	if s == nil {
		w.buf[i] = 0
		return i + 1
	}
	w.buf[i] = 2
	return w.text(i+1, *s)
}

func (w *writer) long(i int, v int64) int {
	u := uint64(v<<1) ^ uint64(v>>63)
	for u >= 0x80 {
		w.buf[i] = byte(u) | 0x80
		u >>= 7
		i++
	}
	w.buf[i] = byte(u)
	return i + 1
}

const (
	high8 = 0x8080808080808080 // the bits that no ASCII character has
	high4 = 0x80808080
)

// text writes a string. Up to 64 bytes are checked while they are copied, a word at a time; the last word overlaps the one before.
func (w *writer) text(i int, s string) int {
	n := len(s)
	if n >= 64 {
		i = w.long(i, int64(n))
		copy(w.buf[i:], s)
		w.valid = w.valid && utf8.ValidString(s)
		return i + n
	}
	w.buf[i] = byte(n) << 1
	i++
	dst, from := w.buf[i:i+n], unsafe.Slice(unsafe.StringData(s), n)
	var ascii bool
	switch {
	case n >= 8:
		last := binary.LittleEndian.Uint64(from[n-8:])
		or := last
		for k := 0; k < n-8; k += 8 {
			word := binary.LittleEndian.Uint64(from[k:])
			or |= word
			binary.LittleEndian.PutUint64(dst[k:], word)
		}
		binary.LittleEndian.PutUint64(dst[n-8:], last)
		ascii = or&high8 == 0
	case n >= 4:
		first, last := binary.LittleEndian.Uint32(from), binary.LittleEndian.Uint32(from[n-4:])
		binary.LittleEndian.PutUint32(dst, first)
		binary.LittleEndian.PutUint32(dst[n-4:], last)
		ascii = (first|last)&high4 == 0
	default:
		var or byte
		for k, b := range from {
			or |= b
			dst[k] = b
		}
		ascii = or < utf8.RuneSelf
	}
	if !ascii && !utf8.ValidString(s) {
		w.valid = false
	}
	return i + n
}
