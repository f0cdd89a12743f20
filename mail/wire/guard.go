package wire

import (
	"context"
	"net"
	"sync"
	"time"
)

// The two ways of a connection, as indices.
const (
	in = iota
	out
)

// writeSize bounds one write to the network, so that the idle limit is for a piece that even a slow line carries and
// not for a whole attachment.
const writeSize = 16 << 10

// headSize is how much of what a server says before the handshake is kept to explain why the handshake failed.
const headSize = 256

// past is a deadline that has gone by.
var past = time.Unix(1, 0)

// guard is the network's end of a Conn, below TLS: it holds the context and the limits. They sit here and not above
// TLS so that a record that trickles in slowly counts as progress.
type guard struct {
	net.Conn
	mu    sync.Mutex
	ctx   context.Context
	stop  func() bool
	idle  time.Duration
	until [2]time.Time // what callers of SetDeadline asked for
	armed [2]time.Time // limit of the read and the write under way
	head  []byte
}

func newGuard(ctx context.Context, raw net.Conn, idle time.Duration) *guard {
	g := &guard{Conn: raw, idle: idle}
	g.bind(ctx)
	return g
}

// bind makes ctx the one whose end cuts all I/O.
func (g *guard) bind(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.stop != nil {
		g.stop()
	}
	g.ctx = ctx
	g.stop = context.AfterFunc(ctx, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.ctx == ctx {
			_ = g.Conn.SetDeadline(past)
		}
	})
}

// cause returns the bound context's error, nil while it lives.
func (g *guard) cause() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ctx.Err()
}

func (g *guard) setIdle(d time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.idle = d
}

// arm starts the limit of one read or write. The context is asked under the lock: were it to end after that, bind's
// function would put the deadline into the past behind us.
func (g *guard) arm(way int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.ctx.Err(); err != nil {
		return err
	}
	g.armed[way] = time.Now().Add(g.idle)
	return g.apply(way)
}

func (g *guard) disarm(way int) {
	g.mu.Lock()
	g.armed[way] = time.Time{}
	g.mu.Unlock()
}

// apply sets the earlier of the idle limit and the caller's own deadline. g.mu is held.
func (g *guard) apply(way int) error {
	limit := g.armed[way]
	if u := g.until[way]; !u.IsZero() && (limit.IsZero() || u.Before(limit)) {
		limit = u
	}
	if way == in {
		return g.Conn.SetReadDeadline(limit)
	}
	return g.Conn.SetWriteDeadline(limit)
}

func (g *guard) deadline(t time.Time, ways ...int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, way := range ways {
		g.until[way] = t
		if g.ctx.Err() != nil {
			continue
		}
		if err := g.apply(way); err != nil {
			return err
		}
	}
	return nil
}

// SetDeadline can shorten the limits of reads and writes, never lift them.
func (g *guard) SetDeadline(t time.Time) error { return g.deadline(t, in, out) }

// SetReadDeadline is SetDeadline for reads.
func (g *guard) SetReadDeadline(t time.Time) error { return g.deadline(t, in) }

// SetWriteDeadline is SetDeadline for writes.
func (g *guard) SetWriteDeadline(t time.Time) error { return g.deadline(t, out) }

// Read reads under the limits.
func (g *guard) Read(p []byte) (int, error) {
	if err := g.arm(in); err != nil {
		return 0, err
	}
	defer g.disarm(in)
	n, err := g.Conn.Read(p)
	if room := headSize - len(g.head); room > 0 {
		g.head = append(g.head, p[:min(n, room)]...)
	}
	return n, err
}

// Write writes piece by piece, each under the limits.
func (g *guard) Write(p []byte) (int, error) {
	defer g.disarm(out)
	done := 0
	for {
		if err := g.arm(out); err != nil {
			return done, err
		}
		n, err := g.Conn.Write(p[done:min(len(p), done+writeSize)])
		done += n
		if err != nil || done >= len(p) {
			return done, err
		}
	}
}

// Close closes the connection and lets go of the context.
func (g *guard) Close() error {
	g.mu.Lock()
	g.stop()
	g.mu.Unlock()
	return g.Conn.Close()
}
