package setup

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"poplar/gui/editor"
	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// signature is where a signature is written: as text, or with formatting, in the editor that messages are written in.
type signature struct {
	widget.BaseWidget
	f         *frame
	height    float32 // of the text
	text      *editor.Editor
	bar       *editor.Bar
	looks     *kit.IconButton
	onChanged func()
	wrong     *kit.Line // what was the matter with a picture
}

// newSignature shows a signature; changed, if not nil, is told of every change.
func (f *frame) newSignature(text string, rich *mail.Rich, height float32, changed func()) *signature {
	s := &signature{f: f, height: height, text: editor.New(f.loop, text, 13), onChanged: changed, wrong: kit.NewLine("", 12, false, kit.Err).Shrink()}
	s.text.SetPad(9)
	if rich != nil {
		s.text.Become(*rich, false)
	}
	s.bar = editor.NewBar(s.text, func(q *kit.Ask, first fyne.Focusable) { q.Show(f.Window, first) }, s.choosePicture).Narrow()
	s.looks = kit.NewIconButton("format", "", s.switchLooks)
	s.text.OnChanged = s.changed
	f.ending = append(f.ending, s.text.Close)
	s.ExtendBaseWidget(s)
	s.show()
	return s
}

func (s *signature) changed() {
	s.wrong.SetText("")
	if s.onChanged != nil {
		s.onChanged()
	}
}

// Value is the signature as text, without its pictures, and with its looks if it has any.
func (s *signature) Value() (string, *mail.Rich) {
	if !s.text.Rich() {
		return s.text.Text(), nil
	}
	r := s.text.Content().Tidy()
	if r.Plain() {
		return r.Text(), nil
	}
	return r.WithoutPictures().Text(), &r
}

// show has the button say which mode it is.
func (s *signature) show() {
	s.looks.SetOn(s.text.Rich())
	hint := kit.T("With formatting")
	if s.text.Rich() {
		hint = kit.T("Plain text")
	}
	s.looks.SetIcon("format", hint)
	s.bar.Hidden = !s.text.Rich()
	s.Refresh()
}

// switchLooks turns the signature into one with looks, or into text, after a question where it has looks.
func (s *signature) switchLooks() {
	turn := func() bool {
		if s.text.Rich() {
			s.text.Become(s.text.Content().Tidy(), true)
		} else {
			s.text.Become(mail.RichText(s.text.Text()), false)
		}
		s.show()
		kit.Focus(s.text)
		return true
	}
	if _, rich := s.Value(); rich == nil {
		turn()
		return
	}
	(&kit.Ask{
		Title: kit.T("Turn this signature into plain text?"), Text: kit.T("Its formatting and its pictures go."), OnCancelled: func() {},
		Choices: []kit.AskChoice{{Label: kit.T("Cancel")}, {Label: kit.T("Plain text"), Kind: kit.Filled, Do: turn}},
	}).Show(s.f.Window, nil)
}

// choosePicture lets the person choose a small picture, such as a logo.
func (s *signature) choosePicture() {
	d := dialog.NewFileOpen(func(file fyne.URIReadCloser, err error) {
		if err != nil || file == nil {
			return
		}
		path := file.URI().Path()
		_ = file.Close() // only its name is wanted
		kit.Go(s.f.ctx, s.f.loop, func(context.Context) (model.LoadedPicture, error) {
			return model.LoadPicture(path, model.SignaturePicture)
		}, s.putPicture)
	}, s.f.Window)
	d.SetFilter(storage.NewExtensionFileFilter(model.PictureEndings))
	kit.ShowFiles(d, s.f.Window, kit.T("Choose a picture"), kit.T("Choose"), fyne.NewSize(760, 540))
}

// putPicture puts a picture into the signature, small: it goes along with every message.
func (s *signature) putPicture(p model.LoadedPicture, err error) {
	switch {
	case errors.Is(err, model.ErrNoPicture):
		s.wrong.SetText(kit.T("This is no PNG, JPEG, GIF or WebP picture."))
	case err != nil:
		s.wrong.SetText(model.TellError(err, kit.T).What)
	case p.Small != nil:
		s.text.Picture(p.Small)
	case len(p.Full.Data) > mostLogo:
		s.wrong.SetText(kit.T("This picture is too large to go along with every message: %s.", kit.Size(int64(len(p.Full.Data)))))
	default:
		s.text.Picture(p.Full)
	}
	kit.Focus(s.text)
	s.Refresh()
}

// mostLogo bounds the octets of a signature's picture.
const mostLogo = 256 << 10

const signatureBar = 36

// MinSize implements fyne.CanvasObject.
func (s *signature) MinSize() fyne.Size {
	s.ExtendBaseWidget(s)
	h := s.height + signatureBar
	if s.wrong.Text() != "" {
		h += 20
	}
	return fyne.NewSize(300, h)
}

// CreateRenderer implements fyne.Widget.
func (s *signature) CreateRenderer() fyne.WidgetRenderer {
	return &signatureRenderer{s: s, ground: kit.NewFill(kit.Input, 6).Outline(kit.Border, 1), rule: kit.NewRule()}
}

type signatureRenderer struct {
	s      *signature
	ground *kit.Fill
	rule   fyne.CanvasObject
}

func (r *signatureRenderer) Destroy()           {}
func (r *signatureRenderer) MinSize() fyne.Size { return r.s.MinSize() }

// Objects implements fyne.WidgetRenderer.
func (r *signatureRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.rule, r.s.text, r.s.looks, r.s.bar, r.s.wrong}
}

// Layout implements fyne.WidgetRenderer.
func (r *signatureRenderer) Layout(size fyne.Size) {
	s := r.s
	put := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	put(r.ground, 0, 0, size.Width, s.height+signatureBar)
	put(s.text, 1, 1, size.Width-2, s.height-1)
	put(r.rule, 1, s.height, size.Width-2, 1)
	put(s.looks, 4, s.height+2, 32, 32)
	put(s.bar, 42, s.height+4, max(size.Width-46, 0), 28)
	s.wrong.Place(0, s.height+signatureBar+16, size.Width)
}

// Refresh implements fyne.WidgetRenderer.
func (r *signatureRenderer) Refresh() {
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
