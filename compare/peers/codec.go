package peers

import "github.com/magicbyte-go/magicbyte/schemas"

// Codec is how a library writes and reads events in a form T of its own. It is not safe for concurrent use.
type Codec[T any] struct {
	Of     func(*schemas.OrderEvent) *T
	Back   func(*T) *schemas.OrderEvent
	Append func(dst []byte, v *T) ([]byte, error)
	Decode func(src []byte, v *T) error
	// Reset clears what reading into a value again would not; nil where there is nothing.
	Reset func(v *T)
}
