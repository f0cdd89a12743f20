package cli

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"poplar/mail"
	"poplar/mail/mailtest"
)

const testSecret = "Zq7-correct-horse-9"

// nobody is an outgoing server of accounts that only receive.
var nobody = mail.Server{Host: "localhost", Port: 9, Security: mail.TLS}

func putSamples(t *testing.T, d *mailtest.Dovecot, n, size int) map[[32]byte]bool {
	t.Helper()
	sums := map[[32]byte]bool{}
	for i := range n {
		raw := mailtest.Sample(i, size)
		if i%7 == 3 { // as many mail servers keep them
			raw = bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))
		}
		if err := d.Put("anna", raw); err != nil {
			t.Fatal(err)
		}
		sums[sha256.Sum256(mailtest.Sample(i, size))] = true
	}
	return sums
}

// TestDovecotEveryEncryption retrieves 2,000 messages over TLS, STLS and in the clear, octet for octet.
func TestDovecotEveryEncryption(t *testing.T) {
	const count = 2000
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": testSecret}})
	want := putSamples(t, d, count, 2000)
	for _, security := range []mail.Security{mail.TLS, mail.STARTTLS, mail.NoTLS} {
		t.Run(string(security), func(t *testing.T) {
			p := newProgram(t)
			p.add("anna@example.test", d.Server("anna", security), nobody, testSecret)
			if got := p.receive(); number(t, got, "retrieved") != count || number(t, got, "left") != count {
				t.Fatalf("first visit: %v", got)
			}
			if got := p.receive(); number(t, got, "retrieved") != 0 || number(t, got, "left") != count {
				t.Fatalf("second visit: %v", got)
			}
			s := p.session()
			seen := map[[32]byte]bool{}
			for _, m := range s.all() {
				sum := sha256.Sum256(s.raw(m.ID))
				if !want[sum] || seen[sum] {
					t.Errorf("message %d (%s) differs from the server's, or is there twice", m.ID, m.Subject)
				}
				seen[sum] = true
				if !m.OnServer || m.UIDL == "" {
					t.Errorf("message %d: on server %v, UIDL %q", m.ID, m.OnServer, m.UIDL)
				}
			}
			if len(seen) != count {
				t.Errorf("%d of %d messages are here", len(seen), count)
			}
			s.close()
			if n := p.verify(); n != count {
				t.Errorf("verify counts %d", n)
			}
			p.noSecret("anna", testSecret)
		})
	}
}

func TestKeepNeverEmptiesTheMailbox(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": testSecret}})
	putSamples(t, d, 2000, 2000)
	p := newProgram(t)
	p.add("anna@example.test", d.Server("anna", mail.TLS), nobody, testSecret, "--keep", "never")
	got := p.receive()
	if number(t, got, "retrieved") != 2000 || number(t, got, "deleted") != 2000 || number(t, got, "left") != 0 {
		t.Errorf("the visit: %v", got)
	}
	if left, err := d.Messages("anna"); err != nil || len(left) != 0 {
		t.Errorf("%d messages are left in the maildir (%v)", len(left), err)
	}
	if n := p.verify(); n != 2000 {
		t.Errorf("%d messages are here", n)
	}
}

// TestKilledReceive ends receive by SIGKILL at 50 random moments; afterwards one visit must put everything right.
func TestKilledReceive(t *testing.T) {
	const count = 400
	for _, keep := range []string{"forever", "never"} {
		t.Run(keep, func(t *testing.T) {
			d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": testSecret}})
			want := putSamples(t, d, count, 6000)
			p := newProgram(t)
			p.add("anna@example.test", d.Server("anna", mail.TLS), nobody, testSecret, "--keep", keep)
			rng := rand.New(rand.NewPCG(1, uint64(len(keep))))
			killed := 0
			span := 400 * time.Millisecond // what a visit lasts on this machine: the last that came to its end tells
			for range 25 {
				cmd := p.command("receive")
				begun := time.Now()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				done := make(chan error, 1)
				go func() { done <- cmd.Wait() }()
				select {
				case <-done:
					span = time.Since(begun)
				case <-time.After(time.Duration(rng.Int64N(int64(span)))):
					if err := cmd.Process.Kill(); err != nil {
						t.Fatal(err)
					}
					<-done
					killed++
				}
			}
			if killed < 5 {
				t.Errorf("only %d of 25 runs were killed before their end; the test is too slow or too fast", killed)
			}
			p.receive()
			if n := p.verify(); n != count {
				t.Errorf("%d messages of %d are here", n, count)
			}
			s := p.session()
			defer s.close()
			seen := map[[32]byte]bool{}
			for _, m := range s.all() {
				sum := sha256.Sum256(s.raw(m.ID))
				if !want[sum] || seen[sum] {
					t.Errorf("message %d is wrong or there twice", m.ID)
				}
				seen[sum] = true
			}
			left, err := d.Messages("anna")
			if err != nil {
				t.Fatal(err)
			}
			if wantLeft := map[string]int{"forever": count, "never": 0}[keep]; len(left) != wantLeft {
				t.Errorf("%d messages are left on the server, want %d", len(left), wantLeft)
			}
		})
	}
}

func TestWrongPasswordAndPlaintext(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": testSecret}})
	putSamples(t, d, 1, 500)
	t.Run("wrong password", func(t *testing.T) {
		p := newProgram(t)
		p.add("anna@example.test", d.Server("anna", mail.TLS), nobody, "not-"+testSecret)
		r := p.run("", "--json", "receive")
		got := objects(t, r.stdout)[0]
		if r.code != 1 || got["problem"].(map[string]any)["kind"] != "login-refused" {
			t.Errorf("exit %d, %v", r.code, got)
		}
		if strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, "does not accept this password") {
			t.Errorf("standard error: %q", r.stderr)
		}
		p.noSecret("anna", "not-"+testSecret)
	})
	t.Run("no encryption", func(t *testing.T) {
		p := newProgram(t)
		in := d.Server("anna", mail.NoTLS)
		in.AllowPlaintext = false
		p.add("anna@example.test", in, nobody, testSecret, "--pop-auth", "plain")
		r := p.run("", "-v", "--json", "receive")
		if got := objects(t, r.stdout)[0]; r.code != 1 || got["problem"].(map[string]any)["kind"] != "no-encryption" {
			t.Errorf("exit %d, %v", r.code, got)
		}
		p.noSecret("anna", testSecret)
	})
	t.Run("unknown authority", func(t *testing.T) {
		p := newProgram(t)
		in := d.Server("anna", mail.TLS)
		in.CAFile = ""
		p.add("anna@example.test", in, nobody, testSecret)
		r := p.run("", "--json", "receive")
		if got := objects(t, r.stdout)[0]; r.code != 1 || got["problem"].(map[string]any)["kind"] != "untrusted-certificate" {
			t.Errorf("exit %d, %v", r.code, got)
		}
	})
}

func letter(from string, to ...string) string {
	return fmt.Sprintf("From: Anna <%s>\nTo: %s\nSubject: =?utf-8?B?5Lya6K6u57qq6KaB?=\nDate: Wed, 25 Nov 2026 10:00:00 +0000\nMessage-ID: <%d@example.test>\n\nDear all,\n.\n.. dots\nlast line without its end",
		from, strings.Join(to, ", "), rand.Int64())
}

// TestSendThroughPostfix sends over STARTTLS and over TLS, to three recipients of which one is refused.
func TestSendThroughPostfix(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": testSecret, "bert": testSecret}})
	x := mailtest.StartPostfix(t, d)
	for _, security := range []mail.Security{mail.STARTTLS, mail.TLS} {
		t.Run(string(security), func(t *testing.T) {
			p := newProgram(t)
			p.add("anna@"+mailtest.Domain, d.Server("anna", mail.TLS), x.Server("anna", security), testSecret)
			nobody := "nobody@" + mailtest.Domain
			text := letter("anna@"+mailtest.Domain, "anna@"+mailtest.Domain, nobody, "bert@"+mailtest.Domain)
			r := p.run(text, "-v", "--json", "send", "-")
			if r.code != 1 {
				t.Errorf("exit %d with a refused recipient\n%s", r.code, r.stderr)
			}
			got := objects(t, r.stdout)[0]
			refused := got["refused"].([]any)
			if got["state"] != "sent" || len(got["accepted"].([]any)) != 2 || len(refused) != 1 {
				t.Fatalf("send says %v", got)
			}
			if no := refused[0].(map[string]any); no["recipient"] != nobody || no["code"] != 550.0 || no["status"] != "5.1.1" {
				t.Errorf("the refusal: %v", no)
			}
			arrived := waitForMail(t, d, "bert", text)
			if !strings.HasSuffix(arrived, "\r\n\r\nDear all,\r\n.\r\n.. dots\r\nlast line without its end\r\n") {
				t.Errorf("the body has changed:\n%q", arrived)
			}
			waitForMail(t, d, "anna", text)
			if r := p.receive(); number(t, r, "retrieved") == 0 {
				t.Errorf("nothing came back: %v", r)
			}
			if out := p.ok("", "outbox"); len(out) != 1 || len(out[0]["recipients"].([]any)) != 3 {
				t.Errorf("the outbox keeps what was refused: %v", out)
			}
			p.verify()
			p.noSecret("anna", testSecret)
		})
	}
}

// waitForMail waits until the message text, by its Message-ID, is in a user's Maildir.
func waitForMail(t *testing.T, d *mailtest.Dovecot, user, text string) string {
	t.Helper()
	_, id, _ := strings.Cut(text, "Message-ID: ")
	id, _, _ = strings.Cut(id, "\n")
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		all, err := d.Messages(user)
		if err != nil {
			t.Fatal(err)
		}
		for _, raw := range all {
			if strings.Contains(string(raw), id) {
				return string(raw)
			}
		}
		time.Sleep(20 * time.Millisecond) // Postfix tells nobody when it has delivered
	}
	t.Fatalf("%s never reached %s", id, user)
	return ""
}

// TestSendToStrictServer sends through a server that insists on every rule of RFC 5321 about lines.
func TestSendToStrictServer(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, implicit := range []bool{false, true} {
		t.Run(fmt.Sprintf("TLS from the start %v", implicit), func(t *testing.T) {
			x := mailtest.StartSMTP(t, mailtest.SMTPOptions{
				TLS: ca.ServerTLS(), ImplicitTLS: implicit, RequireTLS: true, RequireAuth: true, MaxLine: 1000,
				Users: map[string]string{"anna": testSecret},
				Script: func(turn *mailtest.Turn) {
					if turn.Name == "RCPT" && strings.Contains(turn.Arg, "green@") {
						turn.Instead("550 5.1.1 no such user")
					}
				},
			})
			p := newProgram(t)
			out := x.Server("anna")
			in := mail.Server{Host: "localhost", Port: 9, Security: mail.TLS, User: "anna", CAFile: file}
			p.add("anna@example.test", in, out, testSecret)
			r := p.run(letter("anna@example.test", "jones@example.test", "green@example.test", "brown@example.test"), "--json", "send", "-")
			got := objects(t, r.stdout)
			if r.code != 1 || len(got) != 1 || got[0]["state"] != "sent" || len(got[0]["accepted"].([]any)) != 2 {
				t.Fatalf("exit %d: %v\n%s", r.code, got, r.stderr)
			}
			list := x.Messages()
			if len(list) != 1 || strings.Join(list[0].To, " ") != "jones@example.test brown@example.test" || list[0].User != "anna" || !list[0].Encrypted {
				t.Errorf("the server took %+v", list)
			}
			var sent []smtp.MailOptions
			for _, m := range list {
				sent = append(sent, m.Options)
			}
			if len(sent) == 1 && sent[0].Size == 0 {
				t.Errorf("no SIZE was declared: %+v", sent[0])
			}
			p.noSecret("anna", testSecret)
		})
	}
}

func TestParseBatchNeverDies(t *testing.T) {
	p := &program{t: t, profile: t.TempDir(), out: &bytes.Buffer{}}
	good := filepath.Join(p.profile, "good.eml")
	if err := os.WriteFile(good, []byte(letter("anna@example.test", "bert@example.test")), 0o600); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(p.profile, "odd.eml")
	if err := os.WriteFile(odd, []byte{0, 1, 2, 0xff}, 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.run(good+"\n/no/such/file\n\n"+odd+"\n"+p.profile+"\n"+good, "parse", "--batch")
	got := objects(t, r.stdout)
	if r.code != 0 || len(got) != 6 {
		t.Fatalf("exit %d, %d objects for 6 lines\n%s", r.code, len(got), r.stderr)
	}
	for i, want := range []string{"会议纪要", "", "", "", "", "会议纪要"} {
		if got[i]["subject"] != want && (want != "" || (got[i]["subject"] != nil && got[i]["subject"] != "")) {
			t.Errorf("line %d: subject %v", i, got[i]["subject"])
		}
		if problems, ok := got[i]["problems"].([]any); !ok || (want == "" && len(problems) == 0) {
			t.Errorf("line %d: problems %v", i, got[i]["problems"])
		}
	}
}

func TestWrongUsageIsExitCode2(t *testing.T) {
	p := &program{t: t, profile: t.TempDir(), out: &bytes.Buffer{}}
	for _, args := range [][]string{
		{"no-such-verb"},
		{"account", "add"},
		{"list", "--limit", "x"},
		{"list", "--limit", "-1"},
		{"parse"},
		{"raw", "x"},
		{"account", "add", "--name", "A", "--address", "no address", "--pop", "h:1", "--pop-security", "tls", "--pop-user", "u", "--smtp", "h:1", "--smtp-security", "tls"},
		{"account", "add", "--name", "A", "--address", "a@b", "--pop", "h", "--pop-security", "tls", "--pop-user", "u", "--smtp", "h:1", "--smtp-security", "tls"},
	} {
		if r := p.run("", args...); r.code != 2 || r.stderr == "" || r.stdout != "" {
			t.Errorf("%v: exit %d, %q, %q", args, r.code, r.stdout, r.stderr)
		}
	}
	for _, args := range [][]string{{"raw", "7"}, {"receive", "a9"}, {"account", "test", "a9"}, {"list", "--folder", "Nowhere"}, {"outbox", "--resend", "3"}} {
		if r := p.run("", args...); r.code != 1 || strings.Count(r.stderr, "\n") != 1 {
			t.Errorf("%v: exit %d, %q", args, r.code, r.stderr)
		}
	}
	if r := p.run("", "version", "--json"); r.code != 0 || !strings.Contains(r.stdout, `"version":"test"`) {
		t.Errorf("version: %d %q", r.code, r.stdout)
	}
}

func TestRenderDrawsAMessage(t *testing.T) {
	p := &program{t: t, profile: t.TempDir(), out: &bytes.Buffer{}}
	file, out := filepath.Join(p.profile, "letter.html"), filepath.Join(p.profile, "letter.png")
	page := `<p style="color:#b00">Hello <img src="../secret.png" width=20 height=20> <img src="http://x.example/a.png"></p>`
	if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	r := p.run("", "--json", "render", file, "--width", "300", "--out", out, "--images", p.profile, "--words")
	if r.code != 0 {
		t.Fatalf("exit %d: %s", r.code, r.stderr)
	}
	got := objects(t, r.stdout)[0]
	words, _ := got["words"].([]any)
	if number(t, got, "width") != 300 || number(t, got, "height") < 20 || number(t, got, "remote") != 1 || len(words) == 0 {
		t.Errorf("rendered %v", got)
	}
	if pic, err := os.ReadFile(out); err != nil || !bytes.HasPrefix(pic, []byte("\x89PNG")) {
		t.Errorf("no picture: %v", err)
	}
	if r := p.run("", "render", file, "--out", out, "--width", "0"); r.code != 2 {
		t.Errorf("a width of 0: exit %d", r.code)
	}
}
