package compose

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/width"
)

const (
	// flowWidth is where lines of format=flowed text are broken (RFC 3676 section 4.2 advises 72).
	flowWidth = 72
	// longLine is the length from which a line is worth breaking (RFC 5322 section 2.1.1).
	longLine = 78
	// hardLine is the longest line a message may have, without its CRLF (RFC 5322 section 2.1.1).
	hardLine = 998
)

// normal returns s with LF line ends, as valid UTF-8 and without NUL, which no message may hold.
func normal(s string) string {
	if strings.Contains(s, "\r") {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	}
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// wider says whether s takes more than limit columns in a fixed-pitch font.
func wider(s string, limit int) bool {
	n := 0
	for i := 0; i < len(s) && n <= limit; {
		if s[i] < utf8.RuneSelf {
			n++
			i++
			continue
		}
		p, size := width.LookupString(s[i:])
		n++
		if k := p.Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
			n++
		}
		i += max(size, 1)
	}
	return n > limit
}

// worthFlowing says whether text has a line that is too long and can be broken at a blank. Other text gains nothing by
// format=flowed, and without it each of its lines, blanks at their ends included, arrives as it was typed.
func worthFlowing(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if wider(line, longLine) && strings.Contains(strings.TrimRight(line, " "), " ") {
			return true
		}
	}
	return false
}

// flow writes text as format=flowed with DelSp=no (RFC 3676): long lines are broken after a blank, which tells the
// reader's program to join them again. Blanks at the end of a typed line are dropped, as section 4.2 demands; the
// signature's "-- " stays.
func flow(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/32)
	for i, line := range lines(text) {
		if i > 0 {
			b.WriteByte('\n')
		}
		depth, content := quoteDepth(line)
		marks := line[:depth]
		if content != "-- " {
			content = strings.TrimRight(content, " ")
		}
		for first := true; first || content != ""; first = false {
			piece := content
			if content != "-- " {
				piece = content[:breakAt(content, flowWidth-depth)]
			}
			content = content[len(piece):]
			if !first {
				b.WriteByte('\n')
			}
			b.WriteString(marks)
			if depth > 0 && piece != "" || depth == 0 && needsStuffing(piece) {
				b.WriteByte(' ')
			}
			b.WriteString(piece)
		}
	}
	return b.String()
}

func lines(s string) []string { return strings.Split(s, "\n") }

// quoteDepth counts the quote marks at the start of a line and returns what follows them and one stuffed blank.
func quoteDepth(line string) (depth int, content string) {
	for depth < len(line) && line[depth] == '>' {
		depth++
	}
	content = line[depth:]
	if depth > 0 {
		content = strings.TrimPrefix(content, " ")
	}
	return depth, content
}

// needsStuffing: RFC 3676 section 4.4.
func needsStuffing(line string) bool {
	return strings.HasPrefix(line, " ") || strings.HasPrefix(line, ">") || strings.HasPrefix(line, "From ")
}

// breakAt returns where to break s so that the first piece ends with a blank, is at most limit columns wide if it can
// be, and leaves something to the next; len(s) where s fits or has no blank to break at.
func breakAt(s string, limit int) int {
	if !wider(s, limit) {
		return len(s)
	}
	best := 0
	for i := 0; i < len(s); {
		sp := strings.IndexByte(s[i:], ' ')
		if sp < 0 {
			break
		}
		end := i + sp
		for end < len(s) && s[end] == ' ' {
			end++
		}
		// "-- " alone on a line would become a signature's mark.
		if s[:end] != "-- " {
			if best > 0 && wider(s[:end], limit) {
				break
			}
			best = end
		}
		i = end
	}
	if best == 0 || best == len(s) {
		return len(s)
	}
	return best
}

// unflow joins the lines of a format=flowed text (RFC 3676 section 4.1). Quote marks are kept, with one blank after
// them.
func unflow(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	open, openDepth := false, 0
	for i, line := range lines(text) {
		depth, content := quoteDepth(line)
		if depth == 0 {
			content = strings.TrimPrefix(content, " ")
		}
		joined := open && depth == openDepth && content != "-- "
		switch {
		case joined:
		case i > 0:
			b.WriteByte('\n')
			fallthrough
		default:
			b.WriteString(line[:depth])
			if depth > 0 && content != "" && content[0] != '>' {
				b.WriteByte(' ')
			}
		}
		b.WriteString(content)
		open, openDepth = strings.HasSuffix(content, " ") && content != "-- ", depth
	}
	return b.String()
}

// encoding is a Content-Transfer-Encoding (RFC 2045 section 6).
type encoding string

const (
	sevenBit        encoding = "7bit"
	eightBit        encoding = "8bit"
	quotedPrintable encoding = "quoted-printable"
	base64Encoding  encoding = "base64"
)

// chooseEncoding takes 7bit for text that no relay can harm, quoted-printable where most of it stays readable, base64
// for the rest (Chinese is shorter in it).
func chooseEncoding(text string) encoding {
	odd, safe, line := 0, true, 0
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == '\n':
			line = 0
			continue
		case c >= utf8.RuneSelf || c < ' ' && c != '\t' || c == 0x7f:
			odd++
			safe = false
		case line == 0 && strings.HasPrefix(text[i:], "From "):
			safe = false // a mailbox file would write ">From "
		}
		if line++; line > hardLine-8 {
			safe = false
		}
	}
	switch {
	case safe:
		return sevenBit
	case odd <= len(text)/6:
		return quotedPrintable
	}
	return base64Encoding
}

// qpEncode writes text, LF lines, as quoted-printable with CRLF lines (RFC 2045 section 6.7).
func qpEncode(text string) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	col := 0
	put := func(s string, last bool) {
		// The last octet of a line may stand in column 76, others leave room for the soft break's "=".
		if room := softLine - 1; col+len(s) > room && (!last || col+len(s) > softLine) {
			b.WriteString("=\r\n")
			col = 0
		}
		b.WriteString(s)
		col += len(s)
	}
	for i := 0; i < len(text); i++ {
		c := text[i]
		last := i+1 == len(text) || text[i+1] == '\n'
		switch {
		case c == '\n':
			b.WriteString("\r\n")
			col = 0
		case c == '=' || c >= 0x7f || c < ' ' && c != '\t',
			(c == ' ' || c == '\t') && last,
			c == '.' && col == 0 && last, // a lone dot ends the message for careless relays
			c == 'F' && col == 0 && strings.HasPrefix(text[i:], "From "):
			put("="+string(hexDigits[c>>4])+string(hexDigits[c&15]), last)
		default:
			put(text[i:i+1], last)
		}
	}
	return b.String()
}
