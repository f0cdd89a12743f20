package reader

import (
	"context"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/page"
	"poplar/mail"
)

// view is how messages are shown, as far as the person can choose.
type view struct {
	plain    bool // the text alone, without the look its sender gave it
	find     *findBar
	pictures Pictures
	fetch    fetching
	now      func() time.Time
	// OnPicture asks to save a picture of the message that is shown.
	OnPicture func(p *page.Picture)
	// OnMenu may add to the menu under the right mouse button.
	OnMenu func(items []*fyne.MenuItem) []*fyne.MenuItem
}

// showBody hands the body to the page in the form that is wanted.
func (r *Reader) showBody(m *mail.Message) {
	r.forgetPictures()
	r.notes.set(noteCut, nil)
	styled := m.HTML != "" && !r.plain
	r.layout.narrow = !styled
	r.body.SetPassed(model.PassedOn(m.Subject) || len(m.Bounce) > 0)
	if styled {
		r.body.SetHTML(m.HTML, r.inline(r.id, m))
	} else {
		text := m.Text
		if m.TextMade { // which the cards of the invitations say better
			text = ""
		}
		r.body.SetText(text, m.Flowed)
	}
}

// SetPlain shows the text of messages alone, or again their look. It holds for the messages that follow.
func (r *Reader) SetPlain(on bool) {
	if on == r.plain {
		return
	}
	r.plain = on
	if r.state == one && r.msg.HTML != "" {
		r.showBody(r.msg)
		r.relay()
		r.scroll.ScrollToTop()
	}
}

// Plain reports whether messages are shown as text alone.
func (r *Reader) Plain() bool { return r.plain }

// SetOriginal keeps the colours that senders chose under a dark theme, or gives them up again.
func (r *Reader) SetOriginal(on bool) { r.body.SetOriginal(on) }

// Original reports whether the colours that senders chose are kept.
func (r *Reader) Original() bool { return r.body.Original() }

// Styled reports whether the message that is shown has a look of its own.
func (r *Reader) Styled() bool { return r.state == one && r.msg.HTML != "" }

// ZoomIn shows the message one step larger.
func (r *Reader) ZoomIn() { r.body.ZoomIn() }

// ZoomOut shows the message one step smaller.
func (r *Reader) ZoomOut() { r.body.ZoomOut() }

// ZoomReset shows the message in the size that the preferences name.
func (r *Reader) ZoomReset() { r.body.ZoomReset() }

// Find opens the bar that looks for words in the message. It reports whether there is a message to look in.
func (r *Reader) Find() bool {
	if r.state != one {
		return false
	}
	r.body.Unfold() // what is folded would not be found
	text := r.body.Selected()
	if len(text) > 100 {
		text = ""
	}
	r.find.open(text, r)
	r.Refresh()
	return true
}

// FindNext goes to the next place of what was looked for, or to the one before. It reports whether anything is.
func (r *Reader) FindNext(by int) bool {
	if r.state != one || !r.find.Visible() {
		return false
	}
	r.find.next(by)
	return true
}

// endFind is called when the bar has gone.
func (r *Reader) endFind() {
	r.body.Find("")
	kit.Focus(r.body)
	r.Refresh()
}

// placeFind puts the bar over the message's upper right corner.
func (r *Reader) placeFind() {
	w := min(findWide, r.Size().Width-32)
	r.find.Move(fyne.NewPos(r.Size().Width-w-20, StripHeight+6))
	r.find.Resize(fyne.NewSize(w, findHigh))
}

// Document writes the message as a page for the system's browser, with its head over it, and hands it to then on the
// UI thread; print has the browser ask for a printer at once. It reports whether there is a message.
func (r *Reader) Document(ctx context.Context, print bool, then func(src string, err error)) bool {
	if r.state != one || r.body.Doc() == nil {
		return false
	}
	m := r.msg
	s := page.Sheet{Title: m.Subject, Print: print}
	add := func(name string, list []mail.Address) {
		if len(list) > 0 {
			var names []string
			for _, a := range list {
				names = append(names, written(a))
			}
			s.Head = append(s.Head, [2]string{name, strings.Join(names, ", ")})
		}
	}
	add(kit.T("From"), m.From)
	add(kit.T("To"), m.To)
	add(kit.T("Cc"), m.Cc)
	if !m.Date.IsZero() {
		s.Head = append(s.Head, [2]string{kit.T("Date"), kit.FullDate(m.Date, time.Time{})})
	}
	if files := attached(m.Parts); files != "" {
		s.Head = append(s.Head, [2]string{kit.T("Attachments"), files})
	}
	r.body.Document(ctx, s, then)
	return true
}

// written is a mailbox with its name and its address.
func written(a mail.Address) string {
	if a.Name == "" {
		return a.Addr
	}
	return a.Name + " <" + a.Addr + ">"
}

// attached names the attachments.
func attached(parts []mail.Part) string {
	var names []string
	for _, p := range parts {
		if !p.Inline {
			names = append(names, p.Name+" ("+kit.Size(p.Size)+")")
		}
	}
	return strings.Join(names, ", ")
}

// tellCut says so where a message is longer than what is shown of it.
func (r *Reader) tellCut() {
	if !r.body.Cut() {
		r.notes.set(noteCut, nil)
		return
	}
	if r.notes.slots[noteCut] == nil {
		r.notes.set(noteCut, kit.NewBar(kit.ToneInfo, "", kit.T("This message is longer than Poplar shows. Its source holds all of it.")))
	}
}

// SetMono shows plain text in letters of one width, or in the usual ones again.
func (r *Reader) SetMono(on bool) { r.body.SetMono(on) }

// Mono reports whether plain text is shown in letters of one width.
func (r *Reader) Mono() bool { return r.body.Mono() }
