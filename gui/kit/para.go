package kit

import (
	"strings"
	"unicode"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// Para is a text of several lines, broken to its width. Its height follows the width it was given last.
type Para struct {
	widget.BaseWidget
	text   string
	size   float32
	bold   bool
	colour Colour
	align  fyne.TextAlign
	width  float32 // that lines was broken for
	broken []string
}

// NewPara returns a Para. size is the text size.
func NewPara(text string, size float32, bold bool, c Colour) *Para {
	p := &Para{text: text, size: size, bold: bold, colour: c}
	p.ExtendBaseWidget(p)
	return p
}

// Align says where the lines stand. It returns p.
func (p *Para) Align(a fyne.TextAlign) *Para {
	p.align = a
	return p
}

// Text is the whole text.
func (p *Para) Text() string { return p.text }

// SetText changes the text.
func (p *Para) SetText(s string) {
	if s != p.text {
		p.text, p.broken = s, nil
		p.Refresh()
	}
}

// SetColour changes the colour.
func (p *Para) SetColour(c Colour) {
	if c != p.colour {
		p.colour = c
		p.Refresh()
	}
}

// step is the distance of two baselines.
func (p *Para) step() float32 { return ceil(p.size * 1.42) }

// Height is what the text needs at a width.
func (p *Para) Height(width float32) float32 {
	if p.text == "" {
		return 0
	}
	return float32(len(p.lines(width))) * p.step()
}

func (p *Para) lines(width float32) []string {
	if p.broken == nil || width != p.width {
		p.width, p.broken = width, wrap(p.text, width, func(s string) float32 { return TextWidth(s, p.size, p.bold) })
	}
	return p.broken
}

// Resize implements fyne.CanvasObject.
func (p *Para) Resize(s fyne.Size) {
	if s == p.Size() {
		return
	}
	p.BaseWidget.Resize(s)
}

// MinSize implements fyne.CanvasObject: the height for the present width, and no width of its own.
func (p *Para) MinSize() fyne.Size {
	p.ExtendBaseWidget(p)
	w := p.Size().Width
	if w <= 0 {
		return fyne.NewSize(0, p.step())
	}
	return fyne.NewSize(0, p.Height(w))
}

// CreateRenderer implements fyne.Widget.
func (p *Para) CreateRenderer() fyne.WidgetRenderer {
	d := &drawing{of: p, min: p.MinSize}
	var lines []*Line
	d.place = func(s fyne.Size) {
		texts := p.lines(s.Width)
		if p.text == "" || s.Width <= 0 {
			texts = nil
		}
		d.objects = d.objects[:0]
		for i, t := range texts {
			if i == len(lines) {
				lines = append(lines, NewLine("", p.size, p.bold, p.colour).Align(p.align))
			}
			l := lines[i]
			l.Set(t, p.bold, p.colour)
			l.Place(0, float32(i)*p.step()+ceil(p.size*1.08), s.Width)
			d.objects = append(d.objects, l)
		}
	}
	d.paint = func() {}
	return d
}

// wrap breaks s into lines of at most width. Latin breaks at blanks, Chinese anywhere but before a closing mark; a word
// that is too long is broken where it must.
func wrap(s string, width float32, measure func(string) float32) []string {
	var out []string
	for _, hard := range strings.Split(s, "\n") {
		line := ""
		for _, word := range breaks(hard) {
			if line == "" || measure(strings.TrimRight(line+word, " ")) <= width {
				line += word
			} else {
				out = append(out, strings.TrimRight(line, " "))
				line = strings.TrimLeft(word, " ")
			}
			for measure(strings.TrimRight(line, " ")) > width {
				rs := []rune(line)
				n := len(rs) - 1
				for n > 1 && measure(string(rs[:n])) > width {
					n--
				}
				if n < 1 {
					break
				}
				out = append(out, string(rs[:n]))
				line = string(rs[n:])
			}
		}
		out = append(out, strings.TrimRight(line, " "))
	}
	return out
}

// breaks cuts a line after every place where it may be broken.
func breaks(s string) []string {
	var out []string
	start := 0
	rs := []rune(s)
	for i := 0; i+1 < len(rs); i++ {
		a, b := rs[i], rs[i+1]
		can := a == ' ' && b != ' ' || (isHan(a) || isHan(b)) && a != ' ' && b != ' '
		if unicode.In(b, unicode.Pe, unicode.Pf) || strings.ContainsRune("，。、；：！？”’…,.;:!?%", b) ||
			unicode.In(a, unicode.Ps, unicode.Pi) || strings.ContainsRune("“‘", a) {
			can = false
		}
		if can {
			out = append(out, string(rs[start:i+1]))
			start = i + 1
		}
	}
	return append(out, string(rs[start:]))
}
