package assets

import (
	"net/mail"
	"strings"
	"testing"
	"time"
)

func TestDemoMailboxIsWellFormed(t *testing.T) {
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for set, oldest := range map[string]time.Duration{"first": 10 * 24 * time.Hour, "later": time.Second} {
		list, err := DemoMailbox(set, now)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i, m := range list {
			if m.Who != "anna" && m.Who != "lin" {
				t.Errorf("%s %d belongs to %q", set, i, m.Who)
			}
			if strings.Count(string(m.Raw), "\n") != strings.Count(string(m.Raw), "\r\n") {
				t.Errorf("%s %d has bare line feeds", set, i)
			}
			msg, err := mail.ReadMessage(strings.NewReader(string(m.Raw)))
			if err != nil {
				t.Fatalf("%s %d: %v", set, i, err)
			}
			date, err := msg.Header.Date()
			if err != nil || date.After(now) || now.Sub(date) > oldest {
				t.Errorf("%s %d: date %v (%v)", set, i, date, err)
			}
			id := msg.Header.Get("Message-Id")
			if id == "" || seen[id] {
				t.Errorf("%s %d: Message-ID %q missing or used twice", set, i, id)
			}
			seen[id] = true
		}
		if len(list) < 8 {
			t.Errorf("only %d messages in %s", len(list), set)
		}
	}
}
