package doctor_test

import (
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// The doctor counts what is on the server, and what of it is recent, where the server shows headers.
func TestMailboxIsCounted(t *testing.T) {
	old := []byte("Date: " + time.Now().AddDate(-1, 0, 0).Format(time.RFC1123Z) + "\r\n\r\nold\r\n")
	late := []byte("Date: " + time.Now().AddDate(0, 0, -1).Format(time.RFC1123Z) + "\r\n\r\nlate\r\n")
	for _, c := range []struct {
		without []string
		recent  int
	}{{nil, 2}, {[]string{"TOP"}, -1}} {
		b := open(t, mailtest.POP3Options{Without: c.without}, mailtest.SMTPOptions{})
		box := b.pop.AddUser("anna", password)
		for _, raw := range [][]byte{old, old, old, late, late} {
			box.Add(raw)
		}
		_, all, err := b.test(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		var seen *mail.Mailbox
		for _, f := range all {
			if f.Box != nil && f.Step != "mailbox" {
				t.Errorf("%s counts messages", f.Step)
			}
			if f.Step == "mailbox" {
				seen = f.Box
			}
		}
		if seen == nil || seen.Count != box.Len() || seen.Octets <= 0 || seen.Recent != c.recent {
			t.Errorf("without %v: %+v of %d", c.without, seen, box.Len())
		}
	}
}
