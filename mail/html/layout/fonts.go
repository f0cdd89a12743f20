package layout

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/go-text/typesetting/font"
	ot "github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

// FontOptions says where faces come from. The zero value knows the system's fonts only.
type FontOptions struct {
	// Base are faces that are always there, in memory (TrueType or OpenType). They stand for sans-serif, and for
	// monospace where the font says that it is one.
	Base [][]byte
	// Emoji is a face for emoji, used before the system's; nil for none.
	Emoji []byte
	// Dir, if set, is the only folder where fonts are looked for: Noto Sans, Noto Sans CJK and DejaVu Sans Mono found
	// there stand for everything, and the system's fonts are left alone. It makes pictures the same on every machine.
	Dir string
	// CacheDir keeps the index of the system's fonts between runs; empty means the user's cache folder.
	CacheDir string
	// Base are the only fonts: nothing is looked for on the system.
	BaseOnly bool
}

// Fonts finds faces by family, style and character. It is safe for several goroutines and is made once per process:
// faces are large and stay loaded. Files are read only when a character needs them.
type Fonts struct {
	o FontOptions

	mu       sync.Mutex
	loaded   map[font.FontID]*Face
	all      []*Face // by Face.id
	sets     map[string]*fontSet
	base     []*Face
	emoji    *Face
	dir      []fontscan.Footprint
	fallback map[fallbackKey]*Face

	scan   sync.Once
	system atomic.Pointer[[]fontscan.Footprint]
	count  atomic.Int64 // changes whenever faces may resolve differently

	turn    chan struct{} // one layout at a time: faces and caches are not for several goroutines
	shaping *shaper
}

// Face is one face of a font, with what layout and painting need of it. Vertical measures are shares of the em.
type Face struct {
	id        int32
	font      *font.Font
	upem      float32
	ascent    float32
	descent   float32
	gap       float32
	xHeight   float32
	underPos  float32 // of the underline's top below the baseline
	underSize float32
	strikePos float32 // above the baseline
	bold      bool
	italic    bool
	mono      bool
	colour    bool // has pictures or layers in colour
	family    string
	weight    int
}

// ID numbers faces within their Fonts, from 0.
func (f *Face) ID() int32 { return f.id }

// Font is the face's data, safe for several goroutines.
func (f *Face) Font() *font.Font { return f.font }

// Colour reports whether the face may have glyphs in colour.
func (f *Face) Colour() bool { return f.colour }

// UnitsPerEm is the size of the design grid.
func (f *Face) UnitsPerEm() float32 { return f.upem }

// Family is the face's family name as the font gives it.
func (f *Face) Family() string { return f.family }

// NewFonts makes a Fonts. It fails only if there is no usable face at all.
func NewFonts(o FontOptions) (*Fonts, error) {
	f := &Fonts{
		o: o, loaded: map[font.FontID]*Face{}, sets: map[string]*fontSet{}, fallback: map[fallbackKey]*Face{},
		turn: make(chan struct{}, 1),
	}
	for _, data := range o.Base {
		if face, err := f.open(bytes.NewReader(data), 0); err == nil {
			f.base = append(f.base, face)
		}
	}
	if len(o.Emoji) > 0 {
		f.emoji, _ = f.open(bytes.NewReader(o.Emoji), 0)
	}
	if o.Dir != "" {
		if err := f.readDir(o.Dir); err != nil {
			return nil, err
		}
	}
	if len(f.base) == 0 && o.Dir == "" && !o.BaseOnly {
		f.Scan()
		if face := f.anySystem(); face != nil {
			f.base = append(f.base, face)
		}
	}
	if len(f.base) == 0 {
		return nil, errors.New("no font could be read")
	}
	f.shaping = newShaper(f)
	return f, nil
}

// Scan reads the index of the system's fonts, or makes it, which takes seconds the first time on a machine. Layout
// does it by itself once it needs a character the base faces lack; calling it early saves that wait.
func (f *Fonts) Scan() {
	if f.o.Dir != "" || f.o.BaseOnly {
		return
	}
	f.scan.Do(func() {
		prints, err := fontscan.SystemFonts(log.New(io.Discard, "", 0), f.o.CacheDir)
		if err != nil {
			prints = nil
		}
		f.system.Store(&prints)
		f.mu.Lock()
		f.sets = map[string]*fontSet{}
		f.fallback = map[fallbackKey]*Face{}
		f.mu.Unlock()
		f.count.Add(1)
	})
}

func (f *Fonts) acquire(ctx context.Context) error {
	select {
	case f.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *Fonts) release() { <-f.turn }

// readDir indexes the faces of a folder.
func (f *Fonts) readDir(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	var first *Face
	for _, e := range entries {
		switch strings.ToLower(filepath.Ext(e.Name())) {
		case ".ttf", ".otf", ".ttc", ".otc":
		default:
			continue
		}
		path := filepath.Join(dir, e.Name())
		file, err := os.Open(path)
		if err != nil {
			continue
		}
		loaders, err := ot.NewLoaders(file)
		for i, ld := range loaders {
			d, _ := font.Describe(ld, nil)
			f.dir = append(f.dir, fontscan.Footprint{
				Location: font.FontID{File: path, Index: uint16(i)},
				Family:   font.NormalizeFamily(d.Family), Aspect: d.Aspect,
			})
		}
		_ = file.Close()
		if err != nil {
			continue
		}
	}
	sort.SliceStable(f.dir, func(i, j int) bool { return f.dir[i].Family < f.dir[j].Family })
	for i, p := range f.dir {
		if p.Family == "notosans" || p.Family == "dejavusansmono" {
			if face := f.fromPrint(&f.dir[i]); face != nil {
				f.base = append([]*Face{face}, f.base...)
				first = face
			}
		}
	}
	if first == nil && len(f.base) == 0 && len(f.dir) > 0 {
		if face := f.fromPrint(&f.dir[0]); face != nil {
			f.base = append(f.base, face)
		}
	}
	return nil
}

// anySystem returns a plain sans-serif face of the system.
func (f *Fonts) anySystem() *Face {
	for _, family := range []string{"notosans", "dejavusans", "liberationsans", "arial", "helvetica", "segoeui", ""} {
		for i, p := range f.prints() {
			if family == "" || p.Family == family && p.Aspect.Style == font.StyleNormal && p.Aspect.Weight == font.WeightNormal {
				if face := f.fromPrint(&f.prints()[i]); face != nil {
					return face
				}
			}
		}
	}
	return nil
}

// prints are the faces known but perhaps not loaded.
func (f *Fonts) prints() []fontscan.Footprint {
	if f.o.Dir != "" {
		return f.dir
	}
	if p := f.system.Load(); p != nil {
		return *p
	}
	return nil
}

// fromPrint loads a face. It returns nil where the file cannot be read.
func (f *Fonts) fromPrint(p *fontscan.Footprint) *Face {
	f.mu.Lock()
	face, ok := f.loaded[p.Location]
	f.mu.Unlock()
	if ok {
		return face
	}
	file, err := os.Open(p.Location.File)
	if err != nil {
		return nil
	}
	// The loader copies the tables it needs; the file itself is not kept.
	defer func() { _ = file.Close() }()
	face, err = f.open(file, int(p.Location.Index))
	if err != nil {
		face = nil
	}
	f.mu.Lock()
	f.loaded[p.Location] = face
	f.mu.Unlock()
	return face
}

func (f *Fonts) open(r font.Resource, index int) (*Face, error) {
	loaders, err := ot.NewLoaders(r)
	if err != nil {
		return nil, err
	}
	if index >= len(loaders) {
		return nil, errors.New("the collection has no such face")
	}
	ld := loaders[index]
	d, _ := font.Describe(ld, nil)
	ft, err := font.NewFont(ld)
	if err != nil {
		return nil, err
	}
	face := newFace(ft, d)
	for _, t := range ld.Tables() {
		switch t.String() {
		case "COLR", "CBDT", "sbix", "SVG ":
			face.colour = true
		}
	}
	f.mu.Lock()
	face.id = int32(len(f.all))
	f.all = append(f.all, face)
	f.mu.Unlock()
	return face, nil
}

func newFace(ft *font.Font, d font.Description) *Face {
	probe := font.NewFace(ft)
	upem := float32(ft.Upem())
	if upem <= 0 {
		upem = 1000
	}
	face := &Face{
		font: ft, upem: upem, bold: d.Aspect.Weight >= 600, italic: d.Aspect.Style == font.StyleItalic,
		mono: ft.IsMonospace(), family: d.Family, weight: int(d.Aspect.Weight),
	}
	if e, ok := probe.FontHExtents(); ok {
		face.ascent, face.descent, face.gap = e.Ascender/upem, -e.Descender/upem, e.LineGap/upem
	}
	if face.ascent <= 0 {
		face.ascent, face.descent = 0.8, 0.2
	}
	metric := func(m font.LineMetric, fallback float32) float32 {
		if v := probe.LineMetric(m) / upem; v != 0 {
			return v
		}
		return fallback
	}
	face.xHeight = metric(font.XHeight, face.ascent*0.56)
	face.underPos = -metric(font.UnderlinePosition, -0.1)
	face.underSize = metric(font.UnderlineThickness, 0.05)
	face.strikePos = metric(font.StrikethroughPosition, face.xHeight/2)
	return face
}
