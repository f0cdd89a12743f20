package store

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What mail programs put before the subject of a reply and of a forwarded message, in lower case.
var (
	replyWords = words(`re aw antw antwort sv vs odp odpověď res rif ref ynt vá 回复 回覆 答复 答覆 返信 답장 회신`)
	// forwardWords mark no reply, but mean as little.
	forwardWords = words(`fw fwd wg tr vl vb pd enc rv i doorst továbbítás 转发 轉寄 轉發 转寄 転送 전달`)
)

// commonSubjects say too little to tie messages together.
var commonSubjects = words(`hi hello hey test tests testing question questions help update updates meeting invoice
	invoices order orders thanks thx info information news newsletter report status reminder urgent important request
	document documents photo photos file files message mail email subject none untitled welcome hallo frage rechnung
	bonjour question facture hola ok yes no fyi
	你好 您好 测试 通知 发票 会议 谢谢 问题 邮件 无主题 没有主题 文件 照片 重要 请查收 资料 請查收 無主題 テスト 件名なし 안녕하세요`)

// commonPhrases are the same for subjects of several words.
var commonPhrases = map[string]bool{
	"no subject": true, "thank you": true, "good morning": true, "out of office": true, "your order": true,
	"your invoice": true, "kein betreff": true, "sans objet": true, "sin asunto": true, "automatic reply": true,
	"(no subject)": true, "(无主题)": true, "(無主題)": true, "(none)": true,
}

func words(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(s) {
		set[w] = true
	}
	return set
}

// prefixShape matches one "Re:", "AW :", "Re[2]:", "回复：" and the like at the beginning of a subject.
var prefixShape = regexp.MustCompile(`^([\p{L}]{1,12})\s*(?:[\[(^]?\d{1,3}[\])]?)?\s*[:：]`)

// tagShape matches the "[list]" that mailing lists put before subjects.
var tagShape = regexp.MustCompile(`^(\[[^\[\]]{1,40}\]|【[^【】]{1,40}】)`)

// plainSubject returns a subject without reply and forward prefixes and list tags, in lower case with single blanks,
// and whether one of the prefixes marks a reply.
func plainSubject(subject string) (plain string, reply bool) {
	rest := strings.Join(strings.Fields(strings.ToLower(subject)), " ")
	plain = rest // what is left when there is nothing but tags
	for {
		if m := prefixShape.FindStringSubmatch(rest); m != nil && (replyWords[m[1]] || forwardWords[m[1]]) {
			reply = reply || replyWords[m[1]]
			rest = strings.TrimSpace(rest[len(m[0]):])
			plain = rest
			continue
		}
		m := tagShape.FindString(rest)
		if m == "" || strings.TrimSpace(rest[len(m):]) == "" {
			return plain, reply
		}
		rest = strings.TrimSpace(rest[len(m):])
		plain = rest
	}
}

// telling reports whether a plain subject says enough to tie messages together.
func telling(plain string) bool {
	bare := strings.TrimFunc(plain, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) })
	if commonSubjects[bare] || commonPhrases[bare] || commonPhrases[plain] {
		return false
	}
	weight := 0 // a Han character says about as much as three letters
	for _, r := range bare {
		switch {
		case isCJK(r):
			weight += 3
		case unicode.IsLetter(r):
			weight++
		}
	}
	return weight >= 6 && utf8.ValidString(plain)
}
