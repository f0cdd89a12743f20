package source

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
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

func TestMain(m *testing.M) {
	os.Setenv("LANG", "en_US.UTF-8")
	os.Exit(m.Run())
}

// box has one message.
type box struct {
	raw  mail.Raw
	tree mail.Structure
	err  error
}

func (b *box) Raw(context.Context, mail.MessageID) (mail.Raw, error) { return b.raw, b.err }

func (b *box) Structure(context.Context, mail.MessageID) (mail.Structure, error) {
	return b.tree, b.err
}

func (b *box) NodeBytes(_ context.Context, _ mail.MessageID, path string, w io.Writer) error {
	_, err := io.WriteString(w, path)
	return err
}

const small = "Subject: =?utf-8?B?6YKu5Lu2?=\r\nTo: Anna\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello Anna\r\n--b--\r\n"

var smallTree = mail.Structure{
	Header: []mail.SourceField{{Name: "Subject", Value: "邮件", Raw: "=?utf-8?B?6YKu5Lu2?=\r\n"}, {Name: "To", Value: "Anna", Raw: "Anna\r\n"}},
	Root: mail.Node{Type: "multipart/mixed", Index: -1, Parts: []mail.Node{
		{Path: "1", Type: "text/plain", Charset: "utf-8", Encoding: "8bit", Size: 10, Raw: 40, Offset: 46, Index: -1},
		{Path: "2", Type: "image/png", Name: "a.png", Disposition: "attachment", Size: 2048, Offset: -1},
	}},
}

type stage struct {
	*Window
	t     *testing.T
	q     *kit.Queue
	saved []string
}

func newStage(t *testing.T, b *box) *stage {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(kit.NewTheme())
	s := &stage{t: t, q: kit.NewQueue()}
	s.Window = New(a, s.q.Loop, b, 7, "Letter", Options{
		OnSave:     func(fyne.Window) { s.saved = append(s.saved, "eml") },
		OnSavePart: func(_ fyne.Window, n mail.Node) { s.saved = append(s.saved, n.Path) },
	})
	t.Cleanup(s.Window.Window.Close)
	s.Show()
	s.Window.Window.Resize(fyne.NewSize(960, 680))
	return s
}

func (s *stage) until(what string, done func() bool) {
	s.t.Helper()
	if !s.q.Until(time.Minute, done) {
		s.t.Fatalf("it never came to that: %s", what)
	}
}

func TestAMessageAsItStands(t *testing.T) {
	s := newStage(t, &box{raw: mail.Bytes(small), tree: smallTree})
	s.until("it is read", func() bool { return s.state.Text() == fmt.Sprintf("%d bytes", len(small)) })
	if n := s.raw.octets.Rows(); n != 8 {
		t.Errorf("%d rows", n)
	}
	s.find.field.Entry.SetText("ANNA")
	s.until("it is found", func() bool { return s.find.count.Text() == "1 / 2" })
	test.Tap(s.find.down)
	if s.find.count.Text() != "2 / 2" || s.raw.found[s.raw.at] != strings.LastIndex(small, "Anna") {
		t.Errorf("%q", s.find.count.Text())
	}
	s.Window.Window.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyF3})
	if s.find.count.Text() != "1 / 2" {
		t.Errorf("round the end: %q", s.find.count.Text())
	}
	s.find.field.Entry.SetText("nobody")
	s.until("it is not found", func() bool { return s.find.count.Text() == "not found" && s.find.down.Disabled() })
	test.Tap(s.part)
	if len(s.saved) != 0 {
		t.Errorf("saved %v", s.saved)
	}
}

func TestTextIsSelectedAndCopied(t *testing.T) {
	s := newStage(t, &box{raw: mail.Bytes(small), tree: smallTree})
	s.until("it is read", func() bool { return s.raw.octets.Rows() == 8 })
	w := charWidth()
	at := func(row int, column float32) *desktop.MouseEvent {
		return &desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(textPad+column*w, 8+float32(row)*rowHigh+5)}}
	}
	s.raw.MouseDown(at(1, 0))
	s.raw.Dragged(&fyne.DragEvent{PointEvent: at(3, 3).PointEvent})
	s.raw.MouseUp(at(3, 3))
	s.raw.TypedShortcut(&fyne.ShortcutCopy{})
	if got := fyne.CurrentApp().Clipboard().Content(); got != "To: Anna\n\n--b" {
		t.Errorf("copied %q", got)
	}
	s.raw.TypedShortcut(&fyne.ShortcutSelectAll{})
	s.raw.copy()
	if got := fyne.CurrentApp().Clipboard().Content(); got != strings.ReplaceAll(small, "\r\n", "\n") {
		t.Errorf("copied %q", got)
	}
}

func TestHeaderDecodedAndAsItStands(t *testing.T) {
	s := newStage(t, &box{raw: mail.Bytes(small), tree: smallTree})
	s.until("it is read", func() bool { return len(s.header.list.Objects) == 2 })
	s.Choose(TabHeaders)
	f := s.header.list.Objects[0].(*headerField)
	if f.name.Text() != "Subject" || f.value.Text() != "邮件" || s.header.raw.Visible() {
		t.Errorf("%q, %q", f.name.Text(), f.value.Text())
	}
	s.find.field.Entry.SetText("utf-8?b")
	s.until("it is found", func() bool { return s.find.count.Text() == "1 / 1" })
	if !s.header.raw.Visible() || string(s.header.raw.octets.Bytes()) != "Subject: =?utf-8?B?6YKu5Lu2?=\r\nTo: Anna\r\n" {
		t.Errorf("%q", s.header.raw.octets.Bytes())
	}
}

func TestPartsAreListedAndSaved(t *testing.T) {
	s := newStage(t, &box{raw: mail.Bytes(small), tree: smallTree})
	s.until("it is read", func() bool { return len(s.tree.rows) == 3 && s.raw.octets.Rows() == 8 })
	s.Choose(TabStructure)
	if s.tree.rows[1].depth != 1 || !s.part.Disabled() || s.find.Visible() {
		t.Errorf("%+v", s.tree.rows[1])
	}
	s.tree.list.Select(0)
	if !s.part.Disabled() {
		t.Error("a multipart can be saved")
	}
	s.tree.list.Select(2)
	if s.part.Disabled() || !s.jump.Disabled() {
		t.Error("a part inside another can be shown where it stands")
	}
	test.Tap(s.part)
	s.tree.list.Select(1)
	test.Tap(s.jump)
	if from, to := s.raw.selection(); s.tabs.Chosen() != TabRaw || from != 46 || to != 86 || len(s.saved) != 1 || s.saved[0] != "2" {
		t.Errorf("%d to %d are shown, saved %v", from, to, s.saved)
	}
}

// slow is a Raw of which only the beginning is there before its gate is open.
type slow struct {
	mail.Bytes
	gate chan struct{}
}

func (s slow) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		<-s.gate
	}
	return s.Bytes.ReadAt(p, off)
}

func TestALargeMessageComesInPieces(t *testing.T) {
	line := strings.Repeat("QUJD", 19) + "\r\n"
	raw := mail.Bytes(strings.Repeat(line, 10<<20/len(line)) + "the needle\r\n")
	gate := make(chan struct{})
	s := newStage(t, &box{raw: slow{raw, gate}, tree: smallTree})
	s.until("the beginning is there before the rest is read", func() bool { return len(s.raw.octets.Bytes()) == pieceSize })
	close(gate)
	s.until("all is read", func() bool { return len(s.raw.octets.Bytes()) == len(raw) })
	s.find.field.Entry.SetText("needle")
	s.until("it is found", func() bool { return s.find.count.Text() == "1 / 1" })
	if s.raw.offset < float64(s.raw.octets.Rows()-100)*rowHigh {
		t.Errorf("%v pixels down", s.raw.offset)
	}
	// However long the message, only what is seen is drawn.
	if n := len(test.WidgetRenderer(s.raw).Objects()); n > 100 {
		t.Errorf("%d objects", n)
	}
	rows := s.raw.octets.Rows()
	s.Window.Window.Resize(fyne.NewSize(500, 400))
	if s.raw.octets.Rows() <= rows {
		t.Error("rows are not broken anew")
	}
	s.raw.TypedKey(&fyne.KeyEvent{Name: fyne.KeyHome})
	if s.raw.offset != 0 {
		t.Error(s.raw.offset)
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	s := newStage(t, &box{err: &mail.Problem{Kind: mail.StoreDamaged, Err: errors.New("bad page")}})
	s.until("it is said", func() bool {
		return s.state.Text() == "The mail store is damaged or cannot be read: bad page"
	})
	s.Saved("a.eml", nil)
	if s.state.Text() != "a.eml saved" {
		t.Errorf("%q", s.state.Text())
	}
	s.Saved("a.eml", fmt.Errorf("no room"))
	if s.state.Text() != "a.eml was not saved: no room" {
		t.Errorf("%q", s.state.Text())
	}
}
