package message

import (
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// preferred is the language that decides where bytes can be read in several ways.
var preferred atomic.Value

// Prefer names the person's language ("zh", "zh-TW", "ja", "ko", "ru", …): text that names no character set is read in
// one of that language when it could be that as well as another. It may be called at any time.
func Prefer(language string) { preferred.Store(strings.ToLower(language)) }

// preferBonus is what the person's language adds to the score of its character sets; sets are told apart by the share
// of common characters, so that it decides close cases only.
const preferBonus = 0.15

// detectLimit bounds how much text is looked at.
const detectLimit = 16 << 10

// candidate is a character set that 8-bit text may be in, and how much what b holds looks like its language: 1 is
// text of common characters only, 0 or less means that it is not this set.
type candidate struct {
	codec    *codec
	language string
	score    func(b []byte) float64
}

var candidates = []candidate{
	{cGBK, "zh", scoreGB},
	{cBig5, "zh-tw", scoreBig5},
	{cSJIS, "ja", scoreSJIS},
	{cEUCJP, "ja", scoreEUCJP},
	{cEUCKR, "ko", scoreEUCKR},
	{c1251, "ru", letters("\xee\xe5\xe0\xe8\xed\xf2\xf1\xf0\xe2\xeb\xea\xec\xe4\xef\xf3\xff\xfb\xfc\xe3\xe7\xe1\xf7\xe9\xf5\xe6\xf8\xfe", 0xc0, 0xff)},
	{cKOI8, "ru", letters("\xcf\xc5\xc1\xc9\xce\xd4\xd3\xd2\xd7\xcc\xcb\xcd\xc4\xd0\xd5\xd1\xd9\xd8\xc7\xda\xc2\xde\xca\xc8\xd6\xdb\xc0", 0xc0, 0xff)},
	{single("ibm866", charmap.CodePage866), "ru", mixedCase(letters("\xae\xa5\xa0\xa8\xad\xe2\xe1\xe0\xa2\xab\xaa\xac\xa4\xaf\xe3\xef\xeb\xec\xa3\xa7\xa1\xe7\xa9\xe5\xa6\xe8\xee", 0x80, 0xf1))},
	{single("iso-8859-5", charmap.ISO8859_5), "ru", letters("\xde\xd5\xd0\xd8\xdd\xe2\xe1\xe0\xd2\xdb\xda\xdc\xd4\xdf\xe3\xef\xeb\xec\xd3\xd7\xd1\xe7\xd9\xe5\xd6\xe8\xee", 0xb0, 0xef)},
	{single("windows-1253", charmap.Windows1253), "el", letters("\xe1\xef\xe9\xe5\xf4\xf3\xed\xe7\xf5\xf1\xf0\xea\xec\xeb\xf2\xfc\xdc\xdd\xdf\xde\xe3\xe4\xf9\xfe\xe8\xf7\xf6\xe2", 0xc1, 0xfe)},
	{c874, "th", letters("\xd2\xb9\xc3\xcd\xa1\xe0\xa7\xc1\xc2\xe8\xe9\xd1\xd5\xd4\xc7\xc5\xb7\xb4\xca\xb5\xcb\xe1\xd7\xa4\xa8\xbe\xe4\xd8\xba\xb8\xaa\xe3\xd3\xb6\xe2", 0xa1, 0xfb)},
	{single("windows-1255", charmap.Windows1255), "he", letters("\xe9\xe5\xe4\xec\xf8\xe0\xfa\xee\xe1\xf9\xf0\xe7\xf2\xe3\xf7\xf4\xed\xeb\xe6\xf6\xe8\xf1\xe2\xef", 0xe0, 0xfa)},
	{single("windows-1256", charmap.Windows1256), "ar", letters("\xc7\xe1\xed\xe3\xe6\xe4\xd1\xca\xc8\xda\xcf\xe5\xdd\xd3\xdf\xde\xc9\xcd\xcc\xd4\xc3\xd5\xce\xc5", 0xc1, 0xfd)},
	{cLatin1, "", scoreLatin1},
	{single("windows-1250", charmap.Windows1250), "pl", latin("\xb9\xe6\xea\xb3\xf1\xf3\x9c\x9f\xbf\xe1\xe8\xef\xe9\xec\xed\xf2\xf8\x9a\x9d\xfa\xf9\xfd\x9e\xf5\xfb\xb3\xe3\xfe\xba\xaf\xa3\x8c\xc8\x8a\x8e\xcc")},
	{single("iso-8859-2", charmap.ISO8859_2), "pl", latin("\xb1\xe6\xea\xb3\xf1\xf3\xb6\xbc\xbf\xe1\xe8\xef\xe9\xec\xed\xf2\xf8\xb9\xbb\xfa\xf9\xfd\xbe\xf5\xfb\xa6\xaf\xa3\xc8\xa9\xae\xcc")},
	{single("windows-1254", charmap.Windows1254), "tr", instead("\xfd\xfe\xf0", "\xfd\xfe\xf0\xfc\xf6\xe7\xdd\xde\xd0\xdc\xd6\xc7\xe2\xee\xfb")},
	{single("windows-1257", charmap.Windows1257), "lt", instead("\xf0\xfe", "\xe0\xe8\xe6\xeb\xe1\xf0\xf8\xfb\xfe\xe2\xe7\xec\xee\xed\xef\xf2\xc0\xc8\xc6\xcb\xc1\xd0\xd8\xdb\xde\xc2\xc7\xd2")},
}

// detect guesses the character set of 8-bit text that names none: UTF-8 when it is valid (no other text looks like
// it), else the set whose language it looks most like.
func detect(b []byte) *codec {
	if len(b) > detectLimit {
		// The beginning of a text may be a header in ASCII: start where it is not.
		start := 0
		for start < len(b)-detectLimit && b[start] < 0x80 {
			start++
		}
		b = b[start : start+detectLimit]
		for n := 0; n < 3 && len(b) > 0 && b[len(b)-1] >= 0x80; n++ {
			b = b[:len(b)-1]
		}
	}
	if utf8.Valid(b) {
		return cUTF8
	}
	if share, n := utf8Share(b); share >= 0.9 && n >= 3 {
		return cUTF8 // QUIRK: UTF-8 with a few bytes damaged
	}
	if isTypography(b) {
		return cLatin1
	}
	lang, _ := preferred.Load().(string)
	best, top := cLatin1, 0.0
	for _, c := range candidates {
		s := c.score(b)
		if s <= 0 {
			continue
		}
		if lang != "" && c.language != "" && strings.HasPrefix(lang, c.language[:2]) {
			s += preferBonus
		}
		if s > top {
			best, top = c.codec, s
		}
	}
	return best
}

// isTypography says whether the 8-bit bytes of b are signs of Windows-1252, not letters: each alone (a blank that does not
// break, a copyright sign, curved quotes), or so many side by side, as ornaments have them, that letters would be among them.
func isTypography(b []byte) bool {
	n, pairs, rows := 0, 0, 0
	for i, c := range b {
		switch {
		case c < 0x80:
			continue
		case c >= 0xc0, c < 0xa0 && strings.IndexByte("\x80\x85\x91\x92\x93\x94\x95\x96\x97\x99", c) < 0:
			return false
		}
		n++
		if i+1 < len(b) && b[i+1] >= 0x80 {
			pairs++
		}
		if c >= 0xa4 {
			rows++ // not of the rows of signs that double-byte sets have
		}
	}
	return pairs == 0 || n >= 8 && rows*3 > n*2
}

// doubleByte walks double-byte text. valid says whether a lead byte and the byte after it are one character; each gets the
// common share that common gives it. What is no character counts heavily against the set.
// four takes the four-byte characters of GB 18030 as well.
func doubleByte(b []byte, four bool, valid func(lead, trail byte) bool, common func(lead, trail byte) float64) float64 {
	sum, n, bad := 0.0, 0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if four && i+3 < len(b) && isDigit(b[i+1]) && b[i+2] >= 0x81 && b[i+2] <= 0xfe && isDigit(b[i+3]) {
			sum += 0.9 // nothing else looks like it
			n++
			i += 3
			continue
		}
		if i+1 < len(b) && valid(b[i], b[i+1]) {
			sum += common(b[i], b[i+1])
			n++
			i++
			continue
		}
		if i+1 < len(b) {
			bad++
		}
	}
	if n == 0 {
		return 0
	}
	return sum/float64(n) - 4*float64(bad)/float64(n+bad)
}

// scoreGB: simplified Chinese writes nearly everything with the first level of GB 2312, ordered by sound, so that it
// is spread over all its rows.
func scoreGB(b []byte) float64 {
	late, n := 0, 0
	s := doubleByte(b, true, func(l, t byte) bool { return l >= 0x81 && l <= 0xfe && t >= 0x40 && t <= 0xfe && t != 0x7f }, func(l, t byte) float64 {
		n++
		switch {
		case t < 0xa1:
			return 0.1 // GBK's additions
		case l >= 0xb0 && l <= 0xd7:
			if l >= 0xc9 {
				late++
			}
			return 1
		case l == 0xa1 || l == 0xa3:
			return 0.9 // punctuation, full-width forms
		case l >= 0xd8 && l <= 0xf7:
			return 0.35
		case l == 0xa4 || l == 0xa5:
			return 0.05 // kana
		}
		return 0.2
	})
	if late == 0 {
		s -= min(0.3, 0.02*float64(n)) // rather Korean, the longer the more so
	}
	return s
}

// scoreBig5: the frequent characters are in the rows A4 to C6; half of all trail bytes are ASCII.
func scoreBig5(b []byte) float64 {
	low, n := 0, 0
	s := doubleByte(b, false, func(l, t byte) bool {
		return l >= 0x81 && l <= 0xfe && (t >= 0x40 && t <= 0x7e || t >= 0xa1 && t <= 0xfe)
	}, func(l, t byte) float64 {
		n++
		if t < 0x7f {
			low++
		}
		switch {
		case l >= 0xa4 && l <= 0xc6:
			return 1
		case l == 0xa1 || l == 0xa2 || l == 0xa3:
			return 0.9
		case l >= 0xc9 && l <= 0xf9:
			return 0.2
		}
		return 0
	})
	if low == 0 {
		s -= 0.3
	}
	if n > 0 && low*5 < n {
		s -= 0.1
	}
	return s
}

// otherChinese returns the other one of GBK and Big5 where b, which claims to be c, is plainly that; nil otherwise. A dozen
// characters are asked for: fewer may be a name.
func otherChinese(c *codec, b []byte) *codec {
	if c != cGBK && c != cBig5 {
		return nil
	}
	b = b[:min(len(b), detectLimit)]
	n, cyrillic := 0, 0
	for _, x := range b {
		if x >= 0x80 {
			n++
		}
		if x == 0xa7 {
			cyrillic++
		}
	}
	if n < 20 || c == cGBK && cyrillic*3 > n {
		return nil // Russian in the letters that GB 2312 has for it fills one row of it
	}
	gb, big5 := scoreGB(b), scoreBig5(b)
	switch {
	case c == cBig5 && gb > 0.7 && gb > big5+0.4:
		return cGBK
	case c == cGBK && big5 > 0.7 && big5 > gb+0.4:
		return cBig5
	}
	return nil
}

// scoreEUCKR: Hangul is in the rows B0 to C8, and Korean text has blanks.
func scoreEUCKR(b []byte) float64 {
	return doubleByte(b, false, func(l, t byte) bool {
		return l >= 0x81 && l <= 0xfe && (t >= 0x41 && t <= 0x5a || t >= 0x61 && t <= 0x7a || t >= 0x81)
	}, func(l, t byte) float64 {
		switch {
		case t < 0xa1:
			return 0.1
		case l >= 0xb0 && l <= 0xc8:
			return 0.9
		case l == 0xa1 || l == 0xa3:
			return 0.7
		}
		return 0
	})
}

// scoreEUCJP: Japanese has kana, which are in the rows A4 and A5.
func scoreEUCJP(b []byte) float64 {
	kana := 0
	n := 0
	s := doubleByte(b, false, func(l, t byte) bool { return (l >= 0xa1 && l <= 0xfe || l == 0x8e) && t >= 0xa1 && t <= 0xfe }, func(l, t byte) float64 {
		n++
		switch {
		case l == 0xa4 && t <= 0xf3 || l == 0xa5 && t <= 0xf6:
			kana++
			return 1.05
		case l == 0xa1:
			return 0.9
		case l >= 0xb0 && l <= 0xcf:
			return 0.85
		case l >= 0xd0 && l <= 0xf4:
			return 0.3
		}
		return 0.1
	})
	if n > 0 && kana*8 < n {
		return s - 0.5
	}
	return s
}

// scoreSJIS: kana are in 82 and 83; half-width kana are single bytes.
func scoreSJIS(b []byte) float64 {
	sum, n, bad, kana := 0.0, 0, 0, 0
	for i := 0; i < len(b); i++ {
		l := b[i]
		switch {
		case l < 0x80:
			continue
		case l >= 0xa1 && l <= 0xdf:
			sum += 0.25
		case (l >= 0x81 && l <= 0x9f || l >= 0xe0 && l <= 0xfc) && i+1 < len(b) && b[i+1] >= 0x40 && b[i+1] != 0x7f && b[i+1] <= 0xfc:
			t := b[i+1]
			i++
			switch {
			case l == 0x82 && t >= 0x9f && t <= 0xf1 || l == 0x83 && t <= 0x96:
				kana++
				sum += 1.05
			case l == 0x81:
				sum += 0.9
			case l >= 0x88 && l <= 0x97:
				sum += 0.85
			case l <= 0x9f || l <= 0xea:
				sum += 0.3
			}
		default:
			if i+1 < len(b) {
				bad++
			}
			continue
		}
		n++
	}
	if n == 0 {
		return 0
	}
	s := sum/float64(n) - 4*float64(bad)/float64(n+bad)
	if kana*8 < n {
		s -= 0.5
	}
	return s
}

// letters scores a single-byte set of a script of its own: the share of its letters in common ones, given most
// frequent first; what lies outside [low, high] does not belong. Words are runs of such letters.
func letters(common string, low, high byte) func([]byte) float64 {
	var weight [256]float64
	for i := range weight {
		weight[i] = 0.4
	}
	for i := range len(common) {
		weight[common[i]] = 1
		if i >= 10 {
			weight[common[i]] = 0.85
		}
	}
	return func(b []byte) float64 {
		sum, n, bad, single, runs := 0.0, 0, 0, 0, 0
		for i := 0; i < len(b); i++ {
			if b[i] < 0x80 {
				continue
			}
			if b[i] < low || b[i] > high {
				bad++
				continue
			}
			n++
			sum += weight[b[i]]
			if i == 0 || b[i-1] < 0x80 {
				runs++
			}
			if (i == 0 || b[i-1] < 0x80) && (i+1 == len(b) || b[i+1] < 0x80) {
				if i > 0 && isAlnum(b[i-1]) || i+1 < len(b) && isAlnum(b[i+1]) {
					single++ // a letter alone among Latin ones
				}
			}
		}
		if n == 0 {
			return 0
		}
		return 0.95*sum/float64(n) - 1.5*float64(bad)/float64(n+bad) - 2*float64(single)/float64(max(runs, 1))
	}
}

// mixedCase lowers the score of IBM866 text that has capitals after small letters, as double-byte text read so has.
func mixedCase(score func([]byte) float64) func([]byte) float64 {
	return func(b []byte) float64 {
		n, odd := 0, 0
		small := false
		for _, c := range b {
			capital := c >= 0x80 && c <= 0x9f
			if c >= 0x80 {
				n++
			}
			if capital && small {
				odd++
			}
			small = c >= 0xa0 && c <= 0xaf || c >= 0xe0 && c <= 0xf1
		}
		if odd*6 > n {
			return 0
		}
		return score(b)
	}
}

// scoreLatin1: letters with marks stand alone among plain ones; the rest is typography.
func scoreLatin1(b []byte) float64 {
	return latinScore(b, func(c byte, before, after bool) float64 {
		switch {
		case c >= 0xc0 && c != 0xd7 && c != 0xf7:
			return 0.9
		case c >= 0x91 && c <= 0x97 || c == 0x85 || c == 0xa0 || c == 0xab || c == 0xbb || c == 0x80 || c == 0xa3 || c == 0xb0 || c == 0xae || c == 0x99 || c == 0xa9 || c == 0xb7 || c == 0xba || c == 0xaa || c == 0xbf || c == 0xa1 || c == 0xa7:
			if before && after && c != 0x92 && c != 0xa0 {
				return 0.3
			}
			return 0.9
		case c == 0x8a || c == 0x9a || c == 0x9c || c == 0x8c || c == 0x8e || c == 0x9e || c == 0x9f:
			return 0.4
		}
		return 0.1
	})
}

// latin scores another Latin set by the letters it has and Windows-1252 lacks.
func latin(own string) func([]byte) float64 {
	return func(b []byte) float64 {
		return latinScore(b, func(c byte, before, after bool) float64 {
			if strings.IndexByte(own, c) >= 0 {
				if before || after || c >= 0xc0 {
					return 0.85
				}
				return 0.3
			}
			if c >= 0x91 && c <= 0x97 || c == 0xa0 || c == 0x85 {
				return 0.8
			}
			return 0.05
		})
	}
}

// instead is latin for a set that has its own letters in the places of the Icelandic ones: two of them are asked for.
func instead(places, own string) func([]byte) float64 {
	score := latin(own)
	return func(b []byte) float64 {
		n := 0
		for _, c := range b {
			if c >= 0x80 && strings.IndexByte(places, c) >= 0 {
				n++
			}
		}
		if n < 2 {
			return 0
		}
		return score(b) + 0.1
	}
}

func latinScore(b []byte, weight func(c byte, before, after bool) float64) float64 {
	sum, n := 0.0, 0
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		n++
		before := i > 0 && isAlnum(b[i-1])
		after := i+1 < len(b) && isAlnum(b[i+1])
		w := weight(b[i], before, after)
		if i > 0 && b[i-1] >= 0x80 || i+1 < len(b) && b[i+1] >= 0x80 {
			w *= 0.6 // seldom side by side
		}
		sum += w
	}
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}
