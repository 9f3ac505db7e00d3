package hamba

import (
	"reflect"
	"sync"
)

// viewer gives the pointer that hamba works on in place of a *T, and takes it back.
type viewer[T any] interface {
	target() reflect.Type
	encoding(v *T) any
	decoding(v *T) any
	decoded(obj any, v *T)
	release(obj any)
}

// direct lets hamba work on the *T itself.
type direct[T any] struct{}

func (direct[T]) target() reflect.Type { return reflect.TypeFor[T]() }
func (direct[T]) encoding(v *T) any    { return v }
func (direct[T]) decoding(v *T) any    { return v }
func (direct[T]) decoded(any, *T)      {}
func (direct[T]) release(any)          {}

// view lets hamba work on a pooled *W, which is converted from and to a *T.
type view[T, W any] struct {
	encode func(w *W, v *T)
	decode func(v *T, w *W)
	pool   sync.Pool
}

func newView[T, W any](encode func(w *W, v *T), decode func(v *T, w *W)) *view[T, W] {
	return &view[T, W]{encode: encode, decode: decode, pool: sync.Pool{New: func() any { return new(W) }}}
}

func (*view[T, W]) target() reflect.Type { return reflect.TypeFor[W]() }

func (p *view[T, W]) encoding(v *T) any {
	w := p.get()
	p.encode(w, v)
	return w
}

func (p *view[T, W]) decoding(*T) any { return p.get() }

func (p *view[T, W]) decoded(obj any, v *T) {
	p.decode(v, obj.(*W)) //nolint:errcheck // obj is what decoding returned
}

func (p *view[T, W]) get() *W { return p.pool.Get().(*W) } //nolint:errcheck // the pool holds nothing else

func (p *view[T, W]) release(obj any) {
	w := obj.(*W) //nolint:errcheck // release takes what encoding and decoding returned
	var zero W
	*w = zero
	p.pool.Put(w)
}
