package editor

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"

	"poplar/mail"
)

// Looks are those of the selection, or of what is typed next.
type Looks struct {
	mail.Style // what all of the selection has; of its links and colours the first
	Kind       mail.BlockKind
	Quoted     bool
}

// Rich reports whether the text may have looks.
func (e *Editor) Rich() bool { return e.rich }

// Content is the text with its looks, as it was put in and edited; mail.Rich.Tidy makes it well-formed.
func (e *Editor) Content() mail.Rich { return mail.Rich{Blocks: e.buf.Blocks()} }

// Become makes the text another one, with looks from now on; with plain it is its words alone and has none any more. That
// cannot be undone. The caret stays in its line.
func (e *Editor) Become(r mail.Rich, plain bool) {
	e.rich, e.upcoming = !plain, nil
	if plain {
		e.buf = NewBuffer(r.Text())
	} else {
		e.buf = NewRichBuffer(r)
	}
	e.buf.OnChanged = e.bufferChanged
	e.caret = e.buf.Clamp(e.caret)
	e.anchor = e.caret
	e.needHan(0, e.buf.Len())
	e.grid.width = -1
	e.Find(e.query)
	e.lay()
	e.edited()
	e.Refresh()
}

// SetContent shows another text with looks; the person can undo that. The caret stays with the lines around it.
func (e *Editor) SetContent(r mail.Rich) {
	e.caret = e.buf.become(r.Tidy().Blocks, e.caret)
	e.anchor = e.caret
	e.edited()
}

// chosen are the lines of the selection, or that of the caret.
func (e *Editor) chosen() (first, last int) {
	from, to := ordered(e.anchor, e.caret)
	if to.Byte == 0 && to.Line > from.Line {
		to.Line--
	}
	return from.Line, to.Line
}

// within calls f for the part of each line that is selected.
func (e *Editor) within(f func(line, from, to int)) {
	a, b := ordered(e.anchor, e.caret)
	for n := a.Line; n <= b.Line; n++ {
		from, to := 0, len(e.buf.Line(n))
		if n == a.Line {
			from = a.Byte
		}
		if n == b.Line {
			to = b.Byte
		}
		if from < to {
			f(n, from, to)
		}
	}
}

// Looks are the looks of the selection, or where there is none of what is typed next.
func (e *Editor) Looks() Looks {
	first, _ := e.chosen()
	l := e.buf.Block(first)
	out := Looks{Kind: l.Kind, Quoted: l.Quote > 0}
	if e.anchor == e.caret {
		out.Style = e.styleNow()
		if out.Link == "" {
			out.Link = e.linkAt()
		}
		return out
	}
	any := false
	e.within(func(line, from, to int) {
		for _, g := range cut(e.buf.Block(line), from, to).Segments() {
			switch {
			case g.Picture != nil:
			case !any:
				out.Style, any = g.Style, true
			default:
				out.Bold, out.Italic, out.Underline = out.Bold && g.Bold, out.Italic && g.Italic, out.Underline && g.Underline
			}
		}
	})
	return out
}

// styleNow is the style that a letter typed now has.
func (e *Editor) styleNow() mail.Style {
	if e.upcoming != nil {
		return *e.upcoming
	}
	from, _ := ordered(e.anchor, e.caret)
	return e.buf.StyleFor(from)
}

// Restyle changes the style of the selection, or where there is none of what is typed next.
func (e *Editor) Restyle(f func(*mail.Style)) {
	if !e.rich {
		return
	}
	if e.anchor == e.caret {
		s := e.styleNow()
		f(&s)
		e.upcoming = &s
		e.told()
		return
	}
	parts := map[int][2]int{}
	e.within(func(line, from, to int) { parts[line] = [2]int{from, to} })
	a, b := ordered(e.anchor, e.caret)
	e.dress(a.Line, b.Line, func(n int, l mail.Block) mail.Block {
		part, ok := parts[n]
		if !ok {
			return l
		}
		return restyle(l, part[0], part[1], func(s *mail.Style) {
			if s.Picture == nil {
				f(s)
			}
		})
	})
}

// dress changes the looks of lines as one step, and tells.
func (e *Editor) dress(first, last int, f func(n int, l mail.Block) mail.Block) {
	if e.buf.Dress(first, last, f, e.caret) {
		e.upcoming = nil
		e.edited()
	}
}

// Bold makes the selection bold, or no longer so where all of it is.
func (e *Editor) Bold() {
	on := !e.Looks().Bold
	e.Restyle(func(s *mail.Style) { s.Bold = on })
}

// Italic is Bold for italics.
func (e *Editor) Italic() {
	on := !e.Looks().Italic
	e.Restyle(func(s *mail.Style) { s.Italic = on })
}

// Underline is Bold for underlining.
func (e *Editor) Underline() {
	on := !e.Looks().Underline
	e.Restyle(func(s *mail.Style) { s.Underline = on })
}

// Colour gives the selection a colour (#rrggbb); the empty one is the reader's own.
func (e *Editor) Colour(c string) { e.Restyle(func(s *mail.Style) { s.Colour = c }) }

// ClearLooks takes all looks off the selection, or off the line of the caret: lists and quotations, too.
func (e *Editor) ClearLooks() {
	if !e.rich {
		return
	}
	if e.anchor != e.caret {
		if first, last := e.chosen(); first == last {
			e.Restyle(func(s *mail.Style) { *s = mail.Style{} })
			return
		}
	}
	first, last := e.chosen()
	e.dress(first, last, func(_ int, l mail.Block) mail.Block {
		return restyle(mail.Block{Text: l.Text, Runs: l.Runs}, 0, len(l.Text), func(s *mail.Style) { *s = mail.Style{Picture: s.Picture} })
	})
}

// List makes items of the selected lines, or paragraphs where all are such items already.
func (e *Editor) List(k mail.BlockKind) {
	if !e.rich {
		return
	}
	first, last := e.chosen()
	all := !slices.ContainsFunc(e.buf.lines[first:last+1], func(l mail.Block) bool { return l.Kind != k })
	e.dress(first, last, func(_ int, l mail.Block) mail.Block {
		if l.Kind = k; all {
			l.Kind, l.Level = mail.Paragraph, 0
		}
		return l
	})
}

// Indent puts the selected items of lists a level deeper, or with a negative one higher. It reports whether there is an
// item among the selected lines.
func (e *Editor) Indent(by int) bool {
	first, last := e.chosen()
	if !e.rich || !slices.ContainsFunc(e.buf.lines[first:last+1], listed) {
		return false
	}
	deepest := 0 // that the next item may be
	if first > 0 {
		if l := e.buf.Block(first - 1); listed(l) {
			deepest = l.Level + 1
		}
	}
	e.dress(first, last, func(_ int, l mail.Block) mail.Block {
		if listed(l) {
			l.Level = max(0, min(l.Level+by, deepest, mail.MaxLevel))
			deepest = l.Level + 1
		} else {
			deepest = 0
		}
		return l
	})
	return true
}

// ToggleQuote quotes the selected lines, or where all are quoted takes one level away.
func (e *Editor) ToggleQuote() {
	if !e.rich {
		e.QuoteSelection()
		return
	}
	first, last := e.chosen()
	by := -1
	if slices.ContainsFunc(e.buf.lines[first:last+1], func(l mail.Block) bool { return l.Quote == 0 }) {
		by = 1
	}
	e.dress(first, last, func(_ int, l mail.Block) mail.Block {
		l.Quote = max(0, min(l.Quote+by, mail.MaxQuote))
		return l
	})
}

// linkAt is where the link that the caret touches leads.
func (e *Editor) linkAt() string {
	l := e.buf.Block(e.caret.Line)
	if s := l.StyleAt(e.caret.Byte); s.Link != "" {
		return s.Link
	}
	return l.StyleAt(max(e.caret.Byte-1, 0)).Link
}

// SelectLink selects the whole link that the caret touches, and returns where it leads; with a selection it is that of
// its first letter.
func (e *Editor) SelectLink() string {
	to := e.Looks().Link
	if to == "" || e.anchor != e.caret {
		return to
	}
	l := e.buf.Block(e.caret.Line)
	at := slices.IndexFunc(l.Runs, func(r mail.Run) bool { return r.Link == to && r.From <= e.caret.Byte && e.caret.Byte <= r.To })
	first, last := at, at
	for first > 0 && l.Runs[first-1].Link == to && l.Runs[first-1].To == l.Runs[first].From {
		first--
	}
	for last+1 < len(l.Runs) && l.Runs[last+1].Link == to && l.Runs[last+1].From == l.Runs[last].To {
		last++
	}
	e.anchor, e.caret = Pos{e.caret.Line, l.Runs[first].From}, Pos{e.caret.Line, l.Runs[last].To}
	e.moved()
	return to
}

// Link has the selection lead somewhere, or nowhere with an empty address. Where words are not what is selected, they take
// its place.
func (e *Editor) Link(words, to string) {
	if !e.rich {
		return
	}
	if words != "" && (words != e.Selected() || e.anchor == e.caret) {
		from, _ := ordered(e.anchor, e.caret)
		s := e.styleNow()
		s.Link = to
		e.caret = e.buf.put(e.anchor, e.caret, e.buf.dressed(strings.ReplaceAll(words, "\n", " "), from, s), e.caret, single)
		e.anchor, e.upcoming = e.caret, nil
		e.buf.Split()
		e.edited()
		return
	}
	a, b := ordered(e.anchor, e.caret)
	e.dress(a.Line, b.Line, func(n int, l mail.Block) mail.Block {
		from, end := 0, len(l.Text)
		if n == a.Line {
			from = a.Byte
		}
		if n == b.Line {
			end = b.Byte
		}
		return restyle(l, from, max(from, end), func(s *mail.Style) { s.Link = to })
	})
	if to == "" {
		return
	}
	e.anchor = e.caret
	e.moved()
}

// Picture puts a picture on a line of its own where the caret is.
func (e *Editor) Picture(p *mail.Picture) {
	if !e.rich {
		return
	}
	from, to := ordered(e.anchor, e.caret)
	like := e.buf.Block(from.Line)
	like.Kind, like.Level = mail.Paragraph, 0
	mark := like
	mark.Join([]mail.Segment{{Text: mail.PictureMark, Style: mail.Style{Picture: p}}})
	empty := like
	empty.Join(nil)
	piece := []mail.Block{mark, empty}
	if from.Byte > 0 {
		piece = append([]mail.Block{{}}, piece...)
	}
	e.caret = e.buf.put(from, to, piece, e.caret, single)
	e.anchor, e.upcoming = e.caret, nil
	e.buf.Split()
	e.edited()
}

// enter is what the Return key does where lines have looks: an item goes on in the next line, an empty one ends its list,
// an empty quoted line its quotation.
func (e *Editor) enter() {
	from, _ := ordered(e.anchor, e.caret)
	l := e.buf.Block(from.Line)
	if e.anchor == e.caret && l.Text == "" && (listed(l) || l.Quote > 0) {
		e.dress(from.Line, from.Line, func(_ int, l mail.Block) mail.Block {
			switch {
			case listed(l) && l.Level > 0:
				l.Level--
			case listed(l):
				l.Kind = mail.Paragraph
			default:
				l.Quote = 0
			}
			return l
		})
		return
	}
	s := e.styleNow()
	s.Link = ""
	e.caret = e.buf.put(e.anchor, e.caret, e.buf.dressed("\n", from, mail.Style{}), e.caret, single)
	e.anchor, e.upcoming = e.caret, nil
	if e.buf.Line(e.caret.Line) == "" && s != (mail.Style{}) {
		e.upcoming = &s
	}
	e.edited()
}

// unindent is what Backspace does first at the start of a line with looks: an item comes a level higher or becomes a
// paragraph, the first line of a quotation leaves it. It reports whether it did anything.
func (e *Editor) unindent() bool {
	if !e.rich || e.anchor != e.caret || e.caret.Byte > 0 {
		return false
	}
	n := e.caret.Line
	l := e.buf.Block(n)
	switch {
	case listed(l) && l.Level > 0:
		l.Level--
	case listed(l):
		l.Kind = mail.Paragraph
	case l.Quote > 0 && (n == 0 || e.buf.Block(n-1).Quote < l.Quote):
		l.Quote--
	default:
		return false
	}
	e.dress(n, n, func(int, mail.Block) mail.Block { return l })
	return true
}

// copied is what was put on the clipboard last, with its looks.
var copied struct {
	text  string
	piece []mail.Block
}

// clip is what stands on the clipboard of the selection. It remembers its looks.
func (e *Editor) clip() string {
	piece := e.buf.Piece(e.anchor, e.caret)
	text := e.Selected()
	if e.rich && len(piece) > 1 {
		text = mail.Rich{Blocks: piece}.Text()
	}
	if e.rich {
		if text == "" && piece[0].Text != "" {
			text = mail.Rich{Blocks: piece}.Text() // a picture alone
		}
		copied.text, copied.piece = text, piece
	}
	return text
}

// paste puts what is on a clipboard in the place of the selection: with its looks where it was copied here.
func (e *Editor) paste(c fyne.Clipboard) {
	s := c.Content()
	if !e.rich || copied.piece == nil || s != copied.text || s == "" {
		e.Insert(s)
		return
	}
	e.caret = e.buf.put(e.anchor, e.caret, copied.piece, e.caret, single)
	e.anchor = e.caret
	e.upcoming = nil
	e.buf.Split()
	e.edited()
}
