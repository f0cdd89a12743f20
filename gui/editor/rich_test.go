package editor

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
)

const ctrl = fyne.KeyModifierShortcutDefault

// openRich is open for a text with looks.
func openRich(t *testing.T, blocks ...mail.Block) *desk {
	t.Helper()
	d := open(t, "")
	d.Become(mail.Rich{Blocks: blocks}, false)
	return d
}

// dump writes a text with its looks: <b>…</b> and the like, "* " for items, "> " for quotations.
func dump(r mail.Rich) string {
	var lines []string
	for _, b := range r.Blocks {
		line := strings.Repeat("> ", b.Quote) + strings.Repeat("  ", b.Level) + map[mail.BlockKind]string{mail.Bullet: "* ", mail.Number: "# "}[b.Kind]
		for _, g := range b.Segments() {
			tags := ""
			for _, t := range []struct {
				on  bool
				tag string
			}{{g.Bold, "b"}, {g.Italic, "i"}, {g.Underline, "u"}, {g.Link != "", "a"}, {g.Colour != "", "c"}} {
				if t.on {
					tags += t.tag
				}
			}
			text := strings.ReplaceAll(g.Text, mail.PictureMark, "[pic]")
			if tags != "" {
				text = "<" + tags + ">" + text + "</>"
			}
			line += text
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func (d *desk) want(what string) {
	d.Helper()
	if got := dump(d.Content()); got != what {
		d.Errorf("it is\n%s\nnot\n%s", got, what)
	}
}

func TestStylesOfWhatIsTyped(t *testing.T) {
	d := openRich(t)
	d.write("a ")
	d.short(fyne.KeyB, ctrl)
	if !d.Looks().Bold {
		t.Error("the key does not switch bold on")
	}
	d.write("bold")
	d.short(fyne.KeyB, ctrl)
	d.write(" and ")
	d.short(fyne.KeyI, ctrl)
	d.short(fyne.KeyU, ctrl)
	d.write("both")
	d.keys(fyne.KeyReturn)
	d.write("go on")
	d.want("a <b>bold</> and <iu>both</>\n<iu>go on</>")
	d.keys(fyne.KeyUp, fyne.KeyHome, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight)
	d.write("X") // within the bold word
	d.keys(fyne.KeyRight, fyne.KeyRight, fyne.KeyRight)
	d.write("Y") // behind it: a word goes on as it is
	d.want("a <b>bXoldY</> and <iu>both</>\n<iu>go on</>")
	d.short(fyne.KeyB, ctrl)
	d.keys(fyne.KeyLeft, fyne.KeyRight) // who moves has thought better of it
	d.write("Z")
	d.want("a <b>bXoldYZ</> and <iu>both</>\n<iu>go on</>")
}

func TestStylesOfASelection(t *testing.T) {
	d := openRich(t, mail.Block{Text: "one two"}, mail.Block{Text: "three"})
	d.span(Pos{0, 4}, Pos{1, 2})
	d.Bold()
	d.want("one <b>two</>\n<b>th</>ree")
	d.SelectAll()
	d.Bold() // not all of it is: all becomes so
	d.want("<b>one two</>\n<b>three</>")
	d.Bold()
	d.want("one two\nthree")
	d.Undo()
	d.Undo()
	d.want("one <b>two</>\n<b>th</>ree")
	d.Redo()
	d.want("<b>one two</>\n<b>three</>")
	d.span(Pos{0, 0}, Pos{0, 3})
	d.Colour("#b3261e")
	d.want("<bc>one</><b> two</>\n<b>three</>")
	if l := d.Looks(); l.Colour != "#b3261e" || !l.Bold {
		t.Errorf("the looks are %+v", l)
	}
	d.SelectAll()
	d.ClearLooks()
	d.want("one two\nthree")
}

func TestLists(t *testing.T) {
	d := openRich(t)
	d.short(fyne.Key8, ctrl|fyne.KeyModifierShift)
	d.write("one")
	d.keys(fyne.KeyReturn)
	d.write("two")
	d.keys(fyne.KeyReturn, fyne.KeyTab)
	d.write("in")
	d.keys(fyne.KeyReturn)
	d.want("* one\n* two\n  * in\n  * ")
	d.keys(fyne.KeyReturn) // an empty item comes a level up, and then leaves the list
	d.want("* one\n* two\n  * in\n* ")
	d.keys(fyne.KeyReturn)
	d.write("after")
	d.want("* one\n* two\n  * in\nafter")
	d.keys(fyne.KeyUp, fyne.KeyHome)
	d.held = fyne.KeyModifierShift
	if !d.AcceptsTab() {
		t.Error("Shift and Tab leaves the text from an item that could come up")
	}
	d.keys(fyne.KeyTab)
	if d.AcceptsTab() {
		t.Error("Shift and Tab does not leave the text")
	}
	d.held = 0
	d.want("* one\n* two\n* in\nafter")
	d.keys(fyne.KeyBackspace) // the mark goes before the line end does
	d.want("* one\n* two\nin\nafter")
	d.keys(fyne.KeyBackspace)
	d.want("* one\n* twoin\nafter")
	d.SelectAll()
	d.List(mail.Number)
	d.want("# one\n# twoin\n# after")
	d.List(mail.Number)
	d.want("one\ntwoin\nafter")
	d.keys(fyne.KeyRight, fyne.KeyTab) // elsewhere a tab is one
	d.want("one\ntwoin\nafter\t")
}

func TestAnItemIsNoMoreThanALevelDeeper(t *testing.T) {
	d := openRich(t, mail.Block{Text: "a"}, mail.Block{Text: "b"})
	d.SelectAll()
	d.List(mail.Bullet)
	d.Indent(1)
	d.Indent(1)
	d.want("* a\n  * b")
	if r := d.Content(); !reflect.DeepEqual(r.Tidy(), r) {
		t.Errorf("%+v is not well-formed", r)
	}
}

func TestQuotations(t *testing.T) {
	d := openRich(t, mail.Block{Quote: 1, Text: "said"}, mail.Block{Quote: 1}, mail.Block{Quote: 1, Text: "more"})
	d.SetCaretOffset(5)
	d.keys(fyne.KeyReturn) // in an empty line of a quotation: here is the answer
	d.write("my answer")
	d.want("> said\nmy answer\n> more")
	d.ToEnd()
	d.ToggleQuote()
	d.want("> said\nmy answer\nmore")
	d.ToggleQuote()
	d.keys(fyne.KeyHome, fyne.KeyBackspace)
	d.want("> said\nmy answer\nmore")
	fyne.CurrentApp().Clipboard().SetContent("x\ny\n")
	d.PasteQuoted()
	d.want("> said\nmy answer\n> x\n> y\nmore")
}

func TestLinks(t *testing.T) {
	d := openRich(t, mail.Block{Text: "see the plan now"})
	d.span(Pos{0, 4}, Pos{0, 12})
	d.Link("", "https://x.org/")
	d.want("see <a>the plan</> now")
	d.write("!") // behind a link one does not write on in it
	d.want("see <a>the plan</>! now")
	d.SetCaretOffset(6)
	d.write("X")
	d.want("see <a>thXe plan</>! now")
	if to := d.SelectLink(); to != "https://x.org/" || d.Selected() != "thXe plan" {
		t.Errorf("the link is %q to %q", d.Selected(), to)
	}
	d.Link("it", "mailto:a@b.c")
	d.want("see <a>it</>! now")
	d.SetCaretOffset(5)
	d.SelectLink()
	d.Link("", "")
	d.want("see it! now")
	for typed, want := range map[string]string{
		"example.org": "https://example.org", " http://x.org/a?b ": "http://x.org/a?b", "bo@x.org": "mailto:bo@x.org", "mailto:bo@x.org": "mailto:bo@x.org",
		"x": "", "javascript:alert(1)": "", "file:///etc/passwd": "", "https://": "", "a b.c": "", "": "", "localhost:80": "",
	} {
		if got := Address(typed); got != want {
			t.Errorf("%q is %q, not %q", typed, got, want)
		}
	}
}

// pixels is a picture of a size.
func pixels(t *testing.T, w, h int) *mail.Picture {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	img.Set(0, 0, color.NRGBA{R: 255, A: 255})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return mail.NewPicture("a.png", "image/png", b.Bytes(), w, h)
}

func TestPictures(t *testing.T) {
	d := openRich(t, mail.Block{Text: "above"}, mail.Block{Text: "below"})
	d.SetCaretOffset(5)
	p := pixels(t, 200, 100)
	d.Picture(p)
	d.want("above\n[pic]\n\nbelow")
	rows := d.pictureRows(p, d.grid.width)
	if rows < 4 || d.grid.rows() != 3+rows {
		t.Fatalf("%d rows, the picture has %d", d.grid.rows(), rows)
	}
	shown := func() *canvas.Image {
		for _, o := range test.WidgetRenderer(d.Editor).Objects() {
			if i, ok := o.(*canvas.Image); ok {
				return i
			}
		}
		return nil
	}
	if !d.q.Until(time.Minute, func() bool { return shown() != nil }) {
		t.Fatal("the picture is not drawn")
	}
	if i := shown(); i.Size() != fyne.NewSize(200, 100) || i.Position().Y < padY+d.row {
		t.Errorf("it is drawn %v large at %v", i.Size(), i.Position())
	}
	d.keys(fyne.KeyUp, fyne.KeyUp) // past it in two steps: to its foot, and over it
	if d.caret.Line != 0 {
		t.Errorf("the caret is at %v", d.caret)
	}
	d.keys(fyne.KeyDown)
	if d.caret.Line != 1 {
		t.Errorf("the caret is at %v", d.caret)
	}
	d.click(padX+50, padY+2.5*d.row, 0) // on the picture
	if d.caret.Line != 1 {
		t.Errorf("a click on the picture puts the caret at %v", d.caret)
	}
	d.span(Pos{1, 0}, Pos{1, 3})
	c := test.NewClipboard()
	d.TypedShortcut(&fyne.ShortcutCut{Clipboard: c})
	d.want("above\n\n\nbelow")
	if c.Content() != "[a.png]" {
		t.Errorf("the clipboard has %q", c.Content())
	}
	d.ToEnd()
	d.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	d.want("above\n\n\nbelow[pic]")
	d.keys(fyne.KeyBackspace)
	d.want("above\n\n\nbelow")
	if d.Picture(pixels(t, 5000, 9000)); d.pictureRows(d.buf.Block(4).Runs[0].Picture, d.grid.width) > 30 {
		t.Error("a picture without bounds")
	}
}

func TestPastingKeepsLooksWithin(t *testing.T) {
	bold := mail.Block{Kind: mail.Bullet}
	bold.Join([]mail.Segment{{Text: "a "}, {Text: "b", Style: mail.Style{Bold: true}}})
	d := openRich(t, bold, mail.Block{Text: "c"})
	c := test.NewClipboard()
	d.SelectAll()
	d.TypedShortcut(&fyne.ShortcutCopy{Clipboard: c})
	if c.Content() != "* a b\nc" {
		t.Errorf("the clipboard has %q", c.Content())
	}
	d.ToEnd()
	d.keys(fyne.KeyReturn)
	d.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	d.want("* a <b>b</>\nc\n* a <b>b</>\nc")
	d.ToEnd()
	c.SetContent("from\nelsewhere")
	d.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	d.want("* a <b>b</>\nc\n* a <b>b</>\ncfrom\nelsewhere")
	// In a text without looks only the words arrive.
	p := open(t, "")
	p.TypedShortcut(&fyne.ShortcutPaste{Clipboard: c})
	if p.Text() != "from\nelsewhere" {
		t.Errorf("pasted %q", p.Text())
	}
}

func TestPlainAgain(t *testing.T) {
	bold := mail.Block{Kind: mail.Bullet}
	bold.Join([]mail.Segment{{Text: "b", Style: mail.Style{Bold: true}}})
	d := openRich(t, bold)
	d.Become(d.Content(), true)
	if d.Text() != "* b" || d.Rich() || d.buf.CanUndo() {
		t.Errorf("it is %q", d.Text())
	}
	d.short(fyne.KeyB, ctrl)
	d.write("x")
	if r := d.Content(); !r.Plain() || !strings.Contains(d.Text(), "x") {
		t.Errorf("a plain text got looks: %+v", r)
	}
}

// Words are measured as they are drawn: wide letters wrap earlier, and a place is where its letter is.
func TestWrappingMeasuresLooks(t *testing.T) {
	words := strings.Repeat("wide words ", 12)
	d := openRich(t, mail.Block{Text: words}, mail.Block{Text: words, Runs: []mail.Run{{From: 0, To: len(words), Style: mail.Style{Bold: true}}}})
	for n := range 2 {
		for k := range len(d.grid.starts[n]) + 1 {
			r := d.rowAt(d.grid.before[n] + k)
			if w := d.xOf(r, len(strings.TrimRight(r.text, " "))); w > d.grid.width+1 {
				t.Errorf("row %d of line %d is %v wide, there is room for %v", k, n, w, d.grid.width)
			}
		}
	}
	if plain, bold := d.grid.starts[0][0], d.grid.starts[1][0]; bold >= plain && len(d.grid.starts[1]) <= len(d.grid.starts[0]) {
		t.Errorf("bold letters take as much room as others: %d, %d", plain, bold)
	}
	mixed := mail.Block{Kind: mail.Bullet}
	mixed.Join([]mail.Segment{{Text: "ab\t"}, {Text: "中文cd", Style: mail.Style{Bold: true}}, {Text: "ef", Style: mail.Style{Italic: true}}})
	d.Become(mail.Rich{Blocks: []mail.Block{mixed}}, false)
	r := d.rowAt(0)
	last := float32(-1)
	for at := 0; at <= len(r.text); at = nextCluster(r.text, at) {
		x := d.xOf(r, at)
		if x <= last || at == 0 && x != listStep {
			t.Errorf("octet %d stands at %v, the one before at %v", at, x, last)
		}
		last = x
		if p, _ := d.hit(0, x); p.Byte != at {
			t.Errorf("at %v is octet %d, not %d", x, p.Byte, at)
		}
		if at == len(r.text) {
			break
		}
	}
}

func TestNumbersAndBarsAreDrawn(t *testing.T) {
	d := openRich(t, mail.Block{Kind: mail.Number, Text: "a"}, mail.Block{Kind: mail.Number, Text: "b"}, mail.Block{Quote: 2, Text: "q"})
	all := strings.Join(d.shown(), "|")
	if !strings.Contains(all, "1.") || !strings.Contains(all, "2.") {
		t.Errorf("drawn is %q", all)
	}
	if n := test.WidgetRenderer(d.Editor).(*renderer).lines.n; n != 2 {
		t.Errorf("%d bars", n)
	}
}

func TestColoursCanBeReadUnderBothThemes(t *testing.T) {
	open(t, "")
	luminance := func(c color.Color) float64 {
		r, g, b, _ := c.RGBA()
		return (0.2126*float64(r) + 0.7152*float64(g) + 0.0722*float64(b)) / 65535
	}
	for _, theme := range []string{"light", "dark"} {
		kit.SetTheme(theme)
		ground := luminance(kit.Col(kit.Surface))
		for _, c := range colours()[1:] {
			if l := luminance(Ink(c.value)); (l > ground) != (theme == "dark") || max(l, ground)-min(l, ground) < 0.25 {
				t.Errorf("%s on %s: %.2f on %.2f", c.name, theme, l, ground)
			}
		}
	}
	kit.SetTheme("light")
}

// Whatever is done can be undone exactly, looks and all.
func FuzzRichBuffer(f *testing.F) {
	f.Add(uint64(1), "one\ntwo words")
	f.Add(uint64(9), "中文\n\n\t")
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > 2000 {
			t.Skip()
		}
		r := rand.New(rand.NewPCG(seed, 2))
		b := NewRichBuffer(mail.RichText(text))
		first := b.Blocks()
		pos := func() Pos { return b.Clamp(Pos{r.IntN(b.Len() + 1), r.IntN(40)}) }
		pic := &mail.Picture{ID: "1"}
		for range 40 {
			p, q := pos(), pos()
			switch r.IntN(7) {
			case 0:
				b.Replace(p, q, "x\ny", p)
			case 1:
				b.put(p, p, b.dressed("z", p, mail.Style{Bold: r.IntN(2) == 0, Link: "https://x.org/"}), p, typing)
			case 2:
				b.put(p, q, b.Piece(pos(), pos()), p, single)
			case 3:
				from, to := ordered(p, q)
				b.Dress(from.Line, to.Line, func(_ int, l mail.Block) mail.Block {
					l = restyle(l, 0, len(cutAtLetter(l.Text, r.IntN(len(l.Text)+1))), func(s *mail.Style) { s.Italic = !s.Italic })
					l.Kind = []mail.BlockKind{mail.Paragraph, mail.Bullet, mail.Number}[r.IntN(3)]
					return l
				}, p)
			case 4:
				mark := mail.Block{}
				mark.Join([]mail.Segment{{Text: mail.PictureMark, Style: mail.Style{Picture: pic}}})
				b.put(p, p, []mail.Block{mark, {}}, p, single)
			case 5:
				b.Undo()
			case 6:
				b.Redo()
			}
			for _, l := range b.lines {
				last := 0
				for _, run := range l.Runs {
					if run.From < last || run.To <= run.From || run.To > len(l.Text) {
						t.Fatalf("runs %+v of %q", l.Runs, l.Text)
					}
					last = run.To
				}
			}
		}
		last, more := b.Blocks(), b.CanRedo()
		for b.CanUndo() {
			b.Undo()
		}
		if !reflect.DeepEqual(b.Blocks(), first) {
			t.Fatalf("all undone it is %+v, not %+v", b.Blocks(), first)
		}
		for b.CanRedo() {
			b.Redo()
		}
		if !more && !reflect.DeepEqual(b.Blocks(), last) {
			t.Fatalf("all done again it is %+v, not %+v", b.Blocks(), last)
		}
	})
}

// cutAtLetter is the start of a text up to an octet at most.
func cutAtLetter(s string, n int) string {
	b := Buffer{lines: []mail.Block{{Text: s}}}
	return s[:b.Clamp(Pos{0, n}).Byte]
}
