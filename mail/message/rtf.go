package message

import (
	"encoding/binary"
	"strings"
	"unicode/utf16"
)

// rtfLimit bounds what compressed RTF may grow to.
const rtfLimit = 8 << 20

// rtfDictionary is what the compression's window starts with (MS-OXRTFCP section 2.1.2.1).
const rtfDictionary = "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"

// decompressRTF undoes the compression of RTF in TNEF (MS-OXRTFCP): a 4 KiB window that is written round and round.
func decompressRTF(b []byte) []byte {
	if len(b) < 16 {
		return nil
	}
	kind := binary.LittleEndian.Uint32(b[8:])
	size := min(int(binary.LittleEndian.Uint32(b[4:])), rtfLimit)
	b = b[16:]
	if kind == 0x414C454D { // "MELA": not compressed
		return b[:min(len(b), size)]
	}
	if kind != 0x75465A4C { // "LZFu"
		return nil
	}
	var window [4096]byte
	at := copy(window[:], rtfDictionary)
	var out []byte
	put := func(c byte) {
		out = append(out, c)
		window[at] = c
		at = (at + 1) % len(window)
	}
	for i := 0; i < len(b) && len(out) < size; {
		control := b[i]
		i++
		for bit := 0; bit < 8 && i < len(b) && len(out) < size; bit++ {
			if control>>bit&1 == 0 {
				put(b[i])
				i++
				continue
			}
			if i+1 >= len(b) {
				return out
			}
			ref := int(b[i])<<8 | int(b[i+1])
			i += 2
			from, n := ref>>4, ref&15+2
			if from == at {
				return out // the end mark
			}
			for range n {
				put(window[from])
				from = (from + 1) % len(window)
			}
		}
	}
	return out
}

// rtfText reads RTF: the HTML it was made from (MS-OXRTFEX) where there is one, else its plain text.
func rtfText(src string) (text string, isHTML bool) {
	r := rtfReader{src: src, html: strings.Contains(src[:min(len(src), 4096)], `\fromhtml1`), codec: cLatin1}
	r.run()
	return r.out.String(), r.html
}

// rtfState is what a group of RTF restores at its end.
type rtfState struct {
	skip  bool // nothing of the group is text
	tag   bool // inside {\*\htmltag …}
	htmlr bool // \htmlrtf: RTF that has its counterpart in a tag
	uc    int  // characters that follow \u in its place
}

type rtfReader struct {
	src   string
	i     int
	html  bool
	codec *codec
	out   strings.Builder
	hex   []byte // \'xx bytes not yet read as characters
	state rtfState
	stack []rtfState
	units []uint16
}

func (r *rtfReader) text(s string) {
	r.flush()
	if r.state.skip || r.state.htmlr || r.html && r.out.Len() == 0 && !r.state.tag && strings.TrimSpace(s) == "" || r.out.Len() > rtfLimit {
		return
	}
	r.out.WriteString(s)
}

// flush reads the collected bytes in the document's code page.
func (r *rtfReader) flush() {
	if len(r.units) > 0 {
		units := r.units
		r.units = nil
		if !r.state.skip && !r.state.htmlr {
			r.out.WriteString(string(utf16.Decode(units)))
		}
	}
	if len(r.hex) > 0 {
		b := r.hex
		r.hex = nil
		if !r.state.skip && !r.state.htmlr {
			s, _ := r.codec.decode(b)
			r.out.WriteString(s)
		}
	}
}

func (r *rtfReader) run() {
	r.state.uc = 1
	skipChars := 0
	for r.i < len(r.src) && r.out.Len() < rtfLimit {
		switch c := r.src[r.i]; c {
		case '{':
			r.flush()
			r.i++
			if len(r.stack) < 1000 {
				r.stack = append(r.stack, r.state)
			}
		case '}':
			r.flush()
			r.i++
			if n := len(r.stack); n > 0 {
				r.state = r.stack[n-1]
				r.stack = r.stack[:n-1]
			}
		case '\\':
			r.i++
			word, num, has := r.control()
			switch {
			case word == "'":
				if skipChars > 0 {
					skipChars--
				} else if !r.state.skip {
					if len(r.units) > 0 {
						r.flush()
					}
					r.hex = append(r.hex, byte(num))
				}
			case word == "u" && has:
				if len(r.hex) > 0 {
					r.flush()
				}
				r.units = append(r.units, uint16(num))
				skipChars = r.state.uc
			default:
				r.word(word, num, has)
			}
		case '\r', '\n':
			r.i++
		default:
			if skipChars > 0 {
				skipChars--
				r.i++
				continue
			}
			start := r.i
			for r.i < len(r.src) && strings.IndexByte("{}\\\r\n", r.src[r.i]) < 0 {
				r.i++
			}
			r.text(r.src[start:r.i])
		}
	}
	r.flush()
}

// control reads a control word or symbol after its backslash.
func (r *rtfReader) control() (word string, num int, has bool) {
	if r.i >= len(r.src) {
		return "", 0, false
	}
	c := r.src[r.i]
	if c == '\'' {
		r.i++
		if r.i+2 <= len(r.src) {
			hi, lo := unhex(r.src[r.i]), unhex(r.src[r.i+1])
			if hi >= 0 && lo >= 0 {
				r.i += 2
				return "'", hi<<4 | lo, true
			}
		}
		return "", 0, false
	}
	if c < 'a' || c > 'z' {
		r.i++
		return string(c), 0, false
	}
	start := r.i
	for r.i < len(r.src) && (r.src[r.i] >= 'a' && r.src[r.i] <= 'z' || r.src[r.i] >= 'A' && r.src[r.i] <= 'Z') {
		r.i++
	}
	word = r.src[start:r.i]
	sign := 1
	if r.i < len(r.src) && r.src[r.i] == '-' {
		sign = -1
		r.i++
	}
	for n := 0; r.i < len(r.src) && isDigit(r.src[r.i]); n++ {
		if n < 9 {
			num = num*10 + int(r.src[r.i]-'0')
		}
		has = true
		r.i++
	}
	if r.i < len(r.src) && r.src[r.i] == ' ' {
		r.i++
	}
	return word, num * sign, has
}

func (r *rtfReader) word(word string, num int, has bool) {
	switch word {
	case "ansicpg":
		if c := codecOf(codePage(int64(num))); c != nil {
			r.codec = c
		}
	case "uc":
		r.state.uc = max(0, min(num, 16))
	case "fonttbl", "colortbl", "stylesheet", "info", "pict", "listtable", "listoverridetable", "rsidtbl", "generator", "themedata", "datastore", "mhtmltag", "xmlnstbl", "object":
		r.flush()
		r.state.skip = true
	case "htmltag":
		r.flush()
		r.state.skip, r.state.tag = false, true
	case "htmlrtf":
		r.flush()
		r.state.htmlr = !has || num != 0
	case "*":
		// {\*\something}: unknown destinations are passed over.
		rest := r.src[r.i:]
		if !strings.HasPrefix(rest, `\htmltag`) {
			r.flush()
			r.state.skip = true
		}
	case "par", "line", "sect", "page":
		r.text("\n")
	case "tab":
		r.text("\t")
	case "cell":
		r.text("\t")
	case "row":
		r.text("\n")
	case "lquote":
		r.text("‘")
	case "rquote":
		r.text("’")
	case "ldblquote":
		r.text("“")
	case "rdblquote":
		r.text("”")
	case "bullet":
		r.text("•")
	case "endash":
		r.text("–")
	case "emdash":
		r.text("—")
	case "~":
		r.text("\u00a0")
	case "_":
		r.text("-")
	case "{", "}", "\\":
		r.text(word)
	}
}
