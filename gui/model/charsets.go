package model

import (
	"slices"

	"poplar/mail"
)

// Charset is a character set that a message can be read in.
type Charset struct {
	Name  string // as mail.Charsets has it
	Title string // worded
	First bool   // a line stands above it
}

// script is a kind of writing with its character sets.
type script struct {
	title string
	names []string
}

// scripts are the kinds of writing.
var scripts = []script{
	{"Unicode", []string{"utf-8", "utf-16", "utf-7"}},
	{"Chinese, simplified", []string{"gb18030", "hz-gb-2312", "iso-2022-cn"}},
	{"Chinese, traditional", []string{"big5"}},
	{"Japanese", []string{"iso-2022-jp", "shift_jis", "euc-jp"}},
	{"Korean", []string{"euc-kr", "iso-2022-kr"}},
	{"Western", []string{"windows-1252", "iso-8859-15", "macintosh", "ibm437"}},
	{"Central European", []string{"windows-1250", "iso-8859-2"}},
	{"Cyrillic", []string{"windows-1251", "koi8-r", "koi8-u", "iso-8859-5"}},
	{"Greek", []string{"windows-1253"}},
	{"Turkish", []string{"windows-1254"}},
	{"Hebrew", []string{"windows-1255"}},
	{"Arabic", []string{"windows-1256"}},
	{"Baltic", []string{"windows-1257"}},
	{"Vietnamese", []string{"windows-1258"}},
	{"Thai", []string{"windows-874"}},
}

// written is how names of character sets are usually written, where that is not in capitals.
var written = map[string]string{
	"big5": "Big5", "shift_jis": "Shift_JIS", "macintosh": "Macintosh", "hz-gb-2312": "HZ", "windows-1252": "Windows-1252", "windows-1250": "Windows-1250",
	"windows-1251": "Windows-1251", "windows-1253": "Windows-1253", "windows-1254": "Windows-1254", "windows-1255": "Windows-1255", "windows-1256": "Windows-1256",
	"windows-1257": "Windows-1257", "windows-1258": "Windows-1258", "windows-874": "Windows-874", "gb18030": "GBK, GB18030",
}

// Charsets are the character sets to choose from: Unicode, then those of the person's language, then the others.
func Charsets(language string, tr Translate) []Charset {
	groups := slices.Clone(scripts)
	if language != "zh" { // Western ones after Unicode
		i := slices.IndexFunc(groups, func(g script) bool { return g.title == "Western" })
		west := groups[i]
		groups = slices.Insert(slices.Delete(groups, i, i+1), 1, west)
	}
	var out []Charset
	for n, g := range groups {
		for i, name := range g.names {
			if !slices.Contains(mail.Charsets, name) {
				continue
			}
			out = append(out, Charset{Name: name, Title: tr("%s (%s)", tr(g.title), charsetName(name)), First: i == 0 && n > 0 && (len(g.names) > 1 || len(groups[n-1].names) > 1)})
		}
	}
	return out
}

func charsetName(name string) string {
	if s := written[name]; s != "" {
		return s
	}
	out := []byte(name)
	for i, c := range out {
		if c >= 'a' && c <= 'z' {
			out[i] = c - 'a' + 'A'
		}
	}
	return string(out)
}
