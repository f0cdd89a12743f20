package reader

import (
	"context"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"poplar/mail"
)

func TestOnlyTheFirstLinesAreHere(t *testing.T) {
	r, q := newReader(t, &box{})
	var mu sync.Mutex
	c := mail.Copy{OnServer: true, Partial: true, Size: 4 << 20}
	r.Copy = func(_ context.Context, id mail.MessageID) (mail.Copy, error) {
		mu.Lock()
		defer mu.Unlock()
		c.Message = id
		return c, nil
	}
	set := func(f func()) { mu.Lock(); f(); mu.Unlock() }
	r.CopyWords = func(c mail.Copy) string {
		if c.Partial {
			return "partly"
		}
		return "all of it"
	}
	var asked []mail.MessageID
	r.OnRest = func(id mail.MessageID) { asked = append(asked, id) }
	open(t, r, q, 1)
	until := func(what string, done func() bool) {
		t.Helper()
		if !q.Until(time.Minute, done) {
			t.Fatalf("it never came to: %s", what)
		}
	}
	until("the bar", func() bool { return r.notes.shows(noteRest) })
	bar := r.restBar(r.ServerCopy())
	if bar.Title() != "Only the first lines are here (4.0 MB on the server)." || len(bar.Acts()) != 1 {
		t.Errorf("%q, %v", bar.Title(), bar.Acts())
	}
	bar.Do(0)
	if len(asked) != 1 || asked[0] != 1 {
		t.Errorf("asked for the rest of %v", asked)
	}
	set(func() { c.Wish = mail.WishFetch })
	r.Changed([]mail.MessageID{1})
	until("a word that it comes", func() bool { return r.ServerCopy().Wish == mail.WishFetch })
	if bar := r.restBar(r.ServerCopy()); len(bar.Acts()) != 0 {
		t.Errorf("it can be asked for twice: %v", bar.Acts())
	}
	shown := 0
	r.OnShown = func(mail.MessageID, *mail.Message) { shown++ }
	set(func() { c.Partial, c.Wish = false, mail.NoWish })
	r.Changed([]mail.MessageID{2}) // another message
	r.Changed([]mail.MessageID{1})
	until("the whole message", func() bool { return shown == 1 && !r.notes.shows(noteRest) && r.header.copy == "all of it" })
}

func TestTheRestThatIsGone(t *testing.T) {
	r, _ := newReader(t, &box{})
	bar := r.restBar(mail.Copy{Message: 1, Partial: true})
	if len(bar.Acts()) != 0 || bar.Text() != "The rest is no longer on the server." {
		t.Errorf("%q %v", bar.Text(), bar.Acts())
	}
}

// long gives out a message whose beginning is read before its end.
type long struct {
	box
	gate chan struct{}
	end  mail.Message
}

func (l *long) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	m, err := l.box.Read(ctx, id)
	m.Glanced, m.Parts = true, m.Parts[:2]
	return m, err
}

func (l *long) Read(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	select {
	case <-l.gate:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	m, err := l.box.Read(ctx, id)
	m.Problems = l.end.Problems
	return m, err
}

func TestALongMessageIsShownBeforeItIsRead(t *testing.T) {
	l := &long{gate: make(chan struct{}), end: mail.Message{Problems: []string{"The last part is not closed; the message may be cut off"}}}
	r, q := newReader(t, &l.box)
	r.box = l
	r.Open(mail.Summary{ID: 1}, nil)
	until := func(what string, done func() bool) {
		t.Helper()
		if !q.Until(time.Minute, done) {
			t.Fatalf("it never came to: %s", what)
		}
	}
	until("the beginning", func() bool { return r.Message() != nil && r.Attachments.Visible() })
	if len(r.Attachments.tickets) != 1 || !r.notes.shows(noteRemarks) {
		t.Errorf("the beginning has %d attachments", len(r.Attachments.tickets))
	}
	r.scroll.ScrollToOffset(fyne.NewPos(0, 40))
	close(l.gate)
	until("the end", func() bool { return !r.Message().Glanced })
	if len(r.Attachments.tickets) != 2 || r.Message().Problems == nil || !r.notes.shows(noteRemarks) {
		t.Errorf("the whole has %d attachments", len(r.Attachments.tickets))
	}
	if r.scroll.Offset.Y != 40 {
		t.Errorf("it was read at 40 and is now at %v", r.scroll.Offset.Y)
	}
}

// What happens elsewhere takes nothing away that the person has unfolded, and what became of a sent message is told as
// soon as it is known.
func TestWhatIsUnfoldedStays(t *testing.T) {
	k := &knower{fates: map[mail.MessageID][]mail.Fate{3: {{Addr: "bob@x.example", State: mail.FateAccepted}}}}
	r, q := newKnowing(t, k)
	open(t, r, q, 3)
	r.header.unfold(true)
	fields := len(r.header.fields)
	r.Changed([]mail.MessageID{3})
	r.Changed(nil)
	q.Run()
	r.scroll.ScrollToOffset(fyne.NewPos(0, 40))
	first := r.Message()
	r.Again()
	if !q.Until(time.Minute, func() bool { return r.Message() != nil && r.Message() != first && r.Attachments.Visible() }) {
		t.Fatal("it is not read again")
	}
	if !r.header.open || len(r.header.fields) != fields || fields == 0 || r.scroll.Offset.Y != 40 {
		t.Errorf("open: %v, %d fields after %d, at %v", r.header.open, len(r.header.fields), fields, r.scroll.Offset.Y)
	}
	card := r.notes.slots[noteCard]
	k.mu.Lock()
	k.fates = map[mail.MessageID][]mail.Fate{3: {{Addr: "bob@x.example", State: mail.FateFailed, Status: "5.1.1"}}}
	k.mu.Unlock()
	r.Changed([]mail.MessageID{3})
	if !q.Until(time.Minute, func() bool { return r.notes.slots[noteCard] != card }) {
		t.Error("that it failed is not told")
	}
	open(t, r, q, 4)
	if r.header.open {
		t.Error("another message is unfolded")
	}
}
