package delivery

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var now = time.Date(2024, 5, 6, 12, 0, 0, 0, time.UTC)

func read(s string) mail.Arrival {
	return Read(mail.Bytes(strings.ReplaceAll(s, "\n", "\r\n")), mail.Account{ID: "a1"}, now)
}

func TestRead(t *testing.T) {
	const text = "From: Ada <ada@poplar.example>\nTo: Bo <bo@poplar.example>\nSubject: Lunch\nDate: Mon, 6 May 2024 09:30:00 +0200\nMessage-ID: <m2@x>\nIn-Reply-To: <m1@x>\nReferences: <m0@x> <m1@x>\n\nAt one?\n"
	a := read(text)
	s := a.Summary
	if s.Account != "a1" || s.Subject != "Lunch" || s.MessageID != "m2@x" || s.Snippet != "At one?" || s.Size != int64(len(text)+strings.Count(text, "\n")) || !s.Received.Equal(now) || s.Flags != 0 {
		t.Errorf("%+v", s)
	}
	if !reflect.DeepEqual(s.From, []mail.Address{{Name: "Ada", Addr: "ada@poplar.example"}}) || s.Date.UTC().Hour() != 7 {
		t.Errorf("%+v", s)
	}
	if a.Role != mail.Inbox || a.Bounce != nil || a.IndexText != "At one?\n" || !reflect.DeepEqual(a.References, []string{"m0@x", "m1@x"}) || !reflect.DeepEqual(a.InReplyTo, []string{"m1@x"}) {
		t.Errorf("%+v", a)
	}
}

// The list is ordered by date: one that cannot be is replaced by the time of arrival.
func TestDate(t *testing.T) {
	tests := []struct {
		name, header string
		want         time.Time
	}{
		{"missing", "", now},
		{"unreadable", "Date: some day\n", now},
		{"in the future", "Date: Mon, 6 May 2034 09:30:00 +0200\n", now},
		{"before there was mail", "Date: Thu, 1 Jan 1970 00:00:00 +0000\n", now},
		{"tomorrow is a wrong clock or zone", "Date: Tue, 7 May 2024 09:30:00 +0000\n", time.Date(2024, 5, 7, 9, 30, 0, 0, time.UTC)},
		{"missing, but the trace tells", "Received: from a by b; Sun, 5 May 2024 08:00:00 +0000\n", time.Date(2024, 5, 5, 8, 0, 0, 0, time.UTC)},
	}
	for _, tt := range tests {
		if got := read(tt.header + "Subject: x\n\nx\n").Summary.Date; !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

// A report belongs to the conversation of the message it is about.
func TestBounce(t *testing.T) {
	a := read("Return-Path: <>\nFrom: MAILER-DAEMON@mx.poplar.example\nSubject: failure notice\n\nSorry.\n\n<bo@poplar.example>:\n550 no such user\n\n--- Below this line is a copy of the message.\n\nMessage-ID: <m1@x>\nSubject: Lunch\n")
	if len(a.Bounce) != 1 || a.Bounce[0].Recipient != "bo@poplar.example" || a.Bounce[0].Action != "failed" {
		t.Errorf("%+v", a.Bounce)
	}
	if !reflect.DeepEqual(a.References, []string{"m1@x"}) {
		t.Errorf("it refers to %q", a.References)
	}
}

// bad is a Raw whose disk fails; worse is one that panics, as a fault in reading would.
type bad struct{ mail.Bytes }

func (bad) ReadAt([]byte, int64) (int, error) { return 0, errors.New("the disk is gone") }

type worse struct{ mail.Bytes }

func (worse) ReadAt([]byte, int64) (int, error) { panic("a fault") }

func TestUnreadable(t *testing.T) {
	for _, raw := range []mail.Raw{bad{make([]byte, 100)}, worse{make([]byte, 100)}, mail.Bytes(nil), mail.Bytes("\x00\x01\x02")} {
		a := Read(raw, mail.Account{ID: "a1"}, now)
		if a.Raw == nil || a.Summary.Size != raw.Size() || !a.Summary.Date.Equal(now) || a.Role != mail.Inbox {
			t.Errorf("%+v", a)
		}
	}
}
