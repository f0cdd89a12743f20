package message

import (
	"regexp"
	"slices"
	"strings"

	"poplar/mail"
)

var (
	anyAddress = regexp.MustCompile(`[0-9A-Za-z.!#$%&'*+/=?^_{|}~-]+@[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*`)
	// lineAddress is an address that begins a line: "<a@b>:", "a@b", `"a@b":`, ">>> a@b <a@b>", "a@b on Thu, …".
	lineAddress = regexp.MustCompile(`^[\s>*•·-]*["'<(\[]{0,2}([0-9A-Za-z.!#$%&'*+/=?^_{|}~-]+@[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*)["'>)\]]{0,2}\s*(?:$|[:;,(=<-]|\.\.\.|on |\t)`)
	// namedAddress is a line that gives an address under a name.
	namedAddress = regexp.MustCompile(`(?i)^[\s>*•·-]*(?:rcpt to|recipient(?:\(s\)|s)?(?: address)?|failed (?:recipient|address)(?:\(s\)|es)?|intended recipient|original recipient|e-?mail address|address|delivery to|to|for|收件人(?:地址)?|收信人|接收人|退信地址|宛先|送信先|destinatario|destinataire|empfänger)\s*[:：]\s*[<"'(\[]{0,2}([0-9A-Za-z.!#$%&'*+/=?^_{|}~-]+@[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*)`)
	// saidAddress is an address in a sentence about a failure.
	saidAddress = regexp.MustCompile(`(?i)(?:deliver(?:ed|ing|y)?\b.{0,60}\b(?:to|for)|undeliverable to|rejected recipient|rcpt to|recipient|recipients?:|address|addressed to|reach(?: the following recipient)?|mailbox(?: is full| for)?|full|message to|mail to|user|account|unknown|address:|sent to|向|发往|发送到|投递到|给|到|收件人)\s*[:：]?\s*[<"'(\[“「]{0,2}([0-9A-Za-z.!#$%&'*+/=?^_{|}~-]+@[0-9A-Za-z_-]+(?:\.[0-9A-Za-z_-]+)*)`)

	enhanced      = regexp.MustCompile(`\b[245]\.\d{1,3}\.\d{1,3}\b`)
	firmStatus    = regexp.MustCompile(`(?i)(?:\b[245]\d\d[- ]+#?|#|status:?\s*|smtp;\s*(?:[245]\d\d[- ])?|^\s*|[(\[<])([245]\.[0-7]\.\d{1,3})(?:$|[^\d.])`)
	looseStatus   = regexp.MustCompile(`(?:^|[^\d.A-Za-z])([245]\.[0-7]\.\d{1,3})(?:$|[^\d.])`)
	replyCode     = regexp.MustCompile(`(?i)(?:^|said:?\s*|reason:?\s*|smtp;\s*|responsecode[ :]*|code[ :]+|response[ :]+|[\s\[<("':])((?:4[2-5]|5[0-57])\d)(?:[- :,)\]]|$)`)
	talkingTo     = regexp.MustCompile(`(?i)(?:while talking to|host|server|connected to|reply from|connecting to)\s+<?\[?([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)\]?`)
	delayWords    = regexp.MustCompile(`(?i)will (be retried|retry|continue|keep|try)|has been delayed|delivery (has been |is |was )?(delayed|temporarily)|warning message only|do not need to resend|not yet been|still (being )?tr(ying|ied)|delayed|继续尝试|暂时|稍后`)
	notDelayWords = regexp.MustCompile(`(?i)giv(?:e|ing) up|failed permanently|permanent(ly)? (fatal )?(error|fail)|no further|final(ly)? fail`)
)

// told is an address that the words of a report name, and the line it is on.
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
	var failed []told
	if v := h.best("x-failed-recipients"); v != nil {
		for _, a := range parseAddresses(v) {
			if a.Addr != "" {
				failed = append(failed, told{a.Addr, mentioned(lines, a.Addr)})
			}
		}
	}
	if len(failed) == 0 {
		if failed = tellers(lines, self); len(failed) == 0 {
			failed = tellers(lines, nil)
		}
	}
	if len(failed) == 0 || !strings.Contains(failed[0].addr, "@") {
		// Nobody is named: then it is whom the original went to.
		for _, name := range []string{"x-failed-recipients", "to", "cc", "bcc"} {
			for _, a := range parseAddresses(copied.best(name)) {
				if strings.Contains(a.Addr, "@") {
					failed = append(failed, told{a.Addr, -1})
				}
			}
			if len(failed) > 0 {
				break
			}
		}
		if len(failed) > 1 {
			failed = failed[:1]
		}
	}
	if len(failed) > recipientLimit {
		failed = failed[:recipientLimit]
	}
	delayed := delayWords.MatchString(text) && !notDelayWords.MatchString(text)
	var list []mail.Bounced
	for i, f := range failed {
		from, to := 0, len(lines)
		if f.line >= 0 && len(failed) > 1 {
			from = f.line
			for _, g := range failed {
				if g.line > f.line && g.line < to {
					to = g.line
				}
			}
		} else if f.line >= 0 {
			from = f.line
		}
		b := mail.Bounced{Recipient: f.addr}
		own := strings.Join(lines[from:to], "\n")
		if i == len(failed)-1 || len(failed) == 1 || statusOf(own) != "" {
			b.Status, b.Diagnostic = statusOf(own), diagnostic(lines[from:to], f.addr)
		}
		if b.Status == "" {
			// Its line says nothing: another that names it may, then the whole.
			for n, line := range lines {
				if strings.Contains(strings.ToLower(line), strings.ToLower(f.addr)) {
					near := strings.Join(lines[n:min(n+3, len(lines))], "\n")
					if s := statusOf(near); s != "" {
						b.Status, b.Diagnostic = s, diagnostic(lines[n:min(n+3, len(lines))], "")
						break
					}
				}
			}
		}
		if b.Status == "" {
			b.Status = statusOf(text)
			if b.Diagnostic == "" {
				b.Diagnostic = diagnostic(lines, f.addr)
			}
		}
		if m := talkingTo.FindStringSubmatch(own); m != nil {
			b.RemoteMTA = m[1]
		} else if m := talkingTo.FindStringSubmatch(text); m != nil {
			b.RemoteMTA = m[1]
		}
		if delayed {
			b.Action = "delayed"
			if b.Status == "" || b.Status[0] == '5' {
				b.Status = "4.0.0"
			}
		}
		list = append(list, b)
	}
	return mergeRecipients(list)
}

// tellers finds the failed recipients: addresses that begin a line, else such that stand under a name, else in a
// sentence about the failure.
func tellers(lines []string, self map[string]bool) []told {
	var begin, named, said, any []told
	for n, line := range lines {
		if len(line) > 2000 {
			line = line[:2000]
		}
		if !strings.Contains(line, "@") {
			continue
		}
		if m := lineAddress.FindStringSubmatch(line); m != nil {
			begin = append(begin, told{trimAddress(m[1]), n})
		} else if m := namedAddress.FindStringSubmatch(line); m != nil {
			if !self[strings.ToLower(trimAddress(m[1]))] {
				named = append(named, told{trimAddress(m[1]), n})
			}
		} else {
			for _, m := range saidAddress.FindAllStringSubmatch(line, 5) {
				if !self[strings.ToLower(trimAddress(m[1]))] {
					said = append(said, told{trimAddress(m[1]), n})
				}
			}
		}
		for _, m := range anyAddress.FindAllString(line, 5) {
			m = trimAddress(m)
			if !self[strings.ToLower(m)] && !office(m) {
				any = append(any, told{m, n})
			}
		}
	}
	begin = sift(begin, self)
	for _, list := range [][]told{begin, named, said, any} {
		if len(list) > 0 {
			return unique(list)
		}
	}
	return nil
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

func trimAddress(s string) string { return strings.TrimRight(strings.Trim(s, `'"`), ".-") }

// mentioned returns the first line that names addr, -1 when none does.
func mentioned(lines []string, addr string) int {
	addr = strings.ToLower(addr)
	for n, line := range lines {
		if strings.Contains(strings.ToLower(line), addr) {
			return n
		}
	}
	return -1
}

// statusOf finds the status (RFC 3463) that a text tells: a code of that form, else one made of an SMTP reply code
// and of the words.
func statusOf(text string) string {
	for _, re := range []*regexp.Regexp{firmStatus, looseStatus} {
		best := ""
		for _, m := range re.FindAllStringSubmatch(text, 20) {
			if best == "" || strings.HasSuffix(best, ".0.0") {
				best = m[1]
			}
		}
		if best != "" {
			return best
		}
	}
	class := ""
	for _, m := range replyCode.FindAllStringSubmatch(text, 20) {
		if class == "" || m[1][0] == '5' {
			class = m[1][:1]
		}
	}
	for _, r := range reasons {
		if r.words.MatchString(text) {
			if class == "" {
				class = r.class
			}
			return class + r.detail
		}
	}
	if class != "" {
		return class + ".0.0"
	}
	return ""
}

// diagnostic picks the words that say why.
func diagnostic(lines []string, addr string) string {
	var out []string
	n := 0
	for i, line := range lines {
		s := strings.TrimSpace(line)
		if i == 0 && addr != "" {
			// What follows the address on its line.
			if j := strings.Index(strings.ToLower(s), strings.ToLower(addr)); j >= 0 {
				s = strings.TrimLeft(s[j+len(addr):], `>"'):;,. `)
			}
		}
		if s == "" {
			if len(out) > 0 && n > 40 {
				break
			}
			continue
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
