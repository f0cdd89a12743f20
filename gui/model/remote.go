package model

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// Servers is the side of the engine that deals with what lies on the servers.
type Servers interface {
	// Copies tells of the server's copies of messages; one that never lay on a server is left out.
	Copies(ctx context.Context, ids []mail.MessageID) ([]mail.Copy, error)
	// Want notes what the person wants done with the server's copies of messages, whatever the policy says.
	Want(ctx context.Context, ids []mail.MessageID, w mail.Wish) error
	// Removals counts the messages that a policy would have deleted on an account's server at the next visit.
	Removals(ctx context.Context, a mail.AccountID, keep mail.Keep) (int, error)

	// Refused lists the messages that a server would not give; the others say what is to become of them.
	Refused(ctx context.Context, a mail.AccountID) ([]mail.RefusedMessage, error)
	Retry(ctx context.Context, a mail.AccountID, keys ...mail.LedgerKey) error
	Leave(ctx context.Context, a mail.AccountID, keys ...mail.LedgerKey) error
	DeleteOnServer(ctx context.Context, a mail.AccountID, keys ...mail.LedgerKey) error

	// Remote opens an account's mailbox on its server. It must be closed.
	Remote(ctx context.Context, a mail.AccountID) (Remote, error)
}

// Remote is a mailbox on its server, open to be worked in. It closes by itself when nobody does for a while.
type Remote interface {
	// List returns the mailbox, the newest first.
	List(ctx context.Context) ([]mail.RemoteMessage, error)
	// Headings finds out sender, subject and date of messages and returns what is known of them then.
	Headings(ctx context.Context, ns []int) ([]mail.RemoteMessage, error)
	// Preview reads header and first lines of a message, or the one that is here.
	Preview(ctx context.Context, n int) (*mail.Message, error)
	// Fetch retrieves messages and returns the mailbox as it is known then.
	Fetch(ctx context.Context, ns []int, progress func(done, total int, octets int64)) (mail.VisitReport, []mail.RemoteMessage, error)
	// Delete marks messages as deleted and returns how many were; Undo brings all of them back until Close.
	Delete(ctx context.Context, ns []int) (int, error)
	Undo(ctx context.Context) error
	Close(ctx context.Context) error
}

// RemoteColumn is what the window of a server's mailbox can be sorted by.
type RemoteColumn int

// The columns.
const (
	RemoteFrom RemoteColumn = iota
	RemoteSubject
	RemoteDate
	RemoteSize
	RemoteState
)

// RemoteList is a server's mailbox as a person looks at it: sorted, filtered, some of it chosen.
type RemoteList struct {
	Column RemoteColumn
	Up     bool // the smallest, oldest, first of the alphabet first
	all    []mail.RemoteMessage
	at     map[int]int // place in all by number
	filter string
	view   []int // places in all
	chosen map[int]bool
}

// NewRemoteList returns an empty list, the newest first.
func NewRemoteList() *RemoteList {
	return &RemoteList{Column: RemoteDate, chosen: map[int]bool{}}
}

// Set takes the whole mailbox.
func (l *RemoteList) Set(list []mail.RemoteMessage) {
	l.all, l.at = list, make(map[int]int, len(list))
	for i, m := range list {
		l.at[m.N] = i
	}
	for n := range l.chosen {
		if _, ok := l.at[n]; !ok {
			delete(l.chosen, n)
		}
	}
	l.arrange()
}

// Update takes what has become known of some messages.
func (l *RemoteList) Update(some []mail.RemoteMessage) {
	for _, m := range some {
		if i, ok := l.at[m.N]; ok {
			l.all[i] = m
		}
	}
	if l.filter != "" || l.Column != RemoteDate && l.Column != RemoteSize || l.complete() {
		l.arrange()
	}
}

// complete reports whether every header is known.
func (l *RemoteList) complete() bool {
	return !slices.ContainsFunc(l.all, func(m mail.RemoteMessage) bool { return !m.Known })
}

// Unknown are up to most messages whose headers are not known, in the order of the list, and then of the mailbox.
func (l *RemoteList) Unknown(most int) []int {
	var ns []int
	for _, m := range l.all {
		if !m.Known {
			if ns = append(ns, m.N); len(ns) == most {
				break
			}
		}
	}
	return ns
}

// Sort orders by a column; once more the other way round.
func (l *RemoteList) Sort(c RemoteColumn) {
	if l.Column == c {
		l.Up = !l.Up
	} else {
		l.Column, l.Up = c, c == RemoteFrom || c == RemoteSubject || c == RemoteState
	}
	l.arrange()
}

// Filter shows those whose sender or subject has all words of a text.
func (l *RemoteList) Filter(text string) {
	l.filter = strings.ToLower(strings.TrimSpace(text))
	l.arrange()
}

func (l *RemoteList) arrange() {
	l.view = l.view[:0]
	words := strings.Fields(l.filter)
	for i, m := range l.all {
		text := strings.ToLower(RemoteSender(m) + "\n" + m.Heading.Subject)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			l.view = append(l.view, i)
		}
	}
	dated := l.complete()
	slices.SortStableFunc(l.view, func(i, j int) int {
		a, b := l.all[i], l.all[j]
		d := 0
		switch l.Column {
		case RemoteFrom:
			d = cmp.Compare(strings.ToLower(RemoteSender(a)), strings.ToLower(RemoteSender(b)))
		case RemoteSubject:
			d = cmp.Compare(strings.ToLower(a.Heading.Subject), strings.ToLower(b.Heading.Subject))
		case RemoteSize:
			d = cmp.Compare(a.Size, b.Size)
		case RemoteState:
			d = cmp.Compare(stateRank(a), stateRank(b))
		case RemoteDate:
			if dated { // until then the server's order is as good
				d = a.Heading.Date.Compare(b.Heading.Date)
			}
			d = cmp.Or(d, cmp.Compare(a.N, b.N))
		}
		if !l.Up {
			d = -d
		}
		return cmp.Or(d, cmp.Compare(b.N, a.N))
	})
}

// RemoteSender is the sender of a message as its row names it.
func RemoteSender(m mail.RemoteMessage) string {
	if len(m.Heading.From) == 0 {
		return ""
	}
	return m.Heading.From[0].Display()
}

// Len is the number of rows.
func (l *RemoteList) Len() int { return len(l.view) }

// Row is the message of row i.
func (l *RemoteList) Row(i int) mail.RemoteMessage { return l.all[l.view[i]] }

// Find is the row of message n, or -1.
func (l *RemoteList) Find(n int) int {
	return slices.IndexFunc(l.view, func(i int) bool { return l.all[i].N == n })
}

// Total is how many messages there are, and their octets.
func (l *RemoteList) Total() (n int, octets int64) {
	for _, m := range l.all {
		octets += m.Size
	}
	return len(l.all), octets
}

// Deleted is how many are marked as deleted.
func (l *RemoteList) Deleted() int {
	n := 0
	for _, m := range l.all {
		if m.Deleted {
			n++
		}
	}
	return n
}

// Choose chooses message n, or no longer.
func (l *RemoteList) Choose(n int, on bool) {
	if on {
		l.chosen[n] = true
	} else {
		delete(l.chosen, n)
	}
}

// ChooseAll chooses every row that is shown, or nothing.
func (l *RemoteList) ChooseAll(on bool) {
	clear(l.chosen)
	if on {
		for _, i := range l.view {
			l.chosen[l.all[i].N] = true
		}
	}
}

// Is reports whether message n is chosen.
func (l *RemoteList) Is(n int) bool { return l.chosen[n] }

// Chosen are the numbers of the chosen messages that are not marked as deleted, their octets, and how many of them are
// nowhere but on the server.
func (l *RemoteList) Chosen() (ns []int, octets int64, nowhere int) {
	for _, m := range l.all {
		if !l.chosen[m.N] || m.Deleted {
			continue
		}
		ns = append(ns, m.N)
		octets += m.Size
		if m.Message == 0 || m.Partial {
			nowhere++
		}
	}
	return ns, octets, nowhere
}

// RemoteTone colours the state of a message on the server.
type RemoteTone int

// The tones.
const (
	RemotePlain RemoteTone = iota
	RemoteNew
	RemoteLeft // over the limit
	RemoteBad
)

// stateRank brings together what is in the same state.
func stateRank(m mail.RemoteMessage) int {
	switch {
	case m.Deleted:
		return 6
	case m.State == "":
		return 0
	case m.State == mail.Refused:
		return 1
	case m.Partial:
		return 3
	case m.State == mail.Skipped:
		return 2
	case m.Message == 0:
		return 5
	}
	return 4
}

// RemoteWords says in a few words what is here of a message that lies on the server, and what becomes of it there.
func RemoteWords(m mail.RemoteMessage, now time.Time, tr Translate, n Plural) (string, RemoteTone) {
	switch stateRank(m) {
	case 6:
		return tr("Deleted on closing"), RemoteBad
	case 0:
		return tr("New, not fetched"), RemoteNew
	case 1:
		return tr("The server refuses it"), RemoteBad
	case 2:
		return tr("Too large, not fetched"), RemoteLeft
	case 3:
		return tr("First lines only"), RemoteLeft
	}
	here := tr("Fetched")
	if m.Message == 0 {
		here = tr("Only on the server")
	}
	switch {
	case m.Next:
		return tr("%s, about to be deleted", here), RemotePlain
	case m.Wish == mail.WishLeave:
		return tr("%s, is kept", here), RemotePlain
	case !m.Until.IsZero():
		return n(max(daysUntil(m.Until, now), 1), "%[2]s, deleted in %[1]d day", "%[2]s, deleted in %[1]d days", here), RemotePlain
	}
	return here, RemotePlain
}

// Plural is kit.N.
type Plural func(n int, one, many string, args ...any) string

// daysUntil is how many days it is until t, rounded up.
func daysUntil(t, now time.Time) int {
	const day = 24 * time.Hour
	return int((t.Sub(now) + day - 1) / day)
}

// CopyWords says of a message that is here whether it is still on the server, and until when. It is empty where there
// is nothing to tell.
func CopyWords(c mail.Copy, now time.Time, date func(t, now time.Time) string, tr Translate) string {
	switch {
	case c.Message == 0:
		return ""
	case !c.OnServer:
		return tr("No longer there")
	case c.Next:
		return tr("Deleted there at the next check")
	case c.Wish == mail.WishLeave:
		return tr("Kept there, as you asked")
	case c.Wish == mail.WishFetch:
		return tr("Fetched at the next check")
	case !c.Until.IsZero():
		return tr("There until %s", date(c.Until, now))
	}
	return tr("Still there")
}
