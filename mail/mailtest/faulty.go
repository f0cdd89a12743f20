package mailtest

import (
	"context"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Faults are what a Faulty connection does wrong. The zero value does nothing wrong.
type Faults struct {
	ReadSize      int   // no read gives more octets than this; 0: no limit
	WriteSize     int   // no write to the network takes more octets than this; 0: no limit
	CutRead       int64 // the link breaks after so many octets were read; 0: never
	CutWrite      int64 // the link breaks after so many octets were written; 0: never
	StallRead     int64 // reads wait for Release after so many octets, for StallAtOnce from the start; 0: never
	StallWrite    int64 // the same for writes
	Release       <-chan struct{}
	CutWithoutEnd bool // the break is an error and not the end of the stream
}

// StallAtOnce is StallRead or StallWrite for a link that is dead from the start.
const StallAtOnce = -1

// Faulty is a connection that cuts, stalls and splits. Its deadlines work while it stalls.
type Faulty struct {
	net.Conn
	faults        Faults
	read, written int64
	once          sync.Once
	closed        chan struct{}
	readLimit     limit
	writeLimit    limit
}

// NewFaulty puts faults on c.
func NewFaulty(c net.Conn, f Faults) *Faulty {
	return &Faulty{Conn: c, faults: f, closed: make(chan struct{}), readLimit: newLimit(), writeLimit: newLimit()}
}

// Dialer returns a function for wire.Options.DialContext whose connections have these faults.
func Dialer(f Faults) func(ctx context.Context, network, addr string) (net.Conn, error) {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return NewFaulty(c, f), nil
	}
}

// room returns how many octets may pass now, at most n: up to the next cut or stall, of which cut says whether it is one.
func room(n int, done, cutAt, stallAt int64, size int) (allowed int, cut, stall bool) {
	if cutAt > 0 {
		if done >= cutAt {
			return 0, true, false
		}
		n = int(min(int64(n), cutAt-done))
	}
	if stallAt != 0 {
		if stallAt == StallAtOnce || done >= stallAt {
			return n, false, true
		}
		n = int(min(int64(n), stallAt-done))
	}
	if size > 0 {
		n = min(n, size)
	}
	return n, false, false
}

func (f *Faulty) wait(l *limit) error {
	for {
		passed, changed := l.state()
		if passed {
			return os.ErrDeadlineExceeded
		}
		select {
		case <-f.faults.Release:
			return nil
		case <-f.closed:
			return net.ErrClosed
		case <-changed:
		}
	}
}

func (f *Faulty) cut() error {
	_ = f.Conn.Close()
	if f.faults.CutWithoutEnd {
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", errnoReset)}
	}
	return io.EOF
}

// Read implements io.Reader.
func (f *Faulty) Read(p []byte) (int, error) {
	n, cut, stall := room(len(p), f.read, f.faults.CutRead, f.faults.StallRead, f.faults.ReadSize)
	if cut {
		return 0, f.cut()
	}
	if stall {
		if err := f.wait(&f.readLimit); err != nil {
			return 0, err
		}
	}
	n, err := f.Conn.Read(p[:n])
	f.read += int64(n)
	return n, err
}

// Write implements io.Writer.
func (f *Faulty) Write(p []byte) (int, error) {
	done := 0
	for done < len(p) {
		n, cut, stall := room(len(p)-done, f.written, f.faults.CutWrite, f.faults.StallWrite, f.faults.WriteSize)
		if cut {
			_ = f.Conn.Close()
			return done, &net.OpError{Op: "write", Net: "tcp", Err: os.NewSyscallError("write", errnoReset)}
		}
		if stall {
			if err := f.wait(&f.writeLimit); err != nil {
				return done, err
			}
		}
		n, err := f.Conn.Write(p[done : done+n])
		done += n
		f.written += int64(n)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// Close implements io.Closer.
func (f *Faulty) Close() error {
	f.once.Do(func() { close(f.closed) })
	return f.Conn.Close()
}

// SetDeadline implements net.Conn.
func (f *Faulty) SetDeadline(t time.Time) error {
	f.readLimit.set(t)
	f.writeLimit.set(t)
	return f.Conn.SetDeadline(t)
}

// SetReadDeadline implements net.Conn.
func (f *Faulty) SetReadDeadline(t time.Time) error {
	f.readLimit.set(t)
	return f.Conn.SetReadDeadline(t)
}

// SetWriteDeadline implements net.Conn.
func (f *Faulty) SetWriteDeadline(t time.Time) error {
	f.writeLimit.set(t)
	return f.Conn.SetWriteDeadline(t)
}

// limit is a deadline that can be waited for and moved.
type limit struct {
	mu      *sync.Mutex
	at      time.Time
	timer   *time.Timer
	changed chan struct{}
}

func newLimit() limit { return limit{mu: new(sync.Mutex), changed: make(chan struct{})} }

// set moves the deadline and wakes whoever waits.
func (l *limit) set(t time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.at = t
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
	l.wake()
	if d := time.Until(t); !t.IsZero() && d > 0 {
		l.timer = time.AfterFunc(d, func() {
			l.mu.Lock()
			defer l.mu.Unlock()
			l.wake()
		})
	}
}

func (l *limit) wake() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// state reports whether the deadline has passed, and what tells of the next change.
func (l *limit) state() (passed bool, changed <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.at.IsZero() && !time.Now().Before(l.at), l.changed
}
