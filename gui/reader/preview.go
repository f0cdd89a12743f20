package reader

import (
	"bytes"
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/page"
	"poplar/mail"
)

// PreviewOptions say whom a preview calls back.
type PreviewOptions struct {
	OnOpen, OnSave func()
	OnLink         func(url, doubtful string)
}

// Preview is a window that shows one attachment: a picture or a text.
type Preview struct {
	Window fyne.Window

	loop   kit.Loop
	cancel context.CancelFunc
	o      PreviewOptions
	line   *kit.Line
	middle *fyne.Container
	note   *notice
	text   *page.Page // nil for a picture
}

// screen is the largest a picture is kept: more cannot be seen.
var screen = image.Pt(2560, 1600)

// NewPreview returns the window for an attachment. Show brings it up.
func NewPreview(app fyne.App, loop kit.Loop, box Box, id mail.MessageID, part mail.Part, o PreviewOptions) *Preview {
	ctx, cancel := context.WithCancel(context.Background())
	v := &Preview{Window: app.NewWindow(part.Name + " – Poplar"), loop: loop, cancel: cancel, o: o, note: newNotice()}
	v.Window.SetPadded(false)
	v.Window.Resize(fyne.NewSize(860, 640))
	kind := model.FileKindOf(part.Name, part.Type)
	v.line = kit.NewLine(kindTitle(kind, part.Name)+" · "+kit.Size(part.Size), 12, false, kit.Text2)
	head := container.New(previewHead{}, kit.NewLine(part.Name, 15, true, kit.Text).CutAt(kit.CutMiddle).Shrink(), v.line,
		kit.NewButton(kit.T("Open"), "", kit.Plain, o.OnOpen), kit.NewButton(kit.T("Save…"), "dl", kit.Plain, o.OnSave))
	v.middle = container.New(kit.Pile{}, v.note)
	content := container.NewBorder(container.New(&kit.Column{}, head, kit.NewRule()), nil, nil, nil, v.middle)
	kit.SetContent(v.Window, container.New(kit.Pile{}, kit.NewFill(kit.Surface, 0), content))
	v.Window.SetOnClosed(cancel)
	c := v.Window.Canvas()
	c.SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape {
			v.Window.Close()
		}
	})
	c.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyW, Modifier: fyne.KeyModifierShortcutDefault}, func(fyne.Shortcut) { v.Window.Close() })
	read := func(ctx context.Context) ([]byte, error) {
		var b bytes.Buffer
		err := box.Part(ctx, id, part.Index, &b)
		return b.Bytes(), err
	}
	if isPicture(part) {
		v.picture(ctx, read, part)
	} else {
		v.words(ctx, read)
	}
	return v
}

// Show brings the window up.
func (v *Preview) Show() { v.Window.Show() }

func (v *Preview) fail(err error) {
	v.note.set("warn", kit.T("This cannot be shown."), err.Error())
	v.note.Refresh()
}

func (v *Preview) picture(ctx context.Context, read func(context.Context) ([]byte, error), part mail.Part) {
	type result struct {
		img  image.Image
		size image.Point
	}
	kit.Go(ctx, v.loop, func(ctx context.Context) (result, error) {
		data, err := read(ctx)
		if err != nil {
			return result{}, err
		}
		img, size, err := decode(ctx, data, screen)
		return result{img, size}, err
	}, func(r result, err error) {
		if err != nil {
			v.fail(err)
			return
		}
		img := canvas.NewImageFromImage(r.img)
		img.FillMode, img.ScaleMode = canvas.ImageFillContain, canvas.ImageScaleSmooth
		v.line.SetText(v.line.Text() + " · " + kit.T("%d × %d pixels", r.size.X, r.size.Y))
		v.middle.Objects = []fyne.CanvasObject{container.New(natural{r.size}, img)}
		v.middle.Refresh()
	})
}

func (v *Preview) words(ctx context.Context, read func(context.Context) ([]byte, error)) {
	v.text = page.New(page.Options{Loop: v.loop, OnLink: func(l page.Link) {
		if v.o.OnLink != nil {
			openLink(l, v.o.OnLink)
		}
	}})
	scroll := container.NewVScroll(container.New(kit.Inset{Left: sidePad, Top: 16, Right: sidePad, Bottom: 16}, v.text))
	v.text.Follow(scroll)
	kit.Go(ctx, v.loop, func(ctx context.Context) (string, error) {
		data, err := read(ctx)
		return plainText(data), err
	}, func(s string, err error) {
		if err != nil {
			v.fail(err)
			return
		}
		v.text.SetMono(true)
		v.text.SetText(s, false)
		v.text.Unfold()
		v.middle.Objects = []fyne.CanvasObject{scroll}
		v.middle.Refresh()
	})
}

// openLink tells where a link leads, with the true host where there is reason to ask before.
func openLink(l page.Link, open func(url, doubtful string)) {
	t, doubtful := l.Look(), ""
	if len(t.Doubts) > 0 {
		doubtful = t.Host
	}
	open(t.Open, doubtful)
}

// natural shows a picture at its own size, or smaller where there is less room, in the middle.
type natural struct{ size image.Point }

// Layout implements fyne.Layout.
func (n natural) Layout(o []fyne.CanvasObject, s fyne.Size) {
	const pad = 16
	w := min(float32(n.size.X), s.Width-2*pad)
	h := min(float32(n.size.Y), s.Height-2*pad)
	o[0].Move(fyne.NewPos(float32(int((s.Width-w)/2)), float32(int((s.Height-h)/2))))
	o[0].Resize(fyne.NewSize(w, h))
}

// MinSize implements fyne.Layout.
func (natural) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(120, 80) }

// previewHead lays out name, kind and buttons over a preview.
type previewHead struct{}

// Layout implements fyne.Layout.
func (previewHead) Layout(o []fyne.CanvasObject, s fyne.Size) {
	right := s.Width - sidePad
	for _, b := range []fyne.CanvasObject{o[3], o[2]} {
		m := b.MinSize()
		right -= m.Width
		b.Move(fyne.NewPos(right, 13))
		b.Resize(m)
		right -= 8
	}
	o[0].(*kit.Line).Place(sidePad, 25, max(right-sidePad-8, 40))
	o[1].(*kit.Line).Place(sidePad, 43, max(right-sidePad-8, 40))
}

// MinSize implements fyne.Layout.
func (previewHead) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(320, 56) }
