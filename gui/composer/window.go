// Package composer has the window in which a message is written, and the view of the outbox. It knows the engine by the
// interfaces of model and calls back by its options.
package composer

import (
	"context"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Options say whom the window calls back, always on the loop. All are optional.
type Options struct {
	OnSent   func(id mail.MessageID) // the message waits in the outbox
	OnSaved  func(id mail.MessageID) // it stands in Drafts, as of now
	OnClosed func()
	Notice   string // what the person should know about this draft, in their language
	Correct  string // a recipient's address that is opened for typing
	// OnQuickTexts opens the window in which quick texts are edited.
	OnQuickTexts func()
}

const (
	saveAfter  = 3 * time.Second  // between the first unsaved change and its saving
	retryAfter = 15 * time.Second // after a saving that failed
	// settleAfter is how long the desktop may take to give a new window the keyboard.
	settleAfter = 400 * time.Millisecond
)

// Window is a message being written.
type Window struct {
	Window fyne.Window

	p    model.Poplar
	loop kit.Loop
	o    Options
	c    *model.Composition
	now  func() time.Time

	pause time.Duration // before a change is saved

	ctx    context.Context // it lasts exactly as long as the window
	cancel context.CancelFunc

	from      *sender
	lines     map[model.RecipientField]*recipients
	cc, bcc   *kit.Button
	subject   *kit.Typing
	body      *body
	files     *files
	send      *kit.Button
	looks     *kit.IconButton // with looks, or plain
	more      *kit.IconButton
	notice    *fyne.Container
	page      *fyne.Container
	state     *kit.Line // "Draft saved 14:40"
	sum       *kit.Line // "2 attachments, 1.2 MB"
	question  *kit.Ask
	carried   *carried // the address that is being dragged, or nil
	stopTimer func()

	blamed  bool // the bar under the head is about a recipient
	taking  bool // the look of the quote is being read
	saving  bool
	waiting []func(ok bool) // called once the saving under way has ended
	sending bool
	pasting bool  // what the clipboard has is taken as text
	limit   int64 // the largest message the server takes; 0: not known
	closed  bool
}

// New returns the window for a draft. Show brings it up.
func New(app fyne.App, p model.Poplar, loop kit.Loop, d mail.Draft, o Options) *Window {
	line, cut := model.SubjectLine(d.Subject, model.SubjectMax)
	if cut { // as a mail link or somebody's message may have it
		d.Subject = line
	}
	w := &Window{
		Window: app.NewWindow(""), p: p, loop: loop, o: o, c: model.NewComposition(d), now: time.Now, pause: saveAfter,
		lines: map[model.RecipientField]*recipients{}, notice: container.New(&kit.Column{Pad: fyne.NewSize(linePad, 0)}),
	}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	w.Window.SetPadded(false)
	w.Window.Resize(fyne.NewSize(900, 720))

	w.send = kit.NewButton(kit.T("Send"), "send", kit.Filled, w.Send)
	w.looks = kit.NewIconButton("format", "", w.switchLooks)
	w.more = kit.NewIconButton("more", kit.T("More"), w.showMore)
	strip := container.New(kit.Spread{Gap: 8, Right: 3, Pad: 16}, w.send,
		kit.NewButton(kit.T("Attach"), "clip", kit.Flat, w.attach), w.looks,
		kit.NewIconButton("clock", kit.T("Send later…"), w.sendLater),
		kit.NewIconButton("trash", kit.T("Delete this draft"), w.discard), w.more)

	w.from = newSender(model.Senders(p.Accounts()), w.c.Account, w.c.From.Addr, w.fromChanged)
	w.cc = kit.NewButton(kit.T("Cc"), "", kit.Flat, func() { w.reveal(model.Cc, true) })
	w.bcc = kit.NewButton(kit.T("Bcc"), "", kit.Flat, func() { w.reveal(model.Bcc, true) })
	labels := map[model.RecipientField]string{model.To: kit.T("To"), model.Cc: kit.T("Cc"), model.Bcc: kit.T("Bcc"), model.AnswersTo: kit.T("Answers to")}
	for _, f := range model.HeadFields {
		var trail fyne.CanvasObject
		if f == model.To {
			trail = container.New(kit.Spread{}, w.cc, w.bcc)
		}
		w.lines[f] = newRecipients(labels[f], w.c.Recipients[f], trail, func(list []model.Entered) {
			w.c.Recipients[f] = list
			if w.blamed {
				w.tell(nil) // it was about the recipients as they were
			}
			w.page.Refresh()
			w.changed()
		})
		w.lines[f].suggest = w.suggest
		w.carry(f)
	}
	w.subject = kit.NewTyping()
	w.subject.Text = w.c.Subject
	w.subject.OnShortcut = w.pastedSubject
	w.subject.OnChanged = func(s string) {
		w.c.Subject = s
		w.Window.SetTitle(w.title())
		w.changed()
	}
	if d.ID == 0 && p.Preferences().RichText {
		w.c.StartRich(w.from.account())
	}
	w.body = newBody(loop, w.c, p.Preferences().BodySize, w.changed, w.takeQuote, w.askFirst, w.choosePicture)
	w.body.text.OnShortcut = w.pasted
	w.subject.OnSubmitted = func(string) { w.Window.Canvas().Focus(w.body.text) }
	w.files = newFiles(w.c.Attach, w.removeFile)
	w.state = kit.NewLine("", 12, false, kit.Text2).Shrink().Align(fyne.TextAlignTrailing)
	w.sum = kit.NewLine("", 12, false, kit.Text2).Shrink()

	head := container.New(&kit.Column{}, newHeadLine(kit.T("From"), w.from), w.lines[model.To], w.lines[model.Cc], w.lines[model.Bcc], w.lines[model.AnswersTo],
		newHeadLine(kit.T("Subject"), w.subject), w.notice)
	w.page = container.New(pageLayout{}, kit.NewFill(kit.Footer, 0), strip, kit.NewRule(), head, w.body, w.files, kit.NewRule(), w.body.bar, w.sum, w.state)
	kit.SetContent(w.Window, container.New(kit.Pile{}, kit.NewFill(kit.Surface, 0), w.page))

	w.showLooks()
	w.reveal(model.Cc, false)
	w.reveal(model.Bcc, false)
	w.lines[model.AnswersTo].Hide()
	w.sumUp()
	if len(w.c.Attach) > 0 {
		w.askLimit()
	}
	switch {
	case o.Notice != "":
		w.tell(kit.NewBar(kit.ToneInfo, "", o.Notice))
	case cut:
		w.tellCut()
	}
	w.Window.SetTitle(w.title())
	w.Window.SetCloseIntercept(w.Close)
	w.Window.SetOnClosed(w.gone)
	w.Window.SetOnDropped(w.dropped)
	w.keys()
	switch {
	case len(w.c.Recipients[model.To]) == 0:
		w.Window.Canvas().Focus(w.lines[model.To].entry)
	case w.c.Subject == "":
		w.Window.Canvas().Focus(w.subject)
	default:
		w.Window.Canvas().Focus(w.body.text)
	}
	return w
}

// Show brings the window up, or to the front.
func (w *Window) Show() {
	w.Window.Show()
	w.Window.RequestFocus()
	if addr := w.o.Correct; addr != "" {
		// Only once the window has the keyboard: what is typed into a field that loses it becomes an address again.
		w.o.Correct = ""
		kit.After(w.loop, settleAfter, func() {
			if !w.closed && !w.c.Changed() {
				w.correct(addr)
			}
		})
	}
}

// Composition is the message as it stands.
func (w *Window) Composition() *model.Composition { return w.c }

// Unsaved returns the message where something of it is not in Drafts yet, for Poplar's end: the caller stores it.
func (w *Window) Unsaved() (mail.Draft, bool) {
	if w.closed || w.sending {
		return mail.Draft{}, false
	}
	w.commit(false)
	return w.c.Draft(), w.c.Unsaved()
}

func (w *Window) title() string { return kit.T("%s – Poplar", w.c.ComposerTitle(kit.T)) }

func (w *Window) keys() {
	c := w.Window.Canvas()
	add := func(k fyne.KeyName, m fyne.KeyModifier, do func()) {
		c.AddShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: m}, func(fyne.Shortcut) { do() })
	}
	ctrl := fyne.KeyModifierShortcutDefault
	add(fyne.KeyReturn, ctrl, w.Send)
	add(fyne.KeyEnter, ctrl, w.Send)
	add(fyne.KeyS, ctrl, func() { w.Save(nil) })
	add(fyne.KeyW, ctrl, w.Close)
	add(fyne.KeyA, ctrl|fyne.KeyModifierShift, w.attach)
	add(fyne.KeyF, looksKeys, w.switchLooks)
	c.SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape && c.Overlays().Top() == nil {
			w.Close()
		}
	})
}

// reveal shows a line of recipients if it holds any, or if it is wanted.
func (w *Window) reveal(f model.RecipientField, wanted bool) {
	if button := map[model.RecipientField]*kit.Button{model.Cc: w.cc, model.Bcc: w.bcc}[f]; button != nil {
		if wanted || len(w.c.Recipients[f]) > 0 {
			w.lines[f].Show()
			button.Hide()
		} else {
			w.lines[f].Hide()
			button.Show()
		}
	}
	if f == model.AnswersTo && wanted {
		w.lines[f].Show()
	}
	w.lines[model.To].Refresh()
	w.page.Refresh()
	if wanted {
		w.Window.Canvas().Focus(w.lines[f].entry)
	}
}

func (w *Window) fromChanged(old, now mail.Account) {
	before := w.c.Words()
	w.c.SetFrom(old, now)
	w.lines[model.AnswersTo].list = w.c.Recipients[model.AnswersTo]
	w.lines[model.AnswersTo].remake()
	if len(w.c.Attach) > 0 {
		w.askLimit()
	}
	if w.c.Rich != nil || w.c.Words() != before {
		w.body.Reload()
	}
	w.changed()
}

// changed is called after every change: what is new is in Drafts a few seconds later.
func (w *Window) changed() {
	if w.stopTimer != nil || w.closed {
		return
	}
	w.later(w.pause)
}

func (w *Window) later(d time.Duration) {
	w.stopTimer = kit.After(w.loop, d, func() {
		w.stopTimer = nil
		if !w.closed && !w.sending && w.c.Unsaved() {
			w.save(nil, true)
		}
	})
}

// Save puts the message into Drafts; then, if not nil, is told whether that went well.
func (w *Window) Save(then func(ok bool)) { w.save(then, false) }

// save is Save; byItself leaves alone the address that is being typed, which is put into the draft all the same.
func (w *Window) save(then func(ok bool), byItself bool) {
	if then == nil {
		then = func(bool) {}
	}
	if w.saving {
		w.waiting = append(w.waiting, func(ok bool) {
			if w.c.Unsaved() {
				w.Save(then)
			} else {
				then(ok)
			}
		})
		return
	}
	typing := w.commit(byItself)
	if !w.c.Unsaved() && w.c.ID() != 0 && typing == nil {
		then(true)
		return
	}
	if w.stopTimer != nil {
		w.stopTimer()
		w.stopTimer = nil
	}
	w.saving = true
	d := w.c.DraftWith(typing)
	kit.Go(w.ctx, w.loop, func(ctx context.Context) (mail.MessageID, error) {
		// A save that has begun goes to its end, whatever becomes of the window.
		return w.p.SaveDraft(context.WithoutCancel(ctx), d)
	}, func(id mail.MessageID, err error) {
		w.saving = false
		if err != nil {
			t := model.TellError(err, kit.T)
			w.state.SetText(kit.T("Draft not saved: %s", t.What))
			w.state.SetColour(kit.Warn)
			w.later(retryAfter)
		} else {
			w.c.Saved(d, id)
			w.state.SetColour(kit.Text2)
			w.state.SetText(kit.T("Draft saved %s", w.now().Format("15:04")))
			if w.o.OnSaved != nil {
				w.o.OnSaved(id)
			}
		}
		then(err == nil)
		waiting := w.waiting
		w.waiting = nil
		for _, f := range waiting {
			f(err == nil)
		}
	})
}

// commit turns what is typed in the lines of recipients into addresses. With but it leaves the line alone that has the
// keyboard, and returns what is typed there.
func (w *Window) commit(but bool) map[model.RecipientField][]model.Entered {
	var typing map[model.RecipientField][]model.Entered
	for _, f := range model.HeadFields {
		if r := w.lines[f]; but && kit.Focused(r.entry) {
			if list := model.ParseEntered(r.entry.Text); len(list) > 0 {
				typing = map[model.RecipientField][]model.Entered{f: list}
			}
			continue
		}
		w.lines[f].Commit()
	}
	return typing
}

// tell shows a bar under the head, or takes it away.
func (w *Window) tell(b *kit.Bar) {
	w.notice.RemoveAll()
	w.blamed = false
	if b != nil {
		b.OnClosed = func() { w.tell(nil) }
		w.notice.Add(container.New(kit.Inset{Top: 10}, b))
	}
	w.page.Refresh()
}

// Notice is the bar under the head, or nil.
func (w *Window) Notice() *kit.Bar {
	if len(w.notice.Objects) == 0 {
		return nil
	}
	return w.notice.Objects[0].(*fyne.Container).Objects[0].(*kit.Bar)
}

// Question is what is asked at the moment, or nil.
func (w *Window) Question() *kit.Ask {
	if w.question == nil || !w.question.Open() {
		return nil
	}
	return w.question
}

func (w *Window) end() {
	if !w.closed {
		w.closed = true
		w.Window.Close()
	}
}

// gone is called when the window is closed, however that came.
func (w *Window) gone() {
	w.closed = true
	if w.stopTimer != nil {
		w.stopTimer()
	}
	w.cancel()
	kit.Forget(w.Window)
	w.body.drop()
	if w.o.OnClosed != nil {
		w.o.OnClosed()
	}
}

// pageLayout is the layout of the whole window: strip, head, body, attachments, foot.
type pageLayout struct{}

const (
	stripHeight = 48
	footHeight  = 32
	barHeight   = 39 // of a foot with the buttons of looks
)

// Layout implements fyne.Layout.
func (pageLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	put(o[0], 0, 0, s.Width, stripHeight)
	put(o[1], 0, 0, s.Width, stripHeight)
	put(o[2], 0, stripHeight-1, s.Width, 1)
	head := kit.HeightFor(o[3], s.Width)
	put(o[3], 0, stripHeight, s.Width, head)
	files := float32(0)
	if o[5].Visible() {
		files = kit.HeightFor(o[5], s.Width)
	}
	low := float32(footHeight)
	if o[7].Visible() {
		low = barHeight
	}
	top := stripHeight + head
	room := max(s.Height-top-files-low, 0)
	put(o[4], 0, top, s.Width, room)
	put(o[5], 0, top+room, s.Width, files)
	foot := s.Height - low
	put(o[6], 0, foot, s.Width, 1)
	x := float32(linePad)
	if o[7].Visible() {
		x = linePad - 8 // the words of its buttons are icons, with room around them
		w := o[7].MinSize().Width
		put(o[7], x, foot+(low-32)/2+0.5, w, 32)
		x += w + 16
	}
	sum, state := o[8].(*kit.Line), o[9].(*kit.Line)
	base := foot + low/2 + 5
	room = max(s.Width-linePad-x, 0)
	half := room / 2
	if room < 280 { // what is saved comes before what is attached
		half = 0
	}
	sum.Place(x, base, max(half-8, 0))
	state.Place(x+half, base, room-half)
}

// MinSize implements fyne.Layout.
func (pageLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(560, 420)
}
