package people

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"
	"unicode"

	"poplar/mail"
)

// Book answers what a few letters may mean. It is made of what the store holds and does not change.
type Book struct {
	entries []entry
	groups  []groupEntry
}

type entry struct {
	person mail.Person
	name   string   // lower case, without accents
	words  []string // of the name, and of what stands before and behind the @
	addr   string
	sounds [][]string // pinyin of each Chinese character of the name
}

type groupEntry struct {
	group  mail.PeopleGroup
	name   string
	words  []string
	sounds [][]string
}

// NewBook makes a book.
func NewBook(list []mail.Person, groups []mail.PeopleGroup) *Book {
	b := &Book{}
	for _, p := range list {
		e := entry{person: p, name: folded(p.Name), addr: strings.ToLower(p.Addr), sounds: sounds(p.Name)}
		local, domain, _ := strings.Cut(e.addr, "@")
		e.words = append(split(e.name), split(local)...)
		e.words = append(e.words, domain)
		b.entries = append(b.entries, e)
	}
	for _, g := range groups {
		name := folded(g.Name)
		b.groups = append(b.groups, groupEntry{g, name, split(name), sounds(g.Name)})
	}
	return b
}

// split is the words of a folded text.
func split(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// How well something matches, best first; 0 is not at all.
const (
	noMatch = iota
	inside
	byPart  // pinyin from a character that is not the first
	byWords // each typed word begins one of theirs
	bySound // pinyin from the first character
	byStart // the name or the address begins with it
)

// Suggest returns what typed letters may mean, likeliest first, at most n. skip says which addresses (in lower case) are
// there already.
func (b *Book) Suggest(typed string, n int, now time.Time, skip func(addr string) bool) []mail.Suggestion {
	q := folded(strings.TrimSpace(typed))
	if q == "" || n <= 0 {
		return nil
	}
	words := split(q)
	letters := strings.Join(words, "")
	type hit struct {
		s     mail.Suggestion
		match int
		score float64
	}
	var hits []hit
	for i := range b.entries {
		e := &b.entries[i]
		if m := match(e.name, e.addr, e.words, e.sounds, q, words, letters); m != noMatch && (skip == nil || !skip(e.addr)) {
			hits = append(hits, hit{mail.Suggestion{Person: e.person}, m, Score(e.person, now)})
		}
	}
	for i := range b.groups {
		g := &b.groups[i]
		if m := match(g.name, "", g.words, g.sounds, q, words, letters); m != noMatch {
			hits = append(hits, hit{mail.Suggestion{Group: &g.group}, m, 20})
		}
	}
	slices.SortStableFunc(hits, func(a, c hit) int {
		return cmp.Or(
			// What begins with the letters goes first, but not a stranger of long ago before somebody written to daily.
			cmp.Compare(rank(c.match, c.score), rank(a.match, a.score)),
			strings.Compare(a.s.Addr, c.s.Addr))
	})
	var out []mail.Suggestion
	for _, h := range hits[:min(n, len(hits))] {
		out = append(out, h.s)
	}
	return out
}

// rank weighs how well something matches with how often it is used.
func rank(match int, score float64) float64 { return 2*float64(match) + math.Log2(1+score) }

// Score is how much somebody is written to and heard from: what is sent counts most, and everything halves in ninety
// days.
func Score(p mail.Person, now time.Time) float64 {
	s := 8*float64(p.Sent) + float64(min(p.Received, 40))
	if p.Kept {
		s += 8
	}
	if !p.Last.IsZero() {
		if days := now.Sub(p.Last).Hours() / 24; days > 0 {
			s *= max(math.Exp2(-days/90), 0.02)
		}
	}
	return s
}

func match(name, addr string, words []string, sounds [][]string, q string, typed []string, letters string) int {
	switch {
	case name != "" && strings.HasPrefix(name, q), addr != "" && strings.HasPrefix(addr, q):
		return byStart
	}
	if len(sounds) > 0 && letters != "" && latin(letters) {
		if spoken(letters, sounds) {
			return bySound
		}
		for i := 1; i < len(sounds); i++ {
			if spoken(letters, sounds[i:]) {
				return byPart
			}
		}
	}
	if len(typed) > 0 && !slices.ContainsFunc(typed, func(t string) bool {
		return !slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, t) })
	}) {
		return byWords
	}
	if len(q) > 1 || !latin(q) {
		if strings.Contains(name, q) || strings.Contains(addr, q) {
			return inside
		}
	}
	return noMatch
}

// latin reports whether a text is of the letters that pinyin is written in.
func latin(s string) bool {
	for _, r := range s {
		if r < 'a' || r > 'z' {
			return false
		}
	}
	return s != ""
}

// spoken reports whether letters are the beginning of the sounds: each character in full, or by its first letters, so
// that "csy", "chensy" and "chensiyuan" all say 陈思远.
func spoken(letters string, sounds [][]string) bool {
	if letters == "" {
		return true
	}
	if len(sounds) == 0 {
		return false
	}
	for _, s := range sounds[0] {
		n := 0
		for n < len(s) && n < len(letters) && s[n] == letters[n] {
			n++
			if spoken(letters[n:], sounds[1:]) {
				return true
			}
		}
	}
	return false
}
