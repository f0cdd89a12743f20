package composer

import (
	"context"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/kit"
	"poplar/mail"
)

const (
	lettersFound = 50                     // how many messages are offered at most
	lettersPause = 250 * time.Millisecond // after the last key, before it is searched
)

// letters lets the person choose messages of the store to go along.
type letters struct {
	w      *Window
	ask    *kit.Ask
	find   *kit.Field
	list   []mail.Summary
	chosen []mail.Summary
	rows   *widget.List
	none   *kit.Line
	stop   func()             // of the pause
	cancel context.CancelFunc // of the search under way
}

func newLetters(w *Window) *letters {
	l := &letters{w: w, none: kit.NewLine("", 13, false, kit.Text2)}
	l.find = kit.NewField("", kit.T("Search all mail"), func(string) { l.later() })
	l.rows = widget.NewList(func() int { return len(l.list) }, newLetterRow, func(i widget.ListItemID, o fyne.CanvasObject) {
		if i < len(l.list) {
			o.(*letterRow).show(l.list[i], l.at(l.list[i].ID) >= 0, l.w.now())
		}
	})
	l.rows.HideSeparators = true
	l.rows.OnSelected = func(i widget.ListItemID) {
		l.rows.Unselect(i)
		if i < len(l.list) {
			l.press(l.list[i])
		}
	}
	l.ask = &kit.Ask{
		Title: kit.T("Attach messages"), Width: chooserWidth,
		Content: container.New(&kit.Column{Gap: 8}, l.find, container.New(tall{chooserHeight}, container.NewStack(l.rows, container.NewCenter(l.none)))),
		Choices: []kit.AskChoice{
			{Label: kit.T("Cancel"), Do: func() bool { l.end(); return true }},
			{Label: kit.T("Attach"), Kind: kit.Filled, Do: func() bool { l.end(); l.take(); return true }},
		},
	}
	return l
}

// attachMessages lets the person choose messages that go along.
func (w *Window) attachMessages() {
	if w.sending || w.Question() != nil {
		return
	}
	l := newLetters(w)
	w.ask(l.ask)
	w.Window.Canvas().Focus(l.find.Entry)
	l.say()
	l.search()
}

func (l *letters) end() {
	if l.stop != nil {
		l.stop()
	}
	if l.cancel != nil {
		l.cancel()
	}
}

func (l *letters) later() {
	if l.stop != nil {
		l.stop()
	}
	l.stop = kit.After(l.w.loop, lettersPause, l.search)
}

// search lists what is found, or what has come last where nothing is asked for.
func (l *letters) search() {
	if l.cancel != nil {
		l.cancel()
	}
	ctx, cancel := context.WithCancel(l.w.ctx)
	l.cancel = cancel
	q := mail.Query{Text: strings.TrimSpace(l.find.Text()), Limit: lettersFound}
	if q.Text == "" {
		q.Role = mail.Inbox
	}
	kit.Go(ctx, l.w.loop, func(ctx context.Context) ([]mail.Summary, error) { return l.w.p.List(ctx, q) }, func(list []mail.Summary, err error) {
		if ctx.Err() != nil {
			return
		}
		l.list = list
		l.none.SetText("")
		switch {
		case err != nil:
			l.none.SetText(kit.T("This cannot be searched."))
		case len(list) == 0:
			l.none.SetText(kit.T("Nothing found"))
		}
		l.rows.ScrollToTop()
		l.rows.Refresh()
	})
}

func (l *letters) at(id mail.MessageID) int {
	return slices.IndexFunc(l.chosen, func(s mail.Summary) bool { return s.ID == id })
}

// press chooses a message, or leaves it again. What is chosen stays so when something else is searched.
func (l *letters) press(s mail.Summary) {
	if i := l.at(s.ID); i >= 0 {
		l.chosen = slices.Delete(l.chosen, i, i+1)
	} else {
		l.chosen = append(l.chosen, s)
	}
	l.rows.Refresh()
	l.say()
}

func (l *letters) say() {
	b := l.ask.Button(1)
	if n := len(l.chosen); n > 0 {
		b.SetLabel(kit.N(n, "Attach %d message", "Attach %d messages"))
		b.Enable()
	} else {
		b.SetLabel(kit.T("Attach"))
		b.Disable()
	}
}

// take attaches what is chosen.
func (l *letters) take() {
	chosen := slices.Clone(l.chosen)
	kit.Go(l.w.ctx, l.w.loop, func(ctx context.Context) ([]mail.Attachment, error) {
		var list []mail.Attachment
		for _, s := range chosen {
			a, err := l.w.p.AttachMessage(ctx, s.ID)
			if err != nil {
				return list, err
			}
			list = append(list, a)
		}
		return list, nil
	}, func(list []mail.Attachment, err error) {
		l.w.c.Attach = append(l.w.c.Attach, list...)
		l.w.filesChanged()
		if err != nil {
			l.w.tell(kit.NewBar(kit.ToneWarn, "", kit.T("A message could not be attached; perhaps it is gone.")))
		}
	})
}

// letterRow is a message in the list.
type letterRow struct {
	widget.BaseWidget
	tick                *kit.Glyph
	from, subject, when *kit.Line
	ground              *kit.Fill
}

func newLetterRow() fyne.CanvasObject {
	r := &letterRow{
		tick: kit.NewGlyph("check", 16, kit.AccentText), ground: kit.NewFill(kit.None, 6),
		from: kit.NewLine("", 13, true, kit.Text).Shrink(), subject: kit.NewLine("", 12, false, kit.Text2).Shrink(),
		when: kit.NewLine("", 12, false, kit.Text2).Align(fyne.TextAlignTrailing).Shrink(),
	}
	r.ExtendBaseWidget(r)
	return r
}

func (r *letterRow) show(s mail.Summary, chosen bool, now time.Time) {
	who := ""
	if len(s.From) > 0 {
		if who = s.From[0].Name; who == "" {
			who = s.From[0].Addr
		}
	}
	subject := s.Subject
	if strings.TrimSpace(subject) == "" {
		subject = kit.T("(no subject)")
	}
	r.from.SetText(who)
	r.subject.SetText(subject)
	r.when.SetText(kit.Day(s.Date.Local(), now.Local()))
	r.tick.Hidden = !chosen
	ground := kit.None
	if chosen {
		ground = kit.Sel
	}
	r.ground.Set(ground, kit.None)
	r.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (r *letterRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.New(letterRowLayout{r}, r.ground, r.from, r.subject, r.when, r.tick))
}

type letterRowLayout struct{ r *letterRow }

// Layout implements fyne.Layout.
func (l letterRowLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	l.r.ground.Resize(s)
	l.r.from.Place(10, 18, s.Width-10-150)
	l.r.subject.Place(10, 35, s.Width-10-40)
	l.r.when.Place(s.Width-146, 18, 110)
	l.r.tick.Place(s.Width-26, 14)
}

// MinSize implements fyne.Layout.
func (letterRowLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(200, 44) }
