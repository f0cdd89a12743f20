package html

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPlain is how much of a plain text body is looked at.
const maxPlain = 4 << 20

// ReadText makes a Doc of a plain text body. flowed is format=flowed of RFC 3676. Quoted lines become quotes with
// a bar, web and mail addresses become links, and everything else stays as it was typed.
func ReadText(text string, flowed bool) *Doc {
	d := &Doc{plain: true}
	if len(text) > maxPlain {
		text = text[:maxPlain]
		d.cut = true
	}
	d.lines = plainLines(text, flowed)
	d.Folds = findFolds(d.lines)
	for i := range d.lines {
		for _, m := range findLinks(d.lines[i].text) {
			d.lines[i].links = append(d.lines[i].links, plainLink{m.start, m.end, len(d.Links) + 1})
			d.Links = append(d.Links, Link{URL: m.url, Text: d.lines[i].text[m.start:m.end]})
		}
	}
	for i := range d.Folds { // after the author's, whose numbers must not depend on them
		d.Links = append(d.Links, Link{Fold: i + 1})
		d.Folds[i].link = len(d.Links)
	}
	return d
}

type plainLine struct {
	text  string
	depth int
	sig   bool
	links []plainLink
}

type plainLink struct{ start, end, link int }

// plainLines divides text into lines, joins what RFC 3676 section 4 says belongs together, and strips quote marks.
func plainLines(text string, flowed bool) []plainLine {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	text = strings.TrimRight(text, "\n")
	var out []plainLine
	joining, sig := false, false
	for line := range strings.SplitSeq(text, "\n") {
		depth := 0
		if flowed {
			for depth < len(line) && line[depth] == '>' {
				depth++
			}
			line = strings.TrimPrefix(line[depth:], " ")
			// QUIRK: many programs leave blanks between the marks, which RFC 3676 section 4.5 forbids.
			if depth > 0 && strings.HasPrefix(line, ">") {
				rest, more := unquote(line)
				line, depth = rest, depth+more
			}
		} else {
			line, depth = unquote(line)
		}
		isSig := line == "-- " || line == "--" && !flowed
		if isSig && depth == 0 {
			sig = true
		}
		line = strings.Map(printable, line)
		if n := len(out) - 1; joining && n >= 0 && out[n].depth == depth && !isSig {
			out[n].text += line
		} else {
			out = append(out, plainLine{text: line, depth: depth, sig: sig})
		}
		joining = flowed && strings.HasSuffix(line, " ") && !isSig && len(out[len(out)-1].text) < 1<<20
	}
	return out
}

// unquote counts and removes the quote marks of a line that is not flowed: "> > x", ">> x", ">x".
func unquote(line string) (string, int) {
	depth, i := 0, 0
	for i < len(line) && depth < 64 {
		j := i
		if depth > 0 && j < len(line) && line[j] == ' ' {
			j++
		}
		if j >= len(line) || line[j] != '>' {
			break
		}
		i = j + 1
		depth++
	}
	if depth == 0 {
		return line, 0
	}
	return strings.TrimPrefix(line[i:], " "), depth
}

// printable keeps tabs and drops controls that have no picture, and the marks that turn text around.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return r
	case r == '\f' || r == '\v':
		return -1
	case unicode.IsControl(r), r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0xFEFF:
		return -1
	}
	return r
}

type found struct {
	start, end int
	url        string
}

// findLinks finds web and mail addresses in a line of text.
func findLinks(s string) []found {
	var out []found
	for i := 0; i < len(s) && len(out) < 10_000; {
		j := strings.IndexAny(s[i:], ":@w")
		if j < 0 {
			break
		}
		j += i
		m, ok := linkAt(s, j, lastEnd(out))
		if ok {
			out = append(out, m)
			i = m.end
		} else {
			i = j + 1
		}
	}
	return out
}

func lastEnd(f []found) int {
	if len(f) == 0 {
		return 0
	}
	return f[len(f)-1].end
}

func linkAt(s string, j, floor int) (found, bool) {
	switch s[j] {
	case ':':
		for _, scheme := range []string{"https", "http", "mailto"} {
			start := j - len(scheme)
			if start < floor || !strings.EqualFold(s[start:j], scheme) || start > 0 && isWordByte(s[start-1]) {
				continue
			}
			if scheme != "mailto" && !strings.HasPrefix(s[j:], "://") {
				continue
			}
			end := urlEnd(s, j+1)
			if end < j+5 {
				continue
			}
			return found{start, end, s[start:end]}, true
		}
	case 'w':
		if !strings.HasPrefix(s[j:], "www.") || j > 0 && (isWordByte(s[j-1]) || s[j-1] == '/' || s[j-1] == '@' || s[j-1] == '.') {
			return found{}, false
		}
		end := urlEnd(s, j+4)
		if !strings.Contains(s[j+4:end], ".") {
			return found{}, false
		}
		return found{j, end, "https://" + s[j:end]}, true
	case '@':
		start, end := j, j+1
		for start > floor && (isWordByte(s[start-1]) || strings.IndexByte(".+-_=", s[start-1]) >= 0) {
			start--
		}
		for end < len(s) && (isWordByte(s[end]) || s[end] == '.' || s[end] == '-') {
			end++
		}
		for end > j && (s[end-1] == '.' || s[end-1] == '-') {
			end--
		}
		for start < j && s[start] == '.' {
			start++
		}
		if start == j || !strings.Contains(s[j:end], ".") {
			return found{}, false
		}
		return found{start, end, "mailto:" + s[start:end]}, true
	}
	return found{}, false
}

func isWordByte(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}

// urlEnd returns where an address that runs through from stops: before blanks, quotes, brackets, wide punctuation, and
// before full stops and closing brackets that belong to the sentence.
func urlEnd(s string, from int) int {
	end := from
	depth := 0
	for end < len(s) {
		r, n := utf8.DecodeRuneInString(s[end:])
		if r <= ' ' || strings.ContainsRune("<>\"`{}|\\^", r) || r >= 0x2000 && r <= 0x206F || r >= 0x3000 && r <= 0x303F ||
			r >= 0xFF00 && r <= 0xFF0F || r == 0xFF1A || r == 0xFF1B || r == 0xFF1F || r == 0xA0 || r == utf8.RuneError {
			break
		}
		if r >= 0x2E80 {
			break // Chinese text follows an address without a blank
		}
		if r == '(' {
			depth++
		}
		if r == ')' {
			if depth == 0 {
				break
			}
			depth--
		}
		end += n
	}
	for end > from && strings.IndexByte(".,;:!?'*_~", s[end-1]) >= 0 {
		end--
	}
	return end
}
