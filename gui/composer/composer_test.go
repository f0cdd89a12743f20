package composer

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
	"poplar/settings"
)

// engine is what the composer needs of Poplar. It records, and fails where it is told to.
type engine struct {
	model.Poplar // not called

	mu        sync.Mutex
	saved     []mail.Draft
	sent      []mail.Draft
	discarded []mail.MessageID
	done      []string
	fail      error
	hold      chan struct{} // SaveDraft waits for it
	items     []mail.OutboxItem
	people    []mail.Suggestion
	limit     int64
	unsent    mail.Draft
	quote     *mail.Rich
}

// told changes what the engine says: a request that is out may read it meanwhile.
func (e *engine) told(change func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	change()
}

func (e *engine) Accounts() []mail.Account {
	return []mail.Account{
		{ID: "a", Name: "Anna", Address: "anna@birch.example", Signature: "Anna"},
		{ID: "b", Name: "A. L.", Address: "al@other.example", Signature: "A. L."},
	}
}
func (e *engine) Preferences() settings.Preferences { return settings.DefaultPreferences() }
func (e *engine) SaveDraft(ctx context.Context, d mail.Draft) (mail.MessageID, error) {
	e.mu.Lock()
	hold := e.hold
	e.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return 0, e.fail
	}
	e.saved = append(e.saved, d)
	return mail.MessageID(100 + len(e.saved)), nil
}

func (e *engine) Send(_ context.Context, d mail.Draft) (mail.MessageID, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.fail != nil {
		return 0, e.fail
	}
	e.sent = append(e.sent, d)
	return 500, nil
}

func (e *engine) RichQuote(context.Context, mail.Draft) (*mail.Rich, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.quote, nil
}

func (e *engine) DiscardDraft(_ context.Context, id mail.MessageID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.discarded = append(e.discarded, id)
	return nil
}

func (e *engine) Suggest(_ context.Context, typed string, n int, except []string) ([]mail.Suggestion, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var list []mail.Suggestion
	for _, s := range e.people {
		if strings.HasPrefix(strings.ToLower(s.Display()), typed) && !slices.Contains(except, s.Addr) && len(list) < n {
			list = append(list, s)
		}
	}
	return list, nil
}

func (e *engine) SizeLimit(context.Context, mail.AccountID, string) (int64, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.limit, nil
}

// Outbox returns a copy: what a view makes of it stays with the view.
func (e *engine) Outbox(context.Context) ([]mail.OutboxItem, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.items), nil
}

func (e *engine) Summary(context.Context, mail.MessageID) (mail.Summary, error) {
	return mail.Summary{}, nil
}

func (e *engine) did(what string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.done = append(e.done, what)
	return e.fail
}
func (e *engine) SendNow(context.Context, mail.MessageID) error { return e.did("send now") }
func (e *engine) Resend(context.Context, mail.MessageID) error  { return e.did("resend") }
func (e *engine) Unsend(context.Context, mail.MessageID) (mail.Draft, error) {
	err := e.did("unsend")
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.unsent, err
}

// desk is a composer window in a test.
type desk struct {
	*testing.T
	*Window
	e      *engine
	q      *kit.Queue
	sentID mail.MessageID
	closed bool
}

func open(t *testing.T, d mail.Draft) *desk {
	t.Helper()
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	k := &desk{T: t, e: &engine{}, q: kit.NewQueue()}
	k.Window = New(app, k.e, k.q.Loop, d, Options{
		OnSent: func(id mail.MessageID) { k.sentID = id }, OnClosed: func() { k.closed = true },
	})
	k.Show()
	t.Cleanup(func() {
		if !k.closed {
			k.Window.Window.Close()
		}
	})
	return k
}

// until runs the loop until something is so.
func (k *desk) until(what string, done func() bool) {
	k.Helper()
	if !k.q.Until(time.Minute, done) {
		k.Fatalf("never: %s", what)
	}
}

func (k *desk) key(o fyne.Focusable, name fyne.KeyName) { o.TypedKey(&fyne.KeyEvent{Name: name}) }

func (k *desk) write(o fyne.Focusable, s string) {
	for _, r := range s {
		o.TypedRune(r)
	}
}

// answer presses the button of the question that is open.
func (k *desk) answer(label string) {
	k.Helper()
	q := k.Question()
	if q == nil {
		k.Fatalf("nothing is asked, so %q cannot be answered", label)
	}
	for i, c := range q.Choices {
		if c.Label == label || q.Button(i).Label() == label {
			test.Tap(q.Button(i))
			return
		}
	}
	k.Fatalf("there is no answer %q", label)
}

func (k *desk) to() []string {
	var list []string
	for _, e := range k.c.Recipients[model.To] {
		list = append(list, e.Text())
	}
	return list
}

func letter() mail.Draft {
	return mail.Draft{
		Account: "a", From: mail.Address{Name: "Anna", Addr: "anna@birch.example"},
		To: []mail.Address{{Name: "Marta", Addr: "marta@x.org"}}, Subject: "Plan", Text: "Hello\n\n-- \nAnna",
	}
}

func TestSendLater(t *testing.T) {
	k := open(t, letter())
	at := time.Now().Add(48 * time.Hour)
	k.lines[model.To].entry.SetText("bob")
	k.sendAt(at)
	if k.Notice() == nil || len(k.e.sent) > 0 {
		t.Fatal("what cannot be sent was sent")
	}
	k.lines[model.To].remove(1)
	k.Send() // at once, whatever was wished before
	k.until("sent", func() bool { return k.closed })
	if s := k.e.sent[0]; !s.SendAt.IsZero() {
		t.Errorf("it leaves at %v", s.SendAt)
	}
	k = open(t, letter())
	k.sendAt(at)
	k.until("sent", func() bool { return k.closed })
	if s := k.e.sent[0]; !s.SendAt.Equal(at) {
		t.Errorf("it leaves at %v, not %v", s.SendAt, at)
	}
}

func TestMoreWishes(t *testing.T) {
	k := open(t, letter())
	press := func(label string) {
		t.Helper()
		for _, i := range k.moreItems() {
			if i.Label == label {
				i.Action()
				return
			}
		}
		t.Fatalf("there is no %q", label)
	}
	press("Ask for a receipt when it is read")
	press("Ask the servers to report its delivery")
	press("Answers go to another address…")
	k.write(k.lines[model.AnswersTo].entry, "office@x.org,")
	d := k.c.Draft()
	if !d.AskReceipt || !d.Notices.Delivered || len(d.ReplyTo) != 1 || !k.lines[model.AnswersTo].Visible() || !k.c.Unsaved() {
		t.Errorf("the draft is %+v", d)
	}
	press("Ask for a receipt when it is read")
	if k.c.Draft().AskReceipt {
		t.Error("a receipt is asked for all the same")
	}
}

func TestSend(t *testing.T) {
	k := open(t, letter())
	k.body.text.SetText("Hello Marta\n\n-- \nAnna")
	k.Send()
	k.until("sent and closed", func() bool { return k.closed })
	if k.sentID != 500 || len(k.e.sent) != 1 || k.e.sent[0].Text != "Hello Marta\n\n-- \nAnna" || k.e.sent[0].To[0].Addr != "marta@x.org" {
		t.Errorf("told %d, sent %+v", k.sentID, k.e.sent)
	}
}

func TestWhatCannotBeSentIsToldNotSent(t *testing.T) {
	for _, c := range []struct {
		name, typed, said string
	}{
		{"nobody", "", "Who is to get this message? Add an address."},
		{"no address", "bob", "bob: An address needs an @."},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := letter()
			d.To = nil
			k := open(t, d)
			e := k.lines[model.To].Entry()
			k.write(e, c.typed)
			k.Send()
			if n := k.Notice(); n == nil || n.Text() != c.said {
				t.Fatalf("told %v", n)
			}
			if k.Question() != nil {
				t.Error("a dialog is in the way")
			}
			k.write(e, "marta@x.org,")
			if k.Notice() != nil {
				t.Error("the notice stays though the recipients changed")
			}
			if len(k.e.sent) > 0 {
				t.Error("it was sent")
			}
		})
	}
}

func TestWhatIsDoubtfulIsAsked(t *testing.T) {
	d := letter()
	d.Subject, d.Text = "", "See the attached file."
	k := open(t, d)
	k.Send()
	q := k.Question()
	if q == nil || !strings.Contains(q.Text, "no subject") || !strings.Contains(q.Text, "nothing is attached") {
		t.Fatalf("asked %+v", q)
	}
	k.answer("Keep writing")
	k.q.Run()
	if k.closed || len(k.e.sent) > 0 {
		t.Fatal("it was sent all the same")
	}
	k.Send()
	k.Window.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if k.Question() != nil || k.closed {
		t.Fatal("Escape does not mean: keep writing")
	}
	k.Send()
	k.answer("Send anyway")
	k.until("sent", func() bool { return k.closed })
}

func TestSendingThatFailsKeepsTheMessage(t *testing.T) {
	k := open(t, letter())
	k.e.told(func() { k.e.fail = &mail.Problem{Kind: mail.DiskFull, Where: "/home"} })
	k.Send()
	k.until("told", func() bool { return k.Notice() != nil })
	if k.closed || !strings.Contains(k.Notice().Title(), "disk is full") || k.send.Disabled() {
		t.Fatalf("closed %v, told %q", k.closed, k.Notice().Title())
	}
	k.e.told(func() { k.e.fail = nil })
	k.Send()
	k.until("sent at last", func() bool { return k.closed })
}

func TestDraftsAreSavedByThemselves(t *testing.T) {
	k := open(t, letter())
	k.pause = time.Millisecond
	k.write(k.body.text, "A")
	k.until("saved", func() bool { return k.c.ID() == 101 && !k.c.Unsaved() })
	if s := k.state.Text(); !strings.HasPrefix(s, "Draft saved ") {
		t.Errorf("state %q", s)
	}
	k.write(k.body.text, "B")
	k.until("saved again", func() bool { return k.c.ID() == 102 })
	k.e.mu.Lock()
	defer k.e.mu.Unlock()
	if k.e.saved[1].ID != 101 || !strings.HasPrefix(k.e.saved[1].Text, "ABHello") {
		t.Errorf("the second saving is %+v", k.e.saved[1])
	}
}

func TestTypingDuringASaveIsSavedToo(t *testing.T) {
	k := open(t, letter())
	k.pause = time.Millisecond
	hold := make(chan struct{})
	k.e.told(func() { k.e.hold = hold })
	k.write(k.body.text, "A")
	k.until("a saving is under way", func() bool { return k.saving })
	k.write(k.body.text, "B")
	k.e.told(func() { k.e.hold = nil })
	close(hold)
	k.until("both are saved", func() bool { return k.c.ID() == 102 && !k.c.Unsaved() })
}

func TestSendWaitsForTheSaveUnderWay(t *testing.T) {
	k := open(t, letter())
	k.pause = time.Millisecond
	hold := make(chan struct{})
	k.e.told(func() { k.e.hold = hold })
	k.write(k.body.text, "A")
	k.until("a saving is under way", func() bool { return k.saving })
	k.Send()
	if len(k.e.sent) != 0 {
		t.Fatal("it went before its draft was known")
	}
	close(hold)
	k.until("sent", func() bool { return k.closed })
	if k.e.sent[0].ID != 101 {
		t.Errorf("sent with draft %d: the saved one would stay behind", k.e.sent[0].ID)
	}
}

func TestSavingThatFailsIsToldInTheFoot(t *testing.T) {
	k := open(t, letter())
	k.pause = time.Millisecond
	k.e.told(func() { k.e.fail = &mail.Problem{Kind: mail.DiskFull} })
	k.write(k.body.text, "A")
	k.until("told", func() bool { return strings.HasPrefix(k.state.Text(), "Draft not saved: The disk is full") })
	if k.Question() != nil || k.Notice() != nil {
		t.Error("it is in the way")
	}
	k.e.told(func() { k.e.fail = nil })
	k.Save(nil)
	k.until("saved at last", func() bool { return !k.c.Unsaved() })
}

func TestUnsavedIsWhatWouldBeLost(t *testing.T) {
	k := open(t, letter())
	if _, lost := k.Unsaved(); lost {
		t.Error("nothing was done, and something would be lost")
	}
	k.write(k.lines[model.To].Entry(), "jonas@x.org")
	d, lost := k.Unsaved()
	if !lost || len(d.To) != 2 {
		t.Errorf("lost %v, to %v", lost, d.To)
	}
	k.Save(nil)
	k.until("saved", func() bool { _, lost := k.Unsaved(); return !lost })
}

func TestClosing(t *testing.T) {
	kept := letter()
	kept.ID = 42
	for _, c := range []struct {
		name   string
		draft  mail.Draft
		typed  bool
		answer string
		check  func(t *testing.T, k *desk)
	}{
		{"untouched", letter(), false, "", func(t *testing.T, k *desk) {
			if len(k.e.saved)+len(k.e.discarded) > 0 {
				t.Error("something was stored")
			}
		}},
		{"save", letter(), true, "Save draft", func(t *testing.T, k *desk) {
			if len(k.e.saved) != 1 || !strings.HasPrefix(k.e.saved[0].Text, "AHello") {
				t.Errorf("saved %+v", k.e.saved)
			}
		}},
		{"delete", letter(), true, "Delete", func(t *testing.T, k *desk) {
			if len(k.e.saved) > 0 {
				t.Error("it was saved")
			}
		}},
		{"discard the changes of a kept draft", kept, true, "Discard changes", func(t *testing.T, k *desk) {
			if n := len(k.e.saved); n != 1 || k.e.saved[0].Text != letter().Text || k.e.saved[0].ID != 42 {
				t.Errorf("put back %+v", k.e.saved)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := open(t, c.draft)
			if c.typed {
				k.write(k.body.text, "A")
			}
			k.Close()
			if c.answer != "" {
				if k.closed {
					t.Fatal("closed without a question")
				}
				k.answer(c.answer)
			}
			k.until("closed", func() bool { return k.closed })
			c.check(t, k)
		})
	}
	t.Run("keep writing", func(t *testing.T) {
		k := open(t, letter())
		k.write(k.body.text, "A")
		k.Close()
		k.answer("Keep writing")
		k.q.Run()
		if k.closed {
			t.Error("closed")
		}
	})
	t.Run("saved by itself, then deleted", func(t *testing.T) {
		k := open(t, letter())
		k.write(k.body.text, "A")
		k.Save(nil)
		k.until("saved", func() bool { return k.c.ID() == 101 })
		k.Close()
		k.answer("Delete")
		k.until("closed", func() bool { return k.closed })
		if !slices.Equal(k.e.discarded, []mail.MessageID{101}) {
			t.Errorf("discarded %v", k.e.discarded)
		}
	})
}

func TestQuote(t *testing.T) {
	d := letter()
	d.Quote, d.QuoteIntro = "one\ntwo", "On Friday Marta wrote:"
	k := open(t, d)
	if !k.body.card.Visible() || k.body.card.title.Text() != "On Friday Marta wrote · 2 lines" {
		t.Fatalf("the card says %q", k.body.card.title.Text())
	}
	k.body.text.SetCaretOffset(2)
	test.Tap(k.body.card.toggle)
	if !strings.HasSuffix(k.body.text.Text(), "On Friday Marta wrote:\n> one\n> two") || k.c.Draft().Quote != "" || k.c.Draft().Body() != k.body.text.Text() {
		t.Errorf("text %q", k.body.text.Text())
	}
	if k.body.text.CaretOffset() != 2 {
		t.Error("the caret lost its place")
	}

	d.Quote = strings.Repeat("a long line of the original\n", 8000)
	k = open(t, d)
	test.Tap(k.body.card.toggle)
	if n := strings.Count(k.body.text.Text(), "\n> a long line"); n != 8000 {
		t.Errorf("%d lines can be edited", n)
	}
	k = open(t, d)
	test.Tap(k.body.card.drop)
	if k.body.card.Visible() || k.c.Draft().Quote != "" || !k.c.Changed() {
		t.Error("the original goes out all the same")
	}
}

func TestFindInTheText(t *testing.T) {
	d := letter()
	d.Text = "one two\nTwo three\n"
	k := open(t, d)
	k.body.text.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyF, Modifier: fyne.KeyModifierShortcutDefault})
	f := k.body.find
	if !f.Visible() || k.Window.Window.Canvas().Focused() != fyne.Focusable(f.field.Entry) {
		t.Fatal("there is nowhere to type what to find")
	}
	k.write(f.field.Entry, "two")
	if f.count.Text() != "1 of 2" || k.body.text.Selected() != "two" {
		t.Errorf("it says %q and shows %q", f.count.Text(), k.body.text.Selected())
	}
	k.key(f.field.Entry, fyne.KeyReturn)
	if f.count.Text() != "2 of 2" || k.body.text.Selected() != "Two" {
		t.Errorf("it says %q and shows %q", f.count.Text(), k.body.text.Selected())
	}
	k.key(f.field.Entry, fyne.KeyEscape)
	if f.Visible() || k.Window.Window.Canvas().Focused() != fyne.Focusable(k.body.text) || k.c.Changed() {
		t.Error("the bar stays, the keyboard is lost, or the text has changed")
	}
}

func TestFromChangesTheSignature(t *testing.T) {
	k := open(t, letter())
	k.from.pick(1)
	if k.c.Account != "b" || k.body.text.Text() != "Hello\n\n-- \nA. L." {
		t.Errorf("account %s, text %q", k.c.Account, k.body.text.Text())
	}
}
