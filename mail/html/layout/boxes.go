package layout

import (
	"strings"
	"unicode/utf8"
)

// WordBox is a word as a reader sees it, with its rectangle.
type WordBox struct {
	Text       string
	X, Y, W, H float64
}

// Boxes returns the page's words with their rectangles, in reading order: divided at blanks and where the markup
// changes, each Chinese, Japanese or Korean character by itself.
func (p *Page) Boxes() []WordBox {
	var out []WordBox
	var cur *WordBox
	var node any
	for i := range p.Words {
		w := &p.Words[i]
		if w.Shaped == nil || w.Space || w.Node == nil || w.Shaped.Width == 0 {
			cur = nil
			continue
		}
		at := w.Shaped.Carets()
		k := 0
		text := w.Shaped.Text
		if w.Raw != "" && utf8.RuneCountInString(w.Raw) == w.Shaped.Runes {
			text = w.Raw
		}
		for _, r := range text {
			x0, x1 := w.X+float64(at[k]), w.X+float64(at[k+1])
			if x1 < x0 {
				x0, x1 = x1, x0
			}
			k++
			switch {
			case r == 0xA0 || r == 0x3000 || r == '\u2002' || r == '\u2003':
				cur = nil
				continue
			case isIdeograph(r):
				out = append(out, WordBox{string(r), x0, w.Y, x1 - x0, w.H})
				cur = nil
				continue
			}
			if cur == nil || node != any(w.Node) || cur.Y != w.Y {
				out = append(out, WordBox{X: x0, Y: w.Y, W: x1 - x0, H: w.H})
				cur = &out[len(out)-1]
				node = w.Node
			}
			cur.Text += string(r)
			left, right := min(cur.X, x0), max(cur.X+cur.W, x1)
			cur.X, cur.W = left, right-left
		}
	}
	n := 0
	for _, b := range out {
		if strings.TrimSpace(b.Text) != "" {
			out[n] = b
			n++
		}
	}
	return out[:n]
}

func isIdeograph(r rune) bool {
	return r >= 0x2E80 && isWide(r)
}

// Carets returns the x of each rune boundary of a word, from its left edge: Runes+1 of them, falling in text that runs
// from right to left.
func (s *Shaped) Carets() []float32 {
	if !s.RTL {
		return caretsOf(s)
	}
	at := make([]float32, s.Runes+1)
	for i := range at {
		at[i] = -1
	}
	// In text from right to left a glyph's cluster begins at its right edge.
	next := s.Width
	for i := len(s.Runs) - 1; i >= 0; i-- {
		g := s.Runs[i].Glyphs
		for k := len(g) - 1; k >= 0; k-- {
			if c := int(g[k].Cluster); c < s.Runes && at[c] < 0 {
				at[c] = next
			}
			next = g[k].X
		}
	}
	at[s.Runes] = 0
	for i := 0; i < s.Runes; i++ {
		if at[i] >= 0 {
			continue
		}
		if i == 0 {
			at[0] = s.Width
			continue
		}
		j := i
		for at[j] < 0 {
			j++
		}
		step := (at[j] - at[i-1]) / float32(j-i+1)
		for k := i; k < j; k++ {
			at[k] = at[k-1] + step
		}
	}
	return at
}

// RuneAt returns the number of the rune boundary nearest to x, counted from the word's left edge.
func (s *Shaped) RuneAt(x float32) int {
	at := s.Carets()
	best, dist := 0, float32(-1)
	for i, a := range at {
		d := a - x
		if d < 0 {
			d = -d
		}
		if dist < 0 || d < dist {
			best, dist = i, d
		}
	}
	return best
}

// Octets returns how many octets the first n runes of the word's text take.
func (s *Shaped) Octets(n int) int {
	i := 0
	for ; n > 0 && i < len(s.Text); n-- {
		_, k := utf8.DecodeRuneInString(s.Text[i:])
		i += k
	}
	return i
}
