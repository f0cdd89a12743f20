package mail

import (
	"regexp"
	"strings"
)

// Why says in fixed English words why a recipient's server, or one's own, refused r: a clause for the end of a
// sentence, without full stop, that a window translates. It goes by the enhanced status code (RFC 3463 and the registry
// that has grown out of it), by words that say more than the code, and by the reply code. Empty where nothing is known.
func (r Recipient) Why() string {
	temporary := r.Code/100 == 4 || strings.HasPrefix(r.Status, "4")
	if temporary && greylisting.MatchString(r.Said) {
		return WhyGreylisted
	}
	if r.Status == "" || strings.HasSuffix(r.Status, ".0.0") || r.Status == "5.7.1" || r.Status == "4.7.1" {
		for _, w := range saidWords {
			if w.say.MatchString(r.Said) {
				return w.why
			}
		}
	}
	if _, detail, ok := strings.Cut(r.Status, "."); ok {
		if why := statusWords[detail]; why != "" {
			return why
		}
		subject, _, _ := strings.Cut(detail, ".")
		if why := statusWords[subject+".0"]; why != "" {
			return why
		}
	}
	return codeWords[r.Code]
}

// WhyGreylisted is why a server takes no message at the first try.
const WhyGreylisted = "the recipient's server takes mail from a stranger at the second try only (greylisting)"

// greylisting is how servers word it.
var greylisting = regexp.MustCompile(`(?i)gr[ea]y-?\s?list|postgrey|please (try|retry) (again )?(later|in \d+)|come back later|first.time sender|deferred.{0,30}(unknown|new) (sender|triplet)|灰名单`)

// saidWords are words that say more than a code of many meanings.
var saidWords = []struct {
	say *regexp.Regexp
	why string
}{
	{regexp.MustCompile(`(?i)relay(ing)? (access )?(denied|prohibited|not (permitted|allowed))|not permitted to relay|unable to relay`), "the server sends to strangers only for people who have logged in"},
	{regexp.MustCompile(`(?i)(mailbox|user|recipient|address|account)[^.]{0,40}(unknown|not found|does ?n.t exist|does not exist|unavailable|invalid)|(unknown|no such|invalid) (user|mailbox|recipient|address|account)|用户不存在|收件人不存在`), "there is no such mailbox"},
	{regexp.MustCompile(`(?i)over ?quota|mailbox (is )?full|quota exceeded|邮箱已满`), "the mailbox is full"},
	{regexp.MustCompile(`(?i)too many (recipients|rcpt)`), "the server takes only so many recipients at a time"},
	{regexp.MustCompile(`(?i)too many (connections|messages|mails)|rate limit|frequency|sending limit|频率|too fast`), "too many messages in a short time"},
	{regexp.MustCompile(`(?i)spam|blocked using|black ?list|block ?list|reputation|junk|垃圾邮件`), "the server takes the message, or this line, for a source of spam"},
	{regexp.MustCompile(`(?i)virus|malware|病毒`), "the server suspects a virus"},
	{regexp.MustCompile(`(?i)(message|mail|size)[^.]{0,30}(too (big|large)|exceed)`), "the message is larger than the server takes"},
	{regexp.MustCompile(`(?i)authentication (is )?required|must (be )?authenticat|not logged in|log ?in first`), "the server wants a login before it sends"},
	{regexp.MustCompile(`(?i)(sender|from)[^.]{0,40}(not owned|mismatch|must match|not match|does not belong|same as|spoof)`), "the server lets you send from your own address only"},
}

// statusWords are the enhanced status codes by subject and detail. Where one is not listed its subject's ".0" speaks.
var statusWords = map[string]string{
	"1.0":  "something is wrong with the address",
	"1.1":  "there is no such mailbox",
	"1.2":  "there is no such domain",
	"1.3":  "the address is not written as addresses are",
	"1.4":  "the address may mean several mailboxes",
	"1.6":  "the mailbox has moved",
	"1.7":  "your own address is not written as addresses are",
	"1.8":  "the domain of your own address cannot be found",
	"1.10": "this domain takes no mail",
	"2.0":  "something is wrong with the mailbox",
	"2.1":  "the mailbox is switched off",
	"2.2":  "the mailbox is full",
	"2.3":  "the message is larger than this mailbox takes",
	"2.4":  "the members of the mailing list cannot be found",
	"3.0":  "the server has a fault",
	"3.1":  "the server has no room left",
	"3.2":  "the server takes no messages now",
	"3.3":  "the server cannot do what the message asks of it",
	"3.4":  "the message is larger than the server takes",
	"3.5":  "the server is not set up properly",
	"4.0":  "the recipient's server cannot be reached",
	"4.1":  "the recipient's server does not answer",
	"4.2":  "the connection to the recipient's server broke",
	"4.3":  "the recipient's server cannot be looked up",
	"4.4":  "there is no way to the recipient's server",
	"4.5":  "the server has too much to do",
	"4.6":  "the message goes round in a circle between servers",
	"4.7":  "the recipient's server could not be reached in time",
	"5.0":  "the server does not understand what Poplar says",
	"5.3":  "the server takes only so many recipients at a time",
	"6.0":  "the server does not like the form of the message",
	"6.1":  "the server does not take this kind of content",
	"6.2":  "the message would have to be converted, and may not be",
	"6.3":  "the message would have to be converted, and cannot be",
	"6.7":  "the server takes no addresses with letters beyond a to z",
	"6.8":  "the server takes no addresses with letters beyond a to z",
	"6.9":  "the server takes no addresses with letters beyond a to z",
	"6.10": "the server takes no addresses with letters beyond a to z",
	"7.0":  "the server's rules forbid it",
	"7.1":  "the server does not let this message through",
	"7.2":  "you may not write to this mailing list",
	"7.7":  "the message was changed on its way",
	"7.8":  "the server does not accept this password",
	"7.9":  "the server wants another way of logging in",
	"7.10": "the server wants an encrypted connection",
	"7.11": "the server wants an encrypted connection",
	"7.12": "the password has to be changed first",
	"7.13": "the account is switched off",
	"7.17": "the mailbox belongs to somebody else now",
	"7.18": "the domain belongs to somebody else now",
	"7.20": "the message bears no valid signature of its domain (DKIM)",
	"7.21": "the message bears no valid signature of its domain (DKIM)",
	"7.22": "the message bears no valid signature of its domain (DKIM)",
	"7.23": "your domain does not let this server send for it (SPF)",
	"7.24": "your domain does not let this server send for it (SPF)",
	"7.25": "the sending server has no proper name (reverse DNS)",
	"7.26": "the message could not be proved to come from your domain",
	"7.27": "the domain of your own address takes no mail",
	"7.28": "too many messages in a short time",
	"7.29": "the message could not be proved to come from your domain",
	"7.30": "the way to the recipient is not encrypted throughout",
}

// codeWords are the reply codes (RFC 5321 section 4.2.3) of servers that say nothing more precise.
var codeWords = map[int]string{
	421: "the server has too much to do",
	432: "the password has to be changed first",
	450: "the mailbox cannot be reached at the moment",
	451: "the server has a fault at the moment",
	452: "the server has no room left, or takes only so many recipients at a time",
	454: "the server cannot check the password at the moment",
	455: "the server cannot do what the message asks of it",
	500: "the server does not understand what Poplar says",
	501: "the address is not written as addresses are",
	502: "the server does not understand what Poplar says",
	503: "the server does not understand what Poplar says",
	504: "the server cannot do what the message asks of it",
	521: "this server takes no mail",
	530: "the server wants a login before it sends",
	534: "the server wants another way of logging in",
	535: "the server does not accept this password",
	538: "the server wants an encrypted connection",
	541: "the server does not let this message through",
	550: "there is no such mailbox, or you may not write to it",
	551: "the mailbox has moved",
	552: "the mailbox is full, or the message larger than it takes",
	553: "the address is not one the server takes",
	554: "the server does not let this message through",
	555: "the server cannot do what the message asks of it",
	556: "this domain takes no mail",
}

// WhyWords are all that Why may say, for translations.
func WhyWords() []string {
	seen := map[string]bool{WhyGreylisted: true}
	for _, w := range statusWords {
		seen[w] = true
	}
	for _, w := range codeWords {
		seen[w] = true
	}
	for _, w := range saidWords {
		seen[w.why] = true
	}
	list := make([]string, 0, len(seen))
	for w := range seen {
		list = append(list, w)
	}
	return list
}

// named finds an address in angle brackets, or bare, in a server's words.
var named = regexp.MustCompile(`<([^<>\s@]+@[^<>\s@]+)>|\b([A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,})\b`)

// Offered is the address that the server names in the place of r's (RFC 5321 section 3.4): the one it forwards to (251)
// or the one to write to (551). Empty where it names none.
func (r Recipient) Offered() string {
	if r.Code != 251 && r.Code != 551 {
		return ""
	}
	for _, m := range named.FindAllStringSubmatch(r.Said, -1) {
		if addr := m[1] + m[2]; !strings.EqualFold(addr, r.Addr) {
			return addr
		}
	}
	return ""
}
