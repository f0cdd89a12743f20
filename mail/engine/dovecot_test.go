package engine

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// At a real Dovecot, over TLS: first lines, the rest of them, and the mailbox open in a window.
func TestFirstLinesAndTheMailboxOfDovecot(t *testing.T) {
	ctx := t.Context()
	ca := mailtest.NewCA()
	d := mailtest.StartDovecot(t, mailtest.DovecotOptions{Users: map[string]string{"anna": secret}, CA: ca})
	b := newBench(t, nil, nil)
	b.change(func(a *mail.Account) {
		a.Incoming = d.Server("anna", mail.TLS)
		a.MaxSize = 100_000
	})
	put := func(raw []byte) {
		t.Helper()
		if err := d.Put("anna", bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n"))); err != nil {
			t.Fatal(err)
		}
	}
	big := volume(1, 400)
	put(mailtest.Sample(1, 900))
	put(big)
	put(volume(2, 300))
	if r := b.receive(); r.Problem != nil || r.Retrieved != 1 || r.Skipped != 2 || r.Left != 3 {
		t.Fatalf("%+v", r)
	}
	find := func(subject string) mail.Summary {
		t.Helper()
		for _, s := range b.list(mail.Query{Role: mail.Inbox}) {
			if s.Subject == subject {
				return s
			}
		}
		t.Fatalf("%q is not in the inbox", subject)
		return mail.Summary{}
	}
	lines := find("Volume 1")
	if lines.Whole == 0 || lines.Size >= lines.Whole {
		t.Errorf("%+v", lines)
	}
	b.Start()
	if err := b.Want(ctx, []mail.MessageID{lines.ID}, mail.WishFetch); err != nil {
		t.Fatal(err)
	}
	b.until("the rest", func(e mail.Event) bool { return ended(e) && e.Status.Last.Retrieved == 1 && e.Status.Last.Skipped == 1 })
	if whole := find("Volume 1"); whole.ID != lines.ID || whole.Whole != 0 {
		t.Errorf("%+v", whole)
	}
	raw, err := b.Raw(ctx, lines.ID)
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(mail.Reader(raw))
	if err != nil || !bytes.HasSuffix(got, big[bytes.Index(big, []byte("Beginning")):]) {
		t.Errorf("%d octets of %d, %v", len(got), len(big), err)
	}
	if err := raw.Close(); err != nil {
		t.Error(err)
	}

	for i := range 30 {
		put(mailtest.Sample(10+i, 900))
	}
	r, err := b.OpenRemote(ctx, "a1")
	if err != nil {
		t.Fatal(err)
	}
	list, err := r.List(ctx)
	if err != nil || len(list) != 33 {
		t.Fatalf("%d listed, %v", len(list), err)
	}
	var ns []int
	for _, m := range list {
		ns = append(ns, m.N)
	}
	heads, err := r.Headings(ctx, ns)
	if err != nil || slices.ContainsFunc(heads, func(m mail.RemoteMessage) bool { return !m.Known || m.Heading.Subject == "" }) {
		t.Errorf("%+v, %v", heads, err)
	}
	if m, err := r.Preview(ctx, 3); err != nil || m.Subject != "Volume 2" || !strings.HasPrefix(m.Text, "Beginning") {
		t.Errorf("%+v, %v", m, err)
	}
	if n, err := r.Delete(ctx, []int{1, 33}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if err := r.Undo(ctx); err != nil {
		t.Fatal(err)
	}
	rep, list, err := r.Fetch(ctx, []int{3, 32}, nil)
	if err != nil || rep.Retrieved != 2 || slices.ContainsFunc(list, func(m mail.RemoteMessage) bool {
		return (m.N == 3 || m.N == 32) && (m.State != mail.Stored || m.Partial || m.Message == 0)
	}) {
		t.Fatalf("%+v, %v", rep, err)
	}
	if n, err := r.Delete(ctx, []int{1, 3}); err != nil || n != 2 {
		t.Fatal(n, err)
	}
	if err := r.Close(ctx); err != nil {
		t.Fatal(err)
	}
	report := b.receive()
	if report.Problem != nil || report.Left != 31 || report.Skipped != 0 {
		t.Errorf("%+v", report)
	}
	if got := len(b.list(mail.Query{Role: mail.Inbox})); got != 33 {
		t.Errorf("%d in the inbox, not 33: %s", got, fmt.Sprint(report))
	}
}
