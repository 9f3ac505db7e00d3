package avro

import (
	"reflect"
	"unsafe"
)

// A plan is a table of operations, made once from the schema that records were written with, the one that they are read with, and
// the Go type. Records within records are part of their surroundings' table: their fields are just further offsets. What happens
// often is an opcode of its own; everything else is opFunc, with a function made for the very schema and type.
//
// Memory is reached through two registers: register 0 is where the value is, register 1 the block with everything
// that optional fields of the value point to. The block is allocated when the first of them is not null.

// opcode says what an [op] does.
type opcode uint8

const (
	_ opcode = iota

	// Values.
	opBool
	opInt    // int to 4 bytes
	opLong   // long to 8 bytes
	opWide   // int to 8 bytes
	opFloat  // float
	opDouble // double
	opString
	opBytes
	opFixed  // n bytes
	opEnum   // one of n symbols, to their number from 1 of kind small
	opSymbol // an enum to one of aux.values, of kind small
	opMillis // long of milliseconds to a time.Time
	opArray  // items of aux.elem; small of them have their blocks at arg of the block
	opTexts  // map of strings
	opFunc   // aux.read or aux.write

	// Unions and structure.
	opNullable     // null jumps by n, else the value follows; small is the index of null
	opOptional     // the same, and the value is at arg of the block, pointed to
	opOptionalText // opOptional of a string, with the string
	opPointer      // the value that follows is at arg of the block, pointed to
	opNew          // the value by aux.elem is in memory of its own, pointed to
	opValid        // the value is there: sets a bool
	opSwitch       // jumps to one of aux.jumps
	opJump         // jumps by n
	opCall         // the value by aux.elem, n levels down
	opFail         // the schemas do not resolve here
	opDefault      // the value by aux.elem, from bytes of the reader's default
	opConst        // the string of the reader's default

	// What the writer wrote and nobody reads.
	opSkipVarint // long
	opSkipInt
	opSkipBool
	opSkipEnum  // one of n symbols
	opSkipBytes // bytes with their length in front
	opSkipFixed // n bytes
	opSkipArray
	opSkipMap
)

// op is one operation.
type op struct {
	code  opcode
	reg   uint8
	small uint8
	off   uint32 // of the value from its register
	arg   uint32
	n     int32
	aux   *aux
}

// aux is what only some operations need.
type aux struct {
	elem   *program
	memory *memory // of slices, and of what pointers point to
	least  int     // bytes that an item or entry takes at least
	size   uintptr // of an item in memory
	values []int64 // -1: an unknown symbol
	names  []string
	jumps  []int32
	text   string
	input  []byte
	fail   *Error
	read   func(d *decoder, p unsafe.Pointer) *Error
	write  writeFunc
}

// program is the table of one value. paths tells for each operation where it is within the value.
type program struct {
	ops   []op
	paths []string
	block *memory // for what optional fields point to; nil for none
	need  int     // when writing: room for the operations up to the first that makes room

	nothing int64 // fields of a generic record that take no bytes
}

// memory is a kind of memory that decoding allocates: arrays of one type.
type memory struct {
	slice reflect.Type // of the slices of that type
	size  uintptr
	index int // among the plan's
}

// pointer returns the memory of an operation.
func (o *op) pointer(base, block unsafe.Pointer) unsafe.Pointer {
	if o.reg != 0 {
		base = block
	}
	return unsafe.Add(base, o.off)
}

// sliceHeader is a Go slice.
type sliceHeader struct {
	data     unsafe.Pointer
	len, cap int
}

// maxFirst bounds in bytes what is allocated before the first item or entry was read.
const maxFirst = 64 << 10

// loadInt reads a Go integer.
func loadInt(p unsafe.Pointer, kind uint8) int64 {
	switch reflect.Kind(kind) {
	case reflect.Int8:
		return int64(*(*int8)(p))
	case reflect.Int16:
		return int64(*(*int16)(p))
	case reflect.Int32:
		return int64(*(*int32)(p))
	case reflect.Uint8:
		return int64(*(*uint8)(p))
	case reflect.Uint16:
		return int64(*(*uint16)(p))
	case reflect.Uint32:
		return int64(*(*uint32)(p))
	case reflect.Int:
		return int64(*(*int)(p))
	default:
		return *(*int64)(p)
	}
}

// storeInt writes a Go integer, and reports whether it holds the value.
func storeInt(p unsafe.Pointer, kind uint8, v int64) bool {
	switch reflect.Kind(kind) {
	case reflect.Int8:
		*(*int8)(p) = int8(v)
	case reflect.Int16:
		*(*int16)(p) = int16(v)
	case reflect.Int32:
		*(*int32)(p) = int32(v)
	case reflect.Uint8:
		*(*uint8)(p) = uint8(v)
	case reflect.Uint16:
		*(*uint16)(p) = uint16(v)
	case reflect.Uint32:
		*(*uint32)(p) = uint32(v)
	case reflect.Int:
		*(*int)(p) = int(v)
	default:
		*(*int64)(p) = v
		return true
	}
	return loadInt(p, kind) == v
}
