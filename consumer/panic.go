package consumer

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// recovered turns a panic of the function that defers it into a [PanicError]. What it leaves in err is readable.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Value: v, Stack: debug.Stack()}
	}
	*err = readable(*err)
}

// readable returns an error of the user as it is, unless its methods panic, as those of a nil pointer do: it is a [PanicError] then. All errors of
// handlers and deserializers come by here, so that wherever they are logged, compared or written to a dead letter later, no
// goroutine of ours ends the process.
func readable(err error) error {
	v, stack := look(err)
	if v == nil {
		return err
	}
	switch err := err.(type) { //nolint:errorlint // what wraps them has been looked into
	case *PanicError: // with a value that is such an error
		return &PanicError{Value: fmt.Sprint(err.Value), Stack: err.Stack}
	case *BatchError:
		if err != nil {
			return &BatchError{Index: err.Index, Err: readable(err.Err)}
		}
	}
	return &PanicError{Value: fmt.Sprintf("an error of type %T: %v", err, v), Stack: stack}
}

// look calls the methods of an error, and of all that it wraps, and returns their panic.
func look(err error) (panicked any, stack []byte) {
	if err == nil {
		return nil, nil
	}
	defer func() {
		if panicked = recover(); panicked != nil {
			stack = debug.Stack()
		}
	}()
	_ = err.Error()
	_ = errors.Is(err, errNone)
	_, _ = errors.AsType[*none](err)
	return nil, nil
}

// errNone is in no error, so that looking for it goes to the end.
var errNone error = &none{}

type none struct{ _ byte } // not of size zero: pointers to such may be equal

func (*none) Error() string { return "" }
