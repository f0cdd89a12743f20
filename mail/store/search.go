package store

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a query; what is beyond them is not looked at.
const (
	maxQuery = 2000 // octets
	maxTerms = 32
)

// minPrefix is how many letters the last word needs to stand for all words that begin with it.
const minPrefix = 3

// searchFields are the words that narrow a term to a field, and the columns of the index they stand for.
var searchFields = []struct{ name, column string }{
	{"from", "sender"},
	{"to", "recipients"},
	{"subject", "subject"},
	{"发件人", "sender"},
	{"收件人", "recipients"},
	{"主题", "subject"},
}

// term is one condition of a query: words that stand together.
type term struct {
	column string // "" is any
	text   string
	quoted bool
}

// parseQuery takes a query as a person types it apart. It accepts anything.
func parseQuery(text string) []term {
	if len(text) > maxQuery {
		text = strings.ToValidUTF8(text[:maxQuery], "")
	}
	var terms []term
	column := ""
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" || len(terms) == maxTerms {
			return terms
		}
		if c, rest, ok := cutField(text); ok {
			column, text = c, rest
			continue
		}
		var t term
		if r, n := utf8.DecodeRuneInString(text); isQuote(r) {
			text = text[n:]
			end := strings.IndexFunc(text, isQuote)
			if end < 0 {
				t, text = term{column, text, true}, ""
			} else {
				_, n := utf8.DecodeRuneInString(text[end:])
				t, text = term{column, text[:end], true}, text[end+n:]
			}
		} else {
			end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || isQuote(r) })
			if end < 0 {
				end = len(text)
			}
			t, text = term{column, text[:end], false}, text[end:]
		}
		terms = append(terms, t)
		column = ""
	}
}

// cutField takes "from:" and its like off the beginning of a query.
func cutField(text string) (column, rest string, ok bool) {
	for _, f := range searchFields {
		if len(text) > len(f.name) && strings.EqualFold(text[:len(f.name)], f.name) {
			for _, colon := range []string{":", "："} {
				if rest, ok := strings.CutPrefix(text[len(f.name):], colon); ok {
					return f.column, rest, true
				}
			}
		}
	}
	return "", text, false
}

func isQuote(r rune) bool { return r == '"' || r == '“' || r == '”' || r == '„' || r == '＂' }

// matchExpression turns a query into an expression of FTS5, in which everything the person typed stands inside string
// literals, so that nothing can be taken for syntax. prefix says that its last word may be unfinished; ok is false when
// there is no word in it to search for.
func matchExpression(text string) (expression string, prefix, ok bool) {
	terms := parseQuery(text)
	var b strings.Builder
	for i, t := range terms {
		folded := splitWords(t.text)
		letters, last := wordWeight(folded)
		if letters == 0 {
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		if t.column != "" {
			b.WriteString(t.column)
			b.WriteString(" : ")
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(folded, `"`, `""`))
		b.WriteByte('"')
		if i == len(terms)-1 && !t.quoted && last >= minPrefix {
			b.WriteString(" *")
			prefix = true
		}
	}
	return b.String(), prefix, b.Len() > 0
}

// wordWeight counts the characters that make words in text, and those of its last word. A last word of a script
// written without spaces counts 0: it is one character, and whole.
func wordWeight(text string) (letters, last int) {
	ended := false
	for _, r := range text {
		switch {
		case isCJK(r):
			letters, last, ended = letters+1, 0, false
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			if ended {
				last, ended = 0, false
			}
			letters, last = letters+1, last+1
		case !unicode.IsMark(r):
			ended = true
		}
	}
	return letters, last
}

// splitWords prepares text for the index: every character of a script that is written without spaces becomes a word
// of its own, full-width letters become plain ones, and NUL, at which FTS5 would stop reading, becomes a space.
func splitWords(text string) string {
	i := strings.IndexFunc(text, func(r rune) bool { return r == 0 || r >= 0x1100 })
	if i < 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + len(text)/2)
	b.WriteString(text[:i])
	for _, r := range text[i:] {
		switch {
		case r == 0:
			b.WriteByte(' ')
		case r < 0x1100:
			b.WriteRune(r)
		case r >= 0xFF01 && r <= 0xFF5E:
			b.WriteByte(byte(r - 0xFF01 + '!'))
		case isCJK(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isCJK reports whether r is a Han, Kana, Bopomofo or Hangul character, or one of the marks that stand among them
// like letters.
func isCJK(r rune) bool {
	switch {
	case r < 0x1100:
		return false
	case r <= 0x11FF: // Hangul Jamo
		return true
	case r < 0x2E80:
		return false
	case r <= 0x2FDF, // radicals
		r >= 0x3005 && r <= 0x3007, r >= 0x3021 && r <= 0x3029, r >= 0x3031 && r <= 0x3035, r >= 0x3038 && r <= 0x303C,
		r >= 0x3041 && r <= 0x30FF && r != 0x30A0 && r != 0x30FB, // Kana
		r >= 0x3105 && r <= 0x318E, r >= 0x31A0 && r <= 0x31BF, r >= 0x31F0 && r <= 0x31FF,
		r >= 0x3400 && r <= 0x4DBF, r >= 0x4E00 && r <= 0x9FFF,
		r >= 0xA960 && r <= 0xA97C, r >= 0xAC00 && r <= 0xD7FB, // Hangul
		r >= 0xF900 && r <= 0xFAFF, r >= 0xFF66 && r <= 0xFFDC, // compatibility and half-width forms
		r >= 0x1B000 && r <= 0x1B16F, r >= 0x20000 && r <= 0x3FFFF:
		return true
	}
	return false
}
