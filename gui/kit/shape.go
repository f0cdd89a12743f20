package kit

import (
	"hash/fnv"
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Fill is a rectangle in a colour of the theme, which follows when the theme changes.
type Fill struct {
	widget.BaseWidget
	colour, stroke Colour
	radius, width  float32
	shadow         canvas.Shadow
}

// NewFill returns a rectangle with round corners.
func NewFill(c Colour, radius float32) *Fill {
	f := &Fill{colour: c, radius: radius, stroke: None}
	f.ExtendBaseWidget(f)
	return f
}

// Outline gives the rectangle a line around it. It returns f.
func (f *Fill) Outline(c Colour, width float32) *Fill {
	f.stroke, f.width = c, width
	return f
}

// Lift gives the rectangle a shadow: menus 24 and 8, the undo bar 18 and 6; nothing else has one. It returns f.
func (f *Fill) Lift(blur, down float32) *Fill {
	f.shadow = canvas.Shadow{BlurRadius: blur, Offset: fyne.NewPos(0, down)}
	return f
}

// Set changes the colour and that of the line.
func (f *Fill) Set(c, stroke Colour) {
	if c != f.colour || stroke != f.stroke {
		f.colour, f.stroke = c, stroke
		f.Refresh()
	}
}

// CreateRenderer implements fyne.Widget.
func (f *Fill) CreateRenderer() fyne.WidgetRenderer {
	r := &fillRenderer{fill: f, rect: &canvas.Rectangle{}}
	r.paint()
	return r
}

type fillRenderer struct {
	fill *Fill
	rect *canvas.Rectangle
}

func (r *fillRenderer) paint() {
	f := r.fill
	r.rect.FillColor, r.rect.CornerRadius = Col(f.colour), f.radius
	r.rect.StrokeColor, r.rect.StrokeWidth = Col(f.stroke), f.width
	if f.stroke == None { // a line of no colour would still shade the edge
		r.rect.StrokeWidth = 0
	}
	r.rect.Shadow = f.shadow
	if f.shadow.BlurRadius > 0 {
		r.rect.Shadow.Color = Col(Veil)
	}
}

func (r *fillRenderer) Layout(s fyne.Size)           { r.rect.Resize(s) }
func (r *fillRenderer) MinSize() fyne.Size           { return fyne.Size{} }
func (r *fillRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.rect} }
func (r *fillRenderer) Destroy()                     {}
func (r *fillRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.rect)
}

// Glyph is an icon that is only looked at, in a colour that follows the theme.
type Glyph struct {
	widget.BaseWidget
	icon   string
	colour Colour
	side   float32
	small  bool
}

// NewGlyph returns an icon of side pixels. A small flag has the thicker stroke.
func NewGlyph(icon string, side float32, c Colour) *Glyph {
	g := &Glyph{icon: icon, side: side, colour: c, small: icon == "flag" && side <= 13}
	g.ExtendBaseWidget(g)
	return g
}

// Set changes icon and colour.
func (g *Glyph) Set(icon string, c Colour) {
	if icon != g.icon || c != g.colour {
		g.icon, g.colour = icon, c
		g.Refresh()
	}
}

// Icon is the name of the icon.
func (g *Glyph) Icon() string { return g.icon }

// Place moves the icon and gives it its size.
func (g *Glyph) Place(x, y float32) {
	g.Move(fyne.NewPos(x, y))
	g.Resize(fyne.NewSquareSize(g.side))
}

// MinSize implements fyne.CanvasObject.
func (g *Glyph) MinSize() fyne.Size { return fyne.NewSquareSize(g.side) }

// CreateRenderer implements fyne.Widget.
func (g *Glyph) CreateRenderer() fyne.WidgetRenderer {
	r := &glyphRenderer{glyph: g, image: &canvas.Image{FillMode: canvas.ImageFillContain}}
	r.paint()
	return r
}

type glyphRenderer struct {
	glyph *Glyph
	image *canvas.Image
}

func (r *glyphRenderer) paint() {
	if r.glyph.small {
		r.image.Resource = SmallIcon(r.glyph.icon, r.glyph.colour)
		return
	}
	r.image.Resource = Icon(r.glyph.icon, r.glyph.colour)
}

func (r *glyphRenderer) Layout(s fyne.Size) {
	side := r.glyph.side
	r.image.Move(fyne.NewPos((s.Width-side)/2, (s.Height-side)/2))
	r.image.Resize(fyne.NewSquareSize(side))
}
func (r *glyphRenderer) MinSize() fyne.Size           { return r.glyph.MinSize() }
func (r *glyphRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.image} }
func (r *glyphRenderer) Destroy()                     {}
func (r *glyphRenderer) Refresh() {
	r.paint()
	r.image.Refresh()
}

// NewAvatar returns a round ground with the letters of a name, in a colour that its address always gets.
func NewAvatar(name, addr string, side float32) fyne.CanvasObject {
	h := fnv.New32a()
	_, _ = h.Write([]byte(strings.ToLower(addr)))
	ground := canvas.NewCircle(rgb(avatars[h.Sum32()%uint32(len(avatars))]))
	letters := Initials(name, addr)
	size := ceil(side * 0.36)
	line := NewLine(letters, size, true, onAvatar)
	return &fyne.Container{Layout: avatarLayout{side, size}, Objects: []fyne.CanvasObject{ground, line}}
}

// onAvatar is white in both themes, as the grounds are the same in both.
const onAvatar Colour = "onAvatar"

type avatarLayout struct{ side, size float32 }

func (l avatarLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSquareSize(l.side) }

func (l avatarLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(fyne.NewSquareSize(l.side))
	line := o[1].(*Line)
	w := line.Width()
	line.Place(ceil((l.side-w)/2), ceil(l.side/2+l.size*0.36), w)
}

// Initials are the one or two letters that stand for a person: the first letters of the first and the last word of a
// Latin name, the first character of a Chinese one.
func Initials(name, addr string) string {
	if strings.TrimSpace(name) == "" {
		name = addr
	}
	words := strings.FieldsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.Is(unicode.M, r)
	})
	if len(words) == 0 {
		return "?"
	}
	first := []rune(words[0])[0]
	out := string(unicode.ToUpper(first))
	if last := []rune(words[len(words)-1])[0]; len(words) > 1 && !isHan(first) && !isHan(last) && !strings.Contains(name, "@") {
		out += string(unicode.ToUpper(last))
	}
	return out
}
