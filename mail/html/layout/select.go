package layout

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"poplar/mail/html"
)

// Pos is a place in a page's text: before the rune number Rune of the word number Word.
type Pos struct{ Word, Rune int }

// Before reports whether p stands before q in reading order.
func (p Pos) Before(q Pos) bool { return p.Word < q.Word || p.Word == q.Word && p.Rune < q.Rune }

// Rect is a rectangle in CSS pixels of the page.
type Rect struct{ X, Y, W, H float64 }

// near calls f with the words of the bands around y, nearest bands first, until f returns false.
func (p *Page) near(y float64, f func(i int) bool) {
	n := len(p.wordBands)
	if n == 0 {
		return
	}
	at := min(max(int(y)/bandHeight, 0), n-1)
	for d := 0; d < n; d++ {
		for _, b := range [2]int{at - d, at + d} {
			if b < 0 || b >= n || d == 0 && b != at {
				continue
			}
			more := true
			for _, i := range p.wordBands[b] {
				more = f(int(i)) && more
			}
			if !more && d > 0 {
				return
			}
		}
	}
}

// At returns the place in the text nearest to a point, and the word right under it, or -1 where there is none.
func (p *Page) At(x, y float64) (pos Pos, under int) {
	best, bestD := -1, math.Inf(1)
	under = -1
	p.near(y, func(i int) bool {
		w := &p.Words[i]
		dx, dy := 0.0, 0.0
		if x < w.X {
			dx = w.X - x
		} else if x > w.X+w.W {
			dx = x - w.X - w.W
		}
		if y < w.Y {
			dy = w.Y - y
		} else if y > w.Y+w.H {
			dy = y - w.Y - w.H
		}
		if dx == 0 && dy == 0 && !w.Space {
			under = i
		}
		// A line is chosen first, then the word on it.
		if d := dy*1000 + dx; d < bestD {
			best, bestD = i, d
		}
		return bestD > bandHeight*1000
	})
	if best < 0 {
		return Pos{}, -1
	}
	w := &p.Words[best]
	n := 0
	switch {
	case w.Shaped != nil:
		n = w.Shaped.RuneAt(float32(x - w.X))
	case x > w.X+w.W/2:
		n = 1
	}
	return Pos{best, n}, under
}

// Rects returns rectangles that cover the text from a to b, one for each stretch of a line.
func (p *Page) Rects(a, b Pos) []Rect {
	if b.Before(a) {
		a, b = b, a
	}
	var out []Rect
	for i := a.Word; i <= b.Word && i < len(p.Words); i++ {
		w := &p.Words[i]
		x0, x1 := w.X, w.X+w.W
		if w.Shaped != nil && (i == a.Word || i == b.Word) {
			at := w.Shaped.Carets()
			if i == a.Word {
				x0 = w.X + float64(at[min(a.Rune, len(at)-1)])
			}
			if i == b.Word {
				x1 = w.X + float64(at[min(b.Rune, len(at)-1)])
			}
			if w.Shaped.RTL {
				x0, x1 = w.X, w.X+w.W
				if i == a.Word {
					x1 = w.X + float64(at[min(a.Rune, len(at)-1)])
				}
				if i == b.Word {
					x0 = w.X + float64(at[min(b.Rune, len(at)-1)])
				}
			}
		}
		if x1 <= x0 {
			continue
		}
		if n := len(out); n > 0 {
			l := &out[n-1]
			if math.Abs(l.Y-w.Y) < 1 && math.Abs(l.H-w.H) < 1 && math.Abs(l.X+l.W-x0) < 1.5 {
				l.W = x1 - l.X
				continue
			}
		}
		out = append(out, Rect{x0, w.Y, x1 - x0, w.H})
	}
	return out
}

// offset is the place of pos in Text, in octets.
func (p *Page) offset(pos Pos) int {
	if pos.Word >= len(p.Words) {
		return len(p.Text)
	}
	w := &p.Words[pos.Word]
	if w.Shaped == nil {
		if pos.Rune > 0 {
			return int(w.End)
		}
		return int(w.Start)
	}
	return int(w.Start) + w.Shaped.Octets(pos.Rune)
}

// Slice returns the text from a to b, in either order, with line ends between blocks.
func (p *Page) Slice(a, b Pos) string {
	i, j := p.offset(a), p.offset(b)
	if i > j {
		i, j = j, i
	}
	return strings.ReplaceAll(strings.Trim(p.Text[i:j], "\n"), "\u00A0", " ")
}

// Start and End are the first and last place of the text.
func (p *Page) Start() Pos { return Pos{} }

// End is the place behind all text.
func (p *Page) End() Pos {
	n := len(p.Words)
	if n == 0 {
		return Pos{}
	}
	w := &p.Words[n-1]
	if w.Shaped == nil {
		return Pos{n - 1, 1}
	}
	return Pos{n - 1, w.Shaped.Runes}
}

// posAt is the place of an offset in Text.
func (p *Page) posAt(off int) Pos {
	lo, hi := 0, len(p.Words)
	for lo < hi {
		m := (lo + hi) / 2
		if int(p.Words[m].End) <= off {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo >= len(p.Words) {
		return p.End()
	}
	w := &p.Words[lo]
	if off <= int(w.Start) || w.Shaped == nil {
		return Pos{lo, 0}
	}
	return Pos{lo, utf8.RuneCountInString(p.Text[w.Start:off])}
}

// WordAt returns the whole word around a place: letters and digits, or one other character.
func (p *Page) WordAt(pos Pos) (Pos, Pos) {
	off := p.offset(pos)
	if off >= len(p.Text) {
		off = max(0, len(p.Text)-1)
	}
	in := func(r rune) bool {
		return (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '\'' || r == 0x2019 || unicode.IsMark(r)) && !isIdeograph(r)
	}
	a, b := off, off
	for a > 0 {
		r, n := utf8.DecodeLastRuneInString(p.Text[:a])
		if !in(r) {
			break
		}
		a -= n
	}
	for b < len(p.Text) {
		r, n := utf8.DecodeRuneInString(p.Text[b:])
		if !in(r) {
			if b == a {
				b += n
			}
			break
		}
		b += n
	}
	return p.posAt(a), p.endAt(b)
}

// endAt is posAt for the end of a stretch: the end of a word rather than the start of the next.
func (p *Page) endAt(off int) Pos {
	pos := p.posAt(max(0, off-1))
	if pos.Word < len(p.Words) {
		if w := &p.Words[pos.Word]; int(w.Start) < off && off <= int(w.End) {
			if w.Shaped == nil {
				return Pos{pos.Word, 1}
			}
			return Pos{pos.Word, utf8.RuneCountInString(p.Text[w.Start:off])}
		}
	}
	return p.posAt(off)
}

// Match is one place where a searched text was found.
type Match struct{ From, To Pos }

// maxMatches bounds a search.
const maxMatches = 5000

// Find returns where text occurs, whatever its case; blanks match any white space.
func (p *Page) Find(text string) []Match {
	want := []rune(strings.Join(strings.Fields(fold(text)), " "))
	if len(want) == 0 {
		return nil
	}
	var out []Match
	hay := p.Text
	for i := 0; i < len(hay) && len(out) < maxMatches; {
		if end, ok := matchAt(hay, i, want); ok {
			out = append(out, Match{p.posAt(i), p.endAt(end)})
			i = max(end, i+1)
			continue
		}
		_, n := utf8.DecodeRuneInString(hay[i:])
		i += n
	}
	return out
}

func fold(s string) string { return strings.Map(foldRune, s) }

func foldRune(r rune) rune {
	if r < 0x80 {
		if r >= 'A' && r <= 'Z' {
			r += 'a' - 'A'
		}
		return r
	}
	if r == 0xA0 || r == 0x3000 {
		return ' '
	}
	return unicode.ToLower(r)
}

func matchAt(hay string, i int, want []rune) (int, bool) {
	for k := 0; k < len(want); k++ {
		if i >= len(hay) {
			return 0, false
		}
		r, n := utf8.DecodeRuneInString(hay[i:])
		if want[k] == ' ' {
			if !unicode.IsSpace(r) {
				return 0, false
			}
			for i < len(hay) {
				r, n := utf8.DecodeRuneInString(hay[i:])
				if !unicode.IsSpace(r) {
					break
				}
				i += n
			}
			continue
		}
		if foldRune(r) != want[k] {
			return 0, false
		}
		i += n
	}
	return i, true
}

// LineAt returns the line around a place: from its first word to its last.
func (p *Page) LineAt(pos Pos) (Pos, Pos) {
	if pos.Word >= len(p.Words) {
		return pos, pos
	}
	y := p.Words[pos.Word].Base
	a, b := pos.Word, pos.Word
	for a > 0 && math.Abs(p.Words[a-1].Base-y) < 1 {
		a--
	}
	for b+1 < len(p.Words) && math.Abs(p.Words[b+1].Base-y) < 1 {
		b++
	}
	n := 1
	if s := p.Words[b].Shaped; s != nil {
		n = s.Runes
	}
	return Pos{a, 0}, Pos{b, n}
}

// TextAt reports whether a point is on text.
func (p *Page) TextAt(x, y float64) bool {
	hit := false
	p.nearY(y, func(i int) {
		w := &p.Words[i]
		hit = hit || x >= w.X-2 && x < w.X+w.W+2 && y >= w.Y && y < w.Y+w.H
	})
	return hit
}

// nearY calls f with the words of the band y is in.
func (p *Page) nearY(y float64, f func(i int)) {
	if b := int(y) / bandHeight; y >= 0 && b < len(p.wordBands) {
		for _, i := range p.wordBands[b] {
			f(int(i))
		}
	}
}

// LinkAt returns 1 + the index in Doc.Links of the link at a point, of text or a picture; 0: none.
func (p *Page) LinkAt(x, y float64) int {
	link := int32(0)
	p.nearY(y, func(i int) {
		w := &p.Words[i]
		if w.Link > 0 && x >= w.X && x < w.X+w.W && y >= w.Y-2 && y < w.Y+w.H+2 {
			link = w.Link
		}
	})
	if link > 0 {
		return int(link)
	}
	p.Band(y, y, func(i int) {
		it := &p.Items[i]
		if it.Link > 0 && x >= it.X && x < it.X+it.W && y >= it.Y && y < it.Y+it.H {
			link = it.Link
		}
	})
	return int(link)
}

// PictureAt returns the picture at a point, or nil.
func (p *Page) PictureAt(x, y float64) *html.Picture {
	var pic *html.Picture
	p.Band(y, y, func(i int) {
		it := &p.Items[i]
		if it.Picture != nil && x >= it.X && x < it.X+it.W && y >= it.Y && y < it.Y+it.H {
			pic = it.Picture
		}
	})
	return pic
}
