package main

import "io"

// page remembers the first error of what it writes to, for output in many small pieces: what could not be shown was not a success.
type page struct {
	to  io.Writer
	err error
}

func (p *page) Write(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.to.Write(b)
	p.err = err
	return n, err
}
