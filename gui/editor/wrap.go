package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// tabLetters is how many widths of a blank a tab stop is apart.
const tabLetters = 8

// closers may not begin a row.
const closers = "、。，．：；？！）］｝〕〉》」』】〗”’…—"

// wrap returns where the rows of a line begin, but for the first: nil where it needs one row. Blanks at the end of a row
// may stick out. A word that is wider than a row is broken where it must be.
func wrap(line string, width float32, advance func(rune) float32) []int {
	return wrapAt(line, width, tabLetters*advance(' '), func(_ int, r rune) float32 { return advance(r) })
}

// wrapAt is wrap where a letter's width depends on its place in the line too. tab is how far tab stops are apart.
func wrapAt(line string, width, tab float32, advance func(int, rune) float32) []int {
	var rows []int
	x := float32(0)
	start := 0 // of this row
	at := 0    // where this row may be broken; start: nowhere
	atX := float32(0)
	var last rune
	for i, r := range line {
		if r == '\t' {
			x = tabStop(x, tab)
			last, at, atX = r, i+1, x
			continue
		}
		if i > start && breakable(last, r) {
			at, atX = i, x
		}
		w := advance(i, r)
		if x+w > width && i > start && r != ' ' && !sticks(last, r) {
			switch {
			case at > start:
				rows = append(rows, at)
				start, x = at, x-atX
			default:
				rows = append(rows, i)
				start, x = i, 0
			}
			at, atX = start, 0
		}
		x += w
		last = r
	}
	return rows
}

func tabStop(x, tab float32) float32 {
	if tab <= 0 {
		return x
	}
	return (float32(int(x/tab)) + 1) * tab
}

// breakable reports whether a row may end between two letters.
func breakable(last, r rune) bool {
	switch {
	case last == ' ':
		return r != ' '
	case r == ' ' || sticks(last, r):
		return false
	case strings.ContainsRune(closers, r):
		return false
	case wide(last) && !strings.ContainsRune("（［｛〔〈《「『【〖“‘", last), wide(r):
		return true
	}
	return last == '-' && unicode.IsLetter(r) || last == '/' && unicode.IsLetter(r)
}

// sticks reports whether r is a part of the letter before it.
func sticks(last, r rune) bool {
	return r == 0x200D || last == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF ||
		r >= 0x300 && unicode.In(r, unicode.Mn, unicode.Me)
}

// grid knows how the lines of a buffer fall into rows of a width.
type grid struct {
	width   float32
	advance func(rune) float32
	styled  func(b *Buffer, line int) []int // wraps lines with looks; nil: there are none
	starts  [][]int                         // per line: see wrap
	before  []int                           // per line: the rows above it; the last is the sum
	good    int                             // before is right up to this line
}

// set lays all lines out for a width.
func (g *grid) set(b *Buffer, width float32) {
	g.width = width
	g.starts = make([][]int, b.Len())
	for i := range g.starts {
		g.starts[i] = g.wrap(b, i)
	}
	g.before = make([]int, b.Len()+1)
	g.good = 0
}

// wrap is where the rows of a line begin.
func (g *grid) wrap(b *Buffer, line int) []int {
	if l := b.lines[line]; g.styled != nil && (len(l.Runs) > 0 || listed(l) || l.Quote > 0) {
		return g.styled(b, line)
	}
	return wrap(b.Line(line), g.width, g.advance)
}

// changed follows a change of the buffer.
func (g *grid) changed(b *Buffer, first, gone, come int) {
	if g.advance == nil || g.width <= 0 {
		return
	}
	if gone == 1 && come == 1 {
		was := len(g.starts[first])
		g.starts[first] = g.wrap(b, first)
		if len(g.starts[first]) != was {
			g.good = min(g.good, first)
		}
		return
	}
	now := make([][]int, 0, len(g.starts)-gone+come)
	now = append(now, g.starts[:first]...)
	for i := range come {
		now = append(now, g.wrap(b, first+i))
	}
	g.starts = append(now, g.starts[first+gone:]...)
	if n := len(g.starts) + 1; n <= cap(g.before) {
		g.before = g.before[:n]
	} else {
		g.before = append(make([]int, 0, n+n/8), g.before...)[:n]
	}
	g.good = min(g.good, first)
}

// count brings before up to date for the lines up to n.
func (g *grid) count(n int) {
	for i := g.good; i < n; i++ {
		g.before[i+1] = g.before[i] + len(g.starts[i]) + 1
	}
	g.good = max(g.good, n)
}

// rows is the number of rows of the whole text.
func (g *grid) rows() int {
	n := len(g.starts)
	g.count(n)
	return g.before[n]
}

// at is the line that a row is of, and which of its rows it is.
func (g *grid) at(row int) (line, k int) {
	row = max(0, min(row, g.rows()-1))
	lo, hi := 0, len(g.starts)-1
	for lo < hi {
		mid := (lo + hi + 1) / 2
		if g.before[mid] <= row {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo, row - g.before[lo]
}

// span is the part of a line that its k-th row shows.
func (g *grid) span(b *Buffer, line, k int) (from, to int) {
	starts := g.starts[line]
	to = len(b.Line(line))
	if k > 0 {
		from = starts[k-1]
	}
	if k < len(starts) {
		to = starts[k]
	}
	return from, to
}

// row is the row of a place. At the border of two rows it is the lower one, or with upper the upper one.
func (g *grid) row(p Pos, upper bool) int {
	g.count(p.Line)
	k := 0
	for _, s := range g.starts[p.Line] {
		if s > p.Byte || s == p.Byte && upper {
			break
		}
		k++
	}
	return g.before[p.Line] + k
}

// columns is how many columns of a fixed-pitch font a text takes.
func columns(s string) int {
	n := 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		switch {
		case r == '\t':
			n += tabLetters - n%tabLetters
		case unicode.In(r, unicode.Mn, unicode.Me) || r == 0x200D:
		case wide(r):
			n += 2
		default:
			n++
		}
	}
	return n
}
