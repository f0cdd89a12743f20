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

// Two things about Chinese that Fyne does not do: it places each run of text by its own font's ascent but reports
// the Latin one's, so Han sits a step too low beside Latin; and it draws bold Han regular unless the whole locale is
// Chinese. Line repairs both, with what is here.

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

// boldHan is the system's bold Chinese font, cut out of its collection, once something needed it.
var boldHan struct {
	mu      sync.Mutex
	state   int // 0 not wanted yet, 1 being read, 2 read or not to be had
	face    fyne.Resource
	waiting map[*Line]struct{} // lines to draw again when it is there
}

// background is the loop that widgets of kit use for what takes time; nil until Start.
var background Loop

// Start lets widgets do what needs time of its own: hover labels and the reading of fonts. The window calls it
// before the first widget is shown; tests that need neither leave it out. To be called on the loop's thread.
func Start(l Loop) { background = l }

// boldHanFace returns the bold Chinese font if it is there. If not, it is fetched away from this thread and l is
// drawn again when it has come.
func boldHanFace(l *Line) fyne.Resource {
	b := &boldHan
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.state == 2 || background == nil {
		return b.face
	}
	if b.waiting == nil {
		b.waiting = map[*Line]struct{}{}
	}
	b.waiting[l] = struct{}{}
	if b.state == 0 {
		b.state = 1
		Go(context.Background(), background, func(context.Context) (fyne.Resource, error) { return readBoldHan() },
			func(face fyne.Resource, err error) {
				b.mu.Lock()
				if err == nil { // without one, bold Han is drawn regular: nothing to tell
					b.face = face
				}
				b.state = 2
				waiting := b.waiting
				b.waiting = nil
				b.mu.Unlock()
				for w := range waiting {
					w.again()
				}
			})
	}
	return b.face
}

// boldFiles are the files known to hold bold Chinese, best first, on Linux, Windows and macOS.
var boldFiles = []string{
	"notosanscjk-bold.ttc", "notosanscjksc-bold.otf", "notosanssc-bold.otf", "notosanssc-bold.ttf",
	"sourcehansanssc-bold.otf", "sourcehansanscn-bold.otf", "sourcehansans-bold.ttc",
	"msyhbd.ttc", "msyhbd.ttf", "stheiti medium.ttc", "hiragino sans gb.ttc", "wqy-zenhei.ttc",
}

var errNoBoldHan = errors.New("the system has no bold Chinese font that Poplar knows")

type quiet struct{}

func (quiet) Printf(string, ...any) {}

func readBoldHan() (fyne.Resource, error) {
	dirs, err := fontscan.DefaultFontDirectories(quiet{})
	if err != nil {
		return nil, err
	}
	best, path := len(boldFiles), ""
	for _, dir := range dirs {
		// A folder that cannot be read holds nothing for us.
		_ = filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir
			}
			if i := slices.Index(boldFiles, strings.ToLower(d.Name())); i >= 0 && i < best {
				best, path = i, p
			}
			return nil
		})
		if best == 0 {
			break
		}
	}
	if path == "" {
		return nil, errNoBoldHan
	}
	return cutFace(path)
}

// cutFace reads a font file and returns its Simplified Chinese face as a font of its own: Fyne takes no collections.
func cutFace(path string) (fyne.Resource, error) {
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
		return nil, errNoBoldHan
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
		if d.Aspect.Weight >= font.WeightBold {
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
	return fyne.NewStaticResource(filepath.Base(path), opentype.WriteTTF(tables)), nil
}
