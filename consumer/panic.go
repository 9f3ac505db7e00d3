package consumer

import "runtime/debug"

// recovered turns a panic of the function that defers it into a [PanicError].
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Value: v, Stack: debug.Stack()}
	}
}
