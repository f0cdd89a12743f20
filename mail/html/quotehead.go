package html

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Earlier text does not always stand behind quote marks: many programs put the head of the earlier message over it, as
// labels and their values, and often a line that says so.

// labels are what mail programs call the fields of an earlier message, by the field: f rom, d ate, t o, s ubject.
var labels = func() map[string]byte {
	m := map[string]byte{}
	for kind, words := range map[byte]string{
		'f': "from|von|de|expéditeur|da|mittente|van|från|fra|lähettäjä|od|nadawca|от|от кого|від|kimden|gönderen|remitente|発信者|差出人|送信者|보낸 사람|보낸사람|发件人|发信人|发送人|寄件者|寄件人|发自",
		'd': "sent|date|sent on|gesendet|datum|envoyé|envoyé le|date d'envoi|inviato|data|verzonden|skickat|sendt|dato|lähetetty|päiväys|wysłano|odesláno|отправлено|дата|надіслано|tarih|gönderildi|enviado|enviado el|enviada em|fecha|送信日時|日時|日付|보낸 날짜|보낸날짜|날짜|发送时间|发送日期|时间|日期|發送時間|傳送時間|寄件日期|日期時間|時間",
		't': "to|an|à|destinataire|a|destinatario|aan|till|til|vastaanottaja|do|komu|кому|kime|kim|para|para:|宛先|受信者|받는 사람|받는사람|收件人|收信人|收件者|cc|kopie|抄送|副本",
		's': "subject|betreff|objet|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|тема|konu|asunto|assunto|件名|題名|제목|主题|主題|标题|主旨",
	} {
		for w := range strings.SplitSeq(words, "|") {
			m[w] = kind
		}
	}
	return m
}()

// dividers are the words of a line that stands over an earlier message; forwarders, over one that is passed on.
var (
	dividers = []string{
		"original message", "originalnachricht", "original-nachricht", "ursprüngliche nachricht", "message d'origine", "message original", "mensaje original",
		"mensagem original", "messaggio originale", "oorspronkelijk bericht", "originalmeddelande", "ursprungligt meddelande", "oprindelig meddelelse",
		"opprinnelig melding", "alkuperäinen viesti", "oryginalna wiadomość", "wiadomość oryginalna", "původní zpráva", "исходное сообщение", "orijinal mesaj",
		"original appointment", "reply message", "元のメッセージ", "original mail", "원본 메시지", "원본 메일", "原始邮件", "原始郵件", "原邮件", "回复的原邮件", "回复的邮件", "邮件原件",
	}
	forwarders = []string{
		"forwarded message", "forwarded mail", "forwarding messages", "weitergeleitete nachricht", "message transféré", "mensaje reenviado", "mensagem encaminhada",
		"messaggio inoltrato", "doorgestuurd bericht", "vidarebefordrat", "пересылаемое сообщение", "転送メッセージ", "전달된 메일", "转发邮件", "转发的邮件", "转发的消息", "轉寄郵件", "被转发邮件",
	}
)

// headLines is how many lines are looked at for the head of an earlier message.
const headLines = 14

// labelOf says which field a line names ("From: Ada", "*发件人：* Ada"); 0: none.
func labelOf(line string) byte {
	line = strings.TrimLeftFunc(line, func(r rune) bool { return unicode.IsSpace(r) || r == '*' || r == '|' || r == '>' })
	if len(line) > 60 {
		line = line[:60]
	}
	i := strings.IndexAny(line, ":：")
	if i <= 0 {
		return 0
	}
	name := strings.TrimFunc(line[:i], func(r rune) bool { return unicode.IsSpace(r) || r == '*' })
	if utf8.RuneCountInString(name) > 14 {
		return 0
	}
	return labels[strings.ToLower(strings.Join(strings.Fields(name), " "))]
}

// divides says whether a line says that an earlier message follows, and whether it is one that is passed on.
func divides(line string) (earlier, forwarded bool) {
	line = strings.TrimSpace(line)
	if len(line) > 200 || line == "" {
		return false, false
	}
	core := strings.TrimFunc(line, func(r rune) bool { return strings.ContainsRune("-–—_=*:：<>", r) || unicode.IsSpace(r) })
	if core == line || core == "" {
		return false, false
	}
	core = strings.ToLower(core)
	return slices.Contains(dividers, core), slices.Contains(forwarders, core) || strings.HasPrefix(core, "begin forwarded message")
}

// ruled says whether a line is drawn with dashes or underscores.
func ruled(line string) bool {
	line = strings.TrimSpace(line)
	return len(line) >= 10 && strings.Trim(line, "-_=*—–") == ""
}

// headAt says whether an earlier message begins with the first of lines: with its labels, or with a line that says so.
func headAt(lines []string) (head, forwarded bool) {
	i := 0
	next := func() bool {
		for i < len(lines) && strings.TrimSpace(lines[i]) == "" {
			i++
		}
		return i < len(lines)
	}
	if !next() {
		return false, false
	}
	earlier, passed := divides(lines[i])
	if earlier || passed || ruled(lines[i]) {
		i++
		if !next() {
			return earlier, passed
		}
	}
	if labelOf(lines[i]) != 'f' {
		return earlier || passed, passed
	}
	var seen [256]bool
	n := 0
	for _, l := range lines[i:min(len(lines), i+headLines)] {
		if k := labelOf(l); k != 0 && !seen[k] {
			seen[k] = true
			n++
		}
	}
	return earlier || passed || n >= 3 && (seen['d'] || seen['t']), passed
}

// introduces says whether a line ends as one does over a quote: "On … Marta wrote:".
func introduces(line string) bool {
	r, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(line, unicode.IsSpace))
	return r == ':' || r == '：'
}
