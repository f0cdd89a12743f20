package pop3_test

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/wire"
)

// turning counts how often a connection waits for the far end before it writes: what a visit costs in round trips.
type turning struct {
	net.Conn
	mu          sync.Mutex
	turns, down int
	heard       bool
}

func (c *turning) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = c.heard || n > 0
	c.down += n
	return n, err
}

func (c *turning) Write(p []byte) (int, error) {
	c.mu.Lock()
	if c.heard {
		c.turns++
		c.heard = false
	}
	c.mu.Unlock()
	return c.Conn.Write(p)
}

// Encryption costs the turns of its handshake and no other: the login travels with the listing as it does in the clear.
// A second connection resumes the session of the first.
func TestEncryptionAddsTheHandshakeOnly(t *testing.T) {
	ca := mailtest.NewCA()
	letter := "Subject: x\r\n\r\nx\r\n"
	measure := func(t *testing.T, o mailtest.POP3Options) (turns [2]int, down [2]int, resumed bool) {
		s, _ := serve(t, o, letter, letter)
		to := s.Server("u")
		if o.TLS != nil {
			to = secured(t, s, ca)
		} else {
			to.AllowPlaintext = true
		}
		to.Auth = mail.AuthUserPass
		sessions := tls.NewLRUClientSessionCache(8)
		var known pop3.Known
		for i := range turns {
			var line *turning
			c, err := pop3.Open(t.Context(), to, password, pop3.Options{Ahead: true, Known: known, Wire: wire.Options{
				Sessions: sessions,
				DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
					raw, err := new(net.Dialer).DialContext(ctx, network, addr)
					line = &turning{Conn: raw}
					return line, err
				},
			}})
			if err != nil {
				t.Fatal(err)
			}
			if n, _, err := c.Stat(t.Context()); err != nil || n != 2 {
				t.Fatal(n, err)
			}
			if ids, err := c.UIDL(t.Context()); err != nil || len(ids) != 2 {
				t.Fatal(ids, err)
			}
			if state, ok := c.TLS(); ok {
				resumed = state.DidResume
			}
			known = c.Known()
			line.mu.Lock()
			turns[i], down[i] = line.turns, line.down
			line.mu.Unlock()
			if err := c.Quit(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		return turns, down, resumed
	}
	plain, _, _ := measure(t, mailtest.POP3Options{})
	if plain != [2]int{2, 1} { // CAPA; the login and all else. What is known saves the first
		t.Errorf("in the clear: %d turns", plain)
	}
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			config := ca.ServerTLS()
			config.MaxVersion = version
			turns, down, resumed := measure(t, mailtest.POP3Options{TLS: config, ImplicitTLS: true})
			// The ClientHello is written unasked; the client's Finished follows what the server says.
			if want := [2]int{plain[0] + 1, plain[1] + 1}; turns != want {
				t.Errorf("%d turns, not %d", turns, want)
			}
			if !resumed || down[1] >= down[0] {
				t.Errorf("the second connection did not resume the first: %v, %d octets", resumed, down)
			}
		})
	}
}
