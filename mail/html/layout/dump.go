package layout

import (
	"fmt"
	"io"
	"math"
	"strings"

	"poplar/mail/html"
)

var opNames = map[Op]string{
	OpBox: "box", OpText: "text", OpPicture: "picture", OpBullet: "bullet", OpRule: "rule", OpEdge: "edge", OpHeld: "held",
}

// Dump writes the display list as text, one item a line: what it is, its rectangle, and what tells it from others. It
// is for tests and for reports of what is drawn wrong.
func (p *Page) Dump(w io.Writer) error {
	if _, err := fmt.Fprintf(w, "page %g x %g canvas %s\n", p.Width, p.Height, hex(p.Canvas)); err != nil {
		return err
	}
	for i := range p.Items {
		it := &p.Items[i]
		var line strings.Builder
		fmt.Fprintf(&line, "%-7s %g,%g %gx%g", opNames[it.Op], round(it.X), round(it.Y), round(it.W), round(it.H))
		switch it.Op {
		case OpText:
			for _, n := range p.Drawn[it.From:it.To] {
				word := &p.Words[n]
				link := ""
				if word.Link > 0 {
					link = fmt.Sprintf("→%d", word.Link)
				}
				fmt.Fprintf(&line, " %q@%g%s", word.Shaped.Text, round(word.X), link)
			}
			fmt.Fprintf(&line, " %s %g", hex(p.Words[p.Drawn[it.From]].Colour), it.Style.Size)
		case OpBox:
			fmt.Fprintf(&line, " %s", describe(it.Style))
		case OpBullet, OpRule, OpEdge:
			fmt.Fprintf(&line, " %s", hex(it.Colour))
		case OpPicture, OpHeld:
			fmt.Fprintf(&line, " %q", it.Alt)
		}
		if it.Clip >= 0 {
			fmt.Fprintf(&line, " clip %d", it.Clip)
		}
		if it.Group >= 0 {
			fmt.Fprintf(&line, " group %d", it.Group)
		}
		if _, err := fmt.Fprintln(w, line.String()); err != nil {
			return err
		}
	}
	return nil
}

func describe(st *html.Style) string {
	s := hex(st.Background)
	for i := range st.Border {
		if b := &st.Border[i]; b.Visible() {
			s += fmt.Sprintf(" %c%g%s", "trbl"[i], b.Width, hex(b.Colour))
		}
	}
	for _, l := range st.Layers {
		if l.Gradient != nil {
			s += " gradient"
		} else if l.Picture != nil {
			s += " " + l.Picture.Src
		}
	}
	return s
}

func hex(c html.Colour) string {
	if c.A == 255 {
		return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
	}
	return fmt.Sprintf("#%02x%02x%02x%02x", c.R, c.G, c.B, c.A)
}

// round keeps hundredths.
func round(v float64) float64 { return math.Round(v*100) / 100 }
