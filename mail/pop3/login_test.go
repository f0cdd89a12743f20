package pop3_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"fmt"
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

// secured returns the settings of a client that trusts ca.
func secured(t testing.TB, s *mailtest.POP3, ca *mailtest.CA) mail.Server {
	t.Helper()
	to := s.Server("u")
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	to.CAFile = file
	return to
}

func TestEveryWayToLogIn(t *testing.T) {
	ca := mailtest.NewCA()
	ways := map[mail.Auth]string{
		mail.AuthAuto: "AUTH PLAIN", mail.AuthPlain: "AUTH PLAIN", mail.AuthLogin: "AUTH LOGIN", mail.AuthCramMD5: "AUTH CRAM-MD5",
		mail.AuthAPOP: "APOP", mail.AuthUserPass: "USER", mail.AuthXOAuth2: "AUTH XOAUTH2", mail.AuthOAuthBearer: "AUTH OAUTHBEARER",
	}
	for auth, want := range ways {
		for _, security := range []mail.Security{mail.TLS, mail.STARTTLS, mail.NoTLS} {
			for _, pipelining := range []bool{true, false} {
				t.Run(string(auth)+" "+string(security), func(t *testing.T) {
					o := mailtest.POP3Options{APOP: true}
					if security != mail.NoTLS {
						o.TLS, o.ImplicitTLS = ca.ServerTLS(), security == mail.TLS
					}
					if !pipelining {
						o.Without = []string{"PIPELINING"}
					}
					s, _ := serve(t, o, "A: 1\r\n\r\n")
					to := secured(t, s, ca)
					to.Auth = auth
					transcript := wire.NewTranscript(1000)
					c := loginTo(t, to, pop3.Options{Ahead: true, Wire: wire.Options{Transcript: transcript}})
					if c.Encrypted() != (security != mail.NoTLS) {
						t.Error("encryption is not what was asked for")
					}
					if security == mail.NoTLS && auth == mail.AuthAuto {
						want = "AUTH CRAM-MD5"
					}
					if !slices.ContainsFunc(s.Lines(0), func(l string) bool { return strings.HasPrefix(l, want) }) {
						t.Errorf("%s was not used: %q", want, s.Lines(0))
					}
					if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
						t.Errorf("STAT %d %v", n, err)
					}
					all := strings.Join(transcript.Lines(), "\n")
					for _, secret := range []string{password, b64(password), b64("\x00u\x00" + password)} {
						if strings.Contains(all, secret) {
							t.Errorf("a secret stands in the transcript: %s", all)
						}
					}
				})
			}
		}
	}
}

func b64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func TestNoPasswordInTheClear(t *testing.T) {
	for _, auth := range []mail.Auth{mail.AuthAuto, mail.AuthPlain, mail.AuthLogin, mail.AuthUserPass, mail.AuthXOAuth2} {
		t.Run(string(auth), func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{SASL: []string{"PLAIN", "LOGIN", "XOAUTH2"}})
			to := s.Server("u")
			to.Auth, to.AllowPlaintext = auth, false
			_, err := pop3.Open(t.Context(), to, password, pop3.Options{})
			if p := mail.ProblemOf(err); p == nil || p.Kind != mail.NoEncryption {
				t.Errorf("got %v", err)
			}
			if lines := s.Lines(0); !slices.Equal(lines, []string{"CAPA"}) {
				t.Errorf("sent %q", lines)
			}
		})
	}
	t.Run("a digest may go", func(t *testing.T) {
		s, _ := serve(t, mailtest.POP3Options{SASL: []string{"PLAIN"}, APOP: true})
		to := s.Server("u")
		to.AllowPlaintext = false
		loginTo(t, to, pop3.Options{})
		if s.Count("APOP") != 1 {
			t.Errorf("sent %q", s.Lines(0))
		}
	})
}

func TestEncryptionIsNotNegotiable(t *testing.T) {
	ca := mailtest.NewCA()
	tests := []struct {
		name   string
		script mailtest.Script
		kind   mail.Kind
	}{
		{"stripped", mailtest.On("CAPA", mailtest.Capa("TOP", "UIDL", "USER")), mail.NoEncryption},
		{"refused", mailtest.On("STLS", mailtest.Refuse("", "not today")), mail.NoEncryption},
		{"refused, no CAPA", mailtest.Scripts(mailtest.On("CAPA", mailtest.Refuse("", "what")), mailtest.On("STLS", mailtest.Refuse("", "what"))), mail.NoEncryption},
		{"injected", mailtest.On("STLS", mailtest.Say("+OK go\r\n+OK user accepted\r\n+OK authenticated\r\n")), mail.Protocol},
		{"injected after a refusal", mailtest.On("STLS", mailtest.Instead("-ERR unavailable\r\n+OK user accepted\r\n+OK authenticated\r\n")), mail.NoEncryption},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{TLS: ca.ServerTLS(), Script: tt.script})
			_, err := pop3.Open(t.Context(), secured(t, s, ca), password, pop3.Options{})
			if p := mail.ProblemOf(err); p == nil || p.Kind != tt.kind {
				t.Errorf("got %v, want %s", err, tt.kind)
			}
			for _, l := range s.Lines(0) {
				if l != "CAPA" && l != "STLS" {
					t.Errorf("sent %q", l)
				}
			}
		})
	}
	t.Run("a server without CAPA may know STLS", func(t *testing.T) {
		s, _ := serve(t, mailtest.POP3Options{TLS: ca.ServerTLS(), Without: []string{"CAPA"}})
		if c := loginTo(t, secured(t, s, ca), pop3.Options{}); !c.Encrypted() {
			t.Error("not encrypted")
		}
	})
	t.Run("certificate of a stranger", func(t *testing.T) {
		s, _ := serve(t, mailtest.POP3Options{TLS: mailtest.NewCA().ServerTLS(), ImplicitTLS: true})
		_, err := pop3.Open(t.Context(), secured(t, s, ca), password, pop3.Options{})
		if p := mail.ProblemOf(err); p == nil || p.Kind != mail.UntrustedCertificate || p.Certificate == nil {
			t.Errorf("got %v", err)
		}
	})
	t.Run("another certificate than the one trusted by hand", func(t *testing.T) {
		config := ca.ServerTLS()
		s, _ := serve(t, mailtest.POP3Options{TLS: config, ImplicitTLS: true})
		to := s.Server("u")
		to.Pins = []string{mailtest.Fingerprint(config)}
		known := loginTo(t, to, pop3.Options{}).Known()
		other := mailtest.NewCA().ServerTLS()
		config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return other, nil }
		before := len(s.Lines(0))
		_, err := pop3.Open(t.Context(), to, password, pop3.Options{Known: known})
		p := mail.ProblemOf(err)
		if p == nil || p.Kind != mail.UntrustedCertificate || p.Certificate == nil || !strings.Contains(p.Certificate.Reason, "not the one you chose to trust") {
			t.Errorf("got %v: %+v", err, p)
		}
		if lines := s.Lines(0)[before:]; len(lines) > 0 {
			t.Errorf("sent %q", lines)
		}
	})
	t.Run("TLS older than last time", func(t *testing.T) {
		config := ca.ServerTLS()
		s, _ := serve(t, mailtest.POP3Options{TLS: config, ImplicitTLS: true})
		to := secured(t, s, ca)
		known := loginTo(t, to, pop3.Options{}).Known()
		if known.TLS != tls.VersionTLS13 {
			t.Fatalf("remembered version %x", known.TLS)
		}
		old := config.Clone()
		old.MaxVersion = tls.VersionTLS12
		config.GetConfigForClient = func(*tls.ClientHelloInfo) (*tls.Config, error) { return old, nil }
		before := len(s.Lines(0))
		_, err := pop3.Open(t.Context(), to, password, pop3.Options{Known: known})
		if p := mail.ProblemOf(err); p == nil || p.Kind != mail.NoEncryption || !strings.Contains(p.Said, "speaks TLS 1.2 now and spoke TLS 1.3") {
			t.Errorf("got %v", err)
		}
		if lines := s.Lines(0)[before:]; len(lines) > 0 {
			t.Errorf("sent %q", lines)
		}
	})
}

func TestBrokenWayToLogInIsLeftAndRemembered(t *testing.T) {
	ca := mailtest.NewCA()
	tests := []struct {
		name   string
		sasl   []string
		script mailtest.Script
		auth   mail.Auth
		want   string
		broken []string
	}{
		{"hangs up on PLAIN", nil, mailtest.On("AUTH PLAIN", mailtest.CutBefore), mail.AuthAuto, "USER", []string{"PLAIN"}},
		{"says PLAIN is broken", nil, mailtest.On("AUTH PLAIN", mailtest.Refuse("", "internal error")), mail.AuthAuto, "USER", nil},
		{"answers PLAIN with nonsense", nil, mailtest.On("AUTH PLAIN", mailtest.Instead("oops")), mail.AuthAuto, "USER", []string{"PLAIN"}},
		{
			"hangs up on USER and on CRAM-MD5",
			[]string{"CRAM-MD5", "LOGIN"},
			mailtest.Scripts(mailtest.On("USER", mailtest.CutBefore), mailtest.On("AUTH CRAM-MD5", mailtest.CutBefore), mailtest.On("CAPA", mailtest.Capa("UIDL", "TOP", "USER", "SASL CRAM-MD5 LOGIN"))),
			mail.AuthAuto, "LOGIN",
			[]string{"USER"},
		},
		{"challenge that is none", []string{"CRAM-MD5", "PLAIN"}, mailtest.On("CHALLENGE CRAM-MD5", mailtest.Say("+ Rubbish!")), mail.AuthCramMD5, "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := serve(t, mailtest.POP3Options{TLS: ca.ServerTLS(), ImplicitTLS: true, SASL: tt.sasl, Script: tt.script}, "A: 1\r\n\r\n")
			to := secured(t, s, ca)
			to.Auth = tt.auth
			c, err := pop3.Open(t.Context(), to, password, pop3.Options{Ahead: true})
			if tt.want == "" {
				if err == nil {
					t.Fatal("logged in")
				}
				if lines := s.Lines(0); lines[len(lines)-1] != "*" {
					t.Errorf("the exchange was not called off: %q", lines)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
				t.Errorf("STAT %d %v", n, err)
			}
			known := c.Known()
			_ = c.Quit(t.Context())
			if known.Way != tt.want || !slices.Equal(known.Broken, tt.broken) {
				t.Errorf("remembered way %q, broken %q", known.Way, known.Broken)
			}
			sessions := s.Sessions()
			c = loginTo(t, to, pop3.Options{Ahead: true, Known: known})
			if s.Sessions() != sessions+1 || c.Known().Way != tt.want {
				t.Errorf("the next login tried again: %q", s.Lines(0))
			}
		})
	}
}

// deaf is a server that overlooks what comes with AUTH and asks for it.
func deaf() mailtest.Script {
	asking := map[int]bool{}
	return func(turn *mailtest.Turn) {
		switch {
		case asking[turn.Session]:
			asking[turn.Session] = false
			turn.Instead("-ERR that is no response")
		case turn.Name == "AUTH" && strings.HasPrefix(turn.Arg, "PLAIN "):
			asking[turn.Session] = true
			turn.Instead("+ ")
		}
	}
}

// A server that overlooks the initial response gets it when it asks, and is not tried with one again.
func TestInitialResponseThatIsOverlooked(t *testing.T) {
	ca := mailtest.NewCA()
	t.Run("all in one flight", func(t *testing.T) {
		s, _ := serve(t, mailtest.POP3Options{TLS: ca.ServerTLS(), ImplicitTLS: true, SASL: []string{"PLAIN"}, Without: []string{"USER"}, Script: deaf()}, "A: 1\r\n\r\n")
		to := secured(t, s, ca)
		c := loginTo(t, to, pop3.Options{Ahead: true})
		if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
			t.Errorf("STAT %d %v", n, err)
		}
		known := c.Known()
		_ = c.Quit(t.Context())
		if !known.Late || known.Way != "PLAIN" || len(known.Broken) > 0 {
			t.Errorf("remembered %+v", known)
		}
		before := s.Count("AUTH")
		c = loginTo(t, to, pop3.Options{Ahead: true, Known: known})
		_ = c.Quit(t.Context())
		if n := s.Count("AUTH") - before; n != 1 {
			t.Errorf("the next login took %d attempts", n)
		}
	})
	t.Run("one command at a time", func(t *testing.T) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		heard := make(chan []string, 1)
		go func() {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
			r := bufio.NewReader(conn)
			var lines []string
			for _, say := range []string{"+OK hello", "+OK\r\nSASL PLAIN\r\nUIDL\r\nTOP\r\n.", "+ ", "+OK logged in", "+OK bye"} {
				fmt.Fprint(conn, say+"\r\n")
				line, _ := r.ReadString('\n')
				lines = append(lines, strings.TrimSpace(line))
			}
			heard <- lines
		}()
		at := l.Addr().(*net.TCPAddr)
		c := loginTo(t, mail.Server{Host: "127.0.0.1", Port: at.Port, Security: mail.NoTLS, User: "u", Auth: mail.AuthPlain, AllowPlaintext: true}, pop3.Options{})
		_ = c.Quit(t.Context())
		_ = c.Close()
		response := base64.StdEncoding.EncodeToString([]byte("\x00u\x00" + password))
		if got, want := <-heard, []string{"CAPA", "AUTH PLAIN " + response, response, "QUIT", ""}; !slices.Equal(got, want) {
			t.Errorf("sent %q, not %q", got, want)
		}
		if !c.Known().Late {
			t.Error("it is not remembered")
		}
	})
}

// A server that offers PIPELINING and throws away what it was not waiting for is asked step by step, now and from then on.
func TestServerThatLosesWhatComesEarly(t *testing.T) {
	answers := map[string]string{
		"CAPA": "+OK\r\nUSER\r\nUIDL\r\nTOP\r\nPIPELINING\r\n.", "USER": "+OK", "PASS": "+OK", "STAT": "+OK 0 0", "UIDL": "+OK\r\n.",
	}
	synctest.Test(t, func(t *testing.T) {
		to, dial := answering(t, func(conn net.Conn, verb string) { fmt.Fprint(conn, answers[verb]+"\r\n") })
		to.Auth = mail.AuthAuto
		var known pop3.Known
		for _, wait := range []time.Duration{time.Minute, 0} {
			start := time.Now()
			c := loginTo(t, to, pop3.Options{Ahead: true, Known: known, Wire: wire.Options{Idle: time.Minute, DialContext: dial}})
			if n, _, err := c.Stat(t.Context()); err != nil || n != 0 {
				t.Errorf("STAT: %d, %v", n, err)
			}
			if known = c.Known(); !known.Serial || len(known.Broken) > 0 {
				t.Errorf("remembered %+v", known)
			}
			if took := time.Since(start); took != wait {
				t.Errorf("it took %s of waiting, not %s", took, wait)
			}
			_ = c.Close()
		}
	})
}

func TestWrongPasswordIsNotTriedInEveryWay(t *testing.T) {
	tries := func(s *mailtest.POP3) int { return s.Count("AUTH") + s.Count("PASS") + s.Count("APOP") }
	s, _ := serve(t, mailtest.POP3Options{APOP: true})
	if _, err := pop3.Open(t.Context(), s.Server("u"), "wrong", pop3.Options{}); mail.ProblemOf(err).Kind != mail.LoginRefused {
		t.Errorf("got %v", err)
	}
	if n := tries(s); n != 1 {
		t.Errorf("[AUTH] is final, yet %d tries were made", n)
	}
	// Without a response code it may be the way that is refused, not the password: one more, no more.
	refuse := mailtest.Refuse("", "invalid")
	s, _ = serve(t, mailtest.POP3Options{APOP: true, Script: mailtest.Scripts(mailtest.On("AUTH", refuse), mailtest.On("PASS", refuse), mailtest.On("APOP", refuse))})
	if _, err := pop3.Open(t.Context(), s.Server("u"), "wrong", pop3.Options{}); mail.ProblemOf(err).Kind != mail.LoginRefused {
		t.Errorf("got %v", err)
	}
	if n := tries(s); n != 2 {
		t.Errorf("%d tries", n)
	}
}

// turns counts how often the client waited for an answer before it went on.
func turns(commands []mailtest.Command) int {
	n := 0
	for _, c := range commands {
		if !c.Ahead {
			n++
		}
	}
	return n
}

func TestLoginTravelsWithTheListing(t *testing.T) {
	for auth, more := range map[mail.Auth]int{
		mail.AuthAuto: 0, mail.AuthUserPass: 0, mail.AuthAPOP: 0, mail.AuthXOAuth2: 0, mail.AuthCramMD5: 1, mail.AuthLogin: 2,
	} {
		t.Run(string(auth), func(t *testing.T) {
			ca := mailtest.NewCA()
			s, box := serve(t, mailtest.POP3Options{APOP: true, TLS: ca.ServerTLS(), ImplicitTLS: true}, "A: 1\r\n\r\n", "A: 2\r\n\r\n")
			to := secured(t, s, ca)
			to.Auth = auth
			visit := func(known pop3.Known) (pop3.Known, []mailtest.Command) {
				before := len(s.Commands())
				c := loginTo(t, to, pop3.Options{Ahead: true, Known: known})
				n, _, err := c.Stat(t.Context())
				if err != nil || n != 2 {
					t.Errorf("STAT %d %v", n, err)
				}
				ids, err := c.UIDL(t.Context())
				if err != nil || len(ids) != 2 || ids[1].UIDL != box.UIDLs()[1] {
					t.Errorf("UIDL %v %v", ids, err)
				}
				known = c.Known()
				if err := c.Quit(t.Context()); err != nil {
					t.Error(err)
				}
				return known, s.Commands()[before:]
			}
			known, commands := visit(pop3.Known{})
			if n := turns(commands); n != 3+more { // CAPA; the login and all else; QUIT
				t.Errorf("first visit: %d turns: %v", n, commands)
			}
			text, err := json.Marshal(known)
			if err != nil || bytes.Contains(text, []byte(password)) {
				t.Errorf("%s %v", text, err)
			}
			known = pop3.Known{}
			if err := json.Unmarshal(text, &known); err != nil {
				t.Fatal(err)
			}
			_, commands = visit(known)
			if n := turns(commands); n != 2+more { // the login and all else; QUIT
				t.Errorf("second visit: %d turns: %v", n, commands)
			}
			if slices.ContainsFunc(commands, func(c mailtest.Command) bool { return c.Line == "LIST" }) {
				t.Error("LIST was asked for before anything new was known of")
			}
		})
	}
}

func TestWhatIsKnownIsVerified(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n")
	known := loginTo(t, s.Server("u"), pop3.Options{Ahead: true}).Known()
	t.Run("another server's knowledge is not used", func(t *testing.T) {
		other, _ := serve(t, mailtest.POP3Options{Without: []string{"CAPA", "AUTH"}}, "A: 1\r\n\r\n")
		loginTo(t, other.Server("u"), pop3.Options{Ahead: true, Known: known})
		if lines := other.Lines(0); lines[0] != "CAPA" {
			t.Errorf("sent %q", lines)
		}
	})
	t.Run("a mechanism that has gone", func(t *testing.T) {
		s.SetScript(mailtest.Scripts(mailtest.On("AUTH", mailtest.Refuse("", "unknown")), mailtest.On("CAPA", mailtest.Capa("USER", "UIDL", "TOP"))))
		defer s.SetScript(nil)
		c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true, Known: known})
		if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
			t.Errorf("STAT %d %v", n, err)
		}
		if c.Pipelining() || c.Known().Way != "USER" {
			t.Errorf("pipelining %v, way %q", c.Pipelining(), c.Known().Way)
		}
	})
	t.Run("pipelining that has gone", func(t *testing.T) {
		s.SetScript(mailtest.AfterLogin(mailtest.On("CAPA", mailtest.Capa("USER", "UIDL", "TOP"))))
		defer s.SetScript(nil)
		if c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true, Known: known}); c.Pipelining() {
			t.Error("commands would still be sent ahead")
		}
	})
	t.Run("pipelining that is a lie", func(t *testing.T) {
		s.SetScript(mailtest.AfterLogin(mailtest.On("CAPA", mailtest.CutBefore)))
		defer s.SetScript(nil)
		c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true, Known: known})
		if c.Pipelining() || !c.Known().Serial {
			t.Error("it is trusted again")
		}
		if n, _, err := c.Stat(t.Context()); n != 1 || err != nil {
			t.Errorf("STAT %d %v", n, err)
		}
	})
}

func TestCapabilitiesAfterLogin(t *testing.T) {
	for _, without := range [][]string{nil, {"PIPELINING"}} {
		s, _ := serve(t, mailtest.POP3Options{Without: without, Script: mailtest.BeforeLogin(mailtest.On("CAPA", mailtest.Capa("USER", "SASL PLAIN")))})
		if c := login(t, s); !c.Capabilities().Has("UIDL") || c.LoginDelay() != 0 {
			t.Errorf("capabilities %q", c.Capabilities())
		}
	}
}

func TestOtherCommandsMayComeBeforeWhatWasSentAhead(t *testing.T) {
	s, _ := serve(t, mailtest.POP3Options{}, "A: 1\r\n\r\n", "A: 2\r\n\r\n")
	c := loginTo(t, s.Server("u"), pop3.Options{Ahead: true})
	if err := c.Noop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if ids, err := c.UIDL(t.Context()); err != nil || len(ids) != 2 {
		t.Errorf("%v %v", ids, err)
	}
	c = loginTo(t, s.Server("u"), pop3.Options{Ahead: true})
	var b bytes.Buffer
	err := c.Fetch(t.Context(), []pop3.Request{{N: 2, Lines: pop3.Whole}}, func(_ int, body *pop3.Body, err error) error {
		if err == nil {
			_, err = body.WriteTo(&b)
		}
		return err
	})
	if err != nil || b.String() != "A: 2\r\n\r\n" {
		t.Errorf("%q %v", b.String(), err)
	}
}
