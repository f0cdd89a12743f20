package message

import (
	"regexp"
	"strings"

	"poplar/mail"
)

// reasons are the words by which mail servers say why, most telling first. class is what they mean when no code
// says otherwise.
var reasons = []struct {
	words  *regexp.Regexp
	class  string
	detail string
	why    string
}{
	{regexp.MustCompile(`(?i)(?:^|\n|: )\s*retry timeout exceeded|retry time not reached`), "4", ".4.7", whyExpired},
	{regexp.MustCompile(`(?i)mailbox (?:is |was )?(?:full|over)|(?:over|exceed\w*).{0,30}quota|quota.{0,30}(?:exceed|full|over)|insufficient (?:disk|system) (?:space|storage)|not enough (?:disk )?space|disk full|storage.{0,20}exceed|exceeded (?:the )?(?:local limit|storage)|mailfolder is full|mailbox.{0,20}exceed|容量|邮箱已满|信箱已滿|空间不足|容量オーバー|いっぱい|userisfull|mailbox size limit|mailbox has exceeded|too much mail data`), "5", ".2.2", whyFull},
	{regexp.MustCompile(`(?i)user[ -]?(?:is )?(?:unknown|not found|doesn't exist|does not exist|invalid)|unknown (?:local )?(?:user|recipient|mailbox|address|account)|no such (?:user|recipient|person|mailbox|account|address)|(?:recipient|mailbox|address|account|user).{0,60}(?:not (?:exist|found|known|recogni[sz]ed|listed|valid|registered)|does(?:n't| not) exist|unknown|invalid|no longer)|invalid (?:recipient|mailbox|user|address|account)|not a (?:valid|registered|known) (?:user|mailbox|recipient|gateway user)|not listed in|no mailbox here|is not known|account.{0,30}(?:deleted|not exist)|no account by that name|用户不存在|收件人不存在|不存在|帐号不存在|查无此人|存在しません|見つかりません|宛先不明|unrouteable address|unroutable|not our customer|sorry, no mailbox`), "5", ".1.1", whyUnknown},
	{regexp.MustCompile(`(?i)host (?:unknown|not found|or domain name not found)|unknown host|domain.{0,30}(?:not found|does not exist|doesn't exist|unknown|invalid)|no such (?:host|domain)|name (?:server|service) error|couldn't find any host|no (?:mx|route to host)|nxdomain|bad destination host|unresolvable|all relevant mx|illegal host|域名不存在|domain name`), "5", ".1.2", whyHost},
	{regexp.MustCompile(`(?i)(?:account|mailbox|user|recipient).{0,30}(?:disabled|suspended|inactive|deactivated|blocked|locked|expired|closed)|disabled (?:account|mailbox|user|recipient)|inactive (?:user|account)|currently suspended|停用|冻结|禁用`), "5", ".2.1", whyDisabled},
	{regexp.MustCompile(`(?i)(?:message|mail|size|length).{0,40}(?:too (?:big|large)|exceed\w* .{0,30}(?:limit|size|maximum))|exceed\w* .{0,30}(?:message )?size|邮件太大|超过.{0,10}大小|サイズ`), "5", ".3.4", whySize},
	{regexp.MustCompile(`(?i)spam|junk|blacklist|black list|blocklist|rbl|reputation|spf|dkim|dmarc|content (?:rejected|filter)|policy|banned|virus|malware|access denied|not authorized|unauthenticated|垃圾邮件|病毒|被拒绝|拒收|スパム|迷惑`), "5", ".7.1", whyPolicy},
	{regexp.MustCompile(`(?i)relay(?:ing)? (?:access )?(?:denied|not|prohibited)|not (?:allowed|permitted) to relay|unable to relay|no relay|relaying`), "5", ".7.1", whyRelay},
	{regexp.MustCompile(`(?i)timed? ?out|connection (?:refused|reset|dropped|lost)|could not connect|unable to connect|did not accept our requests to connect|socket error|giving up|too long|retries|retry|could not deliver for the last|expired|network (?:error|unreachable)|host not reachable|unreachable|cannot connect|delivery time|连接超时|超时|无法连接`), "5", ".4.7", whyExpired},
	{regexp.MustCompile(`(?i)rejected|refused|denied|not accept|unable to deliver|undeliverable|could not be delivered|fail`), "5", ".0.0", whyOther},
}

// Why a message was not delivered, as the end of the sentence "Your message to … could not be delivered: …".
const (
	whyUnknown  = "the mailbox does not exist"
	whyFull     = "the mailbox is full"
	whyHost     = "the address's domain does not exist or takes no mail"
	whyDisabled = "the mailbox is disabled"
	whySize     = "the message is too large for the recipient's server"
	whyPolicy   = "the recipient's server refused the message as unwanted"
	whyRelay    = "the server does not accept mail for this recipient"
	whyExpired  = "the recipient's server could not be reached in time"
	whyMoved    = "the recipient has another address now"
	whyAddress  = "the address is malformed"
	whyBusy     = "the recipient's server cannot take mail at the moment"
	whyOther    = "the recipient's server refused it"
)

// Why says in English words why a recipient was not reached, as the end of the sentence "could not be delivered: …".
// The words are fixed, so that a window can translate them. It is empty for a recipient that was reached.
func Why(b mail.Bounced) string {
	if strings.HasPrefix(b.Status, "2") || b.Action == "delivered" || b.Action == "relayed" || b.Action == "expanded" {
		return ""
	}
	_, detail, _ := strings.Cut(b.Status, ".")
	switch detail {
	case "1.1", "1.10", "1.4":
		return whyUnknown
	case "1.2":
		return whyHost
	case "1.3", "1.7", "1.8":
		return whyAddress
	case "1.6":
		return whyMoved
	case "2.1":
		return whyDisabled
	case "2.2":
		return whyFull
	case "2.3", "3.4":
		return whySize
	case "4.1", "4.2", "4.4", "4.7":
		return whyExpired
	}
	for _, r := range reasons {
		if r.why != whyOther && r.words.MatchString(b.Diagnostic) {
			return r.why
		}
	}
	switch {
	case strings.HasPrefix(detail, "7."):
		return whyPolicy
	case strings.HasPrefix(detail, "4."):
		return whyExpired
	case strings.HasPrefix(b.Status, "4"), strings.HasPrefix(detail, "3."):
		return whyBusy
	}
	return whyOther
}

var movedTo = regexp.MustCompile(`(?i)\b[25]51\b[^<@]{0,80}<?([0-9A-Za-z.!#$%&'*+/=?^_{|}~-]+@[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)`)

// NewAddress returns the address that a server gave in place of the one it refused (RFC 5321 section 3.4: 251, 551);
// empty when it gave none.
func NewAddress(b mail.Bounced) string {
	m := movedTo.FindStringSubmatch(b.Diagnostic)
	if m == nil || strings.EqualFold(m[1], b.Recipient) {
		return ""
	}
	return m[1]
}
