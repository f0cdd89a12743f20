package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wanted is which lines of a text a preview takes.
type wanted int

const (
	ownWords   wanted = iota // up to where a message that is answered or passed on begins
	plainWords               // all but quoted lines and what introduces them
	anyWords
)

// snippet returns the first words of text. Quoted lines, and what a mail program puts above a message that is answered or passed
// on, are left out where anything else is there.
func snippet(text string) string {
	for _, of := range []wanted{ownWords, plainWords} {
		if s := firstWords(text, of); s != "" {
			return s
		}
	}
	return firstWords(text, anyWords)
}

func firstWords(text string, of wanted) string {
	var b strings.Builder
	b.Grow(min(len(text), snippetRunes+56))
	n := 0
	for len(text) > 0 && n < snippetRunes {
		line, rest := firstLine(text)
		line = strings.TrimSpace(line)
		if line == "" || of != anyWords && line[0] == '>' {
			text = rest
			continue
		}
		if of != anyWords && mayIntroduce(line) {
			if after, quoted, ok := introduction(line, rest); ok {
				if of == ownWords && !quoted {
					break
				}
				text = after
				continue
			}
		}
		text = rest
		if n > 0 {
			b.WriteByte(' ')
			n++
		}
		blank := false
		if k := plainRun(line); k > 0 {
			// Nearly all lines are words of ASCII.
			k = min(k, snippetRunes-n)
			b.WriteString(line[:k])
			n += k
			line = line[k:]
			if n >= snippetRunes {
				break
			}
		}
		for i, r := range line {
			if n >= snippetRunes {
				break
			}
			if r == ' ' || r != utf8.RuneError && unicode.IsSpace(r) {
				blank = true
				continue
			}
			if r < ' ' || r >= 0x7f && unseen(r, line[i]) {
				continue
			}
			if blank && (i > 0 || n > 0) {
				b.WriteByte(' ')
				n++
			}
			blank = false
			b.WriteRune(r)
			n++
		}
	}
	return strings.TrimSpace(b.String())
}

func firstLine(text string) (line, rest string) {
	if i := strings.IndexByte(text, '\n'); i >= 0 {
		return text[:i], text[i+1:]
	}
	return text, ""
}

// plainRun is how much of line, from its start, is ASCII to look at with single blanks in it; it ends with no blank.
func plainRun(line string) int {
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c < ' ' || c >= 0x7f || c == ' ' && (i+1 == len(line) || line[i+1] <= ' ' || line[i+1] >= 0x7f) {
			return i
		}
	}
	return len(line)
}

// unseen says whether r, which first begins, is nothing to look at: a control or format character, a broken byte.
func unseen(r rune, first byte) bool {
	return unicode.IsControl(r) || r >= 0xad && unicode.Is(unicode.Cf, r) || r == utf8.RuneError && first != 0xEF
}

// introLimit bounds a line that introduces a quoted message.
const introLimit = 400

// mayIntroduce is the cheap look that spares most lines the rest.
func mayIntroduce(line string) bool {
	if len(line) > introLimit {
		return false
	}
	switch c := line[0]; c {
	case '-', '_', '*', '|', 'B', 'F', 'O', 'A', 'L', 'E', 'I', 'D', 'V', 'f', 'd':
		return len(line) > 3
	default:
		return c >= utf8.RuneSelf
	}
}

// introduction says whether line introduces a message that is answered or passed on, and where the text goes on behind that:
// a rule ("-----Original Message-----"), a copied header ("From: … Sent: …", 发件人), a sentence ("On … wrote:"). quoted is set
// where quote marks follow: the person's own words may come later.
func introduction(line, rest string) (after string, quoted, ok bool) {
	if line == "-----BEGIN PGP SIGNED MESSAGE-----" {
		// Its words are the person's own; the armour's header ends with an empty line.
		next, further := firstLine(rest)
		for strings.HasPrefix(next, "Hash:") || strings.HasPrefix(next, "Charset:") {
			rest = further
			next, further = firstLine(rest)
		}
		return rest, true, true
	}
	if isRule(line) {
		for range 3 {
			next, further := firstLine(rest)
			if strings.TrimSpace(next) != "" {
				if after, ok := copiedHeader(strings.TrimSpace(next), further); ok {
					return after, false, true
				}
				break
			}
			rest = further
		}
		return rest, false, line[0] != '_'
	}
	if after, ok := copiedHeader(line, rest); ok {
		return after, false, true
	}
	if opens(line) {
		// The sentence may be folded.
		whole := line
		for range 3 {
			if closes(whole) {
				t := strings.TrimLeft(rest, " \t\r\n")
				return rest, strings.HasPrefix(t, ">"), true
			}
			var next string
			if next, rest = firstLine(rest); strings.TrimSpace(next) == "" {
				break
			}
			if whole += " " + strings.TrimSpace(next); len(whole) > introLimit {
				break
			}
		}
	}
	return "", false, false
}

var ruleWords = phrases{
	"original message", "original-message", "forwarded message", "forwarded by", "original appointment", "original e-mail", "reply message", "reply to message", "ursprüngliche nachricht", "originalnachricht", "weitergeleitete nachricht",
	"message d'origine", "message original", "message transféré", "mensaje original", "mensaje reenviado", "messaggio originale", "messaggio inoltrato", "mensagem original", "mensagem encaminhada", "oorspronkelijk bericht", "doorgestuurd bericht",
	"исходное сообщение", "пересылаемое сообщение", "原始邮件", "原始郵件", "邮件原件", "原邮件", "转发邮件", "转发的邮件", "轉寄郵件", "転送メッセージ", "元のメッセージ", "원본 메시지", "전달된 메시지",
}.compile()

// isRule says whether line is a rule above a quoted message.
func isRule(line string) bool {
	switch line[0] {
	case '-':
		return strings.HasPrefix(line, "--") && ruleWords.of(line)
	case '_':
		return len(line) >= 10 && strings.Trim(line, "_") == ""
	case 'B':
		return strings.EqualFold(line, "begin forwarded message:")
	}
	return false
}

// senderKeys name the first field of a copied header, otherKeys those that follow it.
var (
	senderKeys = map[string]bool{"from": true, "von": true, "de": true, "da": true, "van": true, "от": true, "от кого": true, "发件人": true, "寄件者": true, "寄件人": true, "差出人": true, "送信者": true, "보낸 사람": true, "fra": true, "od": true}
	otherKeys  = map[string]bool{
		"sent": true, "date": true, "to": true, "cc": true, "subject": true, "reply-to": true, "gesendet": true, "datum": true, "an": true, "betreff": true, "envoyé": true, "à": true, "objet": true, "enviado": true, "enviado el": true, "para": true, "asunto": true, "assunto": true, "fecha": true,
		"inviato": true, "a": true, "oggetto": true, "data": true, "verzonden": true, "aan": true, "onderwerp": true, "отправлено": true, "кому": true, "тема": true, "дата": true, "копия": true, "kopie": true,
		"发送时间": true, "发送日期": true, "时间": true, "日期": true, "收件人": true, "抄送": true, "抄送人": true, "主题": true, "寄件日期": true, "收件者": true, "副本": true, "主旨": true, "送信日時": true, "日時": true, "宛先": true, "件名": true, "보낸 날짜": true, "받는 사람": true, "제목": true, "날짜": true,
	}
)

// copiedKey is the name at the start of a line of a copied header, in lower case: "**Sent:** …", "| 发件人 | …", "发送时间：…".
func copiedKey(line string) string {
	line = strings.TrimLeft(line, "*| \t")
	if len(line) > 48 {
		line = line[:48]
	}
	i := strings.IndexAny(line, ":：|")
	if i <= 0 {
		return ""
	}
	return strings.ToLower(strings.Trim(strings.ReplaceAll(line[:i], "\u00a0", " "), "* \t　"))
}

// copiedHeader says whether a copied header begins with line, and what follows it.
func copiedHeader(line, rest string) (after string, ok bool) {
	if !senderKeys[copiedKey(line)] {
		return "", false
	}
	// All in one line, or a field a line; the blank lines that HTML leaves between do not end it.
	after = rest
	found := 0
	for _, mark := range []string{" Sent:", " Date:", " To:", " Subject:"} {
		if strings.Contains(line, mark) {
			found++
		}
	}
	for n, gap := 0, 0; n < 24 && gap < 3; n++ {
		var next string
		next, rest = firstLine(rest)
		if next = strings.TrimSpace(next); next == "" {
			if gap++; rest == "" {
				break
			}
			continue
		}
		if key := copiedKey(next); otherKeys[key] || senderKeys[key] {
			found++
			after, gap = rest, 0
		} else if gap > 0 || n > 0 && found == 0 || len(next) > introLimit || found > 3 {
			break // not a fold of the last field either
		}
	}
	return after, found >= 2
}

// opens and closes say whether line begins and ends like the sentence above a quoted message.
func opens(line string) bool {
	for _, w := range []string{"On ", "At ", "Am ", "Le ", "El ", "Il ", "Em ", "Op ", "Den ", "Dnia ", "W dniu ", "In article ", "在", "于", "於"} {
		if strings.HasPrefix(line, w) {
			return strings.ContainsAny(line, "0123456789") || strings.HasPrefix(w, "In")
		}
	}
	// "Ada <a@x> wrote:", "2024年5月6日(月) 9:30 Ada <a@x>:"
	return strings.HasSuffix(line, ":") && strings.ContainsAny(line, "@年") || strings.HasSuffix(line, "：") && strings.ContainsAny(line, "@年")
}

func closes(line string) bool {
	s := strings.TrimRight(line, " *")
	if s = strings.TrimSuffix(strings.TrimSuffix(s, ":"), "："); len(s) == len(strings.TrimRight(line, " *")) {
		return false
	}
	s = strings.TrimRight(s, " ")
	for _, w := range []string{" wrote", " writes", " mentioned", " schrieb", " a écrit", " escribió", " ha scritto", " escreveu", " schreef", " skrev", " napisał", " napisał(a)", " пишет", " написал", "写道", "寫道", "写到", "wrote", ">"} {
		if strings.HasSuffix(s, w) {
			return true
		}
	}
	return strings.Contains(s, " schrieb ") // "Am … schrieb Ada:"
}
