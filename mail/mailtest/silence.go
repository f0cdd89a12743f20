package mailtest

import (
	"context"
	"net"
	"sync"
	"time"
)

// Silence makes servers fall silent at a chosen moment, without anybody having to wait for a time limit: its connections
// behave as ever until Fall is called, and from then on time out at every read.
type Silence struct {
	mu    sync.Mutex
	conns []*mutable
}

// DialContext is for wire.Options.
func (s *Silence) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	m := &mutable{Conn: c}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns = append(s.conns, m)
	return m, nil
}

// Fall ends what can be read from the connections made so far, what is on its way included. Later ones are not touched.
func (s *Silence) Fall() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		c.mute()
	}
	s.conns = nil
}

// mutable is a connection that may fall silent.
type mutable struct {
	net.Conn
	mu    sync.Mutex
	muted bool
}

func (m *mutable) mute() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.muted = true
	_ = m.Conn.SetReadDeadline(time.Unix(1, 0))
}

// SetReadDeadline implements net.Conn.
func (m *mutable) SetReadDeadline(t time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.muted {
		return nil
	}
	return m.Conn.SetReadDeadline(t)
}

// SetDeadline implements net.Conn.
func (m *mutable) SetDeadline(t time.Time) error {
	if err := m.SetReadDeadline(t); err != nil {
		return err
	}
	return m.Conn.SetWriteDeadline(t)
}
