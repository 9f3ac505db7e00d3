package chaos

import (
	"context"
	"net"
	"sync/atomic"
	"time"
)

// Impairment is what is done to data on its way. The zero Impairment does nothing.
type Impairment struct {
	Delay  time.Duration // before each piece of data
	Rate   int           // bytes per second in each direction; 0 is no limit
	Freeze bool          // nothing gets through, and nobody is told: a half-open connection
}

// hindrance is an impairment under way.
type hindrance struct {
	Impairment
	over <-chan struct{}
	met  atomic.Int64 // pieces of data that it met
}

// link is a connection through a proxy: one to the client, one to the server.
type link struct {
	client, server net.Conn // server is nil when it was not reached
	ctx            context.Context
	cancel         context.CancelFunc
	impaired       atomic.Pointer[hindrance]
}

func (l *link) impair(how *hindrance) { l.impaired.Store(how) }

// end closes both sides. A reset throws away what is still on its way.
func (l *link) end(reset bool) {
	for _, conn := range []net.Conn{l.client, l.server} {
		if conn == nil {
			continue
		}
		if tcp, ok := conn.(*net.TCPConn); ok && reset {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
	if l.cancel != nil {
		l.cancel()
	}
}

// pump copies from one side to the other until either ends; then both do.
func (l *link) pump(to, from net.Conn) {
	defer l.end(false)
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if !l.hold(n) {
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// hold waits for as long as n bytes are held up, and reports whether they may go on.
func (l *link) hold(n int) bool {
	how := l.impaired.Load()
	if how == nil {
		return true
	}
	how.met.Add(1)
	if how.Freeze {
		select {
		case <-how.over:
		case <-l.ctx.Done():
		}
		return false
	}
	wait := how.Delay
	if how.Rate > 0 {
		wait += time.Duration(n) * time.Second / time.Duration(how.Rate)
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-how.over: // the impairment ends, the connection goes on
	case <-l.ctx.Done():
		return false
	}
	return true
}
