package html

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// Words returns the words of HTML source for an index and for the first words in a list, as fast as may be: no tree is
// built, links lose their targets, and what only a style sheet hides is there. Blocks stand on lines of their own, quotes
// behind "> ".
func Words(src string) string {
	w := wordReader{src: src}
	w.out.Grow(len(src) / 3)
	w.read()
	return strings.TrimRight(w.out.String(), "\n ")
}

// wordReader reads the words of HTML.
type wordReader struct {
	src    string
	out    strings.Builder
	line   bool // something stands on the current line
	space  bool // a blank is due
	quotes int
	hidden string // the element that is hidden, or holds no words; "" outside such
	depth  int    // how often it is open
}

// wordless are elements whose contents are no words.
var wordless = map[string]bool{
	"script": true, "style": true, "title": true, "template": true, "textarea": true, "iframe": true, "noframes": true, "noembed": true, "svg": true, "math": true,
	"applet": true, "canvas": true, "datalist": true, "xml": true,
}

// raw are those in which no tags are but their end.
var raw = map[string]bool{"script": true, "style": true, "title": true, "textarea": true, "iframe": true, "noframes": true, "noembed": true}

// breaking are elements that begin and end a line; spacing, those that part words.
var (
	breaking = map[string]bool{
		"p": true, "div": true, "br": true, "tr": true, "li": true, "h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "table": true, "ul": true, "ol": true, "dl": true,
		"dt": true, "dd": true, "blockquote": true, "pre": true, "hr": true, "section": true, "article": true, "header": true, "footer": true, "address": true, "center": true, "figure": true,
		"form": true, "fieldset": true, "body": true, "html": true, "head": true, "main": true, "nav": true, "aside": true, "caption": true, "option": true,
	}
	spacing = map[string]bool{"td": true, "th": true, "img": true, "button": true, "input": true}
	void    = map[string]bool{"br": true, "hr": true, "img": true, "input": true, "meta": true, "link": true, "base": true, "area": true, "col": true, "wbr": true}
)

func (w *wordReader) read() {
	for i := 0; i < len(w.src) && w.out.Len() < maxText; {
		j := strings.IndexByte(w.src[i:], '<')
		if j < 0 {
			w.text(w.src[i:])
			return
		}
		if j > 0 {
			w.text(w.src[i : i+j])
		}
		i = w.tag(i + j)
	}
}

// tag reads what begins with the "<" at i and returns what follows it.
func (w *wordReader) tag(i int) int {
	s := w.src[i:]
	switch {
	case len(s) < 2:
		w.text(s)
		return len(w.src)
	case strings.HasPrefix(s, "<!--"):
		if j := strings.Index(s[4:], "-->"); j >= 0 {
			return i + 4 + j + 3
		}
		if j := strings.IndexByte(s, '>'); j >= 0 {
			return i + j + 1
		}
		return len(w.src)
	case s[1] == '!' || s[1] == '?':
		if j := strings.IndexByte(s, '>'); j >= 0 {
			return i + j + 1
		}
		return len(w.src)
	}
	n := 1
	end := s[1] == '/'
	if end {
		n = 2
	}
	from := n
	if n < len(s) && s[n]|0x20 >= 'a' && s[n]|0x20 <= 'z' {
		for n < len(s) && isNameByte(s[n]) {
			n++
		}
	}
	if n == from {
		if !end {
			w.text("<")
		}
		return i + from
	}
	name := lower(s[from:n])
	close := tagEnd(s, n)
	if end {
		w.leave(name)
	} else {
		w.enter(name, s[n:close])
		if w.hidden == name && w.depth == 1 && raw[name] {
			return i + rawEnd(s, close, name)
		}
	}
	return i + close
}

func (w *wordReader) enter(name, attrs string) {
	if w.hidden != "" {
		if name == w.hidden && !strings.HasSuffix(attrs, "/>") {
			w.depth++
		}
		return
	}
	if breaking[name] {
		w.newLine()
	} else if spacing[name] {
		w.space = true
	}
	switch {
	case name == "img":
		w.text(altOf(attrs))
		w.space = true
	case void[name]:
	case wordless[name], len(attrs) > 8 && hiddenByStyle(attrs):
		if !strings.HasSuffix(attrs, "/>") || raw[name] {
			w.hidden, w.depth = name, 1
		}
	case name == "blockquote" && w.quotes < maxQuote:
		w.quotes++
	}
}

func (w *wordReader) leave(name string) {
	if w.hidden != "" {
		switch name {
		case w.hidden:
			if w.depth--; w.depth == 0 {
				w.hidden = ""
			}
		case "body", "html":
			w.hidden = "" // it was never closed
		}
		return
	}
	if breaking[name] {
		w.newLine()
	} else if spacing[name] {
		w.space = true
	}
	if name == "blockquote" && w.quotes > 0 {
		w.quotes--
	}
}

func (w *wordReader) newLine() {
	if w.line {
		w.out.WriteByte('\n')
	}
	w.line, w.space = false, false
}

// text writes words with single blanks between them.
func (w *wordReader) text(s string) {
	if w.hidden != "" {
		return
	}
	if strings.IndexByte(s, '&') >= 0 {
		s = html.UnescapeString(s)
	}
	for len(s) > 0 {
		// A run of words with single blanks between them.
		n := 0
		for n < len(s) && (plainByte(s[n]) || s[n] == ' ' && n > 0 && n+1 < len(s) && plainByte(s[n+1])) {
			n++
		}
		if n > 0 {
			w.word(s[:n])
			s = s[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case unicode.IsSpace(r):
			w.space = true
		case r < ' ' || r == 0x200b || r == 0x200c || r == 0xad:
		default:
			w.word(s[:size])
		}
		s = s[size:]
	}
}

// plainByte says whether c belongs to a word, whatever follows: the blanks of Unicode begin with other bytes.
func plainByte(c byte) bool { return c > ' ' && c != 0xC2 && c != 0xE3 && c != 0xE2 }

func (w *wordReader) word(s string) {
	switch {
	case !w.line:
		for range w.quotes {
			w.out.WriteString("> ")
		}
	case w.space:
		w.out.WriteByte(' ')
	}
	w.line, w.space = true, false
	w.out.WriteString(s)
}

// tagEnd returns what follows the ">" of a tag whose attributes begin at n. One within quotes does not end it.
func tagEnd(s string, n int) int {
	for n < len(s) {
		switch s[n] {
		case '>':
			return n + 1
		case '=':
			k := n + 1
			for k < len(s) && (s[k] == ' ' || s[k] == '\t' || s[k] == '\n' || s[k] == '\r') {
				k++
			}
			if k < len(s) && (s[k] == '"' || s[k] == '\'') {
				if j := strings.IndexByte(s[k+1:], s[k]); j >= 0 {
					n = k + 1 + j + 1
					continue
				}
			}
		}
		n++
	}
	return len(s)
}

// rawEnd returns where the end tag of an element begins in which no tags are.
func rawEnd(s string, n int, name string) int {
	for {
		j := strings.Index(s[n:], "</")
		if j < 0 {
			return len(s)
		}
		n += j
		if k := n + 2; k+len(name) <= len(s) && strings.EqualFold(s[k:k+len(name)], name) {
			return n
		}
		n += 2
	}
}

func isNameByte(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == ':' || c == '-'
}

// lower is s in lower case; most names are.
func lower(s string) string {
	for i := range len(s) {
		if s[i] >= 'A' && s[i] <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

// altOf is the text that stands for a picture.
func altOf(attrs string) string {
	for i := 0; ; {
		j := strings.Index(attrs[i:], "alt=")
		if j < 0 {
			return ""
		}
		i += j + 4
		if i > 4 && isNameByte(attrs[i-5]) || i >= len(attrs) {
			continue
		}
		if q := attrs[i]; q == '"' || q == '\'' {
			if k := strings.IndexByte(attrs[i+1:], q); k >= 0 {
				return attrs[i+1 : i+1+k]
			}
		}
	}
}

// hiddenByStyle says whether the attributes of an element hide it.
func hiddenByStyle(attrs string) bool {
	for i := 0; ; {
		j := strings.IndexByte(attrs[i:], ':')
		if j < 0 {
			return false
		}
		i += j
		if i >= 7 && strings.EqualFold(attrs[i-7:i], "display") || i >= 8 && strings.EqualFold(attrs[i-8:i], "mso-hide") {
			if v := strings.TrimLeft(attrs[i+1:], " "); len(v) >= 3 && (len(v) >= 4 && strings.EqualFold(v[:4], "none") || strings.EqualFold(v[:3], "all")) {
				return true
			}
		}
		i++
	}
}
