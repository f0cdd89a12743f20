package retrieve_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/retrieve"
	"poplar/mail/wire"
)

// far is a connection on which everything takes half a round trip in each direction, at any bandwidth.
type far struct {
	net.Conn
	half time.Duration
	in   chan piece
	out  chan piece
	rest []byte
	end  error
	once sync.Once // closes out
}

type piece struct {
	b   []byte
	due time.Time
	err error
}

func newFar(c net.Conn, rtt time.Duration) *far {
	f := &far{Conn: c, half: rtt / 2, in: make(chan piece, 1<<14), out: make(chan piece, 1<<14)}
	go func() {
		for {
			b := make([]byte, 64<<10)
			n, err := c.Read(b)
			f.in <- piece{b[:n], time.Now().Add(f.half), err}
			if err != nil {
				return
			}
		}
	}()
	go func() {
		for p := range f.out {
			time.Sleep(time.Until(p.due))
			_, _ = c.Write(p.b) // the reader hears of a link that is broken
		}
		_ = c.Close()
	}()
	return f
}

func (f *far) Read(p []byte) (int, error) {
	if len(f.rest) == 0 && f.end == nil {
		next := <-f.in
		time.Sleep(time.Until(next.due))
		f.rest, f.end = next.b, next.err
	}
	n := copy(p, f.rest)
	f.rest = f.rest[n:]
	if n == 0 {
		return 0, f.end
	}
	return n, nil
}

// Close lets what is under way arrive before the link goes.
func (f *far) Close() error {
	f.once.Do(func() { close(f.out) })
	return nil
}

func (f *far) Write(p []byte) (int, error) {
	f.out <- piece{append([]byte(nil), p...), time.Now().Add(f.half), nil}
	return len(p), nil
}

// BenchmarkVisit measures this room alone: the store forgets at once, and the server is in the same process.
func BenchmarkVisit(b *testing.B) {
	for _, rtt := range []time.Duration{0, 20 * time.Millisecond, 80 * time.Millisecond} {
		for _, box := range []struct{ n, size int }{{2000, 8 << 10}, {10_000, 4 << 10}} {
			for _, first := range []bool{true, false} {
				name := fmt.Sprintf("rtt=%s/%dx%d/new=%v", rtt, box.n, box.size, first)
				b.Run(name, func(b *testing.B) {
					m := newMailbox(b, mail.KeepForever, mailtest.POP3Options{})
					for i := range box.n {
						m.box.Add([]byte(letter(i) + strings.Repeat(strings.Repeat("x", 76)+"\r\n", box.size/78)))
					}
					m.idle = time.Minute
					m.visit.Connect = func(ctx context.Context) (*pop3.Client, error) {
						return pop3.Open(ctx, m.visit.Account.Incoming, password, pop3.Options{Known: m.known, Ahead: true, Wire: wire.Options{
							DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
								time.Sleep(rtt)
								c, err := new(net.Dialer).DialContext(ctx, network, addr)
								if err != nil || rtt == 0 {
									return c, err
								}
								return newFar(c, rtt), nil
							},
						}})
					}
					if !first {
						m.run()
					}
					b.ReportAllocs()
					for b.Loop() {
						if first {
							m.store, m.known = newStore(), pop3.Known{}
						}
						m.visit.Ledger = m.store
						m.visit.Store = func(ctx context.Context, batch []retrieve.Fetched) error {
							return m.store.commit("store", func() error {
								for _, f := range batch {
									f.Row.Message = 1
									m.store.rows[key(f.Row)] = f.Row
								}
								return nil
							})
						}
						if r := retrieve.Run(b.Context(), m.visit); r.Problem != nil || first && r.Retrieved != box.n {
							b.Fatalf("%+v", r)
						}
					}
				})
			}
		}
	}
}
