package layout

import (
	"strings"

	"github.com/go-text/typesetting/segmenter"
)

// breaker finds where lines may break. Two ASCII characters follow the rules that browsers have in common, everything
// else Unicode's UAX #14, which keeps closing punctuation and small kana off the start of a line (kinsoku).
type breaker struct {
	seg segmenter.Segmenter
	out []bool
}

// after reports whether a line may break between two ASCII characters neither of which is a blank; before is what
// precedes them.
func asciiBreak(before, a, b rune) bool {
	switch a {
	case '-':
		if b >= '0' && b <= '9' {
			return isAlnum(before)
		}
		return strings.IndexByte("!$'),./:;?]}", byte(b)) < 0
	case '?':
		return strings.IndexByte("!\"'),./:;?]}", byte(b)) < 0
	}
	switch b {
	case '(', '<', '[', '{':
		return strings.IndexByte("!\"#%&)*+,.:;=>\\]|}~", byte(a)) >= 0
	}
	return false
}

func isAlnum(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// find returns, for each rune of text, whether a line may break before it. The result is valid until the next call.
func (b *breaker) find(l *engine, text []rune) []bool {
	if cap(b.out) < len(text)+1 {
		b.out = make([]bool, len(text)+1)
	}
	out := b.out[:len(text)+1]
	clear(out)
	ascii := true
	for _, r := range text {
		if r >= 0x80 && r != 0xA0 {
			ascii = false
			break
		}
	}
	if !ascii {
		b.unicode(l, text, out)
	}
	for i := 1; i < len(text); i++ {
		p, r := text[i-1], text[i]
		switch {
		case p == ' ' || p == '\t':
			out[i] = r != ' ' && r != '\t' && r != '\n'
		case r == ' ' || r == '\t' || r == '\n':
			out[i] = false
		case p > ' ' && p < 0x7F && r > ' ' && r < 0x7F:
			var before rune
			if i > 1 {
				before = text[i-2]
			}
			out[i] = asciiBreak(before, p, r)
		case p == 0x200B:
			out[i] = true
		case ascii:
			out[i] = false
		}
	}
	return out
}

// unicode applies UAX #14, to a piece of long text at a time.
func (b *breaker) unicode(l *engine, text []rune, out []bool) {
	for from := 0; from < len(text); {
		to := min(from+maxPiece, len(text))
		for k := to; to < len(text) && k > from+maxPiece/2; k-- {
			if text[k-1] == ' ' || text[k-1] == '\n' {
				to = k
				break
			}
		}
		b.seg.Init(text[from:to])
		for it := b.seg.LineIterator(); it.Next(); {
			l := it.Line()
			out[from+l.Offset+len(l.Text)] = true
		}
		from = to
		l.work(1000)
		if l.late {
			return
		}
	}
}

// maxPiece is how many runes UAX #14 is applied to at once.
const maxPiece = 16_000

// isWide reports whether a character is one of those that Chinese, Japanese and Korean typesetting gives a full square.
func isWide(r rune) bool {
	return r >= 0x1100 && (r <= 0x115F || r >= 0x2E80 && r <= 0xA4CF || r >= 0xAC00 && r <= 0xD7A3 || r >= 0xF900 && r <= 0xFAFF ||
		r >= 0xFE30 && r <= 0xFE6F || r >= 0xFF00 && r <= 0xFF60 || r >= 0xFFE0 && r <= 0xFFE6 || r >= 0x20000 && r <= 0x3FFFD)
}
