package message

import (
	"slices"
	"strings"

	"poplar/mail"
)

// toldLimit bounds how many recipients words may name.
const toldLimit = 100

// told is an address that the words of a report name, and the line it is on; -1: on none.
type told struct {
	addr string
	line int
}

// reportText reads a report that is words only. copied is the header of the original, as far as the report gives it.
func (t *tree) reportText(text string, copied *header) []mail.Bounced {
	h := &t.root.header
	lines := strings.Split(text, "\n")
	if len(lines) > 2000 {
		lines = lines[:2000]
	}
	failed := failedHeader(h, lines)
	if len(failed) == 0 {
		self := map[string]bool{}
		for _, name := range []string{"to", "from", "return-path", "delivered-to", "envelope-to", "reply-to", "x-original-to"} {
			for _, v := range h.all(name) {
				for _, a := range parseAddresses(v) {
					self[strings.ToLower(a.Addr)] = true
				}
			}
		}
		for _, name := range []string{"from", "sender", "reply-to", "return-path"} {
			for _, a := range parseAddresses(copied.best(name)) {
				self[strings.ToLower(a.Addr)] = true
			}
		}
		// Exchange says first whom it went to, then whom it did not reach.
		for n, line := range lines {
			if strings.Contains(line, "did not reach the following") {
				failed = tellers(lines[n+1:], self)
				for i := range failed {
					failed[i].line += n + 1
				}
				break
			}
		}
		if len(failed) == 0 {
			failed = tellers(lines, self)
		}
		if len(failed) == 0 && failureIn(text) {
			failed = tellers(lines, nil) // a person who wrote to itself
		}
	}
	if len(failed) == 0 {
		// Nobody is named: then it is whom the original went to.
		for _, name := range []string{"x-failed-recipients", "to", "cc", "bcc"} {
			if list := parseAddresses(copied.best(name)); len(list) > 0 && strings.Contains(list[0].Addr, "@") {
				failed = []told{{list[0].Addr, -1}}
				break
			}
		}
	}
	failed = failed[:min(len(failed), toldLimit)]
	even := t.evenOf(text)
	// What may happen in the end has not happened yet.
	delayed := delayPhrases.in(even) && !finalPhrases.in(strings.ReplaceAll(even, "will give up", ""))
	delivered := !delayed && arrivedPhrases.in(even) && !textPhrases.in(even) && !failureIn(text)
	var list []mail.Bounced
	for i, f := range failed {
		from, to := max(f.line, 0), len(lines)
		if f.line >= 0 {
			for _, g := range failed {
				if g.line > f.line && g.line < to {
					to = g.line
				}
			}
		}
		if isReply(lines[from], 0) {
			to = from + 1 // the line of a transcript
		}
		b := mail.Bounced{Recipient: f.addr}
		own := lines[from:to]
		if s := statusOf(own); s != "" || i == len(failed)-1 {
			b.Status, b.Diagnostic = s, diagnostic(own, f.addr)
		}
		if b.Status == "" {
			// Its own lines say nothing: others that name it may, then the whole.
			for n, line := range lines {
				if !containsFold(line, f.addr) {
					continue
				}
				near := lines[n:min(n+3, len(lines))]
				if b.Status = statusOf(near); b.Status != "" {
					b.Diagnostic = diagnostic(near, "")
					break
				}
			}
		}
		if b.Status == "" {
			b.Status = statusOf(lines)
		}
		if b.Diagnostic == "" {
			b.Diagnostic = diagnostic(lines, f.addr)
		}
		if b.RemoteMTA = talkingTo(own); b.RemoteMTA == "" && len(failed) == 1 {
			b.RemoteMTA = talkingTo(lines)
		}
		if delayed {
			b.Action = "delayed"
			if b.Status == "" || b.Status[0] == '5' {
				b.Status = "4.0.0"
			}
		}
		if delivered && b.Status == "" {
			b.Action, b.Status = "delivered", "2.0.0"
		}
		list = append(list, b)
	}
	return mergeRecipients(list)
}

// evenOf is evenText, which is asked for the same text more than once.
func (t *tree) evenOf(text string) string {
	if t.evened != text || t.even == "" {
		t.evened, t.even = text, evenText(text)
	}
	return t.even
}

// failedHeader reads X-Failed-Recipients (Exim, Gmail).
func failedHeader(h *header, lines []string) []told {
	var failed []told
	for _, a := range parseAddresses(h.best("x-failed-recipients")) {
		if a.Addr == "" {
			continue
		}
		at := -1
		for n, line := range lines {
			if containsFold(line, a.Addr) {
				at = n
				break
			}
		}
		failed = append(failed, told{a.Addr, at})
	}
	return failed
}

// tellers finds the failed recipients: addresses that begin a line, else such that stand under a name, else in a
// sentence about the failure, else any that is not the sender's.
func tellers(lines []string, self map[string]bool) []told {
	var begin, named, said, other []told
	for n, line := range lines {
		if len(line) > 2000 {
			line = line[:2000]
		}
		for at := 0; ; {
			addr, start, end := nextAddress(line, at)
			if addr == "" {
				break
			}
			at = end
			own := self[strings.ToLower(addr)]
			before := evenText(line[:start])
			switch f := (told{addr, n}); {
			case beginsLine(line, start, end):
				begin = append(begin, f)
			case own:
			case underName(before):
				named = append(named, f)
			case inSentence(before):
				said = append(said, f)
			case !office(addr):
				other = append(other, f)
			}
		}
	}
	for _, list := range [][]told{sift(begin, self), named, said, other} {
		if len(list) > 0 {
			return unique(list)
		}
	}
	return nil
}

// nextAddress finds the first addr-spec in s at or after from.
func nextAddress(s string, from int) (addr string, start, end int) {
	for from < len(s) {
		at := strings.IndexByte(s[from:], '@')
		if at < 0 {
			return "", 0, 0
		}
		at += from
		start = at
		for start > from && addressByte(s[start-1], false) {
			start--
		}
		end = at + 1
		for end < len(s) && addressByte(s[end], true) {
			end++
		}
		for start < at && strings.IndexByte("'.-/=*", s[start]) >= 0 {
			start++
		}
		for end > at+1 && (s[end-1] == '.' || s[end-1] == '-') {
			end--
		}
		if at-start > 5 && strings.EqualFold(s[start:start+5], "smtp=") {
			start += 5 // an address of X.400
		}
		if start < at && end > at+1 {
			return s[start:end], start, end
		}
		from = at + 1
	}
	return "", 0, 0
}

// addressByte says whether c may stand in an address as reports write them.
func addressByte(c byte, domain bool) bool {
	if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c == '.' || c == '-' || c == '_' {
		return true
	}
	return !domain && strings.IndexByte("!#$%&'*+/=?^{|}~", c) >= 0
}

// beginsLine says whether the address at [start, end) opens its line, as in "<a@b>:", ">>> a@b <a@b>", "a@b on Thu, …".
func beginsLine(line string, start, end int) bool {
	head := strings.TrimRight(line[:start], `"'<([`)
	code := len(head) == 4 && isReply(head, 0) // "550 <a@b>... User unknown"
	if code {
		line, start, end = line[4:], start-4, end-4
		head = ""
	}
	if len(line[:start])-len(head) > 2 || strings.Trim(head, " \t>*-•·") != "" {
		return false
	}
	tail := line[end:]
	for n := 0; n < 2 && tail != "" && strings.IndexByte(`"'>)]`, tail[0]) >= 0; n++ {
		tail = tail[1:]
	}
	if tail == "" || tail[0] == '\t' {
		return true
	}
	tail = strings.TrimLeft(tail, " ")
	if code {
		return strings.HasPrefix(tail, "...")
	}
	return tail == "" || strings.IndexByte(":;,(=<-", tail[0]) >= 0 || strings.HasPrefix(tail, "...") || strings.HasPrefix(tail, "on ")
}

// names stand before a colon and the failed address.
var names = map[string]bool{
	"rcpt to": true, "recipient": true, "recipients": true, "recipient(s)": true, "recipient address": true, "failed recipient": true, "failed recipients": true, "failed recipient(s)": true, "failed address": true, "failed addresses": true,
	"intended recipient": true, "original recipient": true, "email address": true, "e-mail address": true, "address": true, "delivery to": true, "to": true, "for": true,
	"收件人": true, "收件人地址": true, "收信人": true, "接收人": true, "退信地址": true, "宛先": true, "送信先": true, "destinatario": true, "destinataire": true, "empfänger": true,
}

// underName says whether before, which leads to an address, is a name with its colon.
func underName(before string) bool {
	before = strings.TrimRight(before, ` <"'([`)
	name, ok := strings.CutSuffix(before, ":")
	if !ok {
		if name, ok = strings.CutSuffix(before, "："); !ok {
			return false
		}
	}
	return names[strings.Trim(name, " >*-•·")]
}

// leads are words that come right before the failed address in a sentence.
var leads = []string{
	"rejected recipient", "rcpt to", "recipient", "recipients", "address", "addressed to", "reach", "mailbox", "mailbox for", "full", "message to", "mail to", "user", "account", "unknown", "sent to", "undeliverable to",
	"向", "发往", "发送到", "投递到", "给", "到", "收件人", "地址",
}

// inSentence says whether before leads to an address that could not be reached.
func inSentence(before string) bool {
	if i := strings.LastIndex(before, "deliver"); i >= 0 && len(before)-i < 90 {
		if rest := before[i:]; strings.Contains(rest, " to") || strings.Contains(rest, " for") {
			return true
		}
	}
	before = strings.TrimRight(before, " <\"'([“「:：")
	for _, w := range leads {
		if strings.HasSuffix(before, w) {
			return true
		}
	}
	return false
}

// sift leaves out, where others are there, the sender's own address and those of the people to turn to.
func sift(list []told, self map[string]bool) []told {
	good := slices.DeleteFunc(slices.Clone(list), func(f told) bool { return self[strings.ToLower(f.addr)] || office(f.addr) })
	if len(good) > 0 {
		return good
	}
	return list
}

// office says whether an address is one to turn to rather than one that failed.
func office(addr string) bool {
	local, _, _ := strings.Cut(strings.ToLower(addr), "@")
	switch local {
	case "postmaster", "mailer-daemon", "support", "helpdesk", "abuse", "admin", "administrator", "hostmaster", "webmaster", "noreply", "no-reply":
		return true
	}
	return false
}

func unique(list []told) []told {
	seen := map[string]bool{}
	var out []told
	for _, f := range list {
		if key := strings.ToLower(f.addr); !seen[key] {
			seen[key] = true
			out = append(out, f)
		}
	}
	return out
}

// containsFold looks for an address in a line, whatever its case.
func containsFold(line, addr string) bool {
	if len(line) < len(addr) || strings.IndexByte(line, '@') < 0 {
		return false
	}
	return strings.Contains(strings.ToLower(line), strings.ToLower(addr))
}

// talkingTo finds the server that refused.
func talkingTo(lines []string) string {
	for _, line := range lines {
		low := strings.ToLower(line)
		for _, lead := range []string{"while talking to ", "host ", "host: ", "server ", "connected to ", "reply from ", "connecting to "} {
			i := strings.Index(low, lead)
			if i < 0 || i > 0 && addressByte(low[i-1], true) {
				continue
			}
			name := strings.TrimLeft(line[i+len(lead):], "<[ ")
			end := 0
			for end < len(name) && addressByte(name[end], true) {
				end++
			}
			if name = strings.Trim(name[:end], ".-"); strings.IndexByte(name, '.') > 0 {
				return name
			}
		}
	}
	return ""
}

// diagnostic picks the words that say why, one line of at most 800 bytes.
func diagnostic(lines []string, addr string) string {
	var out []string
	n := 0
	for i, line := range lines {
		s := strings.Join(strings.Fields(line), " ")
		if i == 0 && addr != "" {
			// What follows the address on its line.
			if j := strings.Index(strings.ToLower(s), strings.ToLower(addr)); j >= 0 && j+len(addr) <= len(s) {
				s = strings.TrimLeft(s[j+len(addr):], `>"'):;,. `)
			}
		}
		if s == "" && n > 40 {
			break
		}
		if strings.Trim(s, "-=_* ") == "" {
			continue
		}
		out = append(out, s)
		if n += len(s); n > 600 {
			break
		}
	}
	d := strings.Join(out, " ")
	if len(d) > 800 {
		d = strings.ToValidUTF8(d[:800], "")
	}
	return d
}
