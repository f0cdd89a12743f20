package model

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

var remoteNow = time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC)

func plainTr(s string, args ...any) string {
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

func plainN(n int, one, many string, args ...any) string {
	if n == 1 {
		many = one
	}
	return fmt.Sprintf(many, append([]any{n}, args...)...)
}

func TestRemoteWords(t *testing.T) {
	day := 24 * time.Hour
	for _, tt := range []struct {
		m    mail.RemoteMessage
		want string
		tone RemoteTone
	}{
		{mail.RemoteMessage{}, "New, not fetched", RemoteNew},
		{mail.RemoteMessage{State: mail.Skipped}, "Too large, not fetched", RemoteLeft},
		{mail.RemoteMessage{State: mail.Skipped, Partial: true, Message: 1}, "First lines only", RemoteLeft},
		{mail.RemoteMessage{State: mail.Refused}, "The server refuses it", RemoteBad},
		{mail.RemoteMessage{State: mail.Stored, Message: 1}, "Fetched", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored}, "Only on the server", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored, Message: 1, Next: true}, "Fetched, about to be deleted", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored, Message: 1, Wish: mail.WishLeave}, "Fetched, is kept", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored, Message: 1, Until: remoteNow.Add(8 * day)}, "Fetched, deleted in 8 days", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored, Message: 1, Until: remoteNow.Add(time.Hour)}, "Fetched, deleted in 1 day", RemotePlain},
		{mail.RemoteMessage{State: mail.Stored, Message: 1, Deleted: true}, "Deleted on closing", RemoteBad},
	} {
		if got, tone := RemoteWords(tt.m, remoteNow, plainTr, plainN); got != tt.want || tone != tt.tone {
			t.Errorf("%q, %v; want %q", got, tone, tt.want)
		}
	}
}

func TestCopyWords(t *testing.T) {
	date := func(t, _ time.Time) string { return t.Format("2 Jan") }
	for _, tt := range []struct {
		c    mail.Copy
		want string
	}{
		{mail.Copy{}, ""},
		{mail.Copy{Message: 1}, "No longer there"},
		{mail.Copy{Message: 1, OnServer: true}, "Still there"},
		{mail.Copy{Message: 1, OnServer: true, Next: true}, "Deleted there at the next check"},
		{mail.Copy{Message: 1, OnServer: true, Wish: mail.WishLeave}, "Kept there, as you asked"},
		{mail.Copy{Message: 1, OnServer: true, Wish: mail.WishFetch}, "Fetched at the next check"},
		{mail.Copy{Message: 1, OnServer: true, Until: remoteNow}, "There until 22 Nov"},
	} {
		if got := CopyWords(tt.c, remoteNow, date, plainTr); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.c, got, tt.want)
		}
	}
}

func numbers(l *RemoteList) string {
	var s []string
	for i := range l.Len() {
		s = append(s, fmt.Sprint(l.Row(i).N))
	}
	return strings.Join(s, " ")
}

func TestRemoteList(t *testing.T) {
	entry := func(n int, from, subject string, size int64, age int) mail.RemoteMessage {
		return mail.RemoteMessage{N: n, Size: size, Known: true, Heading: mail.Heading{
			Subject: subject, From: []mail.Address{{Name: from}}, Date: remoteNow.Add(-time.Duration(age) * time.Hour),
		}}
	}
	l := NewRemoteList()
	l.Set([]mail.RemoteMessage{entry(3, "Carl", "zebra", 10, 9), entry(2, "anna", "Apple", 30, 1), {N: 1, Size: 20}})
	// Until every date is known the order is the server's, so that nothing jumps.
	if got := numbers(l); got != "3 2 1" {
		t.Errorf("before all is known: %s", got)
	}
	if got := l.Unknown(9); len(got) != 1 || got[0] != 1 {
		t.Errorf("unknown: %v", got)
	}
	l.Update([]mail.RemoteMessage{entry(1, "Bert", "mango", 20, 5)})
	if got := numbers(l); got != "2 1 3" {
		t.Errorf("by date: %s", got)
	}
	for _, tt := range []struct {
		c    RemoteColumn
		want string
	}{{RemoteDate, "3 1 2"}, {RemoteFrom, "2 1 3"}, {RemoteFrom, "3 1 2"}, {RemoteSubject, "2 1 3"}, {RemoteSize, "2 1 3"}, {RemoteSize, "3 1 2"}} {
		if l.Sort(tt.c); numbers(l) != tt.want {
			t.Errorf("by column %d: %s, want %s", tt.c, numbers(l), tt.want)
		}
	}
	l.Filter("ANN apple")
	if got := numbers(l); got != "2" {
		t.Errorf("filtered: %s", got)
	}
	l.ChooseAll(true)
	l.Filter("")
	l.Choose(3, true)
	if ns, octets, nowhere := l.Chosen(); len(ns) != 2 || octets != 40 || nowhere != 2 {
		t.Errorf("chosen %v, %d octets, %d nowhere else", ns, octets, nowhere)
	}
	if n, octets := l.Total(); n != 3 || octets != 60 {
		t.Errorf("%d messages, %d octets", n, octets)
	}
	l.Set([]mail.RemoteMessage{entry(3, "Carl", "zebra", 10, 9)})
	if ns, _, _ := l.Chosen(); len(ns) != 1 || ns[0] != 3 {
		t.Errorf("what is gone is still chosen: %v", ns)
	}
}
