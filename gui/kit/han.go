package kit

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"fyne.io/fyne/v2"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/font/opentype"
	"github.com/go-text/typesetting/fontscan"
)

// Three things about Chinese that Fyne does not do: it places each run of text by its own font's ascent but reports the
// Latin one's, so Han sits a step too low beside Latin; it draws bold Han regular unless the whole locale is Chinese;
// and it takes whatever face of a collection comes first, which has the shapes and the punctuation of Japanese. Line
// repairs all three, with what is here.

// isHan reports whether r is drawn from a Chinese, Japanese or Korean font.
func isHan(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x11FF, // Hangul Jamo
		r >= 0x2E80 && r <= 0xA4CF,   // radicals, punctuation, Kana, ideographs, Yi
		r >= 0xA960 && r <= 0xA97F,   // Hangul Jamo extended
		r >= 0xAC00 && r <= 0xD7FF,   // Hangul
		r >= 0xF900 && r <= 0xFAFF,   // compatibility ideographs
		r >= 0xFE30 && r <= 0xFE4F,   // vertical forms
		r >= 0xFF00 && r <= 0xFFEF,   // full-width forms
		r >= 0x20000 && r <= 0x3FFFF: // further ideographs
		return true
	}
	return false
}

// hanAscent is the ascent, in parts of the size, of the font that draws Han where none was given to Fyne: that of
// Noto Sans CJK. The fonts of Windows and macOS have the ascent of Fyne's Latin font, for which it is 0 here.
var hanAscent = map[string]float32{"windows": 0, "darwin": 0}

func ascentOfHan(size, latin float32) float32 {
	a, known := hanAscent[runtime.GOOS]
	switch {
	case !known:
		return 1.16 * size
	case a == 0:
		return latin
	}
	return a * size
}

// hanFace is one weight of the system's Chinese font, cut out of its collection, once something needed it.
type hanFace struct {
	bold    bool
	state   int // 0 not wanted yet, 1 being read, 2 read or not to be had
	face    fyne.Resource
	waiting map[*Line]struct{} // lines to draw again when it is there
	others  []func()           // to be called when it is there
}

// hanFaces are the two weights. They are used on the loop's thread alone.
var hanFaces = [2]hanFace{{}, {bold: true}}

func faceOf(bold bool) *hanFace {
	if bold {
		return &hanFaces[1]
	}
	return &hanFaces[0]
}

// background is the loop that widgets of kit use for what takes time; nil until Start.
var background Loop

// Start lets widgets do what needs time of its own: hover labels and the reading of fonts. The window calls it
// before the first widget is shown; tests that need neither leave it out. To be called on the loop's thread.
func Start(l Loop) { background = l }

// want returns the face if it is there. If not, it is fetched away from this thread and l is drawn again when it has
// come.
func (h *hanFace) want(l *Line) fyne.Resource {
	if h.state == 2 || background == nil {
		return h.face
	}
	if h.waiting == nil {
		h.waiting = map[*Line]struct{}{}
	}
	h.waiting[l] = struct{}{}
	h.fetch()
	return h.face
}

// WantHan fetches the Chinese face for a widget that draws Pieces by itself, and calls again on the loop once it has
// come. Where it is there already, or is not to be had, nothing happens.
func WantHan(bold bool, again func()) {
	h := faceOf(bold)
	if h.state == 2 || background == nil {
		return
	}
	h.others = append(h.others, again)
	h.fetch()
}

// fetch reads the face away from this thread, once.
func (h *hanFace) fetch() {
	if h.state == 0 {
		h.state = 1
		Go(context.Background(), background, func(context.Context) (fyne.Resource, error) { return readHan(h.bold) },
			func(face fyne.Resource, err error) {
				if err == nil { // without one, Fyne's own choice stays: nothing to tell
					h.face = face
				}
				h.state = 2
				waiting, others := h.waiting, h.others
				h.waiting, h.others = nil, nil
				for w := range waiting {
					w.again()
				}
				for _, f := range others {
					f()
				}
			})
	}
}

// hanFiles are the files known to hold regular and bold Chinese, best first, on Linux, Windows and macOS.
var hanFiles = [2][]string{
	{
		"notosanscjk-regular.ttc", "notosanscjksc-regular.otf", "notosanssc-regular.otf", "notosanssc-regular.ttf",
		"sourcehansanssc-regular.otf", "sourcehansanscn-regular.otf", "sourcehansans-regular.ttc", "msyh.ttc", "msyh.ttf",
		"pingfang.ttc", "hiragino sans gb.ttc", "stheiti light.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc",
	},
	{
		"notosanscjk-bold.ttc", "notosanscjksc-bold.otf", "notosanssc-bold.otf", "notosanssc-bold.ttf",
		"sourcehansanssc-bold.otf", "sourcehansanscn-bold.otf", "sourcehansans-bold.ttc", "msyhbd.ttc", "msyhbd.ttf",
		"pingfang.ttc", "hiragino sans gb.ttc", "stheiti medium.ttc", "wqy-zenhei.ttc",
	},
}

var errNoHan = errors.New("the system has no Chinese font that Poplar knows")

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func readHan(bold bool) (fyne.Resource, error) {
	files := hanFiles[0]
	if bold {
		files = hanFiles[1]
	}
	dirs, err := fontscan.DefaultFontDirectories(quiet{})
	if err != nil {
		return nil, err
	}
	best, path := len(files), ""
	for _, dir := range dirs {
		// A folder that cannot be read holds nothing for us.
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir
			}
			if i := slices.Index(files, strings.ToLower(d.Name())); i >= 0 && i < best {
				best, path = i, p
			}
			return nil
		})
		if best == 0 {
			break
		}
	}
	if path == "" {
		return nil, errNoHan
	}
	cut, err := cutFace(path, bold)
	if err != nil {
		return nil, err
	}
	return &hanFont{path: path, bold: bold, cut: cut}, nil
}

// cutFace reads a font file and returns its Simplified Chinese face as a font of its own: Fyne takes no collections.
func cutFace(path string, bold bool) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // a font of the system's own folders
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read
	faces, err := opentype.NewLoaders(f)
	if err != nil {
		return nil, err
	}
	if len(faces) == 0 {
		return nil, errNoHan
	}
	pick, rank := faces[0], 0
	for _, face := range faces {
		d, _ := font.Describe(face, nil)
		family, r := strings.ToLower(d.Family), 1
		switch {
		case strings.Contains(family, "mono"):
			r = 0
		case strings.HasSuffix(family, " sc"):
			r = 4
		case strings.Contains(family, "gb") || strings.Contains(family, "yahei"):
			r = 3
		}
		if (d.Aspect.Weight >= font.WeightBold) == bold {
			r++
		}
		if r > rank {
			pick, rank = face, r
		}
	}
	var tables []opentype.Table
	for _, tag := range pick.Tables() {
		raw, err := pick.RawTable(tag)
		if err != nil {
			return nil, err
		}
		tables = append(tables, opentype.Table{Tag: tag, Content: raw})
	}
	slices.SortFunc(tables, func(a, b opentype.Table) int { return int(int64(a.Tag) - int64(b.Tag)) })
	return opentype.WriteTTF(tables), nil
}

// hanFont is a font that Fyne reads once and then keeps in a form of its own. What it has read is not kept here as
// well: it is some 16 MB. Should Fyne want it again, after a change of theme, it is read anew.
type hanFont struct {
	path string
	bold bool
	mu   sync.Mutex
	cut  []byte
}

// Name implements fyne.Resource.
func (f *hanFont) Name() string { return filepath.Base(f.path) }

// Content implements fyne.Resource. It is empty where the file has gone since; Fyne then draws with its own font.
func (f *hanFont) Content() []byte {
	f.mu.Lock()
	defer f.mu.Unlock()
	if cut := f.cut; cut != nil {
		f.cut = nil
		return cut
	}
	cut, err := cutFace(f.path, f.bold)
	if err != nil {
		return nil
	}
	return cut
}
