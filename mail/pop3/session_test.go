package pop3_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/wire"
)

const password = "open sesame"

// serve starts a server with user u and a mailbox that holds raw.
func serve(t testing.TB, o mailtest.POP3Options, raw ...string) (*mailtest.POP3, *mailtest.Mailbox) {
	t.Helper()
	s := mailtest.StartPOP3(t, o)
	box := s.AddUser("u", password)
	for _, r := range raw {
		box.Add([]byte(r))
	}
	return s, box
}

func login(t testing.TB, s *mailtest.POP3) *pop3.Client {
	t.Helper()
	return loginTo(t, s.Server("u"), pop3.Options{})
}

func loginTo(t testing.TB, to mail.Server, o pop3.Options) *pop3.Client {
	t.Helper()
	c, err := pop3.Open(t.Context(), to, password, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestAllCommands(t *testing.T) {
	s, box := serve(t, mailtest.POP3Options{}, "Subject: one\r\n\r\n.\r\n..two\r\n.three\r\n", "Subject: two\r\n\r\na\r\nb\r\n")
	c := login(t, s)
	ctx := t.Context()
	n, octets, err := c.Stat(ctx)
	if err != nil || n != 2 || octets != 34+22 {
		t.Errorf("STAT: %d %d %v", n, octets, err)
	}
	ids, err := c.UIDL(ctx)
	if want := box.UIDLs(); err != nil || len(ids) != 2 || ids[0] != (pop3.UID{N: 1, UIDL: want[0]}) || ids[1] != (pop3.UID{N: 2, UIDL: want[1]}) {
		t.Errorf("UIDL: %v %v, want %v", ids, err, want)
	}
	sizes, err := c.List(ctx)
	if err != nil || !slices.Equal(sizes, []pop3.Size{{N: 1, Octets: 34}, {N: 2, Octets: 22}}) {
		t.Errorf("LIST: %v %v", sizes, err)
	}
	if id, err := c.UIDLOne(ctx, 2); err != nil || id != box.UIDLs()[1] {
		t.Errorf("UIDL 2: %q %v", id, err)
	}
	if size, err := c.ListOne(ctx, 2); err != nil || size != 22 {
		t.Errorf("LIST 2: %d %v", size, err)
	}
	var b bytes.Buffer
	if n, err := c.Retr(ctx, 1, &b); err != nil || n != 34 || b.String() != "Subject: one\r\n\r\n.\r\n..two\r\n.three\r\n" {
		t.Errorf("RETR: %d %q %v", n, b.String(), err)
	}
	b.Reset()
	if _, err := c.Top(ctx, 2, 1, &b); err != nil || b.String() != "Subject: two\r\n\r\na\r\n" {
		t.Errorf("TOP: %q %v", b.String(), err)
	}
	if _, err := c.Retr(ctx, 9, io.Discard); pop3.Refused(err) == nil || pop3.Refused(err).Said != "no such message" {
		t.Errorf("RETR 9: %v", err)
	}
	for _, step := range []error{c.Dele(ctx, 2), c.Rset(ctx), c.Noop(ctx), c.Dele(ctx, 1)} {
		if step != nil {
			t.Error(step)
		}
	}
	if caps, err := c.Capa(ctx); err != nil || !caps.Has("pipelining") {
		t.Errorf("CAPA: %v %v", caps, err)
	}
	if box.Len() != 2 {
		t.Error("a message is gone before QUIT")
	}
	if err := c.Quit(ctx); err != nil {
		t.Error(err)
	}
	if box.Len() != 1 || string(box.Messages()[0].Raw[:12]) != "Subject: two" {
		t.Errorf("after QUIT %d messages are left", box.Len())
	}
	if err := c.Noop(ctx); err == nil {
		t.Error("a closed client goes on")
	}
}

// The server sends what stands in wire; the message must come out as want. Behind it a second one must be found at
// its place, whatever the first was like.
func TestMessagesAsServersSendThem(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	tests := []struct {
		name, wire, want string
		announced        int64
	}{
		{"plain", "A: b\r\n\r\ntext\r\n", "A: b\r\n\r\ntext\r\n", 0},
		{"empty", "", "", 0},
		{"stuffed dots", "A: b\r\n\r\n..\r\n...\r\n..x\r\n", "A: b\r\n\r\n.\r\n..\r\n.x\r\n", 0},
		{"dot that nobody stuffed", "A: b\r\n\r\n.x\r\n", "A: b\r\n\r\nx\r\n", 0},
		{"dot and a lone CR", "A: b\r\n\r\n.\rx\r\n", "A: b\r\n\r\n\rx\r\n", 0},
		{"bare LF everywhere", "A: b\n\ntext\n..dot\n", "A: b\r\n\r\ntext\r\n.dot\r\n", 0},
		{"bare LF here and there", "A: b\r\n\r\none\ntwo\r\nthree\n", "A: b\r\n\r\none\r\ntwo\r\nthree\r\n", 0},
		{"CR in a line", "A: b\r\n\r\na\rb\r\r\n", "A: b\r\n\r\na\rb\r\r\n", 0},
		{"NUL and 8-bit", "A: b\r\n\r\n\x00\xff\xfe\x00\r\n", "A: b\r\n\r\n\x00\xff\xfe\x00\r\n", 0},
		{"a line of 1 MB", "A: b\r\n\r\n" + long + "\r\n", "A: b\r\n\r\n" + long + "\r\n", 0},
		{"no final line end", "A: b\r\n\r\ntext", "A: b\r\n\r\ntext\r\n", 0},
		{"announced far too small", "A: b\r\n\r\ntext\r\n", "A: b\r\n\r\ntext\r\n", 1},
		{"announced far too large", "A: b\r\n\r\ntext\r\n", "A: b\r\n\r\ntext\r\n", 1 << 40},
		// A dot behind a bare LF, not stuffed because the server knows only CRLF: text, not the end.
		{"smuggled end", "A: b\r\n\r\nhi\n.\r\n+OK\r\nA: forged\r\n\r\nbye\r\n", "A: b\r\n\r\nhi\r\n.\r\n+OK\r\nA: forged\r\n\r\nbye\r\n", 44},
	}
	for _, tt := range tests {
		for _, pipelined := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, pipelined %v", tt.name, pipelined), func(t *testing.T) {
				o := mailtest.POP3Options{}
				if !pipelined {
					o.Without = []string{"PIPELINING"}
				}
				s, box := serve(t, o)
				box.Put(mailtest.Message{Wire: []byte(tt.wire), Raw: []byte{}, Announced: tt.announced})
				if tt.wire == "" {
					box.Remove(box.UIDLs()[0])
					box.Put(mailtest.Message{Raw: []byte{}})
				}
				box.Add([]byte("Second: one\r\n\r\n"))
				c := login(t, s)
				sizes, err := c.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				var got [2]bytes.Buffer
				reqs := []pop3.Request{{N: 1, Lines: pop3.Whole, Size: sizes[0].Octets}, {N: 2, Lines: pop3.Whole, Size: sizes[1].Octets}}
				err = c.Fetch(t.Context(), reqs, func(i int, b *pop3.Body, err error) error {
					if err != nil {
						return err
					}
					_, err = b.WriteTo(&got[i])
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
				if got[0].String() != tt.want {
					t.Errorf("got %.200q, want %.200q", got[0].String(), tt.want)
				}
				if got[1].String() != "Second: one\r\n\r\n" {
					t.Errorf("the message behind it: %.200q", got[1].String())
				}
			})
		}
	}
}

func TestOddListings(t *testing.T) {
	tests := []struct {
		name, reply string
		want        []pop3.UID
	}{
		{"odd octets", "+OK\r\n1 a b\r\n2 \xff\xfe\x01\r\n3  x\t\r\n.\r\n", []pop3.UID{{1, "a b"}, {2, "\xff\xfe\x01"}, {3, "x\t"}}},
		{"dot", "+OK\r\n1 .\r\n2 ..\r\n.\r\n", []pop3.UID{{1, "."}, {2, ".."}}},
		{"bare LF", "+OK\n1 a\n2 b\n.\n", []pop3.UID{{1, "a"}, {2, "b"}}},
		{"no id", "+OK\r\n1\r\n2 \r\n.\r\n", []pop3.UID{{1, ""}, {2, ""}}},
		{"no number", "+OK\r\nhello\r\n-1 x\r\n0 y\r\n99999999999999999999 z\r\n1 a\r\n.\r\n", []pop3.UID{{1, "a"}}},
		{"70 characters", "+OK\r\n1 " + strings.Repeat("~", 70) + "\r\n.\r\n", []pop3.UID{{1, strings.Repeat("~", 70)}}},
		{"twice the same", "+OK\r\n1 a\r\n2 a\r\n.\r\n", []pop3.UID{{1, "a"}, {2, "a"}}},
		{"empty", "+OK\r\n.\r\n", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("UIDL", mailtest.Say(tt.reply))})
			c := login(t, s)
			got, err := c.UIDL(t.Context())
			if err != nil || !slices.Equal(got, tt.want) {
				t.Errorf("got %+v %v, want %+v", got, err, tt.want)
			}
		})
	}
	t.Run("an id of 1 MB is kept as a digest and stays distinct", func(t *testing.T) {
		long := strings.Repeat("x", 1<<20)
		s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("UIDL", mailtest.Say("+OK\r\n1 "+long[:2000]+"a\r\n2 "+long[:2000]+"b\r\n3 "+long+"\r\n.\r\n"))})
		c := login(t, s)
		got, err := c.UIDL(t.Context())
		if err != nil || len(got) != 3 || len(got[0].UIDL) > 100 || got[0].UIDL == got[1].UIDL {
			t.Errorf("%d ids, %v", len(got), err)
		}
	})
}

func TestSizesThatMakeNoSense(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("LIST", mailtest.Say("+OK\r\n1 2147483648\r\n2 99999999999999999999999\r\n3 -4\r\n4 big\r\n5\r\n.\r\n"))})
	c := login(t, s)
	got, err := c.List(t.Context())
	want := []pop3.Size{{1, 1 << 31}, {2, 1<<63 - 1}, {3, 0}, {4, 0}, {5, 0}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v %v, want %v", got, err, want)
	}
}

func TestEndlessListingIsStopped(t *testing.T) {
	for name, reply := range map[string]string{
		"by the number of its entries": strings.Repeat("1 u\r\n", 1<<20+1),
		"by the octets of its ids":     strings.Repeat("1 "+strings.Repeat("u", 1000)+"\r\n", 34<<10),
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("UIDL", mailtest.Say("+OK\r\n"+reply))})
			c := login(t, s)
			_, err := c.UIDL(t.Context())
			if p := mail.ProblemOf(err); p == nil || p.Kind != mail.Protocol {
				t.Errorf("an endless listing gives %v", err)
			}
		})
	}
}

func TestRepliesAndTheirMeaning(t *testing.T) {
	tests := []struct {
		name   string
		script mailtest.Script
		kind   mail.Kind
		code   string
		again  time.Duration
	}{
		{"wrong password", mailtest.On("AUTH", mailtest.Refuse("AUTH", "no")), mail.LoginRefused, "AUTH", 0},
		{"in use", mailtest.On("AUTH", mailtest.Refuse("IN-USE", "locked")), mail.MailboxInUse, "IN-USE", 3 * time.Minute},
		{"in use without code", mailtest.On("AUTH", mailtest.Refuse("", "maildrop already locked")), mail.MailboxInUse, "", 3 * time.Minute},
		{"login delay", mailtest.On("AUTH", mailtest.Refuse("LOGIN-DELAY", "wait 300 seconds")), mail.LoginDelay, "LOGIN-DELAY", 5 * time.Minute},
		{"login delay in minutes", mailtest.On("AUTH", mailtest.Refuse("login-delay", "minimum 15 minutes")), mail.LoginDelay, "LOGIN-DELAY", 15 * time.Minute},
		{"temporary", mailtest.On("AUTH", mailtest.Refuse("SYS/TEMP", "disk")), mail.ServerTemporary, "SYS/TEMP", 2 * time.Minute},
		{"temporary, refined", mailtest.On("AUTH", mailtest.Refuse("SYS/TEMP/DB", "db")), mail.ServerTemporary, "SYS/TEMP/DB", 2 * time.Minute},
		{"permanent", mailtest.On("AUTH", mailtest.Refuse("SYS/PERM", "broken")), mail.ServerPermanent, "SYS/PERM", 0},
		{"app password", mailtest.On("AUTH", mailtest.Refuse("AUTH", "Application-specific password required")), mail.NeedsAppPassword, "AUTH", 0},
		{"app password, QQ", mailtest.On("AUTH", mailtest.Refuse("", "请使用授权码登录")), mail.NeedsAppPassword, "", 0},
		{"greeting -ERR", mailtest.On("GREETING", mailtest.Instead("-ERR too many connections")), mail.ServerTemporary, "", 2 * time.Minute},
		{"greeting -ERR permanent", mailtest.On("GREETING", mailtest.Instead("-ERR [SYS/PERM] closed")), mail.ServerPermanent, "SYS/PERM", 0},
		{"another protocol", mailtest.On("GREETING", mailtest.Instead("220 smtp.example.test ESMTP")), mail.Protocol, "", 0},
		{"no greeting", mailtest.On("GREETING", mailtest.CutBefore), mail.Protocol, "", 0},
		{"+ERR", mailtest.On("AUTH", mailtest.Instead("+ERR [IN-USE] locked")), mail.MailboxInUse, "IN-USE", 3 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{Script: tt.script})
			_, err := pop3.Open(t.Context(), s.Server("u"), password, pop3.Options{Ahead: true})
			p := mail.ProblemOf(err)
			if p == nil || p.Kind != tt.kind || p.Again != tt.again {
				t.Fatalf("got %v (%+v), want kind %s again %s", err, p, tt.kind, tt.again)
			}
			var e *pop3.Error
			if errors.As(err, &e) && e.Code != tt.code {
				t.Errorf("code %q, want %q", e.Code, tt.code)
			}
			if strings.Contains(err.Error(), password) {
				t.Error("the password stands in the error")
			}
		})
	}
}

func TestPlusErrIsNoMessage(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("RETR 1", mailtest.Instead("+ERR not now"))}, "A: 1\r\n\r\n", "A: 2\r\n\r\n")
	c := login(t, s)
	if _, err := c.Retr(t.Context(), 1, io.Discard); pop3.Refused(err) == nil {
		t.Errorf("+ERR is taken for %v", err)
	}
	var b bytes.Buffer
	if _, err := c.Retr(t.Context(), 2, &b); err != nil || b.String() != "A: 2\r\n\r\n" {
		t.Errorf("the next message: %q %v", b.String(), err)
	}
}

func TestStatusLineOfAMegabyte(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("NOOP", mailtest.Say("+OK "+strings.Repeat("y", 1<<20)))})
	c := login(t, s)
	for range 2 {
		if err := c.Noop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnswerWithoutACommand(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("NOOP", mailtest.Say("+OK\r\n+OK and more\r\n"))}, "A: 1\r\n\r\n")
	c := login(t, s)
	if err := c.Noop(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := c.Dele(t.Context(), 1)
	if p := mail.ProblemOf(err); err == nil || p.Kind != mail.Protocol {
		t.Errorf("a command is sent although its answer would be that of another: %v", err)
	}
	if s.Count("DELE") != 0 {
		t.Error("DELE was sent")
	}
}

func TestCutIsNoMessage(t *testing.T) {
	msg := "A: 1\r\n\r\ntext\r\n"
	for at := range len(msg) + len("+OK 14 octets\r\n") + 2 {
		s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("RETR", mailtest.CutAt(at))}, msg)
		c := login(t, s)
		if _, err := c.Retr(t.Context(), 1, io.Discard); err == nil || pop3.Refused(err) != nil {
			t.Errorf("cut after %d octets: %v", at, err)
		} else if p := mail.ProblemOf(err); p.Kind != mail.ServerTemporary {
			t.Errorf("cut after %d octets: kind %s", at, p.Kind)
		}
		_ = c.Close()
	}
}

func TestCancel(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("RETR", mailtest.Stall(release))}, "A: 1\r\n\r\n")
	c := login(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	_, err := c.Retr(ctx, 1, io.Discard)
	if p := mail.ProblemOf(err); err == nil || p.Kind != mail.Cancelled {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSilence(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var silence mailtest.Silence
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("RETR", func(turn *mailtest.Turn) {
		silence.Fall()
		turn.Stall(release)
	})}, "A: 1\r\n\r\n")
	c := loginTo(t, s.Server("u"), pop3.Options{Wire: wire.Options{DialContext: silence.DialContext}})
	_, err := c.Retr(t.Context(), 1, io.Discard)
	if p := mail.ProblemOf(err); err == nil || p.Kind != mail.Timeout {
		t.Errorf("silence: %v", err)
	}
}

func TestSlowServerGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to, dial := answering(t, func(conn net.Conn, verb string) {
			switch verb {
			case "RETR":
			case "CAPA":
				fmt.Fprint(conn, "-ERR\r\n")
				return
			default:
				fmt.Fprint(conn, "+OK\r\n")
				return
			}
			for _, octet := range []byte("+OK\r\nA: 1\r\n\r\n..\r\n.\r\n") {
				time.Sleep(50 * time.Second)
				_, _ = conn.Write([]byte{octet})
			}
		})
		c := loginTo(t, to, pop3.Options{Wire: wire.Options{Idle: time.Minute, DialContext: dial}})
		var b bytes.Buffer
		if _, err := c.Retr(t.Context(), 1, &b); err != nil || b.String() != "A: 1\r\n\r\n.\r\n" {
			t.Errorf("%q %v", b.String(), err)
		}
		_ = c.Close()
	})
}

type dialer = func(ctx context.Context, network, addr string) (net.Conn, error)

// answering is a server without a network, for tests whose time is not the clock's: it greets, and answers each read by
// what say makes of its first word.
func answering(t *testing.T, say func(conn net.Conn, verb string)) (mail.Server, dialer) {
	t.Helper()
	to := mail.Server{Host: "127.0.0.1", Port: 110, Security: mail.NoTLS, User: "u", Auth: mail.AuthUserPass, AllowPlaintext: true}
	return to, talking(func(conn net.Conn, lines string) bool {
		verb, _, _ := strings.Cut(strings.TrimSpace(lines), " ")
		verb, _, _ = strings.Cut(verb, "\r")
		if verb == "QUIT" {
			return false
		}
		say(conn, verb)
		return true
	}, new(int))
}

// talking makes connections without a network to a server that greets and gives what each read finds to say, until that
// says no more. They are counted.
func talking(say func(conn net.Conn, lines string) bool, dials *int) dialer {
	return func(context.Context, string, string) (net.Conn, error) {
		*dials++
		near, far := net.Pipe()
		go func() {
			defer far.Close()
			fmt.Fprint(far, "+OK hello\r\n")
			p := make([]byte, 1000)
			for {
				n, err := far.Read(p)
				if err != nil || !say(far, string(p[:n])) {
					return
				}
			}
		}()
		return near, nil
	}
}

func TestFailingWriterLeavesTheSessionUsable(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n"+strings.Repeat("text\r\n", 100_000), "A: 2\r\n\r\n")
	c := login(t, s)
	full := errors.New("disk full")
	if _, err := c.Retr(t.Context(), 1, writer(func([]byte) (int, error) { return 0, full })); !errors.Is(err, full) {
		t.Fatalf("got %v", err)
	}
	var b bytes.Buffer
	if _, err := c.Retr(t.Context(), 2, &b); err != nil || b.String() != "A: 2\r\n\r\n" {
		t.Errorf("the next message: %q %v", b.String(), err)
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestSeriesKeepsTheLineFull(t *testing.T) {
	const n = 3000
	s, box := serve(t, mailtest.POP3Options{})
	reqs := make([]pop3.Request, n)
	for i := range n {
		box.Add([]byte(fmt.Sprintf("A: %d\r\n\r\n", i+1)))
		reqs[i] = pop3.Request{N: i + 1, Lines: pop3.Whole}
	}
	c := login(t, s)
	refused := 0
	s.SetScript(mailtest.On("RETR 77", mailtest.Refuse("SYS/TEMP", "not now")))
	err := c.Fetch(t.Context(), reqs, func(i int, b *pop3.Body, err error) error {
		if i == 76 {
			if e := pop3.Refused(err); e == nil || !e.Temporary() || e.Code != pop3.CodeSysTemp {
				t.Errorf("refusal: %v", err)
			}
			refused++
			return nil
		}
		if i%3 == 0 {
			return err // unread: it is skipped
		}
		var out bytes.Buffer
		_, err = b.WriteTo(&out)
		if want := fmt.Sprintf("A: %d\r\n\r\n", i+1); out.String() != want {
			t.Errorf("answer %d is %q", i, out.String())
		}
		return err
	})
	if err != nil || refused != 1 {
		t.Fatalf("%v, %d refused", err, refused)
	}
	ahead := 0
	for _, cmd := range s.Commands() {
		if strings.HasPrefix(cmd.Line, "RETR") && cmd.Ahead {
			ahead++
		}
	}
	if ahead < n*9/10 {
		t.Errorf("only %d of %d commands were sent ahead", ahead, n)
	}
	ns := make([]int, n)
	for i := range ns {
		ns[i] = i + 1
	}
	if err := c.Delete(t.Context(), ns, func(_ int, err error) error { return err }); err != nil {
		t.Fatal(err)
	}
	if err := c.Quit(t.Context()); err != nil || box.Len() != 0 {
		t.Errorf("%v, %d left", err, box.Len())
	}
}

func TestWithoutPipeliningOneCommandAtATime(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Without: []string{"PIPELINING"}}, "A: 1\r\n\r\n", "A: 2\r\n\r\n", "A: 3\r\n\r\n")
	c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true})
	reqs := []pop3.Request{{N: 1, Lines: pop3.Whole}, {N: 2, Lines: 0}, {N: 3, Lines: pop3.Whole}}
	if err := c.Fetch(t.Context(), reqs, func(int, *pop3.Body, error) error { return nil }); err != nil {
		t.Fatal(err)
	}
	for _, cmd := range s.Commands() {
		if cmd.Ahead {
			t.Errorf("%s was sent ahead", cmd.Line)
		}
	}
}

func TestAnErrorOfEachEndsTheSeries(t *testing.T) {
	s, box := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n", "A: 2\r\n\r\n", "A: 3\r\n\r\n")
	c := login(t, s)
	stop := errors.New("stop")
	reqs := []pop3.Request{{N: 1, Lines: pop3.Whole}, {N: 2, Lines: pop3.Whole}, {N: 3, Lines: pop3.Whole}}
	if err := c.Fetch(t.Context(), reqs, func(int, *pop3.Body, error) error { return stop }); !errors.Is(err, stop) {
		t.Fatalf("got %v", err)
	}
	if err := c.Dele(t.Context(), 1); err == nil {
		t.Error("with answers still on their way the session goes on")
	}
	if box.Len() != 3 {
		t.Error("a message is gone")
	}
}

func TestNoCommandWithALineEnd(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{})
	to := s.Server("u\r\nDELE 1")
	to.Auth = mail.AuthUserPass
	if _, err := pop3.Open(t.Context(), to, password, pop3.Options{}); err == nil {
		t.Error("a user name with a line end is accepted")
	}
	if _, err := pop3.Open(t.Context(), s.Server("u"), "a\nb", pop3.Options{}); err == nil {
		t.Error("a password with a line end is accepted")
	}
	for _, line := range s.Lines(0) {
		if line != "CAPA" {
			t.Errorf("sent %q", line)
		}
	}
}
