package composer

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/model"
	"poplar/mail"
)

func (e *engine) List(_ context.Context, q mail.Query) ([]mail.Summary, error) {
	var list []mail.Summary
	for i, subject := range []string{"Plan for Sunday", "Invoice", "周末计划"} {
		if (q.Text != "" || q.Role == mail.Inbox) && strings.Contains(subject, q.Text) {
			list = append(list, mail.Summary{ID: mail.MessageID(i + 1), Subject: subject, From: []mail.Address{{Addr: "jonas@x.org"}}, Date: time.Now()})
		}
	}
	return list, nil
}

func (e *engine) AttachMessage(_ context.Context, id mail.MessageID) (mail.Attachment, error) {
	return mail.Attachment{Name: "message.eml", Type: "message/rfc822", Raw: mail.Bytes("x"), Size: int64(id)}, nil
}

// Messages of the store are found, chosen over several searches, and attached in the order in which they were chosen.
func TestAttachMessages(t *testing.T) {
	k := open(t, letter())
	l := newLetters(k.Window)
	k.ask(l.ask)
	l.say()
	l.search()
	k.until("the newest are offered", func() bool { return len(l.list) == 3 })
	if !l.ask.Button(1).Disabled() {
		t.Error("nothing can be attached")
	}
	l.press(l.list[2])
	l.find.SetText("Inv")
	l.search()
	k.until("it is searched", func() bool { return len(l.list) == 1 })
	l.press(l.list[0])
	l.press(l.list[0])
	l.press(l.list[0])
	row := newLetterRow().(*letterRow)
	row.show(l.list[0], true, time.Now())
	if row.from.Text() != "jonas@x.org" || row.subject.Text() != "Invoice" || row.tick.Hidden {
		t.Errorf("the row shows %q, %q", row.from.Text(), row.subject.Text())
	}
	l.find.SetText("nothing like it")
	l.search()
	k.until("nothing is found", func() bool { return len(l.list) == 0 })
	if l.none.Text() == "" {
		t.Error("an empty list says nothing")
	}
	k.answer("Attach 2 messages")
	k.until("they are attached", func() bool { return len(k.c.Attach) == 2 })
	if k.c.Attach[0].Size != 3 || k.c.Attach[1].Size != 2 || !k.c.Unsaved() {
		t.Errorf("%+v", k.c.Attach)
	}
}

// An address is dragged to another line, which is shown for that though it is empty.
func TestChipsAreDraggedBetweenLines(t *testing.T) {
	k := open(t, mail.Draft{Account: "a", To: []mail.Address{{Addr: "a@x.org"}, {Addr: "b@x.org"}}, Cc: []mail.Address{{Addr: "c@x.org"}}})
	k.Window.Window.Resize(fyne.NewSize(900, 720))
	drag := func(from model.RecipientField, i int, to model.RecipientField) {
		chip := k.lines[from].chips[i]
		at := func(f model.RecipientField) fyne.Position {
			return fyne.CurrentApp().Driver().AbsolutePositionForObject(k.lines[f]).AddXY(200, 15)
		}
		chip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: at(from)}})
		chip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: at(to)}})
		chip.DragEnd()
	}
	drag(model.To, 1, model.Bcc)
	if !slices.Equal(k.to(), []string{"a@x.org"}) || k.c.Recipients[model.Bcc][0].Addr != "b@x.org" || !k.lines[model.Bcc].Visible() || !k.c.Unsaved() {
		t.Errorf("to %v, bcc %v", k.to(), k.c.Recipients[model.Bcc])
	}
	drag(model.Cc, 0, model.To)
	if !slices.Equal(k.to(), []string{"a@x.org", "c@x.org"}) || len(k.c.Recipients[model.Cc]) != 0 || k.lines[model.Cc].Visible() {
		t.Errorf("to %v, cc %v", k.to(), k.c.Recipients[model.Cc])
	}
	drag(model.To, 0, model.To)
	chip := k.lines[model.To].chips[0]
	chip.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{AbsolutePosition: fyne.NewPos(400, 600)}})
	chip.DragEnd()
	if !slices.Equal(k.to(), []string{"a@x.org", "c@x.org"}) || k.carried != nil {
		t.Errorf("dropped on nothing: %v", k.to())
	}
}
