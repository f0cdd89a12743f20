package pop3_test

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/wire"
)

// One link that breaks in a flight does not make a server lose the flights to come.
func TestOneCutIsNotHeldAgainstPipelining(t *testing.T) {
	for _, command := range []string{"CAPA", "AUTH"} {
		t.Run(command, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n")
			known := loginTo(t, s.Server("u"), pop3.Options{Ahead: true}).Known()
			s.SetScript(mailtest.Once(command, mailtest.CutBefore))
			c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true, Known: known})
			if !c.Pipelining() || c.Known().Serial {
				t.Errorf("pipelining %v, remembered %+v", c.Pipelining(), c.Known())
			}
		})
	}
}

// A server that offers PIPELINING and hangs up on whoever believes it is asked step by step, now and from then on; the ways
// to log in are not to blame.
func TestServerThatHangsUpOnWhatComesEarly(t *testing.T) {
	for _, auth := range []mail.Auth{mail.AuthAuto, mail.AuthUserPass} {
		t.Run(string(auth), func(t *testing.T) {
			to, _ := answering(t, nil)
			to.Auth = auth
			dials := 0
			o := pop3.Options{Ahead: true, Wire: wire.Options{DialContext: touchy(t, &dials)}}
			for visit, want := range []int{3, 1} {
				dials = 0
				c := loginTo(t, to, o)
				if n, _, err := c.Stat(t.Context()); err != nil || n != 0 {
					t.Errorf("STAT: %d, %v", n, err)
				}
				if o.Known = c.Known(); !o.Known.Serial || len(o.Known.Broken) > 0 || dials != want {
					t.Errorf("visit %d: remembered %+v after %d connections", visit+1, o.Known, dials)
				}
				_ = c.Close()
			}
		})
	}
}

// touchy makes connections to a server without a network that hangs up when more than one line comes at once.
func touchy(t *testing.T, dials *int) dialer {
	t.Helper()
	answers := map[string]string{
		"CAPA": "+OK\r\nUSER\r\nSASL PLAIN\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.", "USER": "+OK", "PASS": "+OK", "AUTH": "+OK", "STAT": "+OK 0 0",
	}
	return talking(func(conn net.Conn, lines string) bool {
		if strings.Count(lines, "\n") > 1 {
			return false
		}
		verb, _, _ := strings.Cut(strings.TrimSpace(lines), " ")
		_, err := fmt.Fprint(conn, answers[verb]+"\r\n")
		return err == nil
	}, dials)
}

// A server that hangs up on CAPA, because it does not know it, is not asked any more.
func TestServerThatHangsUpOnCAPA(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{Script: mailtest.On("CAPA", mailtest.CutBefore)}, "A: 1\r\n\r\n")
	var known pop3.Known
	for visit := range 2 {
		before := len(s.Commands())
		c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true, Known: known})
		if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
			t.Errorf("STAT %d %v", n, err)
		}
		var asked int
		for _, cmd := range s.Commands()[before:] {
			if cmd.Line == "CAPA" {
				asked++
			}
		}
		if known = c.Known(); !known.NoCapa || asked != []int{2, 0}[visit] {
			t.Errorf("visit %d: asked %d times, remembered %+v", visit+1, asked, known)
		}
	}
	// Each step is told once.
	var steps []string
	c, err := pop3.Dial(t.Context(), s.Server("u"), wire.Options{Step: func(name string, _ time.Duration, _ string) { steps = append(steps, name) }})
	if err != nil || !slices.Equal(steps, []string{"resolve", "connect"}) {
		t.Errorf("%q, %v", steps, err)
	}
	_ = c.Close()
	// Once is a link that broke.
	s, _ = serve(t, mailtest.POP3Options{Script: mailtest.Once("CAPA", mailtest.CutBefore)}, "A: 1\r\n\r\n")
	if c := login(t, s); c.Known().NoCapa || !c.Pipelining() {
		t.Errorf("remembered %+v", c.Known())
	}
}

// That encryption was there at the last visit and is not there now is what a person has to hear.
func TestEncryptionThatHasGone(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s, _ := serve(t, mailtest.POP3Options{TLS: ca.ServerTLS()}, "A: 1\r\n\r\n")
	to := s.Server("u")
	to.Security, to.CAFile, to.AllowPlaintext = mail.STARTTLS, file, true
	known := loginTo(t, to, pop3.Options{}).Known()
	for _, script := range []mailtest.Script{
		mailtest.On("STLS", mailtest.Refuse("", "unknown command")),
		mailtest.Scripts(mailtest.On("CAPA", mailtest.Capa("USER")), mailtest.On("STLS", mailtest.Refuse("", "unknown command"))),
	} {
		s.SetScript(script)
		for _, k := range []pop3.Known{known, {}} {
			_, err := pop3.Open(t.Context(), to, password, pop3.Options{Known: k})
			p := mail.ProblemOf(err)
			if before := k.TLS != 0; p.Kind != mail.NoEncryption || strings.Contains(p.Said, "at the last visit") != before {
				t.Errorf("known %v: %v", before, p)
			}
		}
	}
	if slices.ContainsFunc(s.Commands(), func(c mailtest.Command) bool { return strings.HasPrefix(c.Line, "PASS") && c.Session > 1 }) {
		t.Error("the password was sent")
	}
}

// A greeting that does not come where one used to come says so.
func TestGreetingThatDoesNotCome(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n")
	known := login(t, s).Known()
	s.SetScript(mailtest.On("GREETING", mailtest.CutBefore))
	_, err := pop3.Open(t.Context(), s.Server("u"), password, pop3.Options{Known: known})
	if p := mail.ProblemOf(err); p.Kind != mail.ServerTemporary || p.Said != "the server closed the connection" || p.Again == 0 {
		t.Errorf("%+v", p)
	}
	// After a greeting it is no wrong port, whatever comes then.
	s.SetScript(mailtest.Scripts(mailtest.On("CAPA", mailtest.CutBefore), mailtest.On("USER", mailtest.CutBefore), mailtest.On("AUTH", mailtest.CutBefore)))
	if _, err := pop3.Open(t.Context(), s.Server("u"), password, pop3.Options{}); mail.ProblemOf(err).Kind != mail.ServerTemporary {
		t.Error(err)
	}
}
