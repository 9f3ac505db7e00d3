package transport

import (
	"errors"
	"fmt"
	"strings"
)

// cause is why an attempt is a failure.
func cause(answer *Answer, err error) error {
	if err == nil {
		return fmt.Errorf("HTTP %d", answer.Status)
	}
	return err
}

// everywhere completes the failure of the last endpoint asked with what became of the others: of several addresses each may fail for a
// reason of its own, and the one to mend is seldom the last. One that is left alone is told with its last failure.
func (t *Transport) everywhere(last int, causes []error, answer *Answer, err error) (*Answer, error) {
	if len(causes) == 1 {
		return answer, err
	}
	var others strings.Builder
	for i, why := range causes {
		if why == nil {
			why = t.pool.lately(i)
		}
		if i != last && why != nil {
			fmt.Fprintf(&others, "; %s: %v", t.config.Endpoints[i].Base, why)
		}
	}
	from := "from " + t.config.Endpoints[last].Base + others.String()
	var known *Error
	switch {
	case err == nil:
		told := *answer
		told.Elsewhere = errors.New(from)
		return &told, nil
	case errors.As(err, &known):
		return nil, &Error{Status: known.Status, Err: fmt.Errorf("%w, %s", known.Err, from)}
	default:
		return nil, fmt.Errorf("%w, %s", err, from)
	}
}
