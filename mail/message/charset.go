package message

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	gocharset "github.com/emersion/go-message/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

// codec reads the bytes of one character set.
type codec struct {
	name   string
	enc    encoding.Encoding             // nil where own decodes
	own    func(b []byte) (string, bool) // false: something did not fit
	ascii  bool                          // bytes below 0x80 without ESC are ASCII
	utf8   bool
	single bool // one byte, one character
	jis    bool // signs have the characters of JIS, not Microsoft's
}

var (
	cUTF8   = &codec{name: "utf-8", utf8: true, ascii: true}
	cASCII  = &codec{name: "us-ascii", ascii: true}
	cLatin1 = &codec{name: "windows-1252", enc: charmap.Windows1252, ascii: true, single: true}
	cGBK    = &codec{name: "gb18030", enc: simplifiedchinese.GB18030, ascii: true}
	cBig5   = &codec{name: "big5", enc: traditionalchinese.Big5, ascii: true}
	cSJIS   = &codec{name: "shift_jis", enc: japanese.ShiftJIS, ascii: true}
	cEUCJP  = &codec{name: "euc-jp", enc: japanese.EUCJP, ascii: true}
	cEUCKR  = &codec{name: "euc-kr", enc: korean.EUCKR, ascii: true}
	cKOI8   = &codec{name: "koi8-u", enc: charmap.KOI8U, ascii: true, single: true}
	c1251   = &codec{name: "windows-1251", enc: charmap.Windows1251, ascii: true, single: true}
	cJIS    = &codec{name: "iso-2022-jp", own: decodeISO2022, jis: true}
	cJISS   = &codec{name: "shift_jis", enc: japanese.ShiftJIS, ascii: true, jis: true}
	cJISE   = &codec{name: "euc-jp", enc: japanese.EUCJP, ascii: true, jis: true}
	cUTF7   = &codec{name: "utf-7", own: decodeUTF7}
	cHZ     = &codec{name: "hz-gb-2312", own: decodeHZ}
	c874    = &codec{name: "windows-874", enc: charmap.Windows874, ascii: true, single: true}
)

func single(name string, enc encoding.Encoding) *codec {
	return &codec{name: name, enc: enc, ascii: true, single: true}
}

// codecs maps names as squeezed by charsetKey to their codecs. Where a superset is in use under the name of its
// subset (WHATWG Encoding Standard), the superset is taken. What is missing here is asked of go-message's own table.
var codecs = map[string]*codec{
	"xuserdefined": nil, // what a browser calls bytes of no charset
	"utf8":         cUTF8, "unicode11utf8": cUTF8, "unicode20utf8": cUTF8, "utf8mb4": cUTF8, "xunicode20utf8": cUTF8, "utf": cUTF8,
	"uft8": cUTF8, "cp65001": cUTF8, "unicode": cUTF8, "utf8mac": cUTF8, "65001": cUTF8, "xutf8j": cUTF8, "cesu8": cUTF8, "utf8n": cUTF8,
	"usascii": cASCII, "ascii": cASCII, "ansix341968": cASCII, "iso646us": cASCII, "646": cASCII, "us": cASCII,
	"7bit": cASCII, "isoir6": cASCII, "cp367": cASCII,
	"iso88591": cLatin1, "latin1": cLatin1, "l1": cLatin1, "windows1252": cLatin1, "cp1252": cLatin1, "ansi": cLatin1, "xansi": cLatin1, "ibm819": cLatin1, "cp819": cLatin1, "iso8859": cLatin1, "xiasgerman": cLatin1, "88591": cLatin1, "win1252": cLatin1, "1252": cLatin1, "isolatin1": cLatin1,
	"iso88592": single("iso-8859-2", charmap.ISO8859_2), "latin2": single("iso-8859-2", charmap.ISO8859_2), "iso88593": single("iso-8859-3", charmap.ISO8859_3),
	"iso88594": single("iso-8859-4", charmap.ISO8859_4), "iso88595": single("iso-8859-5", charmap.ISO8859_5), "iso88596": single("iso-8859-6", charmap.ISO8859_6),
	"iso88597": single("iso-8859-7", charmap.ISO8859_7), "iso88598": single("iso-8859-8", charmap.ISO8859_8), "iso88598i": single("iso-8859-8", charmap.ISO8859_8), "iso88598e": single("iso-8859-8", charmap.ISO8859_8),
	"iso88599": single("windows-1254", charmap.Windows1254), "latin5": single("windows-1254", charmap.Windows1254), "iso885910": single("iso-8859-10", charmap.ISO8859_10),
	"iso885913": single("iso-8859-13", charmap.ISO8859_13), "iso885914": single("iso-8859-14", charmap.ISO8859_14), "iso885915": single("iso-8859-15", charmap.ISO8859_15), "latin9": single("iso-8859-15", charmap.ISO8859_15), "iso885916": single("iso-8859-16", charmap.ISO8859_16),
	"iso885911": c874, "tis620": c874, "windows874": c874, "cp874": c874, "ibm874": c874, "tis6202533": c874, "iso885911thai": c874,
	"windows1250": single("windows-1250", charmap.Windows1250), "cp1250": single("windows-1250", charmap.Windows1250), "windows1251": c1251, "cp1251": c1251, "win1251": c1251, "1251": c1251,
	"windows1253": single("windows-1253", charmap.Windows1253), "cp1253": single("windows-1253", charmap.Windows1253), "windows1254": single("windows-1254", charmap.Windows1254), "cp1254": single("windows-1254", charmap.Windows1254),
	"windows1255": single("windows-1255", charmap.Windows1255), "cp1255": single("windows-1255", charmap.Windows1255), "windows1256": single("windows-1256", charmap.Windows1256), "cp1256": single("windows-1256", charmap.Windows1256),
	"windows1257": single("windows-1257", charmap.Windows1257), "cp1257": single("windows-1257", charmap.Windows1257), "windows1258": single("windows-1258", charmap.Windows1258), "cp1258": single("windows-1258", charmap.Windows1258),
	"koi8r": single("koi8-r", charmap.KOI8R), "koi8": single("koi8-r", charmap.KOI8R), "koi8u": cKOI8, "koi8ru": cKOI8,
	"cp437": single("ibm437", charmap.CodePage437), "ibm437": single("ibm437", charmap.CodePage437), "cp850": single("ibm850", charmap.CodePage850), "ibm850": single("ibm850", charmap.CodePage850), "cp852": single("ibm852", charmap.CodePage852), "ibm852": single("ibm852", charmap.CodePage852),
	"cp855": single("ibm855", charmap.CodePage855), "cp858": single("ibm858", charmap.CodePage858), "cp860": single("ibm860", charmap.CodePage860), "cp862": single("ibm862", charmap.CodePage862), "cp863": single("ibm863", charmap.CodePage863), "cp865": single("ibm865", charmap.CodePage865), "cp866": single("ibm866", charmap.CodePage866), "ibm866": single("ibm866", charmap.CodePage866),
	"macintosh": single("macintosh", charmap.Macintosh), "macroman": single("macintosh", charmap.Macintosh), "xmacroman": single("macintosh", charmap.Macintosh), "mac": single("macintosh", charmap.Macintosh), "xmaccyrillic": single("x-mac-cyrillic", charmap.MacintoshCyrillic), "maccyrillic": single("x-mac-cyrillic", charmap.MacintoshCyrillic),
	"gb2312": cGBK, "gbk": cGBK, "gb18030": cGBK, "gb180302000": cGBK, "xgbk": cGBK, "cp936": cGBK, "ms936": cGBK, "windows936": cGBK, "euccn": cGBK, "gb231280": cGBK, "csgb2312": cGBK, "chinese": cGBK, "gb23121980": cGBK, "xeuccn": cGBK, "gb": cGBK, "gb1988": cGBK, "936": cGBK, "csgb231280": cGBK, "xgb": cGBK, "isoir58": cGBK,
	"hz": cHZ, "hzgb2312": cHZ, "hzgb": cHZ,
	"big5": cBig5, "big5hkscs": cBig5, "big5eten": cBig5, "cp950": cBig5, "ms950": cBig5, "xxbig5": cBig5, "csbig5": cBig5, "cnbig5": cBig5, "950": cBig5, "big5hk": cBig5, "xbig5": cBig5, "windows950": cBig5, "big5ms": cBig5, "big5uao": cBig5,
	"shiftjis": cJISS, "sjis": cJISS, "xsjis": cJISS, "cp932": cSJIS, "ms932": cSJIS, "windows31j": cSJIS, "mskanji": cSJIS, "csshiftjis": cJISS, "xsjiscp932": cSJIS, "windows932": cSJIS, "shiftjis2004": cJISS, "932": cSJIS, "cswindows31j": cSJIS,
	"eucjp": cJISE, "xeucjp": cJISE, "ujis": cJISE, "eucjpms": cEUCJP, "cp51932": cEUCJP, "eucjpwin": cEUCJP, "extendedunixcodepackedformatforjapanese": cJISE, "cseucpkdfmtjapanese": cJISE,
	"euckr": cEUCKR, "ksc56011987": cEUCKR, "ksc5601": cEUCKR, "cp949": cEUCKR, "ms949": cEUCKR, "uhc": cEUCKR, "ksx1001": cEUCKR, "xwindows949": cEUCKR, "windows949": cEUCKR, "korean": cEUCKR, "cseuckr": cEUCKR, "ksc56011989": cEUCKR, "xeuckr": cEUCKR, "949": cEUCKR, "isoir149": cEUCKR, "5601": cEUCKR, "ks": cEUCKR,
	"iso2022jp": cJIS, "iso2022jp1": cJIS, "iso2022jp2": cJIS, "iso2022jp3": cJIS, "iso2022jpms": cJIS, "iso2022jpext": cJIS, "iso2022jp2004": cJIS, "csiso2022jp": cJIS, "cp50220": cJIS, "cp50221": cJIS, "cp50222": cJIS, "jis": cJIS, "jis7": cJIS, "iso2022": cJIS, "iso2022kr": cJIS, "csiso2022kr": cJIS, "iso2022cn": cJIS, "iso2022cnext": cJIS,
	"utf7": cUTF7, "unicode11utf7": cUTF7, "unicode20utf7": cUTF7, "xunicode20utf7": cUTF7, "csunicode11utf7": cUTF7, "utf7imap": cUTF7, "cp65000": cUTF7,
	"utf16": {name: "utf-16", own: decodeUTF16(unicode.BigEndian)}, "utf16be": {name: "utf-16be", own: decodeUTF16(unicode.BigEndian)}, "utf16le": {name: "utf-16le", own: decodeUTF16(unicode.LittleEndian)},
	"ucs2": {name: "utf-16", own: decodeUTF16(unicode.BigEndian)}, "iso10646ucs2": {name: "utf-16", own: decodeUTF16(unicode.BigEndian)}, "cp1200": {name: "utf-16le", own: decodeUTF16(unicode.LittleEndian)}, "ucs2le": {name: "utf-16le", own: decodeUTF16(unicode.LittleEndian)},
	"utf32": {name: "utf-32", enc: utf32.UTF32(utf32.BigEndian, utf32.UseBOM)}, "utf32be": {name: "utf-32be", enc: utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)}, "utf32le": {name: "utf-32le", enc: utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)}, "ucs4": {name: "utf-32", enc: utf32.UTF32(utf32.BigEndian, utf32.UseBOM)},
}

// charsetKey squeezes a charset name: lower case, letters and digits only.
func charsetKey(name string) string {
	var b [64]byte
	n := 0
	for i := 0; i < len(name) && n < len(b); i++ {
		c := name[i]
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		default:
			continue
		}
		b[n] = c
		n++
	}
	return string(b[:n])
}

// learned remembers what go-message's table answered; names come from mail, so it is bounded.
var learned struct {
	sync.Mutex
	m map[string]*codec
}

// codecOf returns the codec of a charset name; nil when nobody knows it.
func codecOf(name string) *codec {
	// QUIRK: a value that still has its quotes, or a second parameter, or "charset=" in it.
	if i := strings.IndexAny(name, ";,"); i > 0 {
		name = name[:i]
	}
	switch name { // the names in use most
	case "":
		return nil
	case "utf-8", "UTF-8":
		return cUTF8
	case "us-ascii", "US-ASCII":
		return cASCII
	}
	key := charsetKey(name)
	key = strings.TrimPrefix(key, "charset")
	if c, ok := codecs[key]; ok {
		return c
	}
	if key == "" {
		return nil
	}
	learned.Lock()
	defer learned.Unlock()
	if c, ok := learned.m[key]; ok {
		return c
	}
	var c *codec
	clean := strings.ToLower(strings.Trim(name, " \t\"'<>"))
	if _, err := gocharset.Reader(clean, strings.NewReader("")); err == nil {
		c = &codec{name: clean, own: func(b []byte) (string, bool) {
			r, err := gocharset.Reader(clean, bytes.NewReader(b))
			if err != nil {
				return "", false
			}
			out, err := io.ReadAll(r)
			return string(out), err == nil
		}}
	} else {
		// QUIRK: a known name with something before or after it.
		for _, k := range []string{"utf8", "gb18030", "gb2312", "gbk", "big5", "iso2022jp", "shiftjis", "eucjp", "euckr", "koi8r", "windows1251", "windows1252", "iso88591"} {
			if strings.Contains(key, k) {
				c = codecs[k]
				break
			}
		}
	}
	if learned.m == nil || len(learned.m) > 1000 {
		learned.m = map[string]*codec{}
	}
	learned.m[key] = c
	return c
}

// jisSigns are the signs for which the tables of Windows, which the decoders have, give other characters than JIS X 0208: the
// wave dash above all, which is in most Japanese mail.
var jisSigns = strings.NewReplacer("\uFF5E", "\u301C", "\u2225", "\u2016", "\uFF0D", "\u2212", "\uFFE0", "\u00A2", "\uFFE1", "\u00A3", "\uFFE2", "\u00AC")

// decode reads b. ok is false when some bytes did not fit; they became U+FFFD.
func (c *codec) decode(b []byte) (s string, ok bool) {
	s, ok = c.read(b)
	if c.jis {
		s = jisSigns.Replace(s)
	}
	return s, ok
}

func (c *codec) read(b []byte) (s string, ok bool) {
	switch {
	case c.utf8:
		return decodeUTF8(b)
	case c.own != nil:
		return c.own(b)
	case c.ascii && isASCII(b):
		return string(b), true
	case c.enc == nil:
		return decodeUTF8(b)
	}
	out, err := c.enc.NewDecoder().Bytes(b)
	if err != nil {
		return strings.ToValidUTF8(string(out), "\uFFFD"), false
	}
	if !c.single && bytes.Contains(out, []byte("\uFFFD")) {
		return string(out), false
	}
	return string(out), true
}

func decodeUTF8(b []byte) (string, bool) {
	b = bytes.TrimPrefix(b, []byte("\xEF\xBB\xBF"))
	if utf8.Valid(b) {
		return string(b), true
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), false
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// label is the name that a person knows a codec by; named is what the message calls it.
func (c *codec) label(named string) string {
	switch {
	case c == nil:
		return ""
	case c != cJIS:
		return c.name
	}
	key := charsetKey(named)
	for _, of := range []string{"kr", "cn"} {
		if strings.Contains(key, "2022"+of) {
			return "iso-2022-" + of
		}
	}
	return c.name
}

// fit says how well text could be read.
type fit int

const (
	fits        fit = iota
	fitsPartly      // some bytes do not belong to the charset
	fitsByGuess     // no charset was named, or not the right one
	fitsUnknown     // the charset named is unknown
)

// decodeText reads b in the named charset. An unknown, missing or plainly wrong one is replaced by detection.
func decodeText(b []byte, charset string) (string, fit) {
	s, f, _ := decodeNamed(b, charset)
	return s, f
}

// decodeNamed is decodeText, and says what b was read in.
func decodeNamed(b []byte, charset string) (string, fit, *codec) {
	if len(b) == 0 {
		return "", fits, nil
	}
	c := codecOf(charset)
	f := fits
	if c == nil && charset != "" {
		f = fitsUnknown
	}
	if marked := byteOrderMark(b); marked != nil && (c == nil || c.ascii) {
		// QUIRK: a byte order mark says more than a label (Encoding Standard, section 6).
		s, _ := marked.decode(b)
		return s, max(f, fitsByGuess), marked
	}
	if c != nil && c.ascii && bytes.IndexByte(b, 0x1b) >= 0 && isASCII(b) {
		// QUIRK: ISO-2022-JP under another name.
		if s, ok := decodeISO2022(b); ok && !isASCII([]byte(s)) {
			return s, fitsByGuess, cJIS
		}
	}
	if c == nil || c == cASCII {
		if isASCII(b) {
			if bytes.IndexByte(b, 0x1b) >= 0 {
				// QUIRK: ISO-2022-JP that does not say so.
				if s, ok := decodeISO2022(b); ok {
					return s, max(f, fitsByGuess), cJIS
				}
			}
			if isHZ(b) {
				// QUIRK: HZ that does not say so.
				if s, ok := decodeHZ(b); ok {
					return s, max(f, fitsByGuess), cHZ
				}
			}
			return string(b), f, cASCII
		}
		d := detect(b)
		s, _ := d.decode(b)
		return s, max(f, fitsByGuess), d
	}
	// QUIRK: the charset is a lie: UTF-8 under another name.
	if c.ascii && !c.utf8 && isUTF8(b, c.single) {
		return string(b), fitsByGuess, cUTF8
	}
	if c == cLatin1 && (isForeign(b) || isEastern(b)) {
		// QUIRK: text of another script under the name of ISO-8859-1.
		if d := detect(b); d != cLatin1 && (d.single || !onlyLetters(b)) {
			s, _ := d.decode(b)
			return s, fitsByGuess, d
		}
	}
	if d := otherChinese(c, b); d != nil {
		// QUIRK: simplified Chinese under the name of Big5, or traditional under that of GBK.
		if s, ok := d.decode(b); ok {
			return s, fitsByGuess, d
		}
	}
	s, ok := c.decode(b)
	if ok {
		return s, f, c
	}
	if c.ascii && !c.single && !c.utf8 && strings.Count(s, "\uFFFD")*20 > utf8.RuneCountInString(s) {
		// QUIRK: one national charset under the name of another.
		if d := detect(b); d != c {
			if other, fit := d.decode(b); fit {
				return other, fitsByGuess, d
			}
		}
	}
	if !c.utf8 && c.ascii && !c.single {
		if share, n := utf8Share(b); share > 0.95 && n >= 10 {
			return strings.ToValidUTF8(string(b), "\uFFFD"), fitsPartly, cUTF8 // the same, with some bytes damaged
		}
	}
	// QUIRK: a national charset under the name of UTF-8.
	if c.utf8 {
		if share, _ := utf8Share(b); share < 0.6 {
			if d := detect(b); !d.utf8 {
				s, _ = d.decode(b)
				return s, fitsByGuess, d
			}
		}
	}
	return s, fitsPartly, c
}

// byteOrderMark returns the codec that the first bytes announce, nil where they do not.
func byteOrderMark(b []byte) *codec {
	switch {
	case len(b) < 4 || len(b)%2 != 0:
		return nil
	case b[0] == 0xff && b[1] == 0xfe && (b[2] != 0 || b[3] != 0):
		return codecs["utf16le"]
	case b[0] == 0xfe && b[1] == 0xff:
		return codecs["utf16be"]
	}
	return nil
}

// isForeign says whether b, which claims to be of Western Europe, cannot be: nearly all of its letters are 8-bit, and
// there are many. The languages of ISO-8859-1 have at most one in five.
func isForeign(b []byte) bool {
	high, low := 0, 0
	for _, c := range b[:min(len(b), detectLimit)] {
		switch {
		case c >= 0xa0:
			high++
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			low++
		}
	}
	return high >= 12 && high > 4*low
}

// isEastern says whether b, which claims to be ISO-8859-1, has words of Chinese, Japanese or Korean in it: six characters at
// least, whose bytes would be no words of Latin letters.
func isEastern(b []byte) bool {
	b = b[:min(len(b), detectLimit)]
	high := 0
	for _, c := range b {
		if c >= 0x80 {
			high++
		}
	}
	if high < 12 {
		return false
	}
	latin := scoreLatin1(b)
	for _, of := range []func([]byte) float64{scoreGB, scoreBig5, scoreSJIS, scoreEUCJP, scoreEUCKR} {
		if s := of(b); s > 0.8 && s > latin+0.2 {
			return true
		}
	}
	return false
}

// onlyLetters says whether all 8-bit bytes of b are letters of ISO-8859-1, none a sign: nearly half of the bytes of Chinese or
// Korean text would be signs.
func onlyLetters(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 && c < 0xc0 || c == 0xd7 || c == 0xf7 {
			return false
		}
	}
	return true
}

// isHZ says whether b, which is ASCII, has a run of HZ in it (RFC 1843): pairs of characters between ~{ and ~}.
func isHZ(b []byte) bool {
	i := bytes.Index(b, []byte("~{"))
	if i < 0 {
		return false
	}
	run := b[i+2:]
	if j := bytes.IndexByte(run, '\n'); j >= 0 {
		run = run[:j] // a line ends it as well
	}
	n := bytes.Index(run, []byte("~}"))
	if n < 0 {
		n = len(bytes.TrimRight(run, "\r"))
	}
	if n < 4 || n%2 != 0 {
		return false
	}
	for k := 0; k < n; k += 2 {
		if run[k] < 0x21 || run[k] > 0x77 || run[k+1] < 0x21 || run[k+1] > 0x7e {
			return false
		}
	}
	return true
}

// isUTF8 says whether b, which claims another charset, is UTF-8. Single-byte text never looks like it; of double-byte
// text a few characters may, so that more is asked for: three-byte characters only, and at least two.
func isUTF8(b []byte, single bool) bool {
	i := 0
	for i < len(b) && b[i] < 0x80 {
		i++
	}
	if i == len(b) || !utf8.Valid(b[i:]) {
		return false
	}
	if single {
		// U+FFFD itself says that the text was damaged before it got its label. Nothing but Â and Ã are the remains of UTF-8 that was
		// read as ISO-8859-1 once before.
		return !bytes.Contains(b, []byte("\uFFFD")) && !onlyRemains(b[i:])
	}
	n := 0
	for i < len(b) {
		_, size := utf8.DecodeRune(b[i:])
		if size == 2 {
			return false
		}
		if size > 2 {
			n++
		}
		i += size
	}
	return n >= 2
}

func onlyRemains(b []byte) bool {
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r >= 0x80 && r != 'Â' && r != 'Ã' {
			return false
		}
		b = b[size:]
	}
	return true
}

// utf8Share is the share of the 8-bit bytes of b that form UTF-8, and how many characters they form.
func utf8Share(b []byte) (share float64, n int) {
	good, all := 0, 0
	for i := 0; i < len(b); {
		if b[i] < 0x80 {
			i++
			continue
		}
		r, size := utf8.DecodeRune(b[i:])
		all += size
		if r != utf8.RuneError || size > 1 {
			good += size
			n++
		}
		i += size
	}
	if all == 0 {
		return 1, 0
	}
	return float64(good) / float64(all), n
}
