package composer

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.Local)

func waiting() []mail.OutboxItem {
	to := func(s mail.SendState, addr string) mail.Recipient {
		return mail.Recipient{Addr: addr, State: s, Code: 550, Said: "550 no"}
	}
	return []mail.OutboxItem{
		{ID: 1, Subject: "Sunday", State: mail.Queued, Due: noon.Add(7 * time.Second), Recipients: []mail.Recipient{to(mail.Queued, "klara@x.org")}},
		{ID: 2, Subject: "Invitation", State: mail.Failed, Recipients: []mail.Recipient{to(mail.SentOK, "a@x.org"), to(mail.Failed, "bob@x.org")}},
		{ID: 3, Subject: "Photos", State: mail.Uncertain, Recipients: []mail.Recipient{to(mail.Uncertain, "p@x.org")}},
	}
}

// dispatch is the engine with what only the outbox asks of it.
type dispatch struct {
	*engine
	paused []mail.AccountID
}

func (d *dispatch) SendLater(_ context.Context, _ mail.MessageID, at time.Time) error {
	return d.did("later " + at.Format("2 15:04"))
}

func (d *dispatch) HoldBack(_ context.Context, _ mail.MessageID, held bool) error {
	return d.did(map[bool]string{true: "hold", false: "release"}[held])
}

func (d *dispatch) Correct(_ context.Context, _ mail.MessageID, was, is string) error {
	return d.did(was + " is " + is)
}
func (d *dispatch) Settle(context.Context, mail.MessageID) error { return d.did("settle") }
func (d *dispatch) StopSending(mail.MessageID)                   { _ = d.did("stop") }
func (d *dispatch) PauseSending(_ context.Context, paused bool, ids ...mail.AccountID) error {
	d.mu.Lock()
	if d.paused = nil; paused {
		d.paused = ids
	}
	d.mu.Unlock()
	return d.did(map[bool]string{true: "pause", false: "resume"}[paused])
}

func (d *dispatch) PausedSending() []mail.AccountID {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.paused
}

type shelf struct {
	*testing.T
	*Outbox
	e      *engine
	d      *dispatch
	q      *kit.Queue
	edited *mail.Draft
	notice string
}

func openOutbox(t *testing.T, items []mail.OutboxItem) *shelf {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	s := &shelf{T: t, e: &engine{items: items}, q: kit.NewQueue()}
	s.d = &dispatch{engine: s.e}
	w := app.NewWindow("")
	s.Outbox = NewOutbox(w, s.d, s.q.Loop, OutboxOptions{OnEdit: func(d mail.Draft, notice string) { s.edited, s.notice = &d, notice }})
	s.now = func() time.Time { return noon }
	kit.SetContent(w, s.Outbox)
	w.Resize(fyne.NewSize(900, 600))
	t.Cleanup(func() { s.Outbox.Close(); kit.Forget(w); w.Close() })
	s.Reload()
	s.until("loaded", func() bool { return len(s.rows) == len(items) && s.empty.Visible() == (len(items) == 0) })
	return s
}

func (s *shelf) until(what string, done func() bool) {
	s.Helper()
	if !s.q.Until(time.Minute, done) {
		s.Fatalf("never: %s", what)
	}
}

func (s *shelf) did() []string {
	s.e.mu.Lock()
	defer s.e.mu.Unlock()
	return slices.Clone(s.e.done)
}

// press presses a button of a row by its label.
func (s *shelf) press(row int, label string) {
	s.Helper()
	for _, b := range s.rows[row].buttons {
		if b.Label() == label {
			test.Tap(b)
			return
		}
	}
	s.Fatalf("row %d has no button %q", row, label)
}

func TestOutboxRows(t *testing.T) {
	s := openOutbox(t, waiting())
	var said []string
	for _, r := range s.Rows() {
		said = append(said, r.Sentence)
	}
	want := []string{"Leaves in 7 seconds", "bob@x.org was refused: there is no such mailbox, or you may not write to it. The other has it.", "Perhaps sent: the line broke before the server answered."}
	if !slices.Equal(said, want) {
		t.Errorf("got %q", said)
	}
	if s.count.Text() != "3 messages" {
		t.Errorf("head says %q", s.count.Text())
	}
}

func TestOutboxEmpty(t *testing.T) {
	s := openOutbox(t, nil)
	if !s.empty.Visible() || s.all.Visible() {
		t.Error("an empty outbox does not say so")
	}
}

func TestCountdownRuns(t *testing.T) {
	s := openOutbox(t, waiting()[:1])
	s.now = func() time.Time { return noon.Add(5 * time.Second) }
	s.until("the sentence counts down", func() bool { return s.rows[0].sentence.Text() == "Leaves in 2 seconds" })
	s.now = func() time.Time { return noon.Add(8 * time.Second) }
	s.until("it says that it waits", func() bool { return s.rows[0].sentence.Text() == "Waiting to be sent" })
	if s.stop != nil {
		t.Error("the clock runs on with nothing to count")
	}
}

func TestOutboxActs(t *testing.T) {
	s := openOutbox(t, waiting())
	s.press(0, "Send now")
	s.until("sent", func() bool { return slices.Equal(s.did(), []string{"send now"}) && !s.moving[1] })

	s.e.told(func() { s.e.unsent = mail.Draft{ID: 2, To: []mail.Address{{Addr: "a@x.org"}, {Addr: "bob@x.org"}}} })
	s.act(s.items[1], model.TakeBack)
	s.until("opened for editing", func() bool { return s.edited != nil })
	if len(s.edited.To) != 1 || s.edited.To[0].Addr != "bob@x.org" || !strings.Contains(s.notice, "1 recipient already has this message") {
		t.Errorf("to %v, notice %q", s.edited.To, s.notice)
	}
}

// Nothing is sent twice, and nothing is thrown away, without the person saying so.
func TestOutboxAsksBeforeWhatCannotBeUndone(t *testing.T) {
	s := openOutbox(t, waiting())
	answer := func(key fyne.KeyName) {
		t.Helper()
		f := s.win.Canvas().OnTypedKey()
		if f == nil {
			t.Fatal("nothing is asked")
		}
		f(&fyne.KeyEvent{Name: key})
	}
	s.press(2, "Send again")
	answer(fyne.KeyEscape)
	s.act(s.items[2], model.Throw)
	answer(fyne.KeyReturn) // Enter keeps it
	s.q.Run()
	if d := s.did(); len(d) > 0 {
		t.Fatalf("did %v", d)
	}
	s.press(2, "Send again")
	answer(fyne.KeyReturn)
	s.until("sent again", func() bool { return slices.Equal(s.did(), []string{"resend"}) })
	for i, o := range waiting() { // what somebody has, or perhaps has, is not said to be unsent
		if got := thrownWords(o); strings.HasPrefix(got, "It is not sent") != (i == 0) {
			t.Errorf("%s: %q", o.Subject, got)
		}
	}
}

func TestOutboxTellsWhatWentWrong(t *testing.T) {
	s := openOutbox(t, waiting())
	s.e.told(func() { s.e.fail = &mail.Problem{Kind: mail.DiskFull} })
	s.press(0, "Undo")
	s.until("told", func() bool { return len(s.box.Objects) > 4 })
	if s.edited != nil {
		t.Error("a message that could not be taken back was opened all the same")
	}
}

// What a person can do about what waits, beyond sending and taking back.
func TestOutboxPerson(t *testing.T) {
	items := append(waiting(),
		mail.OutboxItem{ID: 4, Subject: "Held", State: mail.Queued, Held: true, Due: noon, Recipients: []mail.Recipient{{Addr: "k@x.org", State: mail.Queued}}},
		mail.OutboxItem{ID: 5, Subject: "Moved", State: mail.Failed, Recipients: []mail.Recipient{{Addr: "j@x.org", State: mail.Failed, Code: 551, Said: "551 try <j@y.org>"}}},
		mail.OutboxItem{ID: 6, Subject: "Large", State: mail.InFlight, Size: 2000, Recipients: []mail.Recipient{{Addr: "j@x.org", State: mail.Queued}}})
	s := openOutbox(t, items)
	did := func(what ...string) {
		t.Helper()
		s.until(strings.Join(what, ", "), func() bool { return slices.Equal(s.did(), what) && len(s.moving) == 0 })
		s.e.mu.Lock()
		s.e.done = nil
		s.e.mu.Unlock()
	}
	s.press(2, "It arrived")
	did("settle")
	s.press(1, "Leave it at that")
	did("settle")
	s.press(3, "Release")
	did("release")
	s.press(4, "Send to j@y.org")
	did("j@x.org is j@y.org")
	s.act(s.items[0], model.Hold)
	did("hold")
	s.press(5, "Stop")
	did("stop")
	s.Progress(6, 500)
	if got := s.rows[5].sentence.Text(); got != "Sending · 500 bytes of 2 KB" {
		t.Errorf("on its way: %q", got)
	}
	s.Progress(1, 1) // it has begun, though the list does not know yet
	if s.rows[0].row.Tone != model.Sending {
		t.Error("the first is not being sent")
	}
}

func TestOutboxPause(t *testing.T) {
	s := openOutbox(t, waiting()[:1])
	s.setPaused(true, "a", "b")
	s.until("paused", func() bool {
		return s.rows[0].sentence.Text() == "Sending is paused for this account" || len(s.paused) == 2
	})
	bar := s.pausedBar()
	if bar == nil {
		t.Fatal("nothing says that sending is paused")
	}
	s.setPaused(false, "a", "b")
	s.until("resumed", func() bool { return len(s.paused) == 0 && s.pausedBar() == nil })
}

func TestSendLaterIsAsked(t *testing.T) {
	s := openOutbox(t, waiting()[:1])
	var at time.Time
	askLater(s.win, noon, func(t time.Time) { at = t })
	press := s.win.Canvas().OnTypedKey()
	if press == nil {
		t.Fatal("nothing is asked")
	}
	press(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if want := noon.Add(24 * time.Hour); !at.Equal(want) {
		t.Errorf("the time in the field is %v, want %v", at, want)
	}
}
