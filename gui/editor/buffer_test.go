package editor

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestReplaceUndoRedo(t *testing.T) {
	for _, c := range []struct {
		name, text string
		from, to   Pos
		put, want  string
		end        Pos
	}{
		{"insert", "abc", Pos{0, 1}, Pos{0, 1}, "X", "aXbc", Pos{0, 2}},
		{"insert lines", "abc", Pos{0, 1}, Pos{0, 1}, "X\nY\n", "aX\nY\nbc", Pos{2, 0}},
		{"erase over lines", "ab\ncd\nef", Pos{0, 1}, Pos{2, 1}, "", "af", Pos{0, 1}},
		{"backwards", "ab\ncd", Pos{1, 1}, Pos{0, 1}, "-", "a-d", Pos{0, 2}},
		{"line ends of other systems", "ab", Pos{0, 1}, Pos{0, 1}, "1\r\n2\r3", "a1\n2\n3b", Pos{2, 1}},
		{"beyond the text", "ab", Pos{7, 7}, Pos{9, 9}, "c", "abc", Pos{0, 3}},
		{"no text", "", Pos{}, Pos{}, "中文", "中文", Pos{0, 6}},
		{"not within a letter", "中", Pos{0, 1}, Pos{0, 2}, "x", "x中", Pos{0, 1}},
		{"no UTF-8", "a", Pos{0, 1}, Pos{0, 1}, "\xff\x00", "a\uFFFD", Pos{0, 4}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := NewBuffer(c.text)
			end := b.Replace(c.from, c.to, c.put, Pos{0, 0})
			if b.Text() != c.want || end != c.end {
				t.Fatalf("got %q with the caret at %v, want %q at %v", b.Text(), end, c.want, c.end)
			}
			b.Undo()
			if b.Text() != c.text {
				t.Errorf("undone it is %q", b.Text())
			}
			if b.Redo(); b.Text() != c.want {
				t.Errorf("done again it is %q", b.Text())
			}
		})
	}
}

func typeIn(b *Buffer, at Pos, s string) Pos {
	for _, r := range s {
		if r == '\n' {
			at = b.Replace(at, at, "\n", at)
			continue
		}
		at = b.Type(at, at, string(r), at)
	}
	return at
}

func TestWhatOneUndoTakesBack(t *testing.T) {
	b := NewBuffer("")
	at := typeIn(b, Pos{}, "one two\nthree")
	for _, want := range []string{"one two\n", "one two", "one ", ""} {
		b.Undo()
		if b.Text() != want {
			t.Fatalf("got %q, want %q", b.Text(), want)
		}
	}
	if b.CanUndo() || !b.CanRedo() {
		t.Error("there is more to undo, or nothing to redo")
	}
	for b.CanRedo() {
		b.Redo()
	}
	if b.Text() != "one two\nthree" {
		t.Errorf("all done again it is %q", b.Text())
	}
	// A caret that went elsewhere begins a new step.
	b.Split()
	typeIn(b, at, "x")
	b.Undo()
	if b.Text() != "one two\nthree" {
		t.Errorf("undone it is %q", b.Text())
	}
	// Backspaces join.
	at = b.End()
	for range 3 {
		at = b.replace(at, Pos{at.Line, at.Byte - 1}, "", at, erasing)
	}
	if p, _ := b.Undo(); b.Text() != "one two\nthree" || p != (Pos{1, 5}) {
		t.Errorf("undone it is %q with the caret at %v", b.Text(), p)
	}
	// What is typed after an undo ends what could be redone.
	typeIn(b, b.End(), "!")
	if b.CanRedo() {
		t.Error("what was undone can be done again beside what was typed since")
	}
}

func TestBecomeKeepsTheCaret(t *testing.T) {
	for _, c := range []struct {
		name, old, now string
		at, want       Pos
	}{
		{"signature below", "Hello\n\n-- \nAnna", "Hello\n\n-- \nA. L.", Pos{0, 3}, Pos{0, 3}},
		{"lines before", "text", "new\n\ntext", Pos{0, 2}, Pos{2, 2}},
		{"lines gone", "one\ntwo\nthree", "three", Pos{2, 4}, Pos{0, 4}},
		{"the end gone", "one\ntwo", "one", Pos{1, 1}, Pos{0, 3}},
		{"everything", "a", "b\nc", Pos{0, 1}, Pos{0, 1}},
		{"nothing left", "a\nb", "", Pos{1, 1}, Pos{0, 0}},
		{"the same", "a\nb", "a\nb", Pos{1, 1}, Pos{1, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := NewBuffer(c.old)
			if got := b.Become(c.now, c.at); b.Text() != c.now || got != c.want {
				t.Errorf("got %q with the caret at %v, want it at %v", b.Text(), got, c.want)
			}
			if c.old == c.now {
				return
			}
			if b.Undo(); b.Text() != c.old {
				t.Errorf("undone it is %q", b.Text())
			}
		})
	}
}

func TestClustersAndWords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"plain", "ab", []string{"a", "b"}},
		{"accents of their own", "e\u0301a", []string{"e\u0301", "a"}},
		{"flags", "🇩🇪🇨🇳x", []string{"🇩🇪", "🇨🇳", "x"}},
		{"a family", "👨‍👩‍👧!", []string{"👨‍👩‍👧", "!"}},
		{"Chinese", "中文a", []string{"中", "文", "a"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for at := 0; at < len(c.text); {
				to := nextCluster(c.text, at)
				if back := prevCluster(c.text, to); back != at {
					t.Errorf("back from %d is %d, not %d", to, back, at)
				}
				got = append(got, c.text[at:to])
				at = to
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
	const line = "Hello, world_1  你好，世界"
	var stops []string
	for at := 0; at < len(line); {
		to := nextWord(line, at)
		stops = append(stops, line[at:to])
		at = to
	}
	if want := []string{"Hello", ",", " world_1", "  你好", "，", "世界"}; !slices.Equal(stops, want) {
		t.Errorf("words %q", stops)
	}
	if got := prevWord(line, len("Hello, world_1  ")); got != len("Hello, ") {
		t.Errorf("the word before begins at %d", got)
	}
	if from, to := wordAt(line, 9); line[from:to] != "world_1" {
		t.Errorf("a double click takes %q", line[from:to])
	}
	if from, to := wordAt(line, len(line)); line[from:to] != "世界" {
		t.Errorf("a double click at the end takes %q", line[from:to])
	}
}

// one counts columns, as a fixed-pitch font has them.
func one(r rune) float32 { return float32(columns(string(r))) }

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		name, line string
		width      float32
		want       []string
	}{
		{"fits", "one two", 7, []string{"one two"}},
		{"at a blank", "one two three", 8, []string{"one two ", "three"}},
		{"blanks stick out", "one    two", 4, []string{"one    ", "two"}},
		{"a long word", "abcdefgh", 3, []string{"abc", "def", "gh"}},
		{"a long word behind another", "ab cdefgh", 4, []string{"ab ", "cdef", "gh"}},
		{"Chinese anywhere", "中文字符", 5, []string{"中文", "字符"}},
		{"no full stop at the start", "中文字。符", 6, []string{"中文", "字。符"}},
		{"Chinese beside Latin", "ab中文cd", 5, []string{"ab中", "文cd"}},
		{"accents stay with their letters", "aaae\u0301", 4, []string{"aaae\u0301"}},
		{"after a hyphen", "one-two", 5, []string{"one-", "two"}},
		{"a tab", "a\tb", 8, []string{"a\t", "b"}},
		{"nothing", "", 8, []string{""}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			from := 0
			for _, to := range append(wrap(c.line, c.width, one), len(c.line)) {
				got = append(got, c.line[from:to])
				from = to
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestRewrap(t *testing.T) {
	long := strings.Repeat("word ", 30)
	got := Rewrap([]string{"> " + long, "> and on", ">", "> - item one", ">   goes on", "> - item two", ">> deeper", "> > also deeper", "own", "", "中文", "字"})
	want := []string{
		"> " + strings.TrimSpace(strings.Repeat("word ", 14)),
		"> " + strings.TrimSpace(strings.Repeat("word ", 14)),
		"> word word and on", ">", "> - item one goes on", "> - item two", ">> deeper also deeper", "own", "", "中文字",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for _, line := range got {
		if columns(line) > rewrapWidth {
			t.Errorf("%q is too long", line)
		}
	}
}

func TestLevel(t *testing.T) {
	for line, want := range map[string]int{"": 0, "a > b": 0, "> a": 1, ">> a": 2, "> > a": 2, ">": 1, ">a": 1, "> > > x": 3} {
		if got, _ := Level(line); got != want {
			t.Errorf("%q is of level %d, not %d", line, got, want)
		}
	}
}

func TestFindAll(t *testing.T) {
	b := NewBuffer("Straße STRASSE\nstraße (x)\nÉté ÉTÉ été")
	for text, want := range map[string]int{"straße": 2, "(X)": 1, "été": 3, "": 0, "nowhere": 0} {
		if got := len(findAll(b, text)); got != want {
			t.Errorf("%q is found %d times, not %d", text, got, want)
		}
	}
}

// check compares a grid that followed changes with one laid out anew.
func check(t *testing.T, g *grid, b *Buffer) {
	t.Helper()
	fresh := grid{advance: one}
	fresh.set(b, g.width)
	if g.rows() != fresh.rows() {
		t.Fatalf("%d rows, laid out anew %d, of %q", g.rows(), fresh.rows(), b.Text())
	}
	for row := range g.rows() {
		line, k := g.at(row)
		l2, k2 := fresh.at(row)
		from, to := g.span(b, line, k)
		f2, t2 := fresh.span(b, l2, k2)
		if line != l2 || k != k2 || from != f2 || to != t2 {
			t.Fatalf("row %d is %d/%d [%d,%d), laid out anew %d/%d [%d,%d)", row, line, k, from, to, l2, k2, f2, t2)
		}
		if back := g.row(Pos{line, from}, false); back != row {
			t.Fatalf("the start of row %d is in row %d", row, back)
		}
	}
}

func FuzzBuffer(f *testing.F) {
	f.Add("one two\n> three\n中文字符", uint64(1), "x\ny")
	f.Add("", uint64(7), "\r\n\xff")
	f.Add("🇩🇪🇨🇳\t👨‍👩‍👧", uint64(3), "e\u0301")
	f.Fuzz(func(t *testing.T, text string, seed uint64, put string) {
		if len(text) > 4000 || len(put) > 200 {
			t.Skip()
		}
		b := NewBuffer(text)
		first := b.Text()
		g := &grid{advance: one}
		g.set(b, 10)
		b.OnChanged = func(first, gone, come int) { g.changed(b, first, gone, come) }
		r := rand.New(rand.NewPCG(seed, 1))
		pos := func() Pos {
			p := b.Clamp(Pos{r.IntN(b.Len() + 1), r.IntN(40)})
			return p
		}
		for range 30 {
			switch r.IntN(6) {
			case 0:
				b.Replace(pos(), pos(), put, pos())
			case 1:
				p := pos()
				b.Type(p, p, "é", p)
			case 2:
				p := pos()
				b.replace(p, Pos{p.Line, prevCluster(b.Line(p.Line), p.Byte)}, "", p, erasing)
			case 3:
				b.Undo()
			case 4:
				b.Redo()
			case 5:
				b.Become(b.Text()+put, pos())
			}
			check(t, g, b)
			if !utf8.ValidString(b.Text()) || strings.ContainsAny(b.Text(), "\r\x00") {
				t.Fatalf("the text is %q", b.Text())
			}
		}
		last, more := b.Text(), b.CanRedo()
		for b.CanUndo() {
			b.Undo()
		}
		if b.Text() != first {
			t.Fatalf("all undone it is %q, not %q", b.Text(), first)
		}
		for b.CanRedo() {
			b.Redo()
		}
		if !more && b.Text() != last { // else what had been undone comes too
			t.Fatalf("all done again it is %q, not %q", b.Text(), last)
		}
		check(t, g, b)
	})
}
