package mail

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// heard is serversWords made ready for looking up.
type heard struct {
	login, send []phrase // in their order
	codes       map[string]saying
	statuses    map[string]saying
	replies     map[int]saying
}

type phrase struct {
	re *regexp.Regexp
	saying
}

var ready = sync.OnceValue(func() *heard {
	h := &heard{codes: map[string]saying{}, statuses: map[string]saying{}, replies: map[int]saying{}}
	for _, s := range serversWords {
		switch {
		case s.code != "":
			h.codes[s.code] = s
		case s.status != "":
			h.statuses[s.status] = s
		case s.reply != 0:
			h.replies[s.reply] = s
		case s.when == sending:
			h.send = append(h.send, phrase{regexp.MustCompile(`(?i)` + s.says), s})
		default:
			h.login = append(h.login, phrase{regexp.MustCompile(`(?i)` + s.says), s})
		}
	}
	return h
})

// match returns what the first phrase that is in a line means. But keeps a meaning out.
func match(list []phrase, line string, but Reason) saying {
	for _, p := range list {
		if p.is != but && p.re.MatchString(line) {
			return p.saying
		}
	}
	return saying{}
}

// HeardPOP3 finds the reason behind a POP3 server's refusal: its line without "-ERR", during a step as Problem.Doing
// names it ("connect", "log in", …). It is empty where the line says nothing that is known.
func HeardPOP3(step, line string) Reason {
	code, text := "", line
	if strings.HasPrefix(line, "[") {
		if end := strings.IndexByte(line, ']'); end > 0 {
			code, text = strings.ToUpper(line[1:end]), line[end+1:]
		}
	}
	if strings.HasPrefix(code, "SYS/TEMP") {
		code = "SYS/TEMP"
	}
	by, known := ready().codes[code]
	switch {
	case known && !by.vague:
		return by.is // clear enough; what follows is for people
	case step == "log in":
		said := match(ready().login, text, "").is
		if said == "" || code == "SYS/PERM" && said == WrongPassword {
			return by.is
		}
		return said
	case known:
		return by.is
	case step == "connect" || step == "greeting":
		if match(ready().send, text, "").is == AddressBanned {
			return AddressBanned
		}
		return Busy
	}
	return match(ready().login, text, "").is
}

// HeardSMTP finds the reason behind an SMTP server's refusal: reply code, enhanced code ("" where there was none) and line,
// during a step as Problem.Doing names it ("log in", "sender", "recipient", "send", …). It is empty where nothing known
// is said.
func HeardSMTP(step string, code int, status, line string) Reason {
	return heardSMTP(step, code, status, line).is
}

func heardSMTP(step string, code int, status, line string) saying {
	h := ready()
	class, detail, _ := strings.Cut(status, ".")
	by, known := h.statuses[detail]
	only := func(r Reason) saying { return saying{is: r} }
	switch step {
	case "log in":
		return only(heardLogin(code, by.is, line))
	case "connect", "greeting", "resolve":
		if match(h.send, line, "").is == AddressBanned || code/100 == 5 {
			return only(AddressBanned)
		}
		return only(Busy)
	case "encrypt":
		return only(NoStartTLS)
	}
	switch code {
	case 530:
		if strings.Contains(strings.ToUpper(line), "STARTTLS") {
			return only(LoginAfterTLS)
		}
		return h.replies[code]
	case 534, 535:
		return only(heardLogin(code, by.is, line))
	case 538, 556:
		return h.replies[code]
	}
	later := TryLater // who is refused for good has not been greylisted
	if code/100 == 4 || class == "4" {
		later = ""
	}
	said := match(h.send, line, later)
	subject, _, _ := strings.Cut(detail, ".")
	whole, vaguely := h.statuses[subject+".0"]
	reply, listed := h.replies[code]
	switch {
	case step == "sender" && (known && by.is == MailboxUnknown || said.is == MailboxUnknown && (!known || by.vague)):
		return only(SenderNotYours)
	case known && !by.vague:
		return by
	case said.is != "":
		return said
	case step == "sender" && (by.is == Policy || code == 550 || code == 553):
		return only(SenderNotYours)
	case known:
		return by
	case vaguely && detail != "":
		return whole
	case listed && (reply.is != MailboxUnknown || step == "recipient"):
		return reply
	}
	return saying{}
}

func heardLogin(code int, by Reason, line string) Reason {
	said := match(ready().login, line, "").is
	switch {
	case said != "" && said != WrongPassword:
		return said
	case by == Policy, by == WrongPassword && said == "":
		return WrongPassword
	case by != "" && by != WrongPassword && by != FormRefused:
		return by
	case said != "":
		return said
	case code == 530 || code == 538:
		return LoginAfterTLS
	case code == 535 || code == 534 || code == 526 || code == 550 || code == 553:
		return WrongPassword
	case code == 432:
		return PasswordOld
	case code == 421, code == 454, code/100 == 4:
		return ServerTrouble
	}
	return ""
}

// Reason finds out more of a problem than its Kind says: from the server's own line where there is one, else from the
// kind itself. It is empty where nothing more is known.
func (p *Problem) Reason() Reason {
	if p == nil {
		return ""
	}
	if code, status, ok := replyCodes(p.Said); ok {
		return HeardSMTP(p.Doing, code, status, p.Said)
	}
	switch p.Kind {
	case LoginRefused, NeedsAppPassword, MailboxInUse, LoginDelay, ServerTemporary, ServerPermanent:
		if p.Said != "" {
			if r := HeardPOP3(p.Doing, p.Said); r != "" {
				return r
			}
		}
	}
	switch p.Kind {
	case NeedsAppPassword:
		return NeedsCode
	case MailboxInUse:
		return InUse
	case LoginDelay:
		return TooOften
	case LoginRefused:
		return WrongPassword
	}
	return ""
}

// replyCodes reads the codes off an SMTP server's line.
func replyCodes(line string) (code int, status string, ok bool) {
	if len(line) > 3 && line[3] == '-' {
		line = line[:3] + " " + line[4:] // the first line of several
	}
	first, rest, _ := strings.Cut(line, " ")
	if len(first) != 3 {
		return 0, "", false
	}
	code, err := strconv.Atoi(first)
	if err != nil || code < 400 || code > 599 {
		return 0, "", false
	}
	status, _, _ = strings.Cut(rest, " ")
	if parts := strings.Split(status, "."); len(parts) != 3 || len(parts[0]) != 1 {
		status = ""
	}
	return code, status, true
}
