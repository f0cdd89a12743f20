package html

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokenKind is the kind of a CSS token (CSS Syntax 3, section 4), as far as mail needs telling apart.
type tokenKind uint8

const (
	tIdent tokenKind = iota
	tFunction
	tAtKeyword
	tHash
	tString
	tURL
	tNumber
	tPercent
	tDimension
	tSpace
	tColon
	tSemicolon
	tComma
	tOpen  // ( [ {
	tClose // ) ] }
	tDelim
	tEOF
)

// token is one CSS token. s is the name of identifiers, functions, hashes and at-keywords, the value of strings and
// addresses, the unit of dimensions, and the character of delimiters and brackets.
type token struct {
	kind tokenKind
	s    string
	n    float64
	pos  int // octet where it begins
}

// lexer turns CSS source into tokens.
type lexer struct {
	src string
	i   int
}

func isNameStart(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80 || c == '\\'
}

func isName(c byte) bool { return isNameStart(c) || c >= '0' && c <= '9' || c == '-' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isCSSSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

func (l *lexer) peek(d int) byte {
	if l.i+d < len(l.src) {
		return l.src[l.i+d]
	}
	return 0
}

// next returns the next token; comments vanish.
func (l *lexer) next() token {
	for strings.HasPrefix(l.src[l.i:], "/*") {
		end := strings.Index(l.src[l.i+2:], "*/")
		if end < 0 {
			l.i = len(l.src)
		} else {
			l.i += end + 4
		}
	}
	pos := l.i
	if l.i >= len(l.src) {
		return token{kind: tEOF, pos: pos}
	}
	c := l.src[l.i]
	one := func(k tokenKind) token {
		l.i++
		return token{kind: k, s: l.src[pos:l.i], pos: pos}
	}
	switch {
	case isCSSSpace(c):
		for l.i < len(l.src) && isCSSSpace(l.src[l.i]) {
			l.i++
		}
		return token{kind: tSpace, s: " ", pos: pos}
	case c == '"' || c == '\'':
		return l.text(c, pos)
	case c == '#' && isName(l.peek(1)):
		l.i++
		return token{kind: tHash, s: l.name(), pos: pos}
	case isDigit(c), c == '.' && isDigit(l.peek(1)), (c == '+' || c == '-') && (isDigit(l.peek(1)) || l.peek(1) == '.' && isDigit(l.peek(2))):
		return l.number(pos)
	case c == '@' && (isNameStart(l.peek(1)) || l.peek(1) == '-'):
		l.i++
		return token{kind: tAtKeyword, s: strings.ToLower(l.name()), pos: pos}
	case strings.HasPrefix(l.src[l.i:], "<!--"):
		l.i += 4
		return token{kind: tSpace, s: " ", pos: pos}
	case strings.HasPrefix(l.src[l.i:], "-->"):
		l.i += 3
		return token{kind: tSpace, s: " ", pos: pos}
	case isNameStart(c), c == '-' && (isNameStart(l.peek(1)) || l.peek(1) == '-'):
		return l.ident(pos)
	}
	switch c {
	case ':':
		return one(tColon)
	case ';':
		return one(tSemicolon)
	case ',':
		return one(tComma)
	case '(', '[', '{':
		return one(tOpen)
	case ')', ']', '}':
		return one(tClose)
	}
	return one(tDelim)
}

func (l *lexer) number(pos int) token {
	if c := l.src[l.i]; c == '+' || c == '-' {
		l.i++
	}
	for isDigit(l.peek(0)) {
		l.i++
	}
	if l.peek(0) == '.' && isDigit(l.peek(1)) {
		l.i++
		for isDigit(l.peek(0)) {
			l.i++
		}
	}
	if c := l.peek(0); c == 'e' || c == 'E' {
		if isDigit(l.peek(1)) || (l.peek(1) == '-' || l.peek(1) == '+') && isDigit(l.peek(2)) {
			l.i += 2
			for isDigit(l.peek(0)) {
				l.i++
			}
		}
	}
	n, err := strconv.ParseFloat(l.src[pos:l.i], 64)
	if err != nil && n == 0 {
		n = 0
	}
	n = min(max(n, -1e9), 1e9)
	switch c := l.peek(0); {
	case c == '%':
		l.i++
		return token{kind: tPercent, n: n, pos: pos}
	case isNameStart(c) || c == '-' && (isNameStart(l.peek(1)) || l.peek(1) == '-'):
		return token{kind: tDimension, n: n, s: strings.ToLower(l.name()), pos: pos}
	}
	return token{kind: tNumber, n: n, pos: pos}
}

func (l *lexer) ident(pos int) token {
	name := l.name()
	if l.peek(0) != '(' {
		return token{kind: tIdent, s: name, pos: pos}
	}
	l.i++
	lower := strings.ToLower(name)
	if lower != "url" {
		return token{kind: tFunction, s: lower, pos: pos}
	}
	for isCSSSpace(l.peek(0)) {
		l.i++
	}
	if c := l.peek(0); c == '"' || c == '\'' {
		t := l.text(c, pos)
		for l.i < len(l.src) && l.src[l.i] != ')' {
			l.i++
		}
		l.i = min(l.i+1, len(l.src))
		return token{kind: tURL, s: t.s, pos: pos}
	}
	start := l.i
	for l.i < len(l.src) && l.src[l.i] != ')' {
		if l.src[l.i] == '\\' {
			l.i++
		}
		l.i++
	}
	l.i = min(l.i, len(l.src))
	s := strings.TrimSpace(l.src[start:l.i])
	l.i = min(l.i+1, len(l.src))
	if strings.IndexByte(s, '\\') >= 0 {
		s = unescape(s)
	}
	return token{kind: tURL, s: s, pos: pos}
}

// name reads an identifier and resolves its escapes.
func (l *lexer) name() string {
	start := l.i
	escaped := false
	for l.i < len(l.src) && isName(l.src[l.i]) {
		if l.src[l.i] == '\\' {
			if l.i+1 >= len(l.src) || l.src[l.i+1] == '\n' {
				break
			}
			escaped = true
			l.i++
		}
		l.i++
	}
	l.i = min(l.i, len(l.src))
	if l.i == start {
		// A lone backslash: taken as it stands, so that the lexer always moves on.
		l.i++
	}
	if escaped {
		// A blank ends a hexadecimal escape and belongs to it.
		if l.i < len(l.src) && isCSSSpace(l.src[l.i]) && endsInHexEscape(l.src[start:l.i]) {
			l.i++
		}
		return unescape(l.src[start:l.i])
	}
	return l.src[start:l.i]
}

func endsInHexEscape(s string) bool {
	i := strings.LastIndexByte(s, '\\')
	if i < 0 || i+1 >= len(s) {
		return false
	}
	for _, c := range []byte(s[i+1:]) {
		if !isHex(c) {
			return false
		}
	}
	return true
}

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func (l *lexer) text(quote byte, pos int) token {
	l.i++
	start := l.i
	escaped := false
	for l.i < len(l.src) && l.src[l.i] != quote {
		if l.src[l.i] == '\n' {
			break // an unclosed string ends with its line
		}
		if l.src[l.i] == '\\' {
			escaped = true
			l.i++
		}
		l.i++
	}
	l.i = min(l.i, len(l.src))
	s := l.src[start:l.i]
	l.i = min(l.i+1, len(l.src))
	if escaped {
		s = unescape(s)
	}
	return token{kind: tString, s: s, pos: pos}
}

// unescape resolves CSS escapes.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '\\' {
			b.WriteByte(s[i])
			i++
			continue
		}
		i++
		j := i
		for j < len(s) && j-i < 6 && isHex(s[j]) {
			j++
		}
		switch {
		case j > i:
			n, _ := strconv.ParseUint(s[i:j], 16, 32)
			r := rune(n)
			if n == 0 || n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 {
				r = utf8.RuneError
			}
			b.WriteRune(r)
			i = j
			if i < len(s) && isCSSSpace(s[i]) {
				i++
			}
		case i < len(s) && s[i] == '\n':
			i++
		case i < len(s):
			_, n := utf8.DecodeRuneInString(s[i:])
			b.WriteString(s[i : i+n])
			i += n
		}
	}
	return b.String()
}

// tokens reads the whole of src, without blanks at its ends.
func tokens(src string) []token {
	l := lexer{src: src}
	var out []token
	for {
		t := l.next()
		if t.kind == tEOF {
			return trimSpace(out)
		}
		if t.kind == tSpace && len(out) == 0 {
			continue
		}
		if len(out) > maxTokens {
			return out
		}
		out = append(out, t)
	}
}

// maxTokens bounds one value.
const maxTokens = 4000

func trimSpace(ts []token) []token {
	for len(ts) > 0 && ts[0].kind == tSpace {
		ts = ts[1:]
	}
	for len(ts) > 0 && ts[len(ts)-1].kind == tSpace {
		ts = ts[:len(ts)-1]
	}
	return ts
}

// splitOn divides tokens at a kind that stands outside of brackets.
func splitOn(ts []token, k tokenKind) [][]token {
	var out [][]token
	depth, start := 0, 0
	for i, t := range ts {
		switch {
		case t.kind == tOpen || t.kind == tFunction:
			depth++
		case t.kind == tClose:
			depth--
		case t.kind == k && depth <= 0:
			out = append(out, trimSpace(ts[start:i]))
			start = i + 1
		}
	}
	return append(out, trimSpace(ts[start:]))
}

// words divides tokens at blanks outside of brackets.
func words(ts []token) [][]token {
	var out [][]token
	depth, start := 0, -1
	for i, t := range ts {
		switch t.kind {
		case tOpen, tFunction:
			depth++
		case tClose:
			depth--
		case tSpace:
			if depth <= 0 {
				if start >= 0 {
					out = append(out, ts[start:i])
					start = -1
				}
				continue
			}
		}
		if start < 0 {
			start = i
		}
	}
	if start >= 0 {
		out = append(out, ts[start:])
	}
	return out
}
