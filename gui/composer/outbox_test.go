package composer

import (
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
		return mail.Recipient{Addr: addr, State: s, Said: "550 no"}
	}
	return []mail.OutboxItem{
		{ID: 1, Subject: "Sunday", State: mail.Queued, Due: noon.Add(7 * time.Second), Recipients: []mail.Recipient{to(mail.Queued, "klara@x.org")}},
		{ID: 2, Subject: "Invitation", State: mail.Failed, Recipients: []mail.Recipient{to(mail.SentOK, "a@x.org"), to(mail.Failed, "bob@x.org")}},
		{ID: 3, Subject: "Photos", State: mail.Uncertain, Recipients: []mail.Recipient{to(mail.Uncertain, "p@x.org")}},
	}
}

type shelf struct {
	*testing.T
	*Outbox
	e      *engine
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
	w := app.NewWindow("")
	s.Outbox = NewOutbox(w, s.e, s.q.Loop, OutboxOptions{OnEdit: func(d mail.Draft, notice string) { s.edited, s.notice = &d, notice }})
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
	if !s.q.Until(5*time.Second, done) {
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
	want := []string{"Leaves in 7 seconds", "bob@x.org was refused: 550 no. The other has it.", "Perhaps sent: the line broke before the server answered."}
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

	s.e.unsent = mail.Draft{ID: 2, To: []mail.Address{{Addr: "a@x.org"}, {Addr: "bob@x.org"}}}
	s.press(1, "Correct…")
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
}

func TestOutboxTellsWhatWentWrong(t *testing.T) {
	s := openOutbox(t, waiting())
	s.e.fail = &mail.Problem{Kind: mail.DiskFull}
	s.press(0, "Undo")
	s.until("told", func() bool { return len(s.box.Objects) > 4 })
	if s.edited != nil {
		t.Error("a message that could not be taken back was opened all the same")
	}
}
