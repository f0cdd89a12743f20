package layout

import (
	"strconv"
	"strings"

	"poplar/mail/html"
)

// markerText is what stands before a list item: a number with its suffix, "" for drawn bullets.
func markerText(st *html.Style, n int) string {
	switch st.ListType {
	case html.NoMarker, html.Disc, html.Circle, html.Square:
		return ""
	case html.DecimalZero:
		if n >= 0 && n < 10 {
			return "0" + strconv.Itoa(n) + ". "
		}
		return strconv.Itoa(n) + ". "
	case html.LowerAlpha:
		return alphabetic(n, 'a', 26) + ". "
	case html.UpperAlpha:
		return alphabetic(n, 'A', 26) + ". "
	case html.LowerGreek:
		return alphabetic(n, 'α', 24) + ". "
	case html.LowerRoman:
		return strings.ToLower(roman(n)) + ". "
	case html.UpperRoman:
		return roman(n) + ". "
	case html.CJKDecimal:
		digits := []rune("〇一二三四五六七八九")
		var b strings.Builder
		for _, c := range strconv.Itoa(n) {
			if c >= '0' && c <= '9' {
				b.WriteRune(digits[c-'0'])
			}
		}
		return b.String() + "、"
	}
	return strconv.Itoa(n) + ". "
}

func alphabetic(n int, first rune, size int) string {
	if n <= 0 {
		return strconv.Itoa(n)
	}
	var out []rune
	for n > 0 {
		n--
		c := first + rune(n%size)
		if first == 'α' && c >= 'ς' {
			c++ // the final sigma is no letter of its own
		}
		out = append([]rune{c}, out...)
		n /= size
	}
	return string(out)
}

func roman(n int) string {
	if n <= 0 || n > 3999 {
		return strconv.Itoa(n)
	}
	var b strings.Builder
	for _, d := range []struct {
		v int
		s string
	}{{1000, "M"}, {900, "CM"}, {500, "D"}, {400, "CD"}, {100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"}, {9, "IX"}, {5, "V"}, {4, "IV"}, {1, "I"}} {
		for n >= d.v {
			b.WriteString(d.s)
			n -= d.v
		}
	}
	return b.String()
}
