package editor

import (
	"unicode"
	"unicode/utf8"

	"github.com/go-text/typesetting/segmenter"
)

// clusterWindow is how many letters are looked at to find where what a person takes for one letter ends.
const clusterWindow = 48

// nextCluster is the end of what a person takes for one letter, which begins at i: a letter with its accents, a flag, a
// family of emoji.
func nextCluster(s string, i int) int {
	if i >= len(s) {
		return len(s)
	}
	if s[i] < utf8.RuneSelf && (i+1 == len(s) || s[i+1] < utf8.RuneSelf) {
		return i + 1
	}
	rs := make([]rune, 0, clusterWindow)
	for _, r := range s[i:] {
		if rs = append(rs, r); len(rs) == clusterWindow {
			break
		}
	}
	var seg segmenter.Segmenter
	seg.Init(rs)
	it := seg.GraphemeIterator()
	if !it.Next() {
		_, n := utf8.DecodeRuneInString(s[i:])
		return i + n
	}
	n := 0
	for _, r := range it.Grapheme().Text {
		n += utf8.RuneLen(r)
	}
	return i + max(n, 1)
}

// prevCluster is the start of what a person takes for one letter, which ends at i.
func prevCluster(s string, i int) int {
	if i <= 0 {
		return 0
	}
	if s[i-1] < utf8.RuneSelf && (i == 1 || s[i-2] < utf8.RuneSelf) {
		return i - 1
	}
	start, n := i, 0
	for start > 0 && n < clusterWindow {
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
		n++
	}
	last := start
	for at := start; at < i; {
		last = at
		at = nextCluster(s[:i], at)
	}
	return last
}

// class groups letters for the moves by words.
func class(r rune) int {
	switch {
	case unicode.IsSpace(r):
		return 0
	case wide(r):
		if unicode.IsPunct(r) || unicode.IsSymbol(r) {
			return 3
		}
		return 2
	case unicode.IsLetter(r), unicode.IsDigit(r), unicode.IsMark(r), r == '_':
		return 1
	}
	return 3
}

// nextWord is the end of the word at or after i.
func nextWord(s string, i int) int {
	i = skip(s, i, 0)
	if i >= len(s) {
		return i
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return skip(s, i, class(r))
}

func skip(s string, i, c int) int {
	for i < len(s) {
		r, n := utf8.DecodeRuneInString(s[i:])
		if class(r) != c && (c == 0 || !unicode.Is(unicode.Mn, r)) {
			break
		}
		i += n
	}
	return i
}

// prevWord is the start of the word at or before i.
func prevWord(s string, i int) int {
	i = skipBack(s, i, 0)
	if i <= 0 {
		return 0
	}
	r, _ := utf8.DecodeLastRuneInString(s[:i])
	return skipBack(s, i, class(r))
}

func skipBack(s string, i, c int) int {
	for i > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:i])
		if class(r) != c {
			break
		}
		i -= n
	}
	return i
}

// wordAt is the stretch of letters of one kind around i, for a double click.
func wordAt(s string, i int) (from, to int) {
	if s == "" {
		return 0, 0
	}
	if i >= len(s) {
		_, n := utf8.DecodeLastRuneInString(s)
		i = len(s) - n
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	c := class(r)
	return skipBack(s, i, c), skip(s, i, c)
}

// wide reports whether r takes two columns: Chinese, Japanese and Korean letters and their marks. A line may be broken
// beside them.
func wide(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x115F,
		r >= 0x2E80 && r <= 0xA4CF && r != 0x303F,
		r >= 0xA960 && r <= 0xA97F,
		r >= 0xAC00 && r <= 0xD7A3,
		r >= 0xF900 && r <= 0xFAFF,
		r >= 0xFE30 && r <= 0xFE6F,
		r >= 0xFF01 && r <= 0xFF60,
		r >= 0xFFE0 && r <= 0xFFE6,
		r >= 0x20000 && r <= 0x3FFFD:
		return true
	}
	return false
}
