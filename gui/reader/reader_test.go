package reader

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// box gives out messages once their gate is open.
type box struct {
	gates map[mail.MessageID]chan struct{}
	err   error
	ended chan mail.MessageID
}

func (b *box) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return b.Read(ctx, id)
}

func (b *box) Read(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	if g := b.gates[id]; g != nil {
		select {
		case <-g:
		case <-ctx.Done():
			b.ended <- id
			return nil, ctx.Err()
		}
	}
	if b.err != nil {
		return nil, b.err
	}
	return &mail.Message{
		Subject: fmt.Sprintf("Subject %d", id), From: []mail.Address{{Name: "Marta Oliveira", Addr: "marta@example.pt"}},
		To: []mail.Address{{Addr: "anna@example.org"}, {Name: "Jonas Weber", Addr: "j@example.org"}}, Date: noon,
		Text: strings.Repeat("A line of text.\n", 100), MessageID: "x@y",
		Header: []mail.Field{{Name: "Received", Value: "from here"}, {Name: "X-Odd", Value: "yes"}},
		Parts: []mail.Part{
			{Index: 0, Name: "logo.png", Type: "image/png", ContentID: "logo", Inline: true, Size: 10},
			{Index: 1, Name: "Plan.pdf", Type: "application/pdf", Size: 1887437},
			{Index: 2, Name: "setup.exe", Type: "application/octet-stream", Size: 100},
		},
	}, nil
}

func (b *box) Part(_ context.Context, _ mail.MessageID, index int, w io.Writer) error {
	_, err := fmt.Fprintf(w, "part %d", index)
	return err
}

func newReader(t *testing.T, b *box) (*Reader, *kit.Queue) {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	q := kit.NewQueue()
	r := New(q.Loop, b, func() time.Time { return noon }, func(addr string) bool { return addr == "anna@example.org" })
	t.Cleanup(r.Close)
	w := test.NewTempWindow(t, r)
	w.SetPadded(false)
	w.Resize(fyne.NewSize(700, 600))
	return r, q
}

func open(t *testing.T, r *Reader, q *kit.Queue, id mail.MessageID) {
	t.Helper()
	r.Open(mail.Summary{ID: id}, nil)
	if !q.Until(time.Minute, func() bool { return r.Message() != nil && r.id == id && r.Attachments.Visible() }) {
		t.Fatal("the message does not come")
	}
}

func TestAMessageIsShownWithItsHeadAndAttachments(t *testing.T) {
	r, q := newReader(t, &box{})
	var shown mail.MessageID
	r.OnShown = func(id mail.MessageID, _ *mail.Message) { shown = id }
	if r.message.Visible() {
		t.Error("it asks to choose where there is nothing to choose from")
	}
	r.SetIdle(false)
	if r.message.bold.Text() != "Choose a message to read." || !r.message.Visible() {
		t.Error("an empty reader says nothing")
	}
	open(t, r, q, 7)
	if shown != 7 || r.message.Visible() || !r.scroll.Visible() {
		t.Errorf("told of %d", shown)
	}
	h := r.header
	if h.lines[0].Text() != "Subject 7" || h.name.Text() != "Marta Oliveira" || h.addr.Text() != "marta@example.pt" {
		t.Errorf("%q, %q, %q", h.lines[0].Text(), h.name.Text(), h.addr.Text())
	}
	if h.to.line.Text() != "to me, Jonas Weber" || h.date.Text() != "Today, 12:00" {
		t.Errorf("%q, %q", h.to.line.Text(), h.date.Text())
	}
	if len(r.Attachments.tickets) != 2 {
		t.Fatalf("%d attachments", len(r.Attachments.tickets))
	}
	if y := r.Attachments.Position().Y; y < r.body.Position().Y+r.body.MinSize().Height {
		t.Errorf("attachments at %v stand in the body", y)
	}
	if !r.Page(true) || r.Page(false) == false {
		t.Error("a long message does not scroll by pages")
	}
}

func TestWhatWasSearchedForIsFoundInTheBody(t *testing.T) {
	r, q := newReader(t, &box{})
	for _, c := range []struct {
		words []string
		want  int
	}{{[]string{"line", "of"}, 100}, {[]string{"text", "nowhere"}, 100}, {[]string{"nowhere"}, 0}} {
		r.Clear()
		r.Open(mail.Summary{ID: 5}, c.words)
		if !q.Until(time.Minute, func() bool { return r.Message() != nil && r.Attachments.Visible() }) {
			t.Fatal("the message does not come")
		}
		n, _ := r.body.FindNext(0)
		if n != c.want {
			t.Errorf("%q: %d places are marked", c.words, n)
		}
	}
}

func TestRecipientsUnfoldToEveryField(t *testing.T) {
	r, q := newReader(t, &box{})
	open(t, r, q, 1)
	before := r.header.Height(600)
	test.Tap(r.header.to)
	var got []string
	for _, f := range r.header.fields {
		got = append(got, f.label.Text()+"="+f.value.Text())
	}
	want := "From=Marta Oliveira <marta@example.pt>|To=anna@example.org, Jonas Weber <j@example.org>|Date=2026-11-25 12:00:00 +0000|Message-ID=x@y"
	if strings.Join(got, "|") != want {
		t.Errorf("%s", strings.Join(got, "|"))
	}
	if r.header.Height(600) <= before {
		t.Error("it became no higher")
	}
	test.Tap(r.header.more)
	if n := len(r.header.fields); n != 2 || r.header.fields[1].label.Text() != "X-Odd" {
		t.Errorf("%d fields", n)
	}
	copied := ""
	r.OnCopy = func(text string, _ fyne.Position) { copied = text }
	r.header.fields[1].TappedSecondary(&fyne.PointEvent{})
	if copied != "yes" {
		t.Errorf("copies %q", copied)
	}
	test.Tap(r.header.to)
	if len(r.header.fields) != 0 || r.header.Height(600) != before {
		t.Error("it does not fold again")
	}
}

func TestWhatIsNotWantedAnyMoreIsNotRead(t *testing.T) {
	b := &box{gates: map[mail.MessageID]chan struct{}{1: make(chan struct{})}, ended: make(chan mail.MessageID, 1)}
	r, q := newReader(t, b)
	r.Open(mail.Summary{ID: 1}, nil)
	open(t, r, q, 2)
	if id := <-b.ended; id != 1 {
		t.Errorf("message %d was given up", id)
	}
	q.Run()
	if r.header.lines[0].Text() != "Subject 2" {
		t.Error("the late message took the place of the one that was asked for")
	}
}

func TestASlowMessageShowsBarsThenWords(t *testing.T) {
	b := &box{gates: map[mail.MessageID]chan struct{}{1: make(chan struct{})}, ended: make(chan mail.MessageID, 1)}
	r, q := newReader(t, b)
	r.Open(mail.Summary{ID: 1}, nil)
	if r.state != nothing {
		t.Error("what was shown goes at once")
	}
	if !q.Until(time.Minute, func() bool { return r.state == loading && r.bars[0].Visible() }) {
		t.Fatal("no bars")
	}
	if !q.Until(time.Minute, func() bool { return r.message.Visible() }) || r.message.bold.Text() != "Opening the message…" {
		t.Errorf("%q", r.message.bold.Text())
	}
	close(b.gates[1])
	if !q.Until(time.Minute, func() bool { return r.Message() != nil }) || r.bars[0].Visible() || r.message.Visible() {
		t.Error("bars or words stay")
	}
}

func TestAMessageThatCannotBeReadSaysWhy(t *testing.T) {
	r, q := newReader(t, &box{err: errors.Join(&mail.Problem{Kind: mail.StoreDamaged})})
	r.Open(mail.Summary{ID: 1}, nil)
	if !q.Until(time.Minute, func() bool { return r.state == broken }) || r.message.bold.Text() != "The mail store is damaged or cannot be read" {
		t.Errorf("%q", r.message.bold.Text())
	}
}

func TestSeveralMessagesOfferWhatCanBeDoneWithAll(t *testing.T) {
	r, _ := newReader(t, &box{})
	var did []Command
	r.OnSeveral = func(c Command) { did = append(did, c) }
	r.Several(12)
	if r.many.line.Text() != "12 messages selected" || !r.many.Visible() {
		t.Errorf("%q", r.many.line.Text())
	}
	for _, b := range r.many.buttons {
		test.Tap(b)
	}
	if len(did) != 4 || did[0] != Archive || did[1] != Delete || did[2] != Junk || did[3] != Flag {
		t.Errorf("%v", did)
	}
}

func TestTheStripIsForWhatIsChosen(t *testing.T) {
	r, _ := newReader(t, &box{})
	s := r.Strip
	var did []Command
	s.OnCommand = func(c Command, _ fyne.Position) { did = append(did, c) }
	s.SetFor(0, false)
	test.Tap(s.words[0])
	test.Tap(s.icons[1])
	test.Tap(s.menu)
	if len(did) != 1 || did[0] != Menu {
		t.Errorf("with nothing chosen: %v", did)
	}
	s.SetFor(3, false)
	test.Tap(s.words[0])
	test.Tap(s.icons[Delete-Archive])
	if len(did) != 2 || did[1] != Delete {
		t.Errorf("with several: %v", did)
	}
	s.SetFor(1, true)
	for i := range s.words {
		test.Tap(s.words[i])
	}
	if len(did) != 5 || did[4] != Forward || !s.icons[Flag-Archive].On() {
		t.Errorf("with one: %v", did)
	}
	s.SetBrief(true)
	if s.words[0].Visible() || !s.short[0].Visible() {
		t.Error("the words stay in a narrow window")
	}
}

func TestAttachmentsOpenAndSave(t *testing.T) {
	r, q := newReader(t, &box{})
	open(t, r, q, 1)
	var opened, saved []string
	all := 0
	r.Attachments.OnOpen = func(p mail.Part) { opened = append(opened, p.Name) }
	r.Attachments.OnSave = func(p mail.Part) { saved = append(saved, p.Name) }
	r.Attachments.OnSaveAll = func() { all++ }
	test.Tap(r.Attachments.tickets[0])
	test.Tap(r.Attachments.tickets[1].button)
	test.Tap(r.Attachments.saveAll)
	if strings.Join(opened, ",") != "Plan.pdf" || strings.Join(saved, ",") != "setup.exe" || all != 1 {
		t.Errorf("opened %v, saved %v, all %d", opened, saved, all)
	}
	two := r.Attachments.Height(ticketWidth*2 + ticketGap)
	if one := r.Attachments.Height(ticketWidth + 20); one != two+ticketHeight+ticketGap {
		t.Errorf("one below the other they need %v, side by side %v", one, two)
	}
}

func TestInlinePicturesComeByTheirContentID(t *testing.T) {
	r, q := newReader(t, &box{})
	open(t, r, q, 1)
	get := r.inline(1, r.Message())
	if data, mediaType := get("logo"); string(data) != "part 0" || mediaType != "image/png" {
		t.Errorf("%q, %q", data, mediaType)
	}
	if data, _ := get(""); data != nil {
		t.Error("parts without an id are given out")
	}
}

func TestManyRecipientsAreSummedUp(t *testing.T) {
	m := mail.Message{}
	for i := range 40 {
		m.Cc = append(m.Cc, mail.Address{Name: fmt.Sprintf("P%d", i)})
	}
	self := func(string) bool { return false }
	if got := recipients(m, self); got != "to P0, P1, P2, P3, P4, P5 and 34 more" {
		t.Errorf("%q", got)
	}
	if got := recipients(mail.Message{}, self); got != "to nobody named" {
		t.Errorf("%q", got)
	}
	kit.SetLanguage("zh")
	defer kit.SetLanguage("en")
	if got := recipients(m, self); got != "收件人：P0、P1、P2、P3、P4、P5，另有 34 人" {
		t.Errorf("%q", got)
	}
}
