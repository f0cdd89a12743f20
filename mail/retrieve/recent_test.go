package retrieve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// of is a letter of a day, with a body of about size octets.
func of(day time.Time, size int) string {
	return fmt.Sprintf("From: a@example.test\r\nDate: %s\r\nMessage-ID: <%d@example.test>\r\n\r\n%s", day.Format(time.RFC1123Z), day.UnixNano(), strings.Repeat(strings.Repeat("x", 70)+"\r\n", 1+size/72))
}

func TestRecentMailComesFirst(t *testing.T) {
	start := time.Date(2025, 1, 1, 12, 0, 0, 0, time.UTC)
	var box []string
	for i := range 20 {
		size := 100
		if i == 18 {
			size = 200_000 // recent, and of another class of size
		}
		box = append(box, of(start.AddDate(0, i, 0), size))
	}
	for _, c := range []struct {
		name    string
		since   time.Time
		without []string
		last    string // asked for before older ones, large as it is; or empty
		tops    int    // at most
	}{
		{"the last three months", start.AddDate(0, 17, 0), nil, "19", 5},
		{"everything is recent", start.AddDate(-1, 0, 0), nil, "", 5},
		{"nothing is recent", start.AddDate(5, 0, 0), nil, "", 5},
		{"no matter", time.Time{}, nil, "", 0},
		{"a server without TOP", start.AddDate(0, 17, 0), []string{"TOP"}, "", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{Without: c.without}, box...)
			m.visit.Since = c.since
			if r := m.clean(); r.Retrieved != len(box) {
				t.Fatalf("%+v", r)
			}
			var order []string
			for _, l := range m.server.Lines(0) {
				if n, ok := strings.CutPrefix(l, "RETR "); ok {
					order = append(order, n)
				}
			}
			if c.last != "" {
				if !slices.Equal(order[:4], []string{"20", "18", c.last, "17"}) {
					t.Errorf("asked for in the order %v", order)
				}
			} else if order[len(order)-1] != "19" {
				t.Errorf("the large one is not last: %v", order)
			}
			if n := m.server.Count("TOP"); n > c.tops || c.tops > 0 && n == 0 {
				t.Errorf("%d times TOP", n)
			}
		})
	}
}

func TestFirstSinceWithoutDates(t *testing.T) {
	m := newMailbox(t, mail.KeepForever, mailtest.POP3Options{}, "Subject: no date\r\n\r\nx\r\n", "Date: sometime\r\n\r\nx\r\n", "no header at all\r\n", letter(1))
	c, err := m.connect(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at, err := c.FirstSince(t.Context(), []int{1, 2, 3, 4}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil || at != 3 {
		t.Errorf("the first is at %d, %v", at, err)
	}
	_ = c.Close()
	if _, err := c.FirstSince(t.Context(), []int{1, 2}, time.Now()); err == nil {
		t.Error("a connection that has ended is no answer")
	}
}
