package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/submit"
	"poplar/mail/wire"
)

// post is an SMTP server that refuses cleo and remembers who got which message.
type post struct {
	*mailtest.SMTP
	to     mail.Server
	secret string
}

func openPost(t *testing.T, o mailtest.SMTPOptions) *post {
	o.Script = mailtest.On("RCPT "+cleo, mailtest.Refuse("550 5.1.1", "no such user"))
	s := mailtest.StartSMTP(t, o)
	p := &post{SMTP: s, to: s.Server("anna"), secret: o.Users["anna"]}
	if o.Users == nil {
		p.to.Auth = mail.AuthNone
	}
	return p
}

// dialer opens the network connection of a submission.
type dialer func(ctx context.Context, network, addr string) (net.Conn, error)

func (p *post) sender(dial dialer) Sender {
	return func(ctx context.Context, o mail.OutboxItem, raw mail.Raw, inFlight func(context.Context) error) (mail.Receipt, error) {
		opts := wire.Options{DialContext: dial, Idle: 30 * time.Second}
		return submit.Send(ctx, p.to, p.secret, opts, submit.Message{From: o.From, To: o.Pending(), Raw: raw}, inFlight)
	}
}

// got counts how often each recipient was given message id.
func (p *post) got(id mail.MessageID) map[string]int {
	n := map[string]int{}
	for _, m := range p.Messages() {
		if bytes.HasPrefix(m.Raw, fmt.Appendf(nil, "Subject: %d\r\n", id)) {
			for _, to := range m.To {
				n[to]++
			}
		}
	}
	return n
}

// settle does what the program does after a crash or a break: starts anew and goes on until nothing waits any more.
func settle(t *testing.T, q *memory, send Sender) *memory {
	t.Helper()
	fresh := queue(slices.Collect(maps.Values(q.items))...)
	fresh.sent = q.sent
	if err := Recover(t.Context(), fresh); err != nil {
		t.Fatal(err)
	}
	now := start
	for range 10 {
		next, _, err := Work(t.Context(), fresh, send, now, Round{})
		if err != nil {
			t.Fatal(err)
		}
		if next.IsZero() {
			return fresh
		}
		now = next
	}
	t.Fatal("it never settles")
	return nil
}

// check is what must hold whatever has happened.
func (p *post) check(t *testing.T, what string, id mail.MessageID, q *memory) (state mail.SendState) {
	t.Helper()
	o, ok := q.items[id]
	if !ok {
		t.Errorf("%s: the message is gone", what) // cleo is refused, so it stays in every case
		return ""
	}
	n := p.got(id)
	for _, r := range o.Recipients {
		switch {
		case n[r.Addr] > 1:
			t.Errorf("%s: %s got it %d times", what, r.Addr, n[r.Addr])
		case r.State == mail.SentOK && n[r.Addr] != 1:
			t.Errorf("%s: %s is told to have it and has not", what, r.Addr)
		case r.State == mail.Failed && (n[r.Addr] != 0 || r.Addr != cleo):
			t.Errorf("%s: %s is told to be refused and is not: %+v", what, r.Addr, r)
		case r.State != mail.SentOK && r.State != mail.Failed && r.State != mail.Uncertain:
			t.Errorf("%s: %s still waits: %s", what, r.Addr, r.State)
		case r.State == mail.Uncertain && o.State != mail.Uncertain:
			t.Errorf("%s: %s", what, states(o))
		}
	}
	return o.State
}

// The link breaks after each octet of the dialogue in turn, seen by the client at once or only later.
func TestLinkCutAtEveryByte(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		o    mailtest.SMTPOptions
		step int
	}{
		{"pipelined", mailtest.SMTPOptions{}, 1},
		{"at once", mailtest.SMTPOptions{Chunking: true}, 1},
		{"one by one", mailtest.SMTPOptions{Without: []string{"PIPELINING"}}, 3},
		{"STARTTLS and AUTH", mailtest.SMTPOptions{TLS: ca.ServerTLS(), Users: map[string]string{"anna": "secret"}, RequireAuth: true}, 47},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := openPost(t, c.o)
			p.to.CAFile = file
			var meter meter
			q := queue(item(1, anna, cleo, bert))
			work(t, q, p.sender(meter.dial), start)
			if o := q.items[1]; states(o) != "failed anna:sent cleo:failed bert:sent" {
				t.Fatalf("undisturbed: %s, %+v", states(o), o.Problem)
			}
			id := mail.MessageID(1)
			seen := map[mail.SendState]int{}
			try := func(what string, dial dialer) mail.SendState {
				id++
				q := queue(item(id, anna, cleo, bert))
				if _, _, err := Work(t.Context(), q, p.sender(dial), start, Round{}); err != nil {
					t.Fatal(err)
				}
				q = settle(t, q, p.sender(nil))
				state := p.check(t, what, id, q)
				seen[state]++
				return state
			}
			out, in := meter.total()
			dot := strings.LastIndex(meter.said(), "QUIT") // the end of the message
			for at := 1; at < out; at += c.step {
				state := try(fmt.Sprintf("client cut off after writing %d octets", at), mailtest.Dialer(mailtest.Faults{CutWrite: int64(at)}))
				if at < dot && state != mail.Failed {
					t.Errorf("cut off after %d octets, %d before the final dot was whole: %s", at, dot-at, state)
				}
				try(fmt.Sprintf("link broken after %d octets to the server", at), broken(t, at, -1))
			}
			for at := 0; at < in; at += c.step {
				try(fmt.Sprintf("client cut off after reading %d octets", at), mailtest.Dialer(mailtest.Faults{CutRead: int64(max(at, 1)), CutWithoutEnd: at%2 == 0}))
				try(fmt.Sprintf("link broken after %d octets to the client", at), broken(t, -1, at))
			}
			t.Logf("%d octets out, %d in; %v", out, in, seen)
			if seen[mail.Failed] == 0 || seen[mail.Uncertain] == 0 {
				t.Errorf("the cuts did not reach all states: %v", seen)
			}
			// Before DATA has begun nothing can be uncertain. Where the message travels with its envelope there is no
			// such time.
			data := strings.Index(meter.said(), "DATA\r\n")
			for at := 0; at < data; at += 7 {
				if state := try("before DATA", broken(t, at, -1)); state != mail.Failed {
					t.Errorf("cut after %d octets, before DATA: %s", at, state)
				}
			}
		})
	}
}

// meter counts what passes.
type meter struct {
	mu      sync.Mutex
	out, in bytes.Buffer
}

func (m *meter) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := new(net.Dialer).DialContext(ctx, network, addr)
	return &metered{c, m}, err
}

func (m *meter) total() (out, in int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.out.Len(), m.in.Len()
}

func (m *meter) said() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.out.String()
}

type metered struct {
	net.Conn
	m *meter
}

func (c *metered) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.m.in.Write(p[:n])
	return n, err
}

func (c *metered) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	c.m.mu.Lock()
	defer c.m.mu.Unlock()
	c.m.out.Write(p[:n])
	return n, err
}

// broken dials through a relay that breaks both ways once so many octets have passed one way (negative: never). The
// client can write on for a while into a link that is dead already.
func broken(t *testing.T, toServer, toClient int) dialer {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		near, far := tcpPair(t)
		up, err := new(net.Dialer).DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		var once sync.Once
		hangUp := func() { once.Do(func() { _ = up.Close(); _ = far.Close() }) }
		pass := func(dst, src net.Conn, limit int) {
			defer hangUp()
			if limit < 0 {
				_, _ = io.Copy(dst, src)
				return
			}
			_, _ = io.CopyN(dst, src, int64(limit))
		}
		var wg sync.WaitGroup
		wg.Go(func() { pass(up, far, toServer) })
		wg.Go(func() { pass(far, up, toClient) })
		t.Cleanup(wg.Wait)
		t.Cleanup(hangUp)
		return near, nil
	}
}

func tcpPair(t *testing.T) (near, far net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if near, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if far, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return near, far
}

var errKilled = errors.New("killed")

// The process is killed before and after each thing it writes down, and at each command it sends.
func TestKilledAtEveryStep(t *testing.T) {
	p := openPost(t, mailtest.SMTPOptions{})
	id := mail.MessageID(0)
	kill := func(what string, prepare func(q *memory) Sender) (dead bool, state mail.SendState) {
		id++
		q := queue(item(id, anna, cleo, bert))
		send := prepare(q)
		func() {
			defer func() {
				if x := recover(); x != nil {
					if x != errKilled { //nolint:errorlint // the very value
						panic(x)
					}
					dead = true
				}
			}()
			_, _, _ = Work(t.Context(), q, send, start, Round{})
		}()
		q.fail, q.later = nil, nil
		return dead, p.check(t, what, id, settle(t, q, p.sender(nil)))
	}
	for _, when := range []string{"before", "after"} {
		for n := 1; ; n++ {
			at := 0
			count := func(string) {
				if at++; at == n {
					panic(errKilled)
				}
			}
			dead, _ := kill(fmt.Sprintf("%s step %d", when, n), func(q *memory) Sender {
				if when == "after" {
					q.later = count
				} else {
					q.fail = func(step string) error { count(step); return nil }
				}
				return p.sender(nil)
			})
			if !dead {
				if n < 5 {
					t.Errorf("only %d steps", n)
				}
				break
			}
		}
	}
	// Killed while the network works: what was sent is sent, what was not is not.
	uncertain := 0
	for n := 1; ; n++ {
		ios := 0
		dead, state := kill(fmt.Sprintf("at network operation %d", n), func(*memory) Sender {
			return p.sender(func(ctx context.Context, network, addr string) (net.Conn, error) {
				c, err := new(net.Dialer).DialContext(ctx, network, addr)
				return &mortal{c, func() {
					if ios++; ios == n {
						_ = c.Close()
						panic(errKilled)
					}
				}}, err
			})
		})
		if !dead {
			break
		}
		if state == mail.Uncertain {
			uncertain++
		}
	}
	if uncertain == 0 {
		t.Error("no kill came between DATA and the answer")
	}
}

// mortal asks before and after each operation whether to die.
type mortal struct {
	net.Conn
	breathe func()
}

func (m *mortal) Read(p []byte) (int, error) {
	m.breathe()
	n, err := m.Conn.Read(p)
	m.breathe()
	return n, err
}

func (m *mortal) Write(p []byte) (int, error) {
	m.breathe()
	n, err := m.Conn.Write(p)
	m.breathe()
	return n, err
}
