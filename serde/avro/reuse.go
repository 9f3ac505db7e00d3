package avro

import (
	"reflect"
	"unsafe"
)

// reuse is what decoding with [WithReuse] knows of the value that it writes to. What the value held is moved to memory of the same type,
// so that everything finds zero memory as always, and a slice or map finds the one that was in its place.
type reuse struct {
	old  reflect.Value  // what the value held
	base unsafe.Pointer // the value; nil while none is read
	size uintptr
}

// take moves away what the value at v holds.
func (r *reuse) take(v unsafe.Pointer) {
	value := reflect.NewAt(r.old.Type(), v).Elem()
	r.old.Set(value)
	value.SetZero()
	r.base = v
}

// release forgets the value.
func (r *reuse) release() {
	r.old.SetZero()
	r.base = nil
}

// old returns where the old content of the memory at p is, nil where nothing is to be reused.
func (d *decoder) old(p unsafe.Pointer) unsafe.Pointer {
	r := d.reused
	if r == nil {
		return nil
	}
	off := uintptr(p) - uintptr(r.base)
	if off >= r.size {
		return nil
	}
	return unsafe.Add(r.old.Addr().UnsafePointer(), off)
}

// oldSlice returns the slice that items can be written over, one without room where there is none.
func (d *decoder) oldSlice(a *aux, p unsafe.Pointer) sliceHeader {
	if old := d.old(p); old != nil && a.size > 0 {
		if s := *(*sliceHeader)(old); s.cap > 0 {
			return s
		}
	}
	return sliceHeader{data: unsafe.Pointer(&emptyItems)} // not nil, which would be null
}

// clear clears the items of a slice from one index up to another.
func (d *decoder) clear(a *aux, s sliceHeader, from, to int) {
	if from >= to {
		return
	}
	items := d.arena(a.memory)
	*items.head = sliceHeader{unsafe.Add(s.data, uintptr(from)*a.size), to - from, to - from}
	items.slice.Clear()
	*items.head = sliceHeader{}
}
