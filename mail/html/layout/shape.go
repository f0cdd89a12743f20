package layout

import (
	"context"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/language"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// Glyph is one placed glyph: X and Y are its offset from the start of its Shaped on the baseline, Y downwards.
type Glyph struct {
	ID      uint32
	X, Y    float32
	Cluster uint16 // the rune of the text it begins with
}

// Run is a stretch of glyphs of one face.
type Run struct {
	Face   *Face
	Glyphs []Glyph
	// Size is the size of the run where it is not that of its Shaped; 0: the same.
	Size float32
	// FakeBold and FakeItalic ask the painter for a style the face does not have.
	FakeBold, FakeItalic bool
}

// Shaped is a word or a part of one, ready to be placed. It is shared between all places where the word occurs.
type Shaped struct {
	Text  string
	Runes int
	Size  float32
	Width float32
	Runs  []Run
	RTL   bool
}

const (
	maxWords   = 30_000 // shaped words kept
	longWord   = 400    // runes shaped at once
	maxGlyphID = math.MaxUint16
)

type wordKey struct {
	set     *fontSet
	size    float32
	spacing float32
	flags   uint8
	text    string
}

const (
	flagRTL = 1 << iota
	flagCaps
	flagNoKern
	flagSubpixel
	flagTrim // the first mark follows another, and loses its empty start
)

// shaper shapes words and remembers them. It belongs to one goroutine at a time.
type shaper struct {
	fonts   *Fonts
	hb      shaping.HarfbuzzShaper
	faces   []*font.Face // by Face.id
	words   map[wordKey]*Shaped
	missing map[rune]bool
	seen    int64
	runes   []rune
	buf     []fontRun
}

type fontRun struct {
	start, end int
	face       *Face
	script     language.Script
}

func newShaper(f *Fonts) *shaper {
	sh := &shaper{fonts: f, words: map[wordKey]*Shaped{}, missing: map[rune]bool{}}
	sh.hb.SetFontCacheSize(64)
	return sh
}

// refresh forgets what was shaped before new faces became known.
func (sh *shaper) refresh() {
	if n := sh.fonts.count.Load(); n != sh.seen {
		sh.seen = n
		clear(sh.words)
		clear(sh.missing)
	}
}

// face returns the shaper's own instance of a face.
func (sh *shaper) face(f *Face) *font.Face {
	for int(f.id) >= len(sh.faces) {
		sh.faces = append(sh.faces, nil)
	}
	if sh.faces[f.id] == nil {
		sh.faces[f.id] = font.NewFace(f.font)
	}
	return sh.faces[f.id]
}

func (sh *shaper) has(f *Face, r rune) bool {
	_, ok := sh.face(f).NominalGlyph(r)
	return ok
}

// shape shapes text, which has no line breaks. Glyph advances are whole pixels unless subpixel is set, as screens of
// ordinary density want it.
func (sh *shaper) shape(set *fontSet, size, spacing float32, flags uint8, text string) *Shaped {
	key := wordKey{set, size, spacing, flags, text}
	if s := sh.words[key]; s != nil {
		return s
	}
	s := sh.shapeNew(set, size, spacing, flags, text)
	if len(sh.words) >= maxWords {
		clear(sh.words)
	}
	if len(text) <= 128 {
		key.text = strings.Clone(text)
		s.Text = key.text
		sh.words[key] = s
	}
	return s
}

func (sh *shaper) shapeNew(set *fontSet, size, spacing float32, flags uint8, text string) *Shaped {
	sh.runes = append(sh.runes[:0], []rune(text)...)
	out := &Shaped{Text: text, Runes: len(sh.runes), Size: size, RTL: flags&flagRTL != 0}
	if size <= 0 {
		return out
	}
	sh.split(set)
	runs := sh.buf
	if out.RTL {
		// Visual order: the last run of the text stands first.
		for i, j := 0, len(runs)-1; i < j; i, j = i+1, j-1 {
			runs[i], runs[j] = runs[j], runs[i]
		}
	}
	x := float32(0)
	for _, r := range runs {
		x = sh.shapeRun(out, set, r, size, spacing, flags, x)
	}
	out.Width = x
	return out
}

// split divides sh.runes by face and script.
func (sh *shaper) split(set *fontSet) {
	sh.buf = sh.buf[:0]
	var prev *Face
	prevScript := language.Script(0)
	for i, r := range sh.runes {
		face := prev
		if prev == nil || !joins(r) {
			face, _ = sh.faceFor(set, r)
			if i+1 < len(sh.runes) && sh.runes[i+1] == 0xFE0F {
				if e := sh.emojiFace(set, r); e != nil {
					face = e
				}
			}
		}
		script := language.LookupScript(r)
		if !script.Strong() {
			script = prevScript
		}
		if n := len(sh.buf); n > 0 && sh.buf[n-1].face == face && (sh.buf[n-1].script == script || sh.buf[n-1].script == 0) {
			sh.buf[n-1].end = i + 1
			sh.buf[n-1].script = script
		} else {
			sh.buf = append(sh.buf, fontRun{i, i + 1, face, script})
		}
		prev, prevScript = face, script
	}
}

// joins reports whether a character belongs to the one before it whatever its face.
func joins(r rune) bool {
	if r < 0x300 {
		return false
	}
	return unicode.In(r, unicode.Mn, unicode.Me) || r == 0x200D || r >= 0xFE00 && r <= 0xFE0F || r >= 0x1F3FB && r <= 0x1F3FF ||
		r >= 0xE0020 && r <= 0xE007F
}

// plainFeatures switch off ligatures (the first two) and kerning.
var plainFeatures = []shaping.FontFeature{{Tag: ot.MustNewTag("liga")}, {Tag: ot.MustNewTag("clig")}, {Tag: ot.MustNewTag("kern")}}

func (sh *shaper) shapeRun(out *Shaped, set *fontSet, r fontRun, size, spacing float32, flags uint8, x float32) float32 {
	run := Run{Face: r.face, FakeBold: set.bold && !r.face.bold && !r.face.colour, FakeItalic: set.italic && !r.face.italic && !r.face.colour}
	face := sh.face(r.face)
	// The shaper knows whole sizes only, so it works in font units.
	in := shaping.Input{
		Text: sh.runes, Direction: di.DirectionLTR, Face: face, Size: fixed.I(int(r.face.upem)), Script: r.script, Language: "en",
	}
	if flags&flagRTL != 0 {
		in.Direction = di.DirectionRTL
	}
	switch {
	case spacing != 0 && flags&flagNoKern != 0:
		in.FontFeatures = plainFeatures
	case spacing != 0:
		in.FontFeatures = plainFeatures[:2]
	case flags&flagNoKern != 0:
		in.FontFeatures = plainFeatures[2:]
	}
	scale := size / r.face.upem
	chunks := make([][2]int, 0, 1)
	for a := r.start; a < r.end; a += longWord {
		chunks = append(chunks, [2]int{a, min(a+longWord, r.end)})
	}
	if out.RTL {
		for i, j := 0, len(chunks)-1; i < j; i, j = i+1, j-1 {
			chunks[i], chunks[j] = chunks[j], chunks[i]
		}
	}
	for _, c := range chunks {
		in.RunStart, in.RunEnd = c[0], c[1]
		res := sh.hb.ShapeNoExtents(in)
		if run.Glyphs == nil {
			run.Glyphs = make([]Glyph, 0, len(res.Glyphs))
		}
		last := -1
		for _, g := range res.Glyphs {
			adv := float32(g.Advance) / 64 * scale
			if flags&flagSubpixel == 0 {
				// The glyph's own advance and its kerning are whole pixels, each by itself; FreeType has rounded
				// the advance to a 64th before.
				own := face.HorizontalAdvance(g.GlyphID) * scale
				adv = float32(math.Round(math.Round(float64(own)*64)/64) + math.Round(float64(adv-own)))
			}
			cluster := g.TextIndex()
			shift := float32(0)
			if adv >= size*0.9 {
				// Wide marks that meet share the space between them (CSS Text 4, text-spacing-trim).
				switch trim(sh.runes, cluster, flags&flagTrim != 0) {
				case trimEnd:
					adv -= float32(math.Round(float64(size) / 2))
				case trimStart:
					shift = float32(math.Round(float64(size) / 2))
					adv -= shift
				}
			}
			if spacing != 0 && last >= 0 && cluster != last {
				x += spacing
			}
			last = cluster
			run.Glyphs = append(run.Glyphs, Glyph{
				ID: uint32(g.GlyphID), X: x - shift + float32(g.XOffset)/64*scale, Y: -float32(g.YOffset) / 64 * scale, Cluster: uint16(min(cluster, math.MaxUint16)),
			})
			x += adv
		}
		if spacing != 0 && last >= 0 {
			x += spacing
		}
	}
	out.Runs = append(out.Runs, run)
	return x
}

// smallCaps shapes text with its small letters drawn as capitals of 0.7 of the size.
func (sh *shaper) smallCaps(set *fontSet, size, spacing float32, flags uint8, text []rune) *Shaped {
	out := &Shaped{Text: string(text), Runes: len(text), Size: size, RTL: flags&flagRTL != 0}
	for i := 0; i < len(text); {
		lower := unicode.IsLower(text[i])
		j := i + 1
		for j < len(text) && unicode.IsLower(text[j]) == lower {
			j++
		}
		sz := size
		if lower {
			sz *= 0.7
		}
		part := sh.shape(set, sz, spacing, flags, strings.ToUpper(string(text[i:j])))
		for _, r := range part.Runs {
			r.Size = sz
			r.Glyphs = append([]Glyph(nil), r.Glyphs...)
			for k := range r.Glyphs {
				r.Glyphs[k].X += out.Width
				r.Glyphs[k].Cluster += uint16(i)
			}
			out.Runs = append(out.Runs, r)
		}
		out.Width += part.Width
		i = j
	}
	return out
}

func appendRune(b []byte, r rune) []byte { return utf8.AppendRune(b, r) }

// Line shapes one line of text in the base face, cut off with an ellipsis where it is wider than width. It returns nil
// when ctx has ended first.
func (f *Fonts) Line(ctx context.Context, text string, size float32, width float64) *Shaped {
	if f.acquire(ctx) != nil {
		return nil
	}
	defer f.release()
	set := f.set([]string{"sans-serif"}, 400, false, "")
	runes := []rune(text)
	if len(runes) > 200 {
		runes = runes[:200]
	}
	s := f.shaping.shapeNew(set, size, 0, flagSubpixel, string(runes))
	for n := len(runes); float64(s.Width) > width && n > 0; {
		n = min(n-1, int(float64(n)*width/float64(s.Width)))
		s = f.shaping.shapeNew(set, size, 0, flagSubpixel, strings.TrimRight(string(runes[:max(n, 0)]), " ")+"…")
	}
	return s
}

// What part of a wide mark's square falls away.
const (
	trimNothing = iota
	trimStart
	trimEnd
)

const (
	wideClosing = "、。，．：；）］｝〉》」』】〕〗〙"
	wideOpening = "（［｛〈《「『【〔〖〘"
	afterMarks  = wideOpening + wideClosing + "\u3000“‘”’" // an opening mark loses its start after these
	beforeMarks = wideClosing + "”’"                       // and a closing one its end before these
)

// trim says how much of a wide mark is drawn between its neighbours: a closing one loses its empty end before another
// closing one, an opening one its empty start after any; after says that the first one follows such a mark.
func trim(text []rune, i int, after bool) int {
	r := text[i]
	switch {
	case r < 0x3001 || r > 0xFF5D:
	case strings.ContainsRune(wideClosing, r):
		if i+1 < len(text) && strings.ContainsRune(beforeMarks, text[i+1]) {
			return trimEnd
		}
	case i == 0 && after:
		return trimStart
	case i > 0 && strings.ContainsRune(wideOpening, r):
		if strings.ContainsRune(afterMarks, text[i-1]) {
			return trimStart
		}
	}
	return trimNothing
}

// meets reports whether a wide opening mark follows another mark.
func meets(before, r rune) bool {
	return r > 0x3000 && r <= 0xFF5B && strings.ContainsRune(wideOpening, r) && strings.ContainsRune(afterMarks, before)
}
