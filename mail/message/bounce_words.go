package message

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// phrases are wordings, in lower case with single blanks. "a~b" is a with b at most nearBytes after it.
type phrases []string

const nearBytes = 60

// phraseSet finds any of many phrases in one pass over a text.
type phraseSet struct {
	starts [1 << 16 / 64]uint64 // which three bytes a phrase begins with, hashed
	by     map[uint16][]phrase
}

// begins hashes the three bytes of s from i on.
func begins[T string | []byte](s T, i int) uint16 {
	return uint16(s[i])<<8 ^ uint16(s[i+1])<<4 ^ uint16(s[i+2])*0x101
}

type phrase struct{ head, tail string }

// compile prepares the phrases; each has three bytes at least.
func (p phrases) compile() *phraseSet {
	s := &phraseSet{by: map[uint16][]phrase{}}
	for _, w := range p {
		head, tail, _ := strings.Cut(w, "~")
		k := begins(head, 0)
		s.starts[k/64] |= 1 << (k % 64)
		s.by[k] = append(s.by[k], phrase{head, tail})
	}
	return s
}

// of says whether a short text that is not even yet holds one of the phrases. Nothing is allocated for it.
func (s *phraseSet) of(text string) bool {
	var short [200]byte
	return has(s, appendEven(short[:0], text))
}

// in says whether text, made even by evenText, holds one of the phrases.
func (s *phraseSet) in(text string) bool { return has(s, text) }

func has[T string | []byte](s *phraseSet, text T) bool {
	for i := 0; i+2 < len(text); i++ {
		k := begins(text, i)
		if s.starts[k/64]&(1<<(k%64)) == 0 {
			continue
		}
		for _, p := range s.by[k] {
			if len(text)-i < len(p.head) || string(text[i:i+len(p.head)]) != p.head {
				continue
			}
			if p.tail == "" {
				return true
			}
			rest := text[i+len(p.head):]
			if strings.Contains(string(rest[:min(len(rest), nearBytes+len(p.tail))]), p.tail) {
				return true
			}
		}
	}
	return false
}

// evenText makes wordings comparable: lower case, blanks and line ends single, typographic apostrophes plain.
func evenText(s string) string { return string(appendEven(make([]byte, 0, len(s)), s)) }

func appendEven(b []byte, s string) []byte {
	blank := true
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			i++
			switch {
			case c <= ' ':
				if blank {
					continue
				}
				blank = true
				b = append(b, ' ')
				continue
			case c >= 'A' && c <= 'Z':
				c += 'a' - 'A'
			}
			blank = false
			b = append(b, c)
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		i += n
		switch {
		case r == '\u2019':
			r = '\''
		case unicode.IsSpace(r):
			if !blank {
				b = append(b, ' ')
			}
			blank = true
			continue
		}
		blank = false
		b = utf8.AppendRune(b, unicode.ToLower(r))
	}
	return b
}

var (
	// daemonLocals are local parts of addresses that reports come from.
	daemonLocals = []string{
		"mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "postmaster", "post_master", "mdaemon", "mail.delivery", "maildelivery",
		"mailsystem", "mail-system", "mmdf", "uucp", "dsn", "mailadmin", "bounce", "bounces",
	}
	daemonNames = phrases{
		"mail delivery", "mail-delivery", "maildelivery", "mailer-daemon", "mailer daemon", "mail daemon", "delivery system", "delivery subsystem",
		"system administrator", "postmaster", "mail system", "message delivery", "系统退信", "邮件系统", "退信", "電子郵件系統", "郵件系統",
	}.compile()
	subjectPhrases = phrases{
		"undeliver", "returned mail", "returned message", "returned to sender", "return to sender", "returning message", "returned email", "return receipt failed",
		"delivery status", "delivery notification", "delivery report", "delivery fail", "delivery problem", "delivery error", "delivery has failed", "delivery unsuccessful",
		"delivery delay", "delivery~delay", "delivery postponed", "delivered failed", "failure notice", "failure delivery", "failed delivery", "deliver failed", "delivery attempt",
		"mail fail", "mail delivery", "message delivery", "email delivery", "could not be delivered", "couldn't be delivered", "cannot be delivered", "can't be delivered", "could not deliver",
		"not delivered", "non delivery", "non-delivery", "nondelivery", "nondeliverable", "undelivered", "message status", "message delayed", "delayed mail", "delayed~message", "warning: message", "warning: could not send",
		"warning~mail", "mail could not", "mail cannot", "mail was not", "message not", "error sending", "mail system error", "mail error", "user unknown", "unknown user", "unable to deliver", "unzustellbar",
		"nicht zugestellt", "nicht zustellbar", "zustellung fehl", "fehlgeschlagen", "rejected", "non remis", "échec", "mancata consegna", "recapitare", "no se ha podido entregar", "no se pudo entregar", "não entregue", "não foi possível entregar",
		"недостав", "не доставлен", "退信", "退件", "无法投递", "无法送达", "投递失败", "發送失敗", "发送失败", "未送达", "未能送达", "退回", "傳送失敗", "传送失败", "無法傳遞", "无法传递",
		"配信不能", "送信エラー", "配信エラー", "エラー通知", "エラーメッセージ", "送信できませんでした", "エラーメール", "不達", "전송 실패", "반송",
	}.compile()
	textPhrases = phrases{
		"could not be delivered", "couldn't be delivered", "cannot be delivered", "can not be delivered", "can't be delivered", "could not be sent", "not able to deliver", "not deliver", "not be delivered", "not be able to deliver",
		"unable to deliver", "unable to be delivered", "was not delivered", "wasn't delivered", "did not reach the following", "delivery to~fail", "delivery of~fail", "delivery has~fail", "delivery to~delay", "undeliverable",
		"permanent fatal error", "permanent error", "permanent fail", "failed permanently", "fatal error", "following address~fail", "following address~error", "following address~problem", "following recipient~fail",
		"user unknown", "unknown user", "no such user", "no such person", "mailbox is full", "mailbox full", "mailbox was full", "mailbox unavailable", "mailbox not found", "mailbox disabled",
		"recipient~rejected", "recipient~not found", "recipient~does not exist", "recipient~unknown", "recipient~invalid", "user~not found", "user~does not exist", "user~doesn't exist", "address~rejected", "address~not found",
		"address~does not exist", "address~unknown", "address~invalid", "account~does not exist", "account~doesn't exist", "invalid user", "invalid recipient", "invalid address", "delivery fail", "error delivering",
		"error occurred while trying to deliver", "returned to sender", "trouble delivering", "giving up", "retry timeout", "has been delayed", "rejected the recipient", "rejected recipient", "rejected the message",
		"failed to deliver", "mail fail", "not listed in", "over quota", "quota exceeded", "nicht zugestellt", "nicht erreicht", "konnte nicht", "no se ha podido entregar", "no pudo ser entregado", "n'a pas pu être", "non è stato consegnato", "não pôde ser entregue",
		"не может быть доставлен", "не удалось доставить", "不存在", "无法投递", "无法送达", "无法发送", "退信", "被拒", "未能送达", "未送达", "投递失败", "發送失敗", "无法传递", "無法傳遞", "送信できませんでした", "配信できませんでした", "届けることができませんでした", "お届けできません", "不達", "存在しません",
		"may not exist", "mailbox~exceed", "delivery error", "error message below", "following errors", "smtp error", "remote host said", "did not accept", "transcript of session",
	}.compile()
	replyPhrases = phrases{
		"out of office", "out of the office", "out-of-office", "autoreply", "auto reply", "auto-reply", "automatic reply", "automated reply", "auto response", "autoresponse", "automatic response", "automatische antwort", "vacation", "away from", "away until",
		"abwesen", "自动回复", "自動回覆", "自動返信", "不在", "absence", "respuesta autom", "réponse auto", "thank you for your", "thank you for contacting", "read receipt", "read notification", "read: ", "已读", "开封", "quarantine", "隔离",
	}.compile()
	delayPhrases = phrases{
		"will be retried", "will retry", "will continue", "will keep trying", "will try", "has been delayed", "delivery delayed", "delivery has been delayed", "delivery temporarily", "delivery is delayed", "delivery is temporarily", "warning message only", "not need to resend",
		"not yet been delivered", "not been delivered yet", "still being tried", "still trying", "is delayed", "(delayed)", "继续尝试", "稍后重试", "暂时无法", "将会继续", "will make another attempt",
	}.compile()
	arrivedPhrases = phrases{
		"delivery successful", "successfully delivered", "was delivered", "has been delivered", "delivery is complete", "delivery to these recipients", "delivered successfully", "successfully relayed", "投递成功", "已成功", "已送达",
	}.compile()
	finalPhrases = phrases{"giving up", "give up", "failed permanently", "permanent error", "permanent fatal error", "permanent failure", "permanently fail", "permanent fail", "no further", "final fail"}.compile()
	copyPhrases  = phrases{
		"original message", "original mail", "original email", "returned message", "returned mail", "unsent message", "undelivered message", "rejected message", "copy of the message", "copy of your message", "copy of the original", "copy of your original", "below this line is a copy",
		"message header", "message text follow", "message follow", "header of the", "your message follow", "your email follow", "headers follow", "the first~message", "原始邮件", "原邮件", "原信", "original headers", "mail header",
	}.compile()
)
