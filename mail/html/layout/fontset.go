package layout

import (
	"context"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/fontscan"
	"github.com/go-text/typesetting/language"
)

// fontSet is the list of faces that a style asks for, best first. The first is the primary one, whose measures make
// the line.
type fontSet struct {
	faces  []*Face
	bold   bool
	italic bool
	weight int
	lang   string
}

type fallbackKey struct {
	script       language.Script
	block        rune // of signs that belong to no script: the 128 they are among
	bold, italic bool
	lang         string
}

// alike names fonts whose glyphs are as wide as those of fonts that mail asks for and few machines have.
var alike = map[string][]string{
	"arial":           {"liberationsans", "arimo", "helvetica"},
	"helvetica":       {"liberationsans", "arimo", "arial", "nimbussans"},
	"helveticaneue":   {"liberationsans", "arimo", "arial"},
	"timesnewroman":   {"liberationserif", "tinos", "times"},
	"times":           {"liberationserif", "tinos", "timesnewroman"},
	"georgia":         {"gelasio"},
	"calibri":         {"carlito"},
	"cambria":         {"caladea"},
	"couriernew":      {"liberationmono", "cousine"},
	"courier":         {"liberationmono", "cousine", "couriernew"},
	"segoeui":         {"selawik"},
	"verdana":         {"dejavusans"},
	"microsoftyahei":  {"notosanscjksc", "sourcehansanscn", "pingfangsc", "wenquanyimicrohei"},
	"微软雅黑":            {"microsoftyahei", "notosanscjksc", "pingfangsc"},
	"pingfangsc":      {"microsoftyahei", "notosanscjksc"},
	"simsun":          {"notoserifcjksc", "songti"},
	"宋体":              {"simsun", "notoserifcjksc"},
	"applecoloremoji": {"notocoloremoji", "segoeuiemoji"},
}

// monoNames are families that are monospace wherever they exist.
var monoNames = map[string]bool{
	"monospace": true, "ui-monospace": true, "couriernew": true, "courier": true, "consolas": true, "monaco": true,
	"menlo": true, "lucidaconsole": true, "sfmono": true, "dejavusansmono": true, "liberationmono": true,
	"sourcecodepro": true, "robotomono": true, "firacode": true, "cousine": true, "andalemono": true, "ubuntumono": true,
}

var generic = map[string]bool{
	"sans-serif": true, "serif": true, "system-ui": true, "ui-sans-serif": true, "ui-serif": true, "cursive": true,
	"fantasy": true, "ui-rounded": true, "-apple-system": true, "blinkmacsystemfont": true,
}

// set returns the faces for a style's families.
func (f *Fonts) set(family []string, weight int, italic bool, lang string) *fontSet {
	key := strings.Join(family, ",")
	if weight >= 600 {
		key += "|b"
	}
	if italic {
		key += "|i"
	}
	key += "|" + lang
	f.mu.Lock()
	s := f.sets[key]
	f.mu.Unlock()
	if s != nil {
		return s
	}
	s = &fontSet{bold: weight >= 600, italic: italic, weight: weight, lang: lang}
	for _, name := range family {
		if len(s.faces) > 8 {
			break
		}
		f.addFamily(s, name)
	}
	s.add(f.baseFace(false, s.bold, italic))
	f.mu.Lock()
	if len(f.sets) > 2000 {
		clear(f.sets)
	}
	f.sets[key] = s
	f.mu.Unlock()
	return s
}

func (s *fontSet) add(face *Face) {
	if face == nil {
		return
	}
	for _, have := range s.faces {
		if have == face {
			return
		}
	}
	s.faces = append(s.faces, face)
}

func (f *Fonts) addFamily(s *fontSet, name string) {
	if generic[name] {
		if (name == "serif" || name == "ui-serif") && f.o.Dir == "" {
			for _, serif := range []string{"notoserif", "liberationserif", "georgia", "timesnewroman", "dejavuserif"} {
				if face := f.best(serif, s); face != nil {
					s.add(face)
					return
				}
			}
		}
		s.add(f.baseFace(false, s.bold, s.italic))
		return
	}
	norm := font.NormalizeFamily(name)
	if f.o.Dir == "" {
		if face := f.best(norm, s); face != nil {
			s.add(face)
			return
		}
		for _, other := range alike[norm] {
			if face := f.best(other, s); face != nil {
				s.add(face)
				return
			}
		}
	}
	if monoNames[norm] || name == "monospace" {
		s.add(f.baseFace(true, s.bold, s.italic))
	}
}

// baseFace returns the base face nearest to a style.
func (f *Fonts) baseFace(mono, bold, italic bool) *Face {
	var best *Face
	score := -1
	for _, face := range f.base {
		n := 0
		if face.mono == mono {
			n += 8
		}
		if face.bold == bold {
			n += 2
		}
		if face.italic == italic {
			n++
		}
		if n > score {
			best, score = face, n
		}
	}
	return best
}

// best returns the face of a family nearest to a style, or nil.
func (f *Fonts) best(family string, s *fontSet) *Face {
	prints := f.prints()
	i := nearest(prints, family, s)
	if i < 0 {
		return nil
	}
	return f.fromPrint(&prints[i])
}

func nearest(prints []fontscan.Footprint, family string, s *fontSet) int {
	best, score := -1, 1<<30
	for i := range prints {
		p := &prints[i]
		if p.Family != family {
			continue
		}
		want := 400
		if s.bold {
			want = 700
		}
		n := int(p.Aspect.Weight) - want
		if n < 0 {
			n = -n
		}
		if (p.Aspect.Style == font.StyleItalic) != s.italic {
			n += 1000
		}
		if p.Aspect.Stretch != 0 && p.Aspect.Stretch != font.StretchNormal {
			n += 3000
		}
		if n < score {
			best, score = i, n
		}
	}
	return best
}

// preferred lists families to try for a script before all others.
func preferred(script language.Script, lang string) []string {
	sc := []string{"notosanscjksc", "sourcehansanssc", "sourcehansanscn", "microsoftyahei", "pingfangsc", "wenquanyimicrohei", "hiraginosansgb", "wenquanyizenhei", "simsun", "droidsansfallback", "notoserifcjksc"}
	switch {
	case strings.HasPrefix(lang, "ja"):
		return append([]string{"notosanscjkjp", "sourcehansansjp", "hiraginosans", "yugothic", "meiryo", "msgothic", "ipagothic", "takaogothic"}, sc...)
	case strings.HasPrefix(lang, "ko"):
		return append([]string{"notosanscjkkr", "sourcehansanskr", "applesdgothicneo", "malgungothic", "nanumgothic", "undotum"}, sc...)
	case strings.HasPrefix(lang, "zh-tw"), strings.HasPrefix(lang, "zh-hk"), strings.HasPrefix(lang, "zh-hant"):
		return append([]string{"notosanscjktc", "sourcehansanstc", "microsoftjhenghei", "pingfangtc"}, sc...)
	}
	switch script {
	case language.Hiragana, language.Katakana, language.Katakana_Or_Hiragana:
		return append(sc, "notosanscjkjp", "hiraginosans", "yugothic", "meiryo", "msgothic")
	case language.Hangul:
		return append([]string{"notosanscjksc", "notosanscjkkr", "applesdgothicneo", "malgungothic", "nanumgothic"}, sc...)
	case language.Han, language.Bopomofo:
		return sc
	case language.Arabic:
		return []string{"notosansarabic", "notonaskharabic", "segoeui", "geezapro", "dejavusans"}
	case language.Hebrew:
		return []string{"notosanshebrew", "segoeui", "arialhebrew", "dejavusans"}
	case language.Thai:
		return []string{"notosansthai", "leelawadeeui", "thonburi"}
	case language.Devanagari:
		return []string{"notosansdevanagari", "nirmalaui", "kohinoordevanagari"}
	}
	return append([]string{"notosans", "dejavusans", "notosanssymbols2", "notosanssymbols", "notosansmath", "segoeuisymbol", "applesymbols"}, sc...)
}

// isEmoji reports whether a character is drawn in colour unless a variation selector says otherwise.
func isEmoji(r rune) bool {
	switch {
	case r < 0x231A:
		return false
	case r >= 0x1F300 && r <= 0x1FAFF, r >= 0x1F1E6 && r <= 0x1F1FF, r == 0x1F004, r == 0x1F0CF, r == 0x1F18E, r >= 0x1F191 && r <= 0x1F19A:
		return true
	case r == 0x231A, r == 0x231B, r >= 0x23E9 && r <= 0x23EC, r == 0x23F0, r == 0x23F3, r == 0x25FD, r == 0x25FE,
		r == 0x2614, r == 0x2615, r >= 0x2648 && r <= 0x2653, r == 0x267F, r == 0x2693, r == 0x26A1, r == 0x26AA, r == 0x26AB,
		r == 0x26BD, r == 0x26BE, r == 0x26C4, r == 0x26C5, r == 0x26CE, r == 0x26D4, r == 0x26EA, r == 0x26F2, r == 0x26F3,
		r == 0x26F5, r == 0x26FA, r == 0x26FD, r == 0x2705, r == 0x270A, r == 0x270B, r == 0x2728, r == 0x274C, r == 0x274E,
		r >= 0x2753 && r <= 0x2755, r == 0x2757, r >= 0x2795 && r <= 0x2797, r == 0x27B0, r == 0x27BF, r == 0x2B1B, r == 0x2B1C,
		r == 0x2B50, r == 0x2B55:
		return true
	}
	return false
}

// needsSystem reports whether a character is one for which the system's fonts should be indexed: not a control,
// private or unassigned one.
func needsSystem(r rune) bool {
	return unicode.IsGraphic(r) && (r < 0xE000 || r > 0xF8FF) && r < 0xF0000
}

// faceFor returns the face that draws r, and whether it really has it.
func (sh *shaper) faceFor(s *fontSet, r rune) (*Face, bool) {
	if isEmoji(r) {
		if face := sh.emojiFace(s, r); face != nil {
			return face, true
		}
	}
	for _, face := range s.faces {
		if sh.has(face, r) {
			return face, true
		}
	}
	if face := sh.fallbackFace(s, r); face != nil {
		return face, true
	}
	return s.faces[0], false
}

func (sh *shaper) emojiFace(s *fontSet, r rune) *Face {
	if sh.fonts.emoji != nil && sh.has(sh.fonts.emoji, r) {
		return sh.fonts.emoji
	}
	if sh.fonts.o.Dir != "" {
		return nil
	}
	for _, family := range []string{"notocoloremoji", "applecoloremoji", "segoeuiemoji", "twemoji", "emojionecolor"} {
		if face := sh.fonts.best(family, s); face != nil && sh.has(face, r) {
			return face
		}
	}
	return nil
}

// fallbackFace looks beyond the families asked for. What it finds for a script is tried first the next time.
func (sh *shaper) fallbackFace(s *fontSet, r rune) *Face {
	f := sh.fonts
	script := language.LookupScript(r)
	key := fallbackKey{script: script, bold: s.bold, italic: s.italic, lang: s.lang}
	if !script.Strong() {
		key.block = r >> 7
	}
	f.mu.Lock()
	face := f.fallback[key]
	f.mu.Unlock()
	if face != nil && sh.has(face, r) {
		return face
	}
	if sh.missing[r] {
		return nil
	}
	found := f.findFallback(sh, s, r, script)
	if found == nil {
		if len(sh.missing) < 10_000 {
			sh.missing[r] = true
		}
		return nil
	}
	f.mu.Lock()
	f.fallback[key] = found
	f.mu.Unlock()
	return found
}

func (f *Fonts) findFallback(sh *shaper, s *fontSet, r rune, script language.Script) *Face {
	for _, face := range f.base {
		if face.bold == s.bold && !face.mono && sh.has(face, r) {
			return face
		}
	}
	if f.o.Dir == "" && f.system.Load() == nil && needsSystem(r) {
		f.Scan()
	}
	prints := f.prints()
	lang := s.lang
	if f.o.Dir != "" {
		lang = ""
	}
	for _, family := range preferred(script, lang) {
		i := nearest(prints, family, s)
		if i < 0 || f.o.Dir == "" && !prints[i].Runes.Contains(r) {
			continue
		}
		if face := f.fromPrint(&prints[i]); face != nil && sh.has(face, r) {
			return face
		}
		if f.o.Dir != "" && strings.Contains(family, "cjk") {
			break // its sisters for other languages have the same characters
		}
	}
	for _, face := range f.base {
		if sh.has(face, r) {
			return face
		}
	}
	if f.o.Dir != "" {
		return nil
	}
	tried := 0
	for i := range prints {
		p := &prints[i]
		if !p.Runes.Contains(r) {
			continue
		}
		if (p.Aspect.Weight >= 600) != s.bold && tried < 4 {
			tried++
			continue
		}
		if face := f.fromPrint(p); face != nil && sh.has(face, r) {
			return face
		}
	}
	return nil
}

// Preload loads the faces that text will need, so that its layout need not wait for them: both weights of the first
// character of each script, and of signs.
func (f *Fonts) Preload(ctx context.Context, text string) {
	if f.acquire(ctx) != nil {
		return
	}
	defer f.release()
	f.shaping.refresh()
	seen := map[fallbackKey]bool{}
	for _, r := range text {
		if r < 0x300 {
			continue
		}
		key := fallbackKey{script: language.LookupScript(r)}
		if !key.script.Strong() {
			key.block = r >> 7
		}
		if seen[key] || ctx.Err() != nil || len(seen) > 60 {
			continue
		}
		seen[key] = true
		for _, weight := range [2]int{400, 700} {
			f.shaping.faceFor(f.set(defaultFamily, weight, false, ""), r)
		}
	}
}

var defaultFamily = []string{"sans-serif"}
