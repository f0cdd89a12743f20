package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/engine"
	"poplar/mail/mailtest"
)

// TestAttachmentsCrossTheWireUnchanged: what one person attaches, the other saves, octet for octet, whatever it is.
func TestAttachmentsCrossTheWireUnchanged(t *testing.T) {
	secret := mailtest.Secret()
	pop, err := mailtest.NewPOP3(mailtest.POP3Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pop.Close()
	pop.AddUser("anna", secret)
	smtp, err := mailtest.NewSMTP(mailtest.SMTPOptions{Users: map[string]string{"anna": secret}, Accepted: func(a mailtest.Accepted) {
		pop.Mailbox("anna").Add(a.Raw)
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer smtp.Close()
	a := mail.DefaultAccount()
	a.ID, a.Address = "a1", "anna@example.org"
	a.Incoming, a.Outgoing = pop.Server("anna"), smtp.Server("anna")
	a.Incoming.AllowPlaintext, a.Outgoing.AllowPlaintext = true, true
	e, err := engine.Open(t.Context(), engine.Options{
		Dir: t.TempDir(), Secret: func(context.Context, mail.Account, mail.Direction) (string, error) { return secret, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	if err := e.SetAccounts(t.Context(), []mail.Account{a}); err != nil {
		t.Fatal(err)
	}

	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 300_001)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	files := []mail.Attachment{
		{Name: "noise.bin", Raw: mail.Bytes(noise)},
		{Name: "latin.txt", Type: "text/plain", Raw: mail.Bytes("Gr\xfc\xdfe\nno line end")},
		{Name: "lines.txt", Type: "text/plain", Raw: mail.Bytes("a\r\nb\nc\rd\r\n\r\n.\r\n..\r\nFrom me\r\n \t\r\n")},
		{Name: "页面.html", Type: "text/html", Raw: mail.Bytes("<meta charset=gbk>\xd6\xd0\xce\xc4\x00\x01")},
		{Name: "utf16.csv", Type: "text/csv", Raw: mail.Bytes("\xff\xfea\x00,\x00\n\x00")},
		{Name: "letter.eml", Type: "message/rfc822", Raw: mail.Bytes("Subject: inner\r\n\r\nGr\xc3\xbc\xc3\x9fe\r\n")},
		{Name: "empty.dat", Raw: mail.Bytes(nil)},
	}
	d, err := e.NewDraft(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.To, d.Subject, d.Text, d.Attach = []mail.Address{{Addr: a.Address}}, "Files", "Here they are.", files
	if _, err := e.Send(t.Context(), d); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	wait, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := smtp.Wait(wait, 1); err != nil {
		t.Fatal(err)
	}
	if _, err := e.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := e.List(t.Context(), mail.Query{Role: mail.Inbox})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d messages came, %v", len(list), err)
	}
	m, err := e.Read(t.Context(), list[0].ID)
	if err != nil || len(m.Parts) != len(files) {
		t.Fatalf("%d of %d files came, %v", len(m.Parts), len(files), err)
	}
	for i, p := range m.Parts {
		want := []byte(files[i].Raw.(mail.Bytes))
		var got bytes.Buffer
		if err := e.Part(t.Context(), list[0].ID, p.Index, &got); err != nil {
			t.Errorf("%s: %v", p.Name, err)
		}
		if p.Name != files[i].Name || p.Size != int64(len(want)) || sum(got.Bytes()) != sum(want) {
			t.Errorf("%s came as %s, %d octets in place of %d, %s", files[i].Name, p.Name, got.Len(), len(want), sum(got.Bytes()))
		}
	}
}

func sum(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }
