package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// prefixes mark replies and forwards in the languages of the mail programs that translate them.
var prefixes = map[string]bool{
	"re": true, "fw": true, "fwd": true, "aw": true, "wg": true, "sv": true, "vs": true, "vl": true, "antw": true, "doorst": true, "tr": true, "rif": true, "ri": true, "r": true, "i": true, "rv": true, "res": true, "enc": true,
	"odp": true, "pd": true, "ynt": true, "ilt": true, "atb": true, "bls": true, "ang": true, "vb": true, "fs": true, "rép": true, "ref": true, "re^2": true,
	"答复": true, "回复": true, "转发": true, "回覆": true, "轉寄": true, "转寄": true, "轉發": true, "返信": true, "転送": true, "답장": true, "회신": true, "전달": true, "ответ": true, "отв": true, "пересл": true,
}

// NormalSubject takes the marks of replies and forwards off a subject ("Re:", "Fwd:", "AW:", "SV[2]:", "答复：", "回复:",
// "转发:", …) and makes blanks single. It is empty when nothing else is there.
func NormalSubject(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' }), " ")
	for range 50 {
		i := strings.IndexAny(s, ":：")
		if i < 0 || i > 24 {
			break
		}
		mark := strings.ToLower(strings.TrimSpace(s[:i]))
		// "Re[2]", "Re(3)", "Re*2", "Re2".
		mark = strings.TrimRight(mark, "0123456789[]()*^ ")
		if !prefixes[mark] {
			break
		}
		_, n := utf8.DecodeRuneInString(s[i:])
		s = strings.TrimSpace(s[i+n:])
	}
	return s
}
