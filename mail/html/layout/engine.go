package layout

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime/debug"
	"time"

	"github.com/go-text/typesetting/bidi"

	"poplar/mail/html"
)

// Options say how a tree is laid out.
type Options struct {
	Width float64 // of the view, in CSS pixels
	// Subpixel places glyphs at fractions of a pixel, as dense screens can show. Without it they sit on whole pixels.
	Subpixel bool
	// Limit is how long building and layout may take each; what is not done by then is left out and the Page says so.
	// 0 means 0.5 s.
	Limit time.Duration
}

// errStopped is what tick throws when the context has ended.
var errStopped = errors.New("layout was stopped")

// engine is one layout under way.
type engine struct {
	ctx     context.Context
	o       Options
	fonts   *Fonts
	sh      *shaper
	tree    *html.Tree
	breaker breaker
	bidi    bidi.Paragraph
	until   time.Time
	fuel    int
	late    bool // the time is up: everything still to be laid out is left empty
	cut     bool
	spanned int // columns of spanning cells measured so far
	runes   []byte
	sets    map[setKey]*fontSet
	metrics map[metricKey]metrics
	quirks  bool // line height quirk
	grounds map[*html.Style]*html.Style
}

type setKey struct {
	family *string
	n      int
	bold   bool
	italic bool
	lang   string
}

type metricKey struct {
	set  *fontSet
	size float32
}

// metrics are the whole-pixel measures of a style's primary face.
type metrics struct {
	ascent, descent float64
	spacing         float64 // line-height: normal
	xHeight         float64
	face            *Face
}

// tick is called in every loop. It ends the layout when the context has ended.
func (l *engine) tick() { l.work(1) }

// work is tick for n steps at once.
func (l *engine) work(n int) {
	if l.fuel -= n; l.fuel > 0 {
		return
	}
	l.fuel = 1000
	if l.ctx.Err() != nil {
		panic(errStopped)
	}
	if !l.late && time.Now().After(l.until) {
		l.late, l.cut = true, true
	}
}

// Box is a laid-out form of a Doc that can be laid out again at other widths without measuring its words anew.
type Box struct {
	fonts *Fonts
	tree  *html.Tree
	root  *box
	o     Options
	cut   bool
	segs  int
	count int64
}

// Build makes the box tree and measures its words. The error is ctx's, or says that the engine failed, which is a fault
// of Poplar's and worth a report.
func Build(ctx context.Context, t *html.Tree, f *Fonts, o Options) (b *Box, err error) {
	l, done, err := begin(ctx, t, f, o)
	if err != nil {
		return nil, err
	}
	defer done(&err)
	mk := &builder{l: l}
	root := mk.build(t.Root, 0)
	if root == nil {
		root = mk.new(blockBox, t.Root, html.Anonymous(t.Root.Style), 0)
	}
	return &Box{fonts: f, tree: t, root: root, o: o, cut: mk.cut || l.cut || t.Cut, segs: mk.segs, count: f.count.Load()}, nil
}

// Stale reports whether fonts have become known since b was built, so that it should be built again.
func (b *Box) Stale() bool { return b.count != b.fonts.count.Load() }

// Layout lays b out at o.Width.
func (b *Box) Layout(ctx context.Context, o Options) (p *Page, err error) {
	o.Subpixel = b.o.Subpixel
	p, err = b.layout(ctx, o)
	if err == nil && p.Cut && len(p.Words) == 0 {
		if text := bareText(b.tree.Root); text != "" {
			return b.rescue(ctx, o, text)
		}
	}
	return p, err
}

func (b *Box) layout(ctx context.Context, o Options) (p *Page, err error) {
	l, done, err := begin(ctx, b.tree, b.fonts, o)
	if err != nil {
		return nil, err
	}
	defer done(&err)
	return l.page(b), nil
}

// begin takes the turn at the fonts; done gives it back and turns a panic into an error.
func begin(ctx context.Context, t *html.Tree, f *Fonts, o Options) (*engine, func(*error), error) {
	if o.Limit == 0 {
		o.Limit = html.Pace * 500 * time.Millisecond
	}
	o.Width = min(max(o.Width, 1), 20_000)
	if err := f.acquire(ctx); err != nil {
		return nil, nil, err
	}
	f.shaping.refresh()
	l := &engine{
		ctx: ctx, o: o, fonts: f, sh: f.shaping, tree: t, until: time.Now().Add(o.Limit),
		sets: map[setKey]*fontSet{}, metrics: map[metricKey]metrics{}, quirks: t.Quirks || t.LimitedQuirks,
	}
	return l, func(err *error) {
		r := recover()
		if r != nil {
			// Faces and caches may have been left half done.
			f.shaping = newShaper(f)
		}
		f.release()
		switch {
		case r == nil:
		case r == any(errStopped):
			*err = ctx.Err()
		default:
			*err = fmt.Errorf("the message could not be laid out: %v\n%s", r, debug.Stack())
		}
	}, nil
}

// word returns the string of runes.
func (l *engine) word(r []rune) string {
	l.runes = l.runes[:0]
	for _, c := range r {
		l.runes = appendRune(l.runes, c)
	}
	return string(l.runes)
}

func (l *engine) setOf(st *html.Style) *fontSet {
	key := setKey{n: len(st.Family), bold: st.Weight >= 600, italic: st.Italic, lang: st.Lang}
	if len(st.Family) > 0 {
		key.family = &st.Family[0]
	}
	if s := l.sets[key]; s != nil {
		return s
	}
	s := l.fonts.set(st.Family, int(st.Weight), st.Italic, st.Lang)
	l.sets[key] = s
	return s
}

func (l *engine) metricsOf(st *html.Style) metrics {
	set := l.setOf(st)
	key := metricKey{set, st.Size}
	m, ok := l.metrics[key]
	if !ok {
		m = faceMetrics(set.faces[0], st.Size)
		l.metrics[key] = m
	}
	return m
}

func faceMetrics(f *Face, size float32) metrics {
	a, d := math.Round(float64(f.ascent*size)), math.Round(float64(f.descent*size))
	return metrics{ascent: a, descent: d, spacing: a + d + math.Round(float64(f.gap*size)), xHeight: float64(f.xHeight * size), face: f}
}

// lineHeight is the used line height of a style.
func (l *engine) lineHeight(st *html.Style) float64 {
	if st.LineHeight.Normal {
		return l.metricsOf(st).spacing
	}
	return min(st.LineHeight.Of(st.Size), huge)
}

// leaded returns ascent and descent with half the leading added to each, as the line box counts them.
func leaded(ascent, descent, lineHeight float64) (float64, float64) {
	half := math.Floor((lineHeight - ascent - descent) / 2)
	return ascent + half, lineHeight - ascent - half
}

func clampSize(v float64) float64 {
	switch {
	case v != v:
		return 0
	case v > huge:
		return huge
	case v < -huge:
		return -huge
	}
	// Sizes are kept in 64ths of a pixel.
	return math.Floor(v*64) / 64
}

// Subpixel reports whether words were measured for dense screens.
func (b *Box) Subpixel() bool { return b.o.Subpixel }
