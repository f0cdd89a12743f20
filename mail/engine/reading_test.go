package engine

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/emersion/go-msgauth/dkim"

	"poplar/mail"
	"poplar/mail/delivery"
)

// put stores messages as if a visit had brought them.
func (b *bench) put(messages ...string) []mail.MessageID {
	b.t.Helper()
	var batch []mail.Arrival
	for _, m := range messages {
		a := delivery.Read(mail.Bytes(strings.ReplaceAll(strings.ReplaceAll(m, "\r\n", "\n"), "\n", "\r\n")), b.account, b.o.Now())
		b.seq++
		a.Ledger = &mail.LedgerRow{Account: b.account.ID, UIDL: fmt.Sprintf("put-%d", b.seq), State: mail.Stored}
		batch = append(batch, a)
	}
	ids, err := b.store.Add(b.t.Context(), b.account.ID, batch)
	if err != nil {
		b.t.Fatal(err)
	}
	return ids
}

func TestReadAsChosen(t *testing.T) {
	b := newBench(t, nil, nil)
	id := b.put("Subject: x\nContent-Type: text/plain; charset=iso-8859-1\n\n\xb4\xba\xcc\xec\n")[0]
	text := func() string {
		m, err := b.Read(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return m.Text
	}
	if got := text(); got != "´ºÌì\n" {
		t.Errorf("it says %q", got)
	}
	if err := b.SetCharset(t.Context(), id, "gb18030"); err != nil {
		t.Fatal(err)
	}
	if got := text(); got != "春天\n" {
		t.Errorf("as GB 18030 it says %q", got)
	}
	if err := b.SetCharset(t.Context(), id, "klingon"); err == nil {
		t.Error("a character set that nobody knows is taken")
	}
	if err := b.SetCharset(t.Context(), id, ""); err != nil || text() != "´ºÌì\n" {
		t.Errorf("it does not go back: %v", err)
	}
}

func TestReadPieces(t *testing.T) {
	b := newBench(t, nil, nil)
	whole := "Subject: The whole\nMessage-ID: <w@x>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nAll of it.\n--b\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD\n", 100) + "--b--\n"
	piece := func(n int) string {
		cut := []int{0, 100, 400, len(whole)}
		return fmt.Sprintf("From: bo@poplar.example\nMessage-ID: <p%d@x>\nMIME-Version: 1.0\nContent-Type: message/partial; id=\"w@x\"; number=%d; total=3\n\n", n, n) + whole[cut[n-1]:cut[n]]
	}
	ids := b.put(piece(3), piece(1))
	m, err := b.Read(t.Context(), ids[0])
	if err != nil || m.Piece == nil || *m.Piece != (mail.Piece{ID: "w@x", Number: 3, Total: 3, Have: 2}) || len(m.Parts) > 1 {
		t.Fatalf("a piece alone: %+v, %v", m.Piece, err)
	}
	ids = append(ids, b.put(piece(2))...)
	for _, id := range ids {
		m, err := b.Read(t.Context(), id)
		if err != nil || m.Piece == nil || !m.Piece.Whole || m.Subject != "The whole" || !strings.HasPrefix(m.Text, "All of it.") || len(m.Parts) != 1 {
			t.Fatalf("the whole: %+v, %v", m, err)
		}
		var out bytes.Buffer
		if err := b.Part(t.Context(), id, 0, &out); err != nil || out.String() != strings.Repeat("ABC", 100) {
			t.Errorf("its file: %q, %v", out.String(), err)
		}
		s, err := b.Structure(t.Context(), id)
		if err != nil || len(s.Root.Parts) != 2 {
			t.Errorf("its structure: %+v, %v", s, err)
		}
		out.Reset()
		if err := b.NodeBytes(t.Context(), id, "1", &out); err != nil || out.String() != "All of it." {
			t.Errorf("its first part: %q, %v", out.String(), err)
		}
	}
}

func TestOrigin(t *testing.T) {
	b := newBench(t, nil, nil)
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))
	sign := func(msg string) string {
		var out bytes.Buffer
		err := dkim.Sign(&out, strings.NewReader(strings.ReplaceAll(msg, "\n", "\r\n")), &dkim.SignOptions{Domain: "bank.example", Selector: "s", Signer: key, HeaderKeys: []string{"From", "Subject"}})
		if err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	asked := 0
	var failed error
	lookup := func(context.Context, string) ([]string, error) {
		asked++
		return []string{"v=DKIM1; k=ed25519; p=" + base64.StdEncoding.EncodeToString(key.Public().(ed25519.PublicKey))}, failed
	}
	const plain = "From: Bank <a@bank.example>\nSubject: Hello\n\nYour balance is fine.\n"
	ids := b.put(sign(plain), strings.Replace(sign(plain), "fine", "low", 1), plain)
	check := func(what string, f func(context.Context, mail.MessageID) (mail.Origin, error), id mail.MessageID, trust mail.Trust, pending bool, questions int) mail.Origin {
		t.Helper()
		asked = 0
		o, err := f(t.Context(), id)
		if err != nil || o.Trust != trust || o.Pending != pending || asked != questions {
			t.Errorf("%s: %+v after %d questions, %v", what, o, asked, err)
		}
		return o
	}
	check("no resolver", b.CheckOrigin, ids[0], mail.TrustUnknown, true, 0)
	b.o.LookupTXT = lookup
	check("not asked yet", b.Origin, ids[0], mail.TrustUnknown, true, 0)
	failed = errors.New("the network is down")
	check("no answer", b.CheckOrigin, ids[0], mail.TrustUnknown, true, 1)
	failed = nil
	acc, err := b.find(b.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	acc.mu.Lock()
	acc.status.Last.Problem = &mail.Problem{Kind: mail.Offline}
	acc.mu.Unlock()
	check("offline", b.CheckOrigin, ids[0], mail.TrustUnknown, true, 0)
	acc.mu.Lock()
	acc.status.Last.Problem = nil
	acc.mu.Unlock()
	if err := b.MoveToRole(t.Context(), ids[:1], mail.Junk); err != nil {
		t.Fatal(err)
	}
	check("junk", b.CheckOrigin, ids[0], mail.TrustUnknown, true, 0)
	if err := b.MoveToRole(t.Context(), ids[:1], mail.Inbox); err != nil {
		t.Fatal(err)
	}
	o := check("checked", b.CheckOrigin, ids[0], mail.TrustVerified, false, 1)
	if o.Has(mail.OriginSigned) == nil || o.Checked.IsZero() {
		t.Errorf("it says %+v", o)
	}
	check("kept", b.Origin, ids[0], mail.TrustVerified, false, 0)
	check("checked once", b.CheckOrigin, ids[0], mail.TrustVerified, false, 0)
	check("changed on the way", b.CheckOrigin, ids[1], mail.TrustWarning, false, 1)
	check("no signature", b.CheckOrigin, ids[2], mail.TrustUnknown, false, 0)
}

// The account's own server is known by its stamps; whoever writes its name into one message is not believed.
func TestOriginServer(t *testing.T) {
	b := newBench(t, nil, nil)
	const stamped = "Authentication-Results: mx.hoster.example; dmarc=%s header.from=bank.example\nReceived: from x by mx.hoster.example; Mon, 6 May 2024 09:30:01 +0200\nFrom: a@bank.example\nSubject: %d\n\nx\n"
	forged := b.put("Received: from x by mx.hoster.example\n" + fmt.Sprintf(stamped, "pass", 0))[0]
	if o, err := b.Origin(t.Context(), forged); err != nil || o.Trust != mail.TrustUnknown {
		t.Errorf("a stranger's stamp: %+v, %v", o, err)
	}
	var good mail.MessageID
	for i := range 12 {
		good = b.put(fmt.Sprintf(stamped, "pass", i+1))[0]
	}
	bad := b.put(fmt.Sprintf(stamped, "fail", 99))[0]
	// What was imported is stamped by the servers of another mailbox.
	var imported []mail.Arrival
	for i := range 40 {
		raw := strings.ReplaceAll(strings.ReplaceAll(fmt.Sprintf(stamped, "pass", 100+i), "hoster", "other"), "\n", "\r\n")
		imported = append(imported, delivery.Read(mail.Bytes(raw), b.account, b.o.Now()))
	}
	ids, err := b.store.Add(t.Context(), b.account.ID, imported)
	if err != nil {
		t.Fatal(err)
	}
	acc, err := b.find(b.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	acc.mu.Lock()
	acc.stampers = stampers{}
	acc.mu.Unlock()
	if o, err := b.Origin(t.Context(), ids[0]); err != nil || o.Trust != mail.TrustUnknown {
		t.Errorf("another mailbox's stamp: %+v, %v", o, err)
	}
	if o, err := b.Origin(t.Context(), good); err != nil || o.Trust != mail.TrustVerified || o.Server != "mx.hoster.example" {
		t.Errorf("the own server's stamp: %+v, %v", o, err)
	}
	if o, err := b.Origin(t.Context(), bad); err != nil || o.Trust != mail.TrustWarning || o.Has(mail.OriginFails) == nil {
		t.Errorf("the own server's warning: %+v, %v", o, err)
	}
}

func TestFateAndAgain(t *testing.T) {
	b := newBench(t, nil, nil)
	d, err := b.NewDraft(t.Context(), b.account.ID)
	if err != nil {
		t.Fatal(err)
	}
	d.To = []mail.Address{{Name: "Bo", Addr: "bo@poplar.example"}, {Addr: "cy@poplar.example"}}
	d.Cc, d.Bcc = []mail.Address{{Addr: "di@poplar.example"}}, []mail.Address{{Addr: "eve@poplar.example"}}
	d.Subject, d.Text = "Spring planning", "See you on Monday."
	id, err := b.Send(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	s, err := b.Summary(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	report := b.put("Return-Path: <>\nFrom: MAILER-DAEMON@mx.poplar.example\nSubject: failure notice\n\nSorry.\n\n<bo@poplar.example>:\n551 User not local; please try <bo@new.example>\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <" + s.MessageID + ">\nSubject: Spring planning\n")[0]
	about, err := b.SentOf(t.Context(), report)
	if err != nil || about != id {
		t.Fatalf("it is about %d, %v", about, err)
	}
	list, err := b.Fates(t.Context(), id)
	if err != nil || len(list) != 4 || list[0].State != mail.FateFailed || list[0].NewAddress != "bo@new.example" || list[0].Report != report || list[0].Why == "" || list[1].State != mail.FateAccepted {
		t.Errorf("the fates are %+v, %v", list, err)
	}
	if s, err = b.Summary(t.Context(), id); err != nil || s.Fate != mail.FateFailed {
		t.Errorf("the list shows %+v, %v", s, err)
	}
	again, err := b.SendAgain(t.Context(), id, "Bo <bo@new.example>")
	if err != nil || len(again.To) != 1 || again.To[0].Addr != "bo@new.example" || len(again.Cc)+len(again.Bcc) != 0 || again.ID != 0 || again.MessageID != "" || again.Subject != "Spring planning" || !strings.Contains(again.Text, "See you on Monday.") {
		t.Errorf("the draft is %+v, %v", again, err)
	}
	if _, err := b.SendAgain(t.Context(), report, "x@poplar.example"); err == nil {
		t.Error("a message of others is sent again")
	}
	if o, err := b.Origin(t.Context(), id); err != nil || o.Has(mail.OriginOwn) == nil {
		t.Errorf("it comes from %+v, %v", o, err)
	}
}

// Of a long message a glance shows what stands at its beginning; its parts are the same ones when all of it is read.
func TestGlance(t *testing.T) {
	b := newBench(t, nil, nil)
	long := strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 40_000)
	const head = "Content-Transfer-Encoding: base64\n\n"
	id := b.put("Subject: Long\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nHello.\n--b\nContent-Type: image/gif; name=a.gif\n" + head + "R0lG\n--b\nContent-Type: application/zip; name=b.zip\n" + head + long + "--b\nContent-Type: application/pdf; name=c.pdf\n" + head + "QUJD\n--b--\n")[0]
	first, err := b.Glance(t.Context(), id)
	if err != nil || !first.Glanced || first.Text != "Hello." || len(first.Parts) != 2 {
		t.Fatalf("a glance: %+v, %v", first, err)
	}
	for _, step := range []struct {
		index int
		want  string
	}{{0, "GIF"}, {2, "ABC"}, {0, "GIF"}} {
		var out bytes.Buffer
		if err := b.Part(t.Context(), id, step.index, &out); err != nil || out.String() != step.want {
			t.Errorf("part %d is %q, %v", step.index, out.String(), err)
		}
	}
	all, err := b.Read(t.Context(), id)
	if err != nil || all.Glanced || len(all.Parts) != 3 || all.Parts[1].Size != 40_000*57 {
		t.Errorf("the whole: %+v, %v", all, err)
	}
	other := b.put("Subject: Other\nContent-Type: application/pdf; name=d.pdf\n\nDDD\n")[0]
	var out bytes.Buffer
	if err := b.Part(t.Context(), other, 0, &out); err != nil || strings.TrimSpace(out.String()) != "DDD" {
		t.Errorf("the part of another is %q, %v", out.String(), err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if m, err := b.Read(ctx, id); err == nil {
		t.Errorf("it is read although nobody waits: %+v", m)
	}
}
