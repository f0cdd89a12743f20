package remote

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

var now = time.Date(2026, 11, 22, 14, 32, 0, 0, time.UTC)

// server is a mailbox with its ledger.
type server struct {
	model.Servers // not called
	mu            sync.Mutex
	list          []mail.RemoteMessage
	refused       []mail.RefusedMessage
	did           []string
	down          error
	asked         []int // numbers of headers asked for, in order
}

func (s *server) say(f string, args ...any) { s.did = append(s.did, fmt.Sprintf(f, args...)) }

func (s *server) Remote(context.Context, mail.AccountID) (model.Remote, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return nil, s.down
	}
	s.say("open")
	return (*session)(s), nil
}

func (s *server) Refused(context.Context, mail.AccountID) ([]mail.RefusedMessage, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.refused), nil
}

func (s *server) wish(w mail.Wish, keys []mail.LedgerKey) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range keys {
		s.say("%s %s", w, k.UIDL)
		for i := range s.refused {
			if s.refused[i].Key() == k {
				s.refused[i].Wish = w
			}
		}
	}
}

func (s *server) Retry(_ context.Context, _ mail.AccountID, keys ...mail.LedgerKey) error {
	s.wish("retry", keys)
	return nil
}

func (s *server) Leave(_ context.Context, _ mail.AccountID, keys ...mail.LedgerKey) error {
	s.wish(mail.WishLeave, keys)
	return nil
}

func (s *server) DeleteOnServer(_ context.Context, _ mail.AccountID, keys ...mail.LedgerKey) error {
	s.wish(mail.WishDelete, keys)
	return nil
}

// session is the same, open.
type session server

func (s *session) do(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.down != nil {
		return s.down
	}
	return f()
}

func (s *session) List(context.Context) (list []mail.RemoteMessage, err error) {
	err = s.do(func() error { list = slices.Clone(s.list); return nil })
	return list, err
}

func (s *session) each(ns []int, f func(*mail.RemoteMessage)) (found []mail.RemoteMessage) {
	for i := range s.list {
		if slices.Contains(ns, s.list[i].N) {
			f(&s.list[i])
			found = append(found, s.list[i])
		}
	}
	return found
}

func (s *session) Headings(_ context.Context, ns []int) (found []mail.RemoteMessage, err error) {
	err = s.do(func() error {
		s.asked = append(s.asked, ns...)
		found = s.each(ns, func(m *mail.RemoteMessage) {
			m.Known = true
			m.Heading = mail.Heading{Subject: fmt.Sprint("Subject ", m.N), From: []mail.Address{{Name: fmt.Sprint("Sender ", 100-m.N)}}, Date: now.Add(-time.Duration(100-m.N) * time.Hour)}
		})
		return nil
	})
	return found, err
}

func (s *session) Preview(_ context.Context, n int) (m *mail.Message, err error) {
	err = s.do(func() error {
		m = &mail.Message{Subject: fmt.Sprint("Subject ", n), Text: fmt.Sprint("Text of ", n)}
		return nil
	})
	return m, err
}

func (s *session) Fetch(_ context.Context, ns []int, progress func(int, int, int64)) (r mail.VisitReport, list []mail.RemoteMessage, err error) {
	err = s.do(func() error {
		(*server)(s).say("fetch %v", ns)
		progress(0, len(ns), 0)
		s.each(ns, func(m *mail.RemoteMessage) { m.State, m.Message, m.Partial = mail.Stored, mail.MessageID(m.N), false })
		r.Retrieved, list = len(ns), slices.Clone(s.list)
		return nil
	})
	return r, list, err
}

func (s *session) Delete(_ context.Context, ns []int) (int, error) {
	return len(ns), s.do(func() error {
		(*server)(s).say("delete %v", ns)
		s.each(ns, func(m *mail.RemoteMessage) { m.Deleted = true })
		return nil
	})
}

func (s *session) Undo(context.Context) error {
	return s.do(func() error {
		(*server)(s).say("undo")
		for i := range s.list {
			s.list[i].Deleted = false
		}
		return nil
	})
}

func (s *session) Close(context.Context) error {
	return s.do(func() error { (*server)(s).say("close"); return nil })
}

type bench struct {
	*server
	t *testing.T
	q *kit.Queue
	w *Window
}

func newBench(t *testing.T, list ...mail.RemoteMessage) *bench {
	t.Helper()
	kit.SetLanguage("en")
	app := test.NewApp()
	t.Cleanup(app.Quit)
	b := &bench{server: &server{list: list}, t: t, q: kit.NewQueue()}
	b.w = New(app, b.server, b.q.Loop, mail.Account{ID: "a1", Address: "anna@example.test", Incoming: mail.Server{Host: "pop.example.test"}}, Options{Now: func() time.Time { return now }})
	return b
}

func (b *bench) until(what string, done func() bool) {
	b.t.Helper()
	if !b.q.Until(time.Minute, done) {
		b.t.Fatalf("it never came to: %s (%v)", what, b.done())
	}
}

func (b *bench) done() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.did)
}

func (b *bench) shown() []string {
	var rows []string
	for i := range b.w.list.Len() {
		rows = append(rows, b.w.list.Row(i).Heading.Subject)
	}
	return rows
}

func (b *bench) known() bool { return b.w.list.Len() > 0 && len(b.w.list.Unknown(1)) == 0 }

func mailbox(n int) []mail.RemoteMessage {
	var list []mail.RemoteMessage
	for i := n; i > 0; i-- {
		list = append(list, mail.RemoteMessage{N: i, UIDL: fmt.Sprint("u", i), Size: int64(i) * 1000})
	}
	return list
}

func TestMailboxIsReadInPages(t *testing.T) {
	b := newBench(t, mailbox(200)...)
	b.w.Show()
	b.until("the headers", b.known)
	b.mu.Lock()
	asked := slices.Clone(b.asked)
	b.mu.Unlock()
	if asked[0] != 200 || len(asked) != 200 || asked[199] > 60 {
		t.Errorf("asked for %v", asked)
	}
	if rows := b.shown(); rows[0] != "Subject 200" || rows[199] != "Subject 1" {
		t.Errorf("%v", rows)
	}
	if got := b.w.total.Text(); got != "200 messages, 19 MB" {
		t.Errorf("%q", got)
	}
}

func TestFetchDeleteAndUndo(t *testing.T) {
	b := newBench(t, mailbox(4)...)
	b.w.Show()
	b.until("the headers", b.known)
	if !b.w.fetch.Disabled() || !b.w.remove.Disabled() {
		t.Error("there is nothing to fetch or to delete yet")
	}
	b.w.list.Choose(3, true)
	b.w.list.Choose(1, true)
	b.w.show()
	if got := b.w.chosen.Text(); got != "2 chosen, 3.9 KB" && got != "2 chosen, 4 KB" {
		t.Errorf("%q", got)
	}
	b.w.Fetch()
	b.until("a word about it", func() bool { return b.w.Notice() != nil })
	if got := b.w.Notice().Text(); got != "2 messages fetched." {
		t.Errorf("%q", got)
	}
	b.w.list.Choose(3, true)
	b.w.list.Choose(2, true)
	b.w.Delete()
	top := b.w.Window.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("nobody asks")
	}
	b.w.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if len(b.done()) != 2 {
		t.Errorf("deleted without a yes: %v", b.done())
	}
	b.w.delete([]int{3, 2})
	b.until("the deletion", func() bool { return b.w.list.Deleted() == 2 && b.w.busy == "" })
	if b.w.undo.Hidden {
		t.Error("no way back is offered")
	}
	b.w.Undo()
	b.until("undoing", func() bool { return b.w.list.Deleted() == 0 && b.w.busy == "" })
	closed := false
	b.w.o.OnClosed = func() { closed = true }
	b.w.Close()
	b.until("the end", func() bool { return closed })
	if want := "open, fetch [3 1], delete [3 2], undo, close"; strings.Join(b.done(), ", ") != want {
		t.Errorf("%v, not %s", b.done(), want)
	}
}

func TestLeavingPoplarDeletesWhatWasMarked(t *testing.T) {
	b := newBench(t, mailbox(3)...)
	b.w.Show()
	b.until("the headers", b.known)
	ended := 0
	b.w.Finish(func() { ended++ })
	if ended != 1 || len(b.done()) != 1 {
		t.Errorf("nothing was marked, and yet: %v", b.done())
	}
	b.w.delete([]int{2})
	b.until("the deletion", func() bool { return b.w.list.Deleted() == 1 && b.w.busy == "" })
	b.w.Finish(func() { ended++ })
	b.until("the end", func() bool { return ended == 2 })
	if got := strings.Join(b.done(), ", "); got != "open, delete [2], close" {
		t.Errorf("%s", got)
	}
}

func TestPreviewAndKeys(t *testing.T) {
	b := newBench(t, mailbox(3)...)
	b.w.Show()
	b.until("the headers", b.known)
	key := func(n fyne.KeyName) { b.w.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: n}) }
	key(fyne.KeyDown)
	key(fyne.KeyDown)
	b.until("the preview", func() bool { return b.w.Preview() == "Text of 2" })
	key(fyne.KeySpace)
	if !b.w.list.Is(2) {
		t.Error("Space does not choose")
	}
	key(fyne.KeyEscape)
	if b.w.Preview() != "" {
		t.Error("Escape does not take the preview away")
	}
	if len(b.done()) != 1 {
		t.Errorf("%v", b.done())
	}
}

func TestConnectionThatEnds(t *testing.T) {
	b := newBench(t, mailbox(3)...)
	b.w.Show()
	b.until("the headers", b.known)
	b.mu.Lock()
	b.down = &mail.Problem{Kind: mail.Timeout, Err: errors.New("closed")}
	b.mu.Unlock()
	b.w.peek(3)
	b.until("a word about it", func() bool { return b.w.Notice() != nil && b.w.box == nil })
	if acts := b.w.Notice().Acts(); !slices.Contains(acts, "List again") {
		t.Errorf("%v", acts)
	}
	b.mu.Lock()
	b.down = nil
	b.mu.Unlock()
	b.w.Reopen()
	b.until("the second opening", func() bool { return b.w.box != nil && b.w.busy == "" })
}

func TestMailboxThatCannotBeOpened(t *testing.T) {
	b := newBench(t)
	b.down = &mail.Problem{Kind: mail.LoginRefused, Said: "-ERR no"}
	b.w.Show()
	b.until("a word about it", func() bool { return b.w.Notice() != nil })
	if acts := b.w.Notice().Acts(); !slices.Contains(acts, "Try again") {
		t.Errorf("%v", acts)
	}
	closed := false
	b.w.o.OnClosed = func() { closed = true }
	b.w.Close()
	if !closed {
		t.Error("it stays open")
	}
}

func TestRefused(t *testing.T) {
	kit.SetLanguage("en")
	app := test.NewApp()
	t.Cleanup(app.Quit)
	q := kit.NewQueue()
	s := &server{refused: []mail.RefusedMessage{
		{UIDL: "u1", Said: "message is damaged", Size: 5 << 20, Tried: now, Heading: mail.Heading{Subject: "Photos", From: []mail.Address{{Name: "Ann"}}, Date: now}},
		{UIDL: "u2", Said: "no such file", Tried: now},
	}}
	w := NewRefused(app, s, q.Loop, mail.Account{ID: "a1", Incoming: mail.Server{Host: "pop.example.test"}}, Options{Now: func() time.Time { return now }})
	w.Show()
	until := func(what string, done func() bool) {
		t.Helper()
		if !q.Until(time.Minute, done) {
			t.Fatalf("it never came to: %s: %v", what, w.Rows())
		}
	}
	until("the list", func() bool { return len(w.Rows()) == 2 })
	if r := w.Rows(); r[0][0] != "Photos" || !strings.Contains(r[0][1], "5.0 MB") || r[0][2] != "“message is damaged”" || r[1][0] != "The server tells no sender and subject" {
		t.Errorf("%q", r)
	}
	w.Leave(w.list[1])
	until("leaving one", func() bool { return strings.Contains(w.Rows()[1][1], "not asked for any more") })
	w.Delete(w.list[0])
	if w.Window.Canvas().Overlays().Top() == nil {
		t.Fatal("nobody asks")
	}
	w.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	w.Retry(w.list[0])
	until("trying again", func() bool { return len(w.list) == 2 && w.list[0].Wish == "retry" })
	if got := strings.Join(s.did, ", "); got != "leave u2, retry u1" {
		t.Errorf("%s", got)
	}
}
