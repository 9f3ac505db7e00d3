package hamba

import (
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/hamba/avro/v2"
)

// Bounds of one body, beside those that its length gives.
const (
	maxDepth    = 1000
	maxZeroSize = 1_000_000 // values that take no bytes, outside of unions
)

// check walks through a body by its writer schema and refuses whatever does not fit: hamba believes counts and lengths before it
// has seen the bytes, and its way of skipping does not look at them at all. A body that passes costs hamba no more time, memory
// and stack than its length warrants.
func check(layout *node, body []byte) error {
	c := checker{body: body}
	if err := c.value(layout, 0); err != nil {
		return err
	}
	if left := len(c.body) - c.pos; left > 0 {
		return c.fail("%d bytes are left over behind the record", left)
	}
	return nil
}

type checker struct {
	body     []byte
	pos      int
	zeroSize int64 // values so far that take no bytes
}

func (c *checker) left() int { return len(c.body) - c.pos }

func (c *checker) fail(format string, args ...any) *Error {
	return &Error{Offset: c.pos, Problem: fmt.Sprintf(format, args...)}
}

func (c *checker) value(n *node, depth int) *Error {
	if depth > maxDepth {
		return c.fail("more than %d levels", maxDepth)
	}
	if n.least == 0 {
		if c.zeroSize++; c.zeroSize > maxZeroSize {
			return c.fail("more than %d values that take no bytes", maxZeroSize)
		}
	}
	switch n.kind {
	case avro.Null:
		return nil
	case avro.Boolean:
		return c.boolean()
	case avro.Int:
		_, err := c.int("int")
		return err
	case avro.Long:
		_, err := c.long("long")
		return err
	case avro.Float:
		return c.skip(4, "float")
	case avro.Double:
		return c.skip(8, "double")
	case avro.Fixed:
		return c.skip(n.count, n.name)
	case avro.Bytes:
		_, err := c.bytes("bytes")
		return err
	case avro.String:
		return c.string("string")
	case avro.Enum:
		return c.enum(n)
	case avro.Union:
		return c.union(n, depth)
	case avro.Array, avro.Map:
		return c.blocks(n, depth)
	case avro.Record:
		for i := range n.fields {
			if err := c.value(n.fields[i].node, depth+1); err != nil {
				return err.inside(n.fields[i].name)
			}
		}
		return nil
	default:
		return c.fail("%s is not a type of Avro", n.kind)
	}
}

func (c *checker) skip(size int, what string) *Error {
	if size > c.left() {
		return c.fail("%d bytes left, %s needs %d", c.left(), what, size)
	}
	c.pos += size
	return nil
}

func (c *checker) boolean() *Error {
	if c.left() == 0 {
		return c.fail("0 bytes left, boolean needs 1")
	}
	if c.body[c.pos] > 1 {
		return c.fail("a boolean is 0 or 1, not %d", c.body[c.pos])
	}
	c.pos++
	return nil
}

func (c *checker) long(what string) (int64, *Error) {
	if c.pos < len(c.body) && c.body[c.pos] < 0x80 { // most lengths, counts and indexes take one byte
		u := c.body[c.pos]
		c.pos++
		return int64(u>>1) ^ -int64(u&1), nil
	}
	return c.longer(what)
}

func (c *checker) longer(what string) (int64, *Error) {
	var u uint64
	for i := range 10 {
		if c.pos+i >= len(c.body) {
			return 0, c.fail("%s ends after %d bytes", what, i)
		}
		b := c.body[c.pos+i]
		if i == 9 && b > 1 {
			break
		}
		u |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			c.pos += i + 1
			return int64(u>>1) ^ -int64(u&1), nil
		}
	}
	return 0, c.fail("%s is out of the range of 64 bits", what)
}

func (c *checker) int(what string) (int, *Error) {
	start := c.pos
	v, err := c.long(what)
	if err == nil && (v < math.MinInt32 || v > math.MaxInt32 || c.pos-start > 5) {
		c.pos = start
		return 0, c.fail("%s is out of the range of 32 bits", what)
	}
	return int(v), err
}

func (c *checker) bytes(what string) ([]byte, *Error) {
	start := c.pos
	size, err := c.long("length")
	if err != nil {
		return nil, err
	}
	if size < 0 || size > int64(c.left()) {
		left := c.left()
		c.pos = start
		return nil, c.fail("%s claims %d bytes, %d are left", what, size, left)
	}
	b := c.body[c.pos : c.pos+int(size)]
	c.pos += int(size)
	return b, nil
}

func (c *checker) string(what string) *Error {
	start := c.pos
	b, err := c.bytes(what)
	if err == nil && !utf8.Valid(b) {
		c.pos = start
		return c.fail("%s of %d bytes is not valid UTF-8", what, len(b))
	}
	return err
}

func (c *checker) enum(n *node) *Error {
	start := c.pos
	index, err := c.int("enum")
	if err == nil && (index < 0 || index >= n.count) {
		c.pos = start
		return c.fail("enum %s has no symbol with index %d, it has %d", n.name, index, n.count)
	}
	return err
}

func (c *checker) union(n *node, depth int) *Error {
	start := c.pos
	index, err := c.int("union")
	if err != nil {
		return err
	}
	if index < 0 || index >= len(n.branches) {
		c.pos = start
		return c.fail("union has no branch with index %d, it has %d", index, len(n.branches))
	}
	if n.branches[index].kind == avro.Null { // its index has taken a byte
		return nil
	}
	return c.value(n.branches[index], depth+1)
}

// blocks checks an array or a map: each block's count against the bytes that are left, and the byte size that a
// negative count announces against what the items took.
func (c *checker) blocks(n *node, depth int) *Error {
	least := n.items.least
	if n.kind == avro.Map {
		least++ // the length of the key
	}
	for done := 0; ; {
		start := c.pos
		count, err := c.long("count of a block")
		if err != nil || count == 0 {
			return err
		}
		size := int64(-1)
		if count < 0 {
			count = -count // the least long stays negative
			if size, err = c.long("size of a block"); err != nil {
				return err
			}
			if size < 0 || size > int64(c.left()) {
				return c.fail("a block claims %d bytes, %d are left", size, c.left())
			}
		}
		if err := c.room(count, least, start); err != nil {
			return err
		}
		first := c.pos
		for range count {
			if err := c.item(n, depth); err != nil {
				return err.inside(itemName(n, done))
			}
			done++
		}
		if took := int64(c.pos - first); size >= 0 && took != size {
			return c.fail("a block claims %d bytes, its items take %d", size, took)
		}
	}
}

// room checks the count of a block that began at start against the bytes left, or against the allowance for items of no size.
func (c *checker) room(count int64, least, start int) *Error {
	left := c.left()
	switch {
	case least > 0 && count >= 0 && count <= int64(left/least):
		return nil
	case least == 0 && count >= 0 && count <= maxZeroSize-c.zeroSize:
		return nil
	}
	c.pos = start
	if least == 0 {
		return c.fail("a block claims %d items that take no bytes, at most %d are allowed in a body", count, maxZeroSize)
	}
	return c.fail("a block claims %d items of %d bytes at least, %d bytes are left", count, least, left)
}

func (c *checker) item(n *node, depth int) *Error {
	if n.kind == avro.Map {
		if err := c.string("key"); err != nil {
			return err
		}
	}
	return c.value(n.items, depth+1)
}

func itemName(n *node, index int) string {
	if n.kind == avro.Map {
		return "[#" + strconv.Itoa(index) + "]"
	}
	return "[" + strconv.Itoa(index) + "]"
}
