package people

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"
	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"
)

// folded is a text as it is compared: lower case, without accents, full-width letters as plain ones.
func folded(s string) string {
	plain := true
	for _, r := range s {
		if r > 0x7E && !unicode.Is(unicode.Han, r) {
			plain = false
			break
		}
	}
	if plain { // nearly all names: nothing to fold but case
		return strings.ToLower(s)
	}
	out, _, err := transform.String(transform.Chain(norm.NFD, runes.Remove(runes.In(unicode.Mn)), width.Fold, norm.NFC), strings.ToLower(s))
	if err != nil {
		return strings.ToLower(s)
	}
	return out
}

// soundsMost bounds how many readings of a character count: those after are rare.
const soundsMost = 4

// surnames are the characters whose reading as a family name is not their first one.
var surnames = map[rune]string{'单': "shan", '仇': "qiu", '曾': "zeng", '解': "xie", '查': "zha", '盖': "ge", '区': "ou", '任': "ren", '朴': "piao", '翟': "zhai", '尉': "yu", '乐': "yue", '尹': "yin", '缪': "miao", '宓': "mi", '折': "she", '繁': "po", '覃': "qin", '逄': "pang", '召': "shao"}

// sounds are the readings of each Chinese character of a name, in order; nil where it has none.
func sounds(name string) [][]string {
	var list [][]string
	for _, r := range name {
		if !unicode.Is(unicode.Han, r) {
			continue
		}
		all := readingsOf(r)
		if s := surnames[r]; s != "" && len(list) == 0 {
			all = append([]string{s}, all...)
		}
		var own []string
		for _, s := range all {
			// What is written ü is typed v, or u.
			s = strings.ReplaceAll(s, "ü", "v")
			if !slices.Contains(own, s) && len(own) < soundsMost {
				own = append(own, s)
			}
			if u := strings.ReplaceAll(s, "v", "u"); u != s && !slices.Contains(own, u) {
				own = append(own, u)
			}
		}
		if len(own) > 0 {
			list = append(list, own)
		}
	}
	return list
}

// SortKey orders names as a person looks for them: Chinese by pinyin, everything without regard to case and accents.
func SortKey(name string) string {
	var b strings.Builder
	first := true
	for _, r := range folded(name) {
		if unicode.Is(unicode.Han, r) {
			s := surnames[r]
			if s == "" || !first {
				if all := readingsOf(r); len(all) > 0 {
					s = all[0]
				}
			}
			b.WriteString(s)
			b.WriteByte(' ')
		} else {
			b.WriteRune(r)
		}
		first = false
	}
	return b.String()
}
