package editor

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Level is how often a line is quoted: the number of ">" it begins with, and what follows them.
func Level(line string) (level int, rest string) {
	i := 0
	for i < len(line) {
		switch {
		case line[i] == '>':
			level++
			i++
		case line[i] == ' ' && i+1 < len(line) && line[i+1] == '>' && level > 0:
			i++
		default:
			rest = line[i:]
			if level > 0 {
				rest = strings.TrimPrefix(rest, " ")
			}
			return level, rest
		}
	}
	return level, ""
}

// rewrapWidth is how many columns quoted lines have after Rewrap (RFC 3676 section 4.2 advises at most 78).
const rewrapWidth = 72

// paragraph is the stretch of lines of one quotation level, without an empty one, around line n.
func paragraph(b *Buffer, n int) (first, last int) {
	level, rest := Level(b.Line(n))
	if strings.TrimSpace(rest) == "" {
		return n, n
	}
	same := func(i int) bool {
		l, r := Level(b.Line(i))
		return l == level && strings.TrimSpace(r) != ""
	}
	first, last = n, n
	for first > 0 && same(first-1) {
		first--
	}
	for last+1 < b.Len() && same(last+1) {
		last++
	}
	return first, last
}

// Rewrap breaks lines anew at 72 columns, keeping marks of quotation, paragraphs and lists.
func Rewrap(lines []string) []string {
	var out []string
	var words string
	level := 0
	flush := func() {
		if words != "" {
			out = append(out, fill(words, level)...)
		}
		words = ""
	}
	for _, line := range lines {
		l, rest := Level(line)
		rest = strings.TrimRight(rest, " \t")
		trimmed := strings.TrimLeft(rest, " \t")
		switch {
		case trimmed == "":
			flush()
			out = append(out, strings.Repeat(">", l))
			continue
		case l != level, words == "", item(trimmed), rest != trimmed && words != "" && !strings.HasPrefix(line, ">"):
			flush()
			level, words = l, rest
			if item(trimmed) {
				words = trimmed
			}
		default:
			words = glue(words, trimmed)
		}
	}
	flush()
	return out
}

// glue joins two lines: with a blank, but not between Chinese.
func glue(a, b string) string {
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if a == "" || wide(last) && wide(first) {
		return a + b
	}
	return a + " " + b
}

// item reports whether a line begins an item of a list.
func item(s string) bool {
	for _, m := range []string{"- ", "* ", "• ", "+ "} {
		if strings.HasPrefix(s, m) {
			return true
		}
	}
	n := 0
	for n < len(s) && n < 3 && unicode.IsDigit(rune(s[n])) {
		n++
	}
	return n > 0 && n+1 < len(s) && (s[n] == '.' || s[n] == ')') && s[n+1] == ' '
}

// fill breaks a paragraph and puts the marks of its level before each line.
func fill(s string, level int) []string {
	mark := ""
	if level > 0 {
		mark = strings.Repeat(">", level) + " "
	}
	width := float32(rewrapWidth - len(mark))
	starts := wrap(s, width, func(r rune) float32 { return float32(columns(string(r))) })
	var out []string
	from := 0
	for _, to := range append(starts, len(s)) {
		out = append(out, mark+strings.TrimRight(s[from:to], " "))
		from = to
	}
	return out
}

// Quote puts the mark of a quotation before each line.
func Quote(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, line := range lines {
		if line != "" && line[0] != '>' {
			line = " " + line
		}
		lines[i] = ">" + line
	}
	return strings.Join(lines, "\n")
}
