package editor

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"poplar/gui/kit"
	"poplar/mail"
	"poplar/mail/html"
)

// shapes are rectangles that are used again and again.
type shapes struct {
	list []*canvas.Rectangle
	n    int
}

// put places the next one.
func (s *shapes) put(x, y, w, h float32, fill color.Color) *canvas.Rectangle {
	if s.n == len(s.list) {
		s.list = append(s.list, &canvas.Rectangle{})
	}
	o := s.list[s.n]
	s.n++
	o.Move(fyne.NewPos(x, y))
	o.Resize(fyne.NewSize(w, h))
	if o.FillColor != fill || o.StrokeWidth != 0 || o.CornerRadius != 0 {
		o.FillColor, o.StrokeWidth, o.CornerRadius = fill, 0, 0
		canvas.Refresh(o)
	}
	return o
}

// outline puts one that has a line around it, or with round a circle.
func (s *shapes) outline(x, y, w, h float32, fill, line color.Color, width, radius float32) {
	o := s.put(x, y, w, h, fill)
	o.StrokeColor, o.StrokeWidth, o.CornerRadius = line, width, radius
	canvas.Refresh(o)
}

// place is where a picture stands in the text.
type place struct{ line, from int }

// looks draws what belongs to a row besides its words: bars, the mark of an item, lines under words, a picture.
func (r *renderer) looks(t *rowText, v row, b mail.Block, n int, y, base float32) {
	e := r.e
	for i := range b.Quote {
		r.lines.put(r.e.pad+float32(i)*quoteStep, y, 2, e.row, alpha(kit.Col(kit.Border), 0x90))
	}
	for _, s := range t.spans {
		if s.Picture == nil && (s.Underline || s.Link != "") {
			r.lines.put(r.e.pad+s.x, y+base+2, s.Width, 1, ink(s.Style, t.colour))
		}
	}
	if listed(b) && v.k == 0 {
		r.bullet(t, v, b, y, base)
	}
	if v.from < len(b.Text) && len(b.Runs) > 0 {
		if p := b.StyleAt(v.from).Picture; p != nil {
			r.picture(p, v, n, y)
		}
	}
}

// bullet draws the mark of an item, or its number.
func (r *renderer) bullet(t *rowText, v row, b mail.Block, y, base float32) {
	e := r.e
	if b.Kind == mail.Number {
		text := strconv.Itoa(mail.Ordinal(e.buf.lines, v.line)) + "."
		o := &canvas.Text{Text: text, TextSize: e.size, Color: t.colour}
		p := kit.Pieces(text, e.size, fyne.TextStyle{})[0]
		o.Move(fyne.NewPos(r.e.pad+v.indent-6-p.Width, y+base-p.Rise))
		o.Resize(fyne.NewSize(p.Width, e.row))
		t.number = o
		return
	}
	const side = 5
	x, top := r.e.pad+v.indent-14, y+base-e.size*0.29-side/2.0
	switch b.Level % 3 {
	case 0:
		r.lines.outline(x, top, side, side, t.colour, color.Transparent, 0, side/2.0)
	case 1:
		r.lines.outline(x, top, side, side, color.Transparent, t.colour, 1, side/2.0)
	default:
		r.lines.put(x, top, side, side, t.colour)
	}
}

// picture draws a picture over the rows it takes, once.
func (r *renderer) picture(p *mail.Picture, v row, n int, y float32) {
	e := r.e
	if at := (place{v.line, v.from}); at == r.above {
		return
	} else {
		r.above = at
	}
	w, h := e.shownSize(p, e.grid.width-v.indent)
	top := y - float32(n-e.highest(n))*e.row + pictureRoom
	x := r.e.pad + v.indent
	if from, to := ordered(e.anchor, e.caret); !(Pos{v.line, v.from}).Before(from) && (Pos{v.line, v.from}).Before(to) {
		r.marks.outline(x-3, top-3, w+6, h+6, alpha(kit.Col(kit.Accent), 0x40), kit.Col(kit.Accent), 2, 4)
	}
	img := e.preview(p)
	if img == nil {
		r.lines.outline(x, top, w, h, kit.Col(kit.Footer), kit.Col(kit.Sep), 1, 4)
		return
	}
	if r.images == nil {
		r.images = map[*mail.Picture][]*canvas.Image{}
	}
	nth := 0
	for _, o := range r.shown {
		if o.Image == img {
			nth++
		}
	}
	if nth == len(r.images[p]) {
		r.images[p] = append(r.images[p], &canvas.Image{Image: img, FillMode: canvas.ImageFillStretch, ScaleMode: canvas.ImageScaleSmooth})
	}
	o := r.images[p][nth]
	size := fyne.NewSize(w, h)
	if o.Image != img || o.Size() != size {
		o.Image = img
		o.Resize(size)
		o.Refresh()
	}
	o.Move(fyne.NewPos(x, top))
	r.shown = append(r.shown, o)
}

// ink is the colour of letters of a style in a line of a colour.
func ink(s mail.Style, line color.Color) color.Color {
	switch {
	case s.Colour != "":
		return Ink(s.Colour)
	case s.Link != "":
		return kit.Col(kit.LinkText)
	}
	return line
}

// Ink is how a colour of a text looks here: under the dark theme dark colours are as light as the reader shows them.
func Ink(colour string) color.Color {
	v, err := strconv.ParseUint(colour[min(1, len(colour)):], 16, 32)
	if err != nil {
		return kit.Col(kit.Text)
	}
	c := color.NRGBA{R: uint8(v >> 16), G: uint8(v >> 8), B: uint8(v), A: 0xFF} //nolint:gosec // an octet each
	if kit.Dark() {
		return html.Ink(c, html.Palette{Text: solid(kit.Text), Back: solid(kit.Surface)})
	}
	return c
}

// solid is a colour of the theme.
func solid(c kit.Colour) color.NRGBA {
	return color.NRGBAModel.Convert(kit.Col(c)).(color.NRGBA)
}
