package retrieve_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/pop3"
	"poplar/mail/wire"
)

// real is a mailbox at a Dovecot of our own.
type real struct {
	*mailbox
	d *mailtest.Dovecot
}

func newReal(t *testing.T, d *mailtest.Dovecot, user string, security mail.Security, auth mail.Auth, keep mail.KeepMode) *real {
	t.Helper()
	m := newMailbox(t, keep, mailtest.POP3Options{})
	to := d.Server(user, security)
	to.Auth = auth
	m.visit.Account.Incoming = to
	m.visit.Connect = func(ctx context.Context) (*pop3.Client, error) {
		return pop3.Open(ctx, to, d.Users[user], pop3.Options{Wire: wire.Options{Idle: m.idle}, Known: m.known, Ahead: true})
	}
	return &real{m, d}
}

// empty clears the user's Maildir.
func (r *real) empty(user string) {
	r.t.Helper()
	for _, sub := range []string{"cur", "new"} {
		files, _ := filepath.Glob(filepath.Join(r.d.Maildir(user), sub, "*"))
		for _, f := range files {
			if err := os.Remove(f); err != nil {
				r.t.Fatal(err)
			}
		}
	}
}

func TestDovecot(t *testing.T) {
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": "secret"}})
	var want []string
	for i := range 300 {
		raw := letter(i + 1)
		switch {
		case i%50 == 7:
			raw += strings.Repeat(strings.Repeat("x", 900)+"\r\n.\r\n", 3000) // 2.7 MB
		case i%7 == 3:
			raw += strings.Repeat(".\r\n..\r\nFrom here\r\n", 100)
		}
		want = append(want, raw)
		if err := d.Put("anna", []byte(strings.ReplaceAll(raw, "\r\n", "\n"))); err != nil {
			t.Fatal(err)
		}
	}
	for _, security := range []mail.Security{mail.TLS, mail.STARTTLS, mail.NoTLS} {
		for _, auth := range []mail.Auth{mail.AuthAuto, mail.AuthUserPass, mail.AuthLogin, mail.AuthCramMD5, mail.AuthAPOP} {
			t.Run(fmt.Sprintf("%s, %s", security, auth), func(t *testing.T) {
				m := newReal(t, d, "anna", security, auth, mail.KeepForever)
				if r := m.clean(); r.Retrieved != 300 || r.Left != 300 {
					t.Errorf("%+v", r)
				}
				m.once(want...)
				if r := m.clean(); r.Retrieved != 0 || r.Left != 300 {
					t.Errorf("second visit: %+v", r)
				}
				if auth == mail.AuthAuto && !m.known.After.Has("PIPELINING") {
					t.Errorf("remembered %+v", m.known)
				}
			})
		}
	}
	t.Run("killed again and again, then emptied", func(t *testing.T) {
		m := newReal(t, d, "anna", mail.TLS, mail.AuthAuto, mail.KeepNever)
		for step := 1; step < 12; step += 2 {
			m.store.dies, m.store.after = m.store.steps+step%3+1, step%4 == 1
			m.run()
			m.store.dies = 0
		}
		m.clean()
		m.once(want...)
		left, err := d.Messages("anna")
		if err != nil || len(left) != 0 {
			t.Errorf("%d are left, %v", len(left), err)
		}
	})
	t.Run("renumbered", func(t *testing.T) {
		m := newReal(t, d, "anna", mail.TLS, mail.AuthAuto, mail.KeepForever)
		m.empty("anna")
		for _, raw := range want[:20] {
			if err := d.Put("anna", []byte(raw)); err != nil {
				t.Fatal(err)
			}
		}
		m.clean()
		// A new UIDVALIDITY: every unique-id changes.
		for _, index := range []string{"dovecot-uidlist", "dovecot.index", "dovecot.index.log", "dovecot.index.cache"} {
			_ = os.Remove(filepath.Join(d.Maildir("anna"), index))
		}
		if err := os.WriteFile(filepath.Join(d.Maildir("anna"), "dovecot-uidvalidity"), []byte("7fffffff"), 0o666); err != nil {
			t.Fatal(err)
		}
		before := m.store.contents()
		r := m.clean()
		if r.Retrieved != 0 || len(m.store.contents()) != len(before) {
			t.Errorf("%+v", r)
		}
		m.once(want[:20]...)
		t.Logf("%d renumbered", r.Renumbered)
	})
}
