package gui

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/source"
	"poplar/mail"
)

func TestASentMessageIsShownFromItsReport(t *testing.T) {
	s := newStage(t, func(f *fake) {
		f.rows[5].Folder = 4 // in Sent
		f.knows = knowledge{
			messages: map[mail.MessageID]*mail.Message{20: {Subject: "failed", Text: "x", Bounce: []mail.Bounced{{Recipient: "bob@x.example", Action: "failed"}}}},
			sentOf:   map[mail.MessageID]mail.MessageID{20: 15},
		}
	})
	s.choose(1)
	s.until("the report is read", func() bool { return s.w.reader.Message() != nil })
	var show, again *kit.Button
	walk(s.w.reader, func(o fyne.CanvasObject) {
		if b, ok := o.(*kit.Button); ok {
			switch b.Label() {
			case "Show the sent message":
				show = b
			case "Correct the address and send again":
				again = b
			}
		}
	})
	if show == nil || again == nil {
		t.Fatal("the card has no buttons")
	}
	test.Tap(again)
	s.did("send 15 again to bob@x.example")
	s.until("it can be corrected", func() bool { return len(s.w.composers) == 1 })
	test.Tap(show)
	s.until("it is read", func() bool {
		return s.w.pane.Entry().Folder.Role == mail.Sent && s.w.reader.ID() == 15 && s.w.reader.Message() != nil
	})
	if ids := s.w.list.Selected(); len(ids) != 1 || ids[0] != 15 {
		t.Errorf("%v is chosen", ids)
	}
}

func TestAnotherCharacterSet(t *testing.T) {
	s := newStage(t, nil)
	if it := s.w.charsetItem(); !it.Disabled {
		t.Error("with nothing to read there is a choice")
	}
	s.choose(1)
	s.until("it is read", func() bool { return s.w.reader.Message() != nil })
	it := s.w.charsetItem()
	if !it.ChildMenu.Items[0].Checked {
		t.Error("the message's own is not ticked")
	}
	for _, c := range it.ChildMenu.Items {
		if strings.Contains(c.Label, "GB18030") {
			c.Action()
		}
	}
	s.did("charset 20 gb18030")
}

func TestTheSourceOfAMessage(t *testing.T) {
	const raw = "Subject: x\r\n\r\nHello\r\n"
	s := newStage(t, func(f *fake) { f.knows.raw = map[mail.MessageID]string{20: raw} })
	s.w.showSource(source.TabRaw)
	if s.w.source != nil {
		t.Error("the source of nothing is shown")
	}
	s.choose(1)
	s.w.showSource(source.TabRaw)
	if s.w.source == nil || !strings.HasPrefix(s.w.source.Window.Title(), "Source: Subject 20") {
		t.Fatal("no window")
	}
	t.Cleanup(s.w.source.Window.Close)
	path := filepath.Join(t.TempDir(), "a.eml")
	to, err := storage.Writer(storage.NewFileURI(path))
	if err != nil {
		t.Fatal(err)
	}
	var told error
	done := false
	s.w.fillFile(to, "a.eml", s.w.writeMessage(20), webMark{}, func(_ string, err error) { told, done = err, true })
	s.until("it is written", func() bool { return done })
	if got, _ := os.ReadFile(path); told != nil || string(got) != raw {
		t.Errorf("%q, %v", got, told)
	}
}

func TestAnAttachedMessageIsShown(t *testing.T) {
	s := newStage(t, nil)
	s.choose(1)
	s.until("it is read", func() bool { return s.w.reader.Message() != nil })
	s.w.openPart(mail.Part{Index: 3, Name: "letter.eml", Type: "message/rfc822"})
	s.did("inner 20 3")
	s.until("it is shown", func() bool { return s.w.inner.Message() != nil && s.w.inner.Message().Subject == "Attached" })
	if s.w.inner.Strip.Visible() {
		t.Error("it can be answered, which it cannot")
	}
	s.w.inner.Close()
}
