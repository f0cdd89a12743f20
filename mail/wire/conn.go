package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"poplar/mail"
)

// Conn is a connection to a mail server. Reads and writes may run at the same time as each other, like those of any
// net.Conn. Their errors are [*Error]s, except for io.EOF where the server ended a stream that it had begun.
type Conn struct {
	server mail.Server
	o      Options
	guard  *guard
	tls    atomic.Pointer[tls.Conn]
	fresh  atomic.Bool // nothing has been read in the clear yet
	once   sync.Once
	closed error

	mu     sync.Mutex // guards script
	script script
}

var _ net.Conn = (*Conn)(nil)

// Server returns what was dialled.
func (c *Conn) Server() mail.Server { return c.server }

// Encrypted reports whether TLS is on.
func (c *Conn) Encrypted() bool { return c.tls.Load() != nil }

// TLS returns the state of the encryption, false while there is none.
func (c *Conn) TLS() (tls.ConnectionState, bool) {
	t := c.tls.Load()
	if t == nil {
		return tls.ConnectionState{}, false
	}
	return t.ConnectionState(), true
}

// SetContext binds the connection to ctx instead of the one before: when it ends, reads and writes under way and
// later ones fail at once with its error.
func (c *Conn) SetContext(ctx context.Context) { c.guard.bind(ctx) }

// SetIdle changes the limit of each read and write. A server may take minutes to answer the final dot of a message
// (RFC 5321, section 4.5.3.2.6).
func (c *Conn) SetIdle(d time.Duration) { c.guard.setIdle(d) }

func (c *Conn) plainOrTLS() net.Conn {
	if t := c.tls.Load(); t != nil {
		return t
	}
	return c.guard
}

// Read implements io.Reader under the context and the idle limit.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.guard.cause(); err != nil {
		return 0, c.fail(reading, err)
	}
	n, err := c.plainOrTLS().Read(p)
	if n > 0 && c.fresh.Swap(false) && isTLSRecord(p[:n]) {
		return 0, &Error{Kind: mail.Protocol, Where: c.server.Addr(), Doing: greeting, Said: "this port expects TLS from the start"}
	}
	if err == nil {
		return n, nil
	}
	if errors.Is(err, io.EOF) && c.guard.cause() == nil {
		if c.fresh.Load() && !c.Encrypted() {
			return n, &Error{
				Kind: mail.ServerTemporary, Where: c.server.Addr(), Doing: greeting, Err: io.EOF,
				Said: hungUp + " without a greeting; the port may expect TLS from the start",
			}
		}
		return n, io.EOF
	}
	return n, c.fail(reading, err)
}

// Write implements io.Writer under the context and the idle limit.
func (c *Conn) Write(p []byte) (int, error) {
	if err := c.guard.cause(); err != nil {
		return 0, c.fail(writing, err)
	}
	n, err := c.plainOrTLS().Write(p)
	if err != nil {
		return n, c.fail(writing, err)
	}
	return n, nil
}

// fail words an I/O error. A context that has ended is the reason for whatever came of it.
func (c *Conn) fail(doing string, err error) *Error {
	if cause := c.guard.cause(); cause != nil {
		err = cause
	}
	e := Wrap(err, c.server.Addr(), doing)
	if e.Kind == mail.Timeout && doing == reading && c.fresh.Load() && !c.Encrypted() {
		e.Doing, e.Said = greeting, "no greeting came; the port may expect TLS from the start"
	}
	return e
}

// isTLSRecord recognises an alert or handshake record, which a TLS port sends to somebody who speaks in the clear.
func isTLSRecord(p []byte) bool {
	return len(p) > 1 && (p[0] == 0x15 || p[0] == 0x16) && p[1] == 3
}

// Close ends the connection. It waits at most a second for TLS to say goodbye.
func (c *Conn) Close() error {
	c.once.Do(func() {
		c.guard.setIdle(time.Second)
		c.closed = c.plainOrTLS().Close()
	})
	return c.closed
}

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return c.guard.LocalAddr() }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return c.guard.RemoteAddr() }

// SetDeadline implements net.Conn. It can shorten the idle limit but not lift it.
func (c *Conn) SetDeadline(t time.Time) error { return c.guard.SetDeadline(t) }

// SetReadDeadline implements net.Conn, with SetDeadline's restriction.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.guard.SetReadDeadline(t) }

// SetWriteDeadline implements net.Conn, with SetDeadline's restriction.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.guard.SetWriteDeadline(t) }

// StartTLS encrypts the connection after the server's go-ahead to STLS or STARTTLS. Buffered is the number of octets
// that the caller has read beyond the line of the go-ahead. A server sends nothing between that line and the
// handshake; if anything is there, somebody on the way has put words into its mouth, and the connection is refused
// (RFC 3207, section 6, and the "response injection" of 2021). After an error the connection is spent.
func (c *Conn) StartTLS(ctx context.Context, buffered int) error {
	if c.Encrypted() {
		return &Error{Kind: mail.Protocol, Where: c.server.Addr(), Doing: encrypting, Said: "the connection is encrypted already"}
	}
	if buffered > 0 {
		_ = c.Close()
		return injected(c.server, fmt.Errorf("%d octets followed the go-ahead", buffered))
	}
	c.guard.bind(ctx)
	limited, cancel := context.WithTimeout(ctx, c.o.Connect)
	defer cancel()
	return c.encrypt(ctx, limited, true)
}

func injected(s mail.Server, err error) *Error {
	return &Error{
		Kind: mail.Protocol, Where: s.Addr(), Doing: encrypting, Err: err,
		Said: "plaintext arrived where encryption was to begin (response injection); Poplar does not go on",
	}
}
