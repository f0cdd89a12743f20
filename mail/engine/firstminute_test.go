package engine

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// openWithSecret opens an engine on a new folder, whose every password is "secret". Its store is checked at the end.
func openWithSecret(t *testing.T) *Engine {
	t.Helper()
	e, err := Open(t.Context(), Options{
		Dir: filepath.Join(t.TempDir(), "data"), Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return "secret", nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if list, err := e.Check(context.Background()); err != nil || len(list) > 0 {
			t.Errorf("the store: %q, %v", list, err)
		}
		_ = e.Close()
	})
	return e
}

// What another program has retrieved does not come once more, and stays on the server whatever the policy.
func TestHold(t *testing.T) {
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{})
	box := pop.AddUser("anna", "secret")
	for i := range 3 {
		box.Add(mailtest.Sample(i+1, 400))
	}
	var rows []mail.LedgerRow
	for _, m := range box.Messages()[:2] {
		rows = append(rows, mail.LedgerRow{UIDL: m.UIDL, State: mail.Stored, First: time.Unix(1_700_000_000, 0)})
	}
	e := openWithSecret(t)
	a := mail.DefaultAccount()
	a.ID, a.Address, a.Incoming, a.Keep = "a1", "anna@birch.test", pop.Server("anna"), mail.Keep{Mode: mail.KeepNever}
	a.Incoming.AllowPlaintext = true
	if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
		t.Fatal(err)
	}
	if err := e.Hold(t.Context(), "a1", rows); err != nil {
		t.Fatal(err)
	}
	for visit, want := range []int{1, 0} {
		reports, err := e.Receive(t.Context())
		if err != nil || reports[0].Problem != nil || reports[0].Retrieved != want {
			t.Fatalf("visit %d: %+v %v", visit, reports, err)
		}
	}
	if n := len(box.Messages()); n != 2 {
		t.Errorf("%d messages are on the server, want the two that were retrieved elsewhere", n)
	}
}

// A visit goes through the account's proxy, with the password that the keyring has for it; a test through it says nothing
// of names, which the proxy looks up; and a certificate that has changed is noticed.
func TestVisitThroughProxy(t *testing.T) {
	ca := mailtest.NewCA()
	file, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: ca.ServerTLS("pop.birch.test"), ImplicitTLS: true})
	pop.AddUser("anna", "secret").Add(mailtest.Sample(1, 400))
	smtp := mailtest.StartSMTP(t, mailtest.SMTPOptions{TLS: ca.ServerTLS("smtp.birch.test"), ImplicitTLS: true})
	var asked atomic.Int32
	var behind atomic.Value
	behind.Store(pop.Addr())
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Set("Authorization", r.Header.Get("Proxy-Authorization"))
		if user, password, _ := r.BasicAuth(); r.Method != http.MethodConnect || user != "guest" || password != "way" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		asked.Add(1)
		to := behind.Load().(string) // whatever the name
		if strings.HasSuffix(r.Host, ":465") {
			to = smtp.Addr()
		}
		up, err := net.Dial("tcp", to)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		down, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			_ = up.Close()
			return
		}
		_, _ = io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
		var both sync.WaitGroup
		both.Go(func() { _, _ = io.Copy(up, down); _ = up.Close() })
		_, _ = io.Copy(down, up)
		_ = down.Close()
		both.Wait()
	}))
	t.Cleanup(proxy.Close)
	secrets := map[mail.Direction]string{mail.Incoming: "secret", mail.ProxyWay: "way"}
	e, err := Open(t.Context(), Options{
		Dir: filepath.Join(t.TempDir(), "data"), Secret: func(_ context.Context, _ mail.Account, d mail.Direction) (string, error) { return secrets[d], nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	a := mail.DefaultAccount()
	a.ID, a.Address, a.Proxy = "a1", "anna@birch.test", strings.Replace(proxy.URL, "http://", "http://guest@", 1)
	a.Incoming = mail.Server{Host: "pop.birch.test", Port: 995, Security: mail.TLS, User: "anna", CAFile: file}
	a.Outgoing, a.OutgoingAuth = mail.Server{Host: "smtp.birch.test", Port: 465, Security: mail.TLS, CAFile: file}, false
	if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
		t.Fatal(err)
	}
	reports, err := e.Receive(t.Context())
	if err != nil || reports[0].Problem != nil || reports[0].Retrieved != 1 || asked.Load() != 1 {
		t.Fatalf("%+v, %v, through the proxy %d times", reports, err, asked.Load())
	}
	test := func() (steps []string, encrypted mail.Finding) {
		_ = e.Test(t.Context(), a, func(d mail.Direction) (string, error) { return secrets[d], nil }, false, func(f mail.Finding) {
			if f.Direction == mail.Incoming {
				steps = append(steps, f.Step)
				if f.Step == "encrypt" {
					encrypted = f
				}
			}
		})
		return steps, encrypted
	}
	steps, f := test()
	if strings.Join(steps, " ") != "connect encrypt greeting capabilities log in mailbox" || strings.Contains(f.Said, "new since") {
		t.Errorf("%q, %q", steps, f.Said)
	}
	if list := strings.Join(e.Trial(), "\n"); !strings.Contains(list, "CAPA") || strings.Contains(list, "secret") {
		t.Errorf("the conversation:\n%s", list)
	}
	other := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: ca.ServerTLS("pop.birch.test"), ImplicitTLS: true})
	other.AddUser("anna", "secret")
	behind.Store(other.Addr())
	if _, f = test(); !f.OK || !strings.Contains(f.Said, "new since") {
		t.Errorf("another certificate: %+v", f)
	}
	secrets[mail.ProxyWay] = "wrong"
	reports, err = e.Receive(t.Context())
	if p := reports[0].Problem; err != nil || p == nil || p.Kind != mail.Unreachable || !strings.Contains(p.Said, "407") {
		t.Errorf("with a wrong password: %+v", p)
	}
}
