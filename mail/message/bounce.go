package message

import (
	"bytes"
	"slices"
	"strings"

	"poplar/mail"
)

// reportLimit bounds how much of a report's text is looked at, recipientLimit how many recipients it may name.
const (
	reportLimit    = 256 << 10
	recipientLimit = 1000
)

// report is what a delivery report says.
type report struct {
	list     []mail.Bounced
	original string // Message-ID of the message it is about
	subject  string // and its subject
}

// bounce reads a delivery report: the fields of RFC 3464 where it has them, else the wordings of the mail servers
// that have their own. Its list is empty when the message is none. text is the readable text of the message.
func (t *tree) bounce(text func() string) report {
	if !t.mayReport() {
		return report{}
	}
	var r report
	var status, original *part // the first of each
	t.leaves(func(p *part) bool {
		switch p.ctype.value {
		case "message/delivery-status", "message/global-delivery-status":
			if status == nil {
				status = p
			}
		case "message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers", "message/partial", "text/rfc822-header", "text/rfc822":
			if original == nil {
				original = p
			}
		}
		return true
	})
	if status != nil {
		r.list = statusFields(string(t.decoded(status, reportLimit)))
	}
	var copied header
	if original != nil {
		copied = parseCopy(t.decoded(original, reportLimit))
	}
	if len(r.list) == 0 && (status != nil || t.reportScore("") >= 2) {
		body := strings.ReplaceAll(text(), "\r", "")
		if len(body) > reportLimit {
			body = body[:reportLimit]
		}
		told, rest := cutCopy(body)
		if strings.IndexByte(told, '@') < 0 && !strings.Contains(strings.ToLower(rest), "message-id:") {
			told, rest = body, "" // QUIRK: not the copy is announced, but what the report knows of the message
		}
		if n := t.reportScore(told); n >= 3 || status != nil {
			if len(copied.fields) == 0 {
				copied = parseCopy([]byte(rest))
			}
			if r.list = statusFields(told); len(r.list) == 0 {
				r.list = statusFields(rest) // a report within the report
			}
			if len(r.list) == 0 {
				r.list = t.reportText(told, &copied)
			}
			if len(r.list) == 0 && strings.IndexByte(told, '@') < 0 {
				r.list = t.reportText(body, &copied) // QUIRK: it goes on behind what it knows of the message
			}
		}
	}
	if len(r.list) == 0 {
		return report{}
	}
	if ids := messageIDs(copied.best("message-id")); len(ids) > 0 {
		r.original = ids[0]
	}
	r.subject = strings.TrimSpace(decodeWords(copied.best("subject")))
	for i := range r.list {
		settle(&r.list[i])
		r.list[i].NewAddress = newAddress(r.list[i])
	}
	return r
}

// mayReport is the cheap look that spares ordinary mail the rest.
func (t *tree) mayReport() bool {
	switch strings.ToLower(t.root.ctype.get("report-type")) {
	case "feedback-report", "disposition-notification":
		return false
	}
	found := t.root.ctype.value == "multipart/report"
	t.leaves(func(p *part) bool {
		found = found || strings.HasSuffix(p.ctype.value, "delivery-status")
		return !found
	})
	if found {
		return true
	}
	h := &t.root.header
	if v, ok := h.find("return-path"); ok && isNullPath(v) {
		return true
	}
	if h.best("x-failed-recipients") != nil {
		return true
	}
	return t.look().daemon || t.look().subject
}

func isNullPath(v []byte) bool {
	v = bytes.TrimSpace(v)
	return len(v) == 0 || string(v) == "<>" || len(v) < 100 && bytes.Contains(bytes.ToLower(v), []byte("mailer-daemon"))
}

// signs are what the header says for and against a delivery report.
type signs struct {
	daemon  bool // the sender is a mail system
	subject bool // the subject speaks of a delivery
}

// look reads the signs in the header, once.
func (t *tree) look() *signs {
	if t.signs == nil {
		t.signs = &signs{t.daemonFrom(), subjectPhrases.of(t.envelope().Subject)}
	}
	return t.signs
}

func (t *tree) daemonFrom() bool {
	for _, list := range [][]mail.Address{t.envelope().From, addressField(&t.root.header, "sender")} {
		for _, a := range list {
			local, _, _ := strings.Cut(strings.ToLower(a.Addr), "@")
			if slices.Contains(daemonLocals, local) || a.Name != "" && daemonNames.of(a.Name) {
				return true
			}
		}
	}
	return false
}

// reportScore weighs the signs that a message without RFC 3464 fields is a delivery report; three are enough. told is its
// own words.
func (t *tree) reportScore(told string) int {
	h := &t.root.header
	subject := t.envelope().Subject
	n := 0
	if v, ok := h.find("return-path"); ok && isNullPath(v) {
		n += 2
	}
	if t.look().daemon {
		n += 2
	}
	if t.look().subject {
		n += 2
		if n == 2 && NormalSubject(subject) != strings.Join(strings.Fields(subject), " ") {
			n = 0 // a person's answer to a report, or a report passed on
		}
	}
	if h.best("x-failed-recipients") != nil {
		n += 3
	}
	if t.root.ctype.value == "multipart/report" {
		n += 3
	}
	if told != "" {
		if textPhrases.in(t.evenOf(told)) || (n > 2 || t.look().subject) && failureIn(told) {
			n += 2 // words like "expired" or "blocked" need more than one other sign, or the subject
		} else if n < 7 {
			n--
		}
	}
	if replyPhrases.of(subject) && h.best("x-failed-recipients") == nil && t.root.ctype.value != "multipart/report" {
		n -= 3
	}
	if v, ok := h.find("return-path"); ok && !isNullPath(v) && !t.look().daemon && h.best("x-failed-recipients") == nil && t.root.ctype.value != "multipart/report" {
		if list := parseAddresses(v); len(list) > 0 && len(t.envelope().From) > 0 && strings.EqualFold(list[0].Addr, t.envelope().From[0].Addr) {
			n -= 2 // it comes from where it says, and can be answered there
		}
	}
	// An ordinary sender answering an ordinary message does not report.
	if (h.best("list-id") != nil || h.best("list-unsubscribe") != nil) && !t.look().daemon {
		n -= 3
	}
	return n
}

// failureIn says whether text tells the code of a failure.
func failureIn(text string) bool {
	s := statusOf(strings.Split(text, "\n"))
	return s != "" && s[0] != '2'
}

// parseCopy reads the header of the copy that a report gives of the original message.
func parseCopy(b []byte) header {
	b = bytes.TrimLeft(b, "\r\n")
	var h header
	for range 4 {
		h = header{}
		end, _ := splitHeader(b, true, true, nil, &h, nil)
		if h.best("message-id") != nil || len(h.fields) > 2 || end >= len(b) {
			return h
		}
		b = bytes.TrimLeft(b[end:], "\r\n")
		if _, next := cutLine(b, 0); len(h.fields) == 0 && next < len(b) {
			b = b[next:]
		}
	}
	return h
}

// copyFields are fields that the copy of a message starts with and that no words of a report do.
var copyFields = []string{
	"received:", "return-path:", "dkim-signature:", "arc-seal:", "x-received:", "delivered-to:", "message-id:", "authentication-results:",
	"domainkey-signature:", "x-originating-ip:", "x-google-smtp-source:", "mime-version:", "feedback-id:",
}

// cutCopy parts the words of a report from the copy of the original message that follows them.
func cutCopy(text string) (told, copied string) {
	said := false
	for i := 0; i < len(text); {
		line, next := text[i:], len(text)
		if j := strings.IndexByte(line, '\n'); j >= 0 {
			line, next = line[:j], i+j+1
		}
		if said && len(line) < 200 {
			switch {
			case isCopyField(line):
				return text[:i], text[i:]
			case isCopyMark(line):
				return text[:i], text[next:]
			}
		}
		said = said || strings.TrimSpace(line) != ""
		i = next
	}
	return text, ""
}

func isCopyField(line string) bool {
	i := strings.IndexByte(line, ':')
	if i < 8 || i > 24 || i+1 >= len(line) {
		return false
	}
	return slices.Contains(copyFields, strings.ToLower(strings.TrimLeft(line[:i+1], " ")))
}

// isCopyMark says whether a line announces the copy: it names it, and is a rule or ends the sentence there.
func isCopyMark(line string) bool {
	// Most lines are none: those that neither begin nor end like one are not looked at closely.
	s := strings.TrimSpace(line)
	if len(s) < 6 || strings.IndexByte("-=*_", s[0]) < 0 && strings.IndexByte(":.sSwW", s[len(s)-1]) < 0 && len(s) >= 40 && !strings.HasPrefix(s, "This is a copy") {
		return false
	}
	even := strings.TrimSpace(evenText(line))
	if len(even) < 8 || !copyPhrases.in(even) || strings.Contains(even, "was received") {
		return false
	}
	return strings.HasPrefix(even, "---") || strings.HasPrefix(even, "===") || strings.HasPrefix(even, "***") || strings.HasPrefix(even, "___") ||
		strings.HasSuffix(even, ":") || strings.HasSuffix(even, "follows.") || strings.HasSuffix(even, "follow.") || strings.HasSuffix(even, "follows") ||
		strings.HasPrefix(even, "this is a copy") || strings.HasSuffix(even, "below") || strings.HasSuffix(even, "---") || len(even) < 20
}

// statusFields reads the fields of message/delivery-status (RFC 3464 section 2), also where they stand in plain text
// or without the empty lines that ought to part them.
func statusFields(text string) []mail.Bounced {
	var list []mail.Bounced
	var cur, perMessage mail.Bounced
	var finalRcpt, originalRcpt string
	flush := func() {
		cur.Recipient = finalRcpt
		if !strings.Contains(finalRcpt, "@") && (strings.Contains(originalRcpt, "@") || finalRcpt == "") {
			cur.Recipient = originalRcpt
		}
		if cur.Recipient != "" && len(list) < recipientLimit {
			list = append(list, cur)
		} else if finalRcpt == "" && originalRcpt == "" && (cur != mail.Bounced{}) {
			perMessage = cur
		}
		cur, finalRcpt, originalRcpt = mail.Bounced{}, "", ""
	}
	for at := 0; at < len(text); {
		line := cutTextLine(text, &at)
		name, value, ok := strings.Cut(line, ":")
		if !ok || len(name) > 40 {
			continue
		}
		if name = strings.TrimSpace(name); len(name) < 6 || len(name) > 18 {
			continue
		}
		name = strings.ToLower(name)
		if !statusNames[name] {
			continue
		}
		for at < len(text) && (text[at] == ' ' || text[at] == '\t') && len(value) < 8192 {
			next := strings.TrimSpace(cutTextLine(text, &at))
			if next == "" {
				break
			}
			value += " " + next
		}
		value = strings.TrimSpace(decodeWords([]byte(value)))
		switch name {
		case "final-recipient":
			if finalRcpt != "" {
				flush()
			}
			finalRcpt = statusAddress(value)
		case "original-recipient":
			if originalRcpt != "" || finalRcpt != "" && cur.Action != "" && cur.Status != "" {
				// It comes first in a group, or second.
				if originalRcpt != "" || cur.Diagnostic != "" {
					flush()
				}
			}
			originalRcpt = statusAddress(value)
		case "action":
			if cur.Action != "" && finalRcpt != "" {
				break
			}
			a, _, _ := strings.Cut(strings.ToLower(value), " ")
			cur.Action = strings.Trim(a, "().,;")
		case "status":
			if cur.Status == "" {
				cur.Status = fieldStatus(value)
			}
		case "diagnostic-code":
			if cur.Diagnostic == "" {
				cur.Diagnostic = value
			}
		case "remote-mta":
			if cur.RemoteMTA == "" {
				cur.RemoteMTA = value
			}
		}
	}
	flush()
	for i := range list {
		// QUIRK: action and status stand among the fields of the whole message.
		if list[i].Action == "" && list[i].Status == "" {
			list[i].Action, list[i].Status = perMessage.Action, perMessage.Status
		}
	}
	return mergeRecipients(list)
}

// statusNames are the fields of a report that count.
var statusNames = map[string]bool{"final-recipient": true, "original-recipient": true, "action": true, "status": true, "diagnostic-code": true, "remote-mta": true}

// cutTextLine returns the line of text at *at without blanks at its end, and moves on.
func cutTextLine(text string, at *int) string {
	line := text[*at:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
		*at += i + 1
	} else {
		*at = len(text)
	}
	return strings.TrimRight(line, "\r \t")
}

// fieldStatus finds the code in a Status field.
func fieldStatus(v string) string {
	for i := range v {
		if (v[i] == '2' || v[i] == '4' || v[i] == '5') && (i == 0 || !isAlnum(v[i-1]) && v[i-1] != '.') {
			if c := statusCode(v[i:]); c != "" {
				return c
			}
		}
	}
	return ""
}

// statusAddress takes the address type and the brackets off a recipient field.
func statusAddress(v string) string {
	if i := strings.IndexByte(v, ';'); i >= 0 {
		v = v[i+1:]
	}
	v = strings.TrimSpace(v)
	if i := strings.LastIndexByte(v, '<'); i >= 0 {
		if j := strings.IndexByte(v[i:], '>'); j > 0 {
			v = v[i+1 : i+j]
		}
	}
	v = strings.Trim(v, "<> \t")
	if i := strings.IndexAny(v, " \t"); i > 0 && strings.Contains(v[:i], "@") && v[0] != '"' {
		v = v[:i]
	}
	return v
}

// mergeRecipients makes one of entries that speak of the same recipient.
func mergeRecipients(list []mail.Bounced) []mail.Bounced {
	out := list[:0]
	seen := map[string]int{}
	for _, b := range list {
		key := strings.ToLower(b.Recipient)
		if i, ok := seen[key]; ok {
			o := &out[i]
			if o.Status == "" {
				o.Status = b.Status
			}
			if o.Action == "" {
				o.Action = b.Action
			}
			if o.Diagnostic == "" {
				o.Diagnostic = b.Diagnostic
			}
			continue
		}
		seen[key] = len(out)
		out = append(out, b)
	}
	return out
}

// settle fills what a report left out of one recipient from what it says elsewhere.
func settle(b *mail.Bounced) {
	if b.Status == "" {
		b.Status = statusOf([]string{b.Diagnostic})
	}
	if b.Action == "" {
		b.Action = "failed"
		if strings.HasPrefix(b.Status, "4") && delayPhrases.in(evenText(b.Diagnostic)) {
			b.Action = "delayed"
		} else if strings.HasPrefix(b.Status, "2") {
			b.Action = "delivered"
		}
	}
	if b.Status == "" {
		switch b.Action {
		case "delayed":
			b.Status = "4.0.0"
		case "failed":
			b.Status = "5.0.0"
		case "delivered", "relayed", "expanded":
			b.Status = "2.0.0"
		}
	}
}
