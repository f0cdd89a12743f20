package mail

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// phrase is how a provider's server words a reason. docs/providers.md has the sources.
type phrase struct {
	who string // whose server says so; "" where many do
	say string // regular expression, case does not matter
	is  Reason
}

// loginPhrases are looked for in answers to a login, in this order: the more precise ones first, because many servers
// name several reasons in one line.
var loginPhrases = []phrase{
	{"RFC 6749", `^invalid_grant|token.{0,20}(expired|revoked|run out)`, SignInAgain},

	// No password of any kind.
	{"Microsoft", `basic authentication is (disabled|blocked)`, OAuthWanted},
	{"Microsoft", `SmtpClientAuthentication is disabled`, SMTPOff},
	{"Microsoft", `security defaults policy|did not meet the criteria`, OAuthWanted},
	{"Microsoft", `logondenied-basicauthblocked|AuthTokenSignatureInvalid`, OAuthWanted},
	{"Google", `less secure app|BadCredentials.*oauth`, OAuthWanted},

	// A code in place of the password. QQ names every reason there is in one line; this is the usual one.
	{"QQ", `Login fail\. Account is abnormal`, NeedsCode},
	{"Google", `application-specific password|InvalidSecondFactor`, NeedsCode},
	{"Mail.ru", `parol[ -]prilozheniya|appl?ication password is required`, NeedsCode},
	{"QQ", `使用授权码|授權碼|授权码|authorized code|enter your authorization code|authori[sz]ation code`, NeedsCode},
	{"NetEase", `ERR\.LOGIN\.(REQCODE|NOTSECURE)|客户端授权|client authori[sz]`, NeedsCode},
	{"Exmail", `专用密码|独立密码|client-specific password`, NeedsCode},
	{"", `app[ -]?(specific )?password|application password|device password`, NeedsCode},

	// Switched off.
	{"Google", `not enabled for POP access|enable your account for POP`, POPOff},
	{"Yandex", `POP3 (is )?disabled|disabled POP3|or POP3 disabled`, POPOff},
	{"NetEase", `ERR\.LOGIN\.POP(FORBID|CLOSE)|未开启.*pop|pop3? ?(service|服务).*(not open|closed|未开|关闭)`, POPOff},
	{"QQ", `please (open|enable|turn on) (the )?(pop3?|smtp|imap)|pop3?.{0,20}service is not open`, POPOff},
	{"Aliyun", `UC_LOGIN_SOURCE_NOT_ALLOWED|pop3? (protocol|service) (is )?(closed|not allowed)`, POPOff},
	{"GMX, WEB.DE", `(pop3|imap).{0,40}(not (been )?(activated|enabled)|nicht (aktiviert|freigeschaltet))|requires enabling`, POPOff},
	{"Zoho", `(pop|imap) access (is )?(disabled|not enabled)|not enabled for (pop|imap)`, POPOff},
	{"", `pop3? (access |service )?(is |has been )?(disabled|not enabled|switched off|turned off)`, POPOff},
	{"NetEase", `user has no permission|\b550 .*permission`, SMTPOff},
	{"", `smtp (access |auth(entication)? |service )?(is |has been )?(disabled|not enabled)`, SMTPOff},

	// A person is wanted.
	{"Google", `web ?login required|log ?in (with|via) your web ?browser`, WebLogin},
	{"", `unusual (login|sign-?in|activity)|verify (your|it.s you)|异地登录|captcha`, WebLogin},

	// Too much.
	{"Yahoo", `too many (bad|failed|login|invalid|wrong)|#AUTH005`, LockedOut},
	{"Aliyun", `Authentication failure\[1\]|认证失败次数`, LockedOut},
	{"", `(account|mailbox|user) (is |has been )?(temporarily )?locked|try again (later|in \d+ (minutes|hours)) .*(fail|attempt)|登录次数|频率限制|rate limit`, LockedOut},
	{"", `suspended|account (is |has been )?(disabled|closed|blocked|deactivated)|帐号.*(冻结|封)|账号.*(冻结|封)`, Suspended},
	{"", `password (has |is )?expired|must change (your )?password|password change required`, PasswordOld},
	{"Dovecot, Courier", `\b(mail(box|drop)|maildrop).{0,30}(in use|locked|busy)|lock(ed)? .*(by|another)|already (open|in use|logged)|can.t get (the )?lock|unable to lock`, InUse},
	{"", `login (delay|too (often|frequent)|frequency)|minimum .*between (logins|connections)`, TooOften},

	{"Microsoft", `unknown user name or bad password`, WrongPassword},

	// The name.
	{"", `(no such|unknown|invalid|unrecogni[sz]ed) (user|mailbox|account)\b|user (is )?(unknown|not found|does(n.t| not) exist)|account (not found|does(n.t| not) exist)|用户不存在|帐号不存在|账号不存在`, UnknownUser},

	// Encryption.
	{"", `(must|please) (issue|use) (a )?(STARTTLS|STLS|TLS|SSL)|(encryption|TLS|SSL) (is )?required|plaintext authentication (is )?(disallowed|disabled)|cleartext|UC_CLIENT_NON_SSL`, LoginAfterTLS},

	{"Dovecot", `temporary authentication failure|internal (auth(entication)? )?(failure|error)|temporar(y|ily)`, ServerTrouble},
	{"Microsoft", `not authenticated to send`, LoginWanted},

	// Whatever else a login is refused for: the words for a wrong password.
	{"", `(bad|wrong|incorrect|invalid) (user ?name|password|login|credentials|authentication)|unknown user name or bad password|password (is )?(incorrect|wrong)|authentication (fail|unsuccessful|credentials)|auth(entication)? failed|login (fail|incorrect|denied|invalid)|logon failure|credentials|not accepted|密码错误|ERR\.LOGIN\.PASSERR|unable to log ?on`, WrongPassword},
}

// sendPhrases are looked for in answers to MAIL, RCPT and the message itself.
var sendPhrases = []phrase{
	{"Microsoft", `SendAsDenied|permissions? to send as|not allowed to send as`, SenderNotYours},
	{"NetEase, Aliyun, sina", `mail from must equal authorized|doesn.t conform with authentication|mail address invalid|sender (address )?(is )?(rejected: )?not owned|not owned by user|sender is unvalidated|host denies the sender|non-local account|发件人.*不一致`, SenderNotYours},
	{"", `(client|user|sender).{0,20}(not authenticated|must (log ?in|authenticate))|authentication (is )?required|must authenticate|auth(entication)? first|need to authenticate`, LoginWanted},
	{"", `relay(ing)? (access )?(is )?(denied|not (allowed|permitted))|not (allowed|permitted) to relay|host denies relay|unable to relay`, RelayDenied},
	{"NetEase", `DT:SPM|HL:ITC|MI:SPB|MI:NSC`, LooksLikeSpam},
	{"NetEase", `MI:(SFQ|STC|DMC)|RP:(QRC|TRC)|HL:IFQ`, SentTooMuch},
	{"", `(daily|hourly|sending|message|rate).{0,20}(limit|quota).{0,20}(exceed|reach)|too many (messages|mails|same)|sent too (much|many)|exceeded .*(rate|limit)|发送.*(频率|上限)`, SentTooMuch},
	{"", `grey-?list|greylist|try again (later|in)|deferred|please retry`, TryLater},
	{"", `\b(SPF|DKIM|DMARC)\b|unauthenticated (e?mail|message)|sender policy`, NotAuthentic},
	{"", `spamhaus|\bRBL\b|\bDNSBL\b|black ?list|block ?list|listed (by|at|in)|poor reputation|black ip|sending IP`, AddressBanned},
	{"", `\bspam|unsolicited|junk|content (rejected|spam)|message rejected as|virus`, LooksLikeSpam},
	{"", `(mailbox|quota|storage|over ?quota|inbox).{0,30}(full|exceed|exhaust|out of)|over quota|邮箱已满`, MailboxFull},
	{"", `(message|mail|size|content|attach).{0,30}(too (large|big|long)|exceeds?)`, MessageTooLarge},
	{"", `(account|mailbox|user|recipient).{0,30}(disabled|inactive|suspended|closed|locked)`, MailboxDisabled},
	{"", `(user|mailbox|recipient|address|account).{0,40}(unknown|not found|does(n.t| not) exist|no such|unavailable|invalid|doesn.t have)|no such (user|recipient|mailbox)|unknown (user|recipient)|not a valid (user|mailbox|recipient)|invalid recipient|用户不存在`, MailboxUnknown},
	{"", `(domain|host).{0,30}(not found|does(n.t| not) (exist|resolve)|unknown)|no MX|null ?MX`, DomainUnknown},
	{"", `too many recipients|RCPTs? (attempts|numbers?|is achieved)`, TooManyAtOnce},
	{"", `policy|prohibited|not permitted`, Policy},
}

var compiled = sync.OnceValue(func() map[string]*regexp.Regexp {
	m := map[string]*regexp.Regexp{}
	for _, list := range [][]phrase{loginPhrases, sendPhrases} {
		for _, p := range list {
			m[p.say] = regexp.MustCompile(`(?i)` + p.say)
		}
	}
	return m
})

func match(list []phrase, line string) Reason {
	for _, p := range list {
		if compiled()[p.say].MatchString(line) {
			return p.is
		}
	}
	return ""
}

// The codes of RFC 2449, section 8, and RFC 3206. The texts behind them may say more.
var popCodes = map[string]Reason{
	"AUTH": WrongPassword, "IN-USE": InUse, "LOGIN-DELAY": TooOften, "SYS/TEMP": ServerTrouble, "SYS/PERM": MailboxBroken, "SYS": ServerTrouble,
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
	by := popCodes[code]
	if strings.HasPrefix(code, "SYS/TEMP") {
		by = ServerTrouble
	}
	switch {
	case by == InUse || by == TooOften || by == ServerTrouble:
		return by // clear enough; what follows is for people
	case step == "log in":
		said := match(loginPhrases, text)
		if said == "" || code == "SYS/PERM" && said == WrongPassword {
			return by
		}
		return said
	case by != "":
		return by
	case step == "connect" || step == "greeting":
		if match(sendPhrases, text) == AddressBanned {
			return AddressBanned
		}
		return Busy
	}
	return match(loginPhrases, text)
}

// smtpStatus are the enhanced codes (RFC 3463, 4954, 7372 and the registry of IANA) by subject and detail; the class, which says
// whether it is for now or for good, matters for few.
var smtpStatus = map[string]Reason{
	"1.1": MailboxUnknown, "1.2": DomainUnknown, "1.3": MailboxUnknown, "1.4": MailboxUnknown, "1.6": MailboxMoved, "1.7": SenderNotYours,
	"1.8": SenderDomain, "1.10": DomainUnknown,
	"2.1": MailboxDisabled, "2.2": MailboxFull, "2.3": MessageTooLarge,
	"3.1": ServerTrouble, "3.2": Busy, "3.4": MessageTooLarge,
	"4.1": RoutingFails, "4.2": RoutingFails, "4.3": RoutingFails, "4.4": RoutingFails, "4.5": ServerTrouble, "4.6": RoutingFails, "4.7": RoutingFails,
	"5.3": TooManyAtOnce,
	"7.1": Policy, "7.2": Policy, "7.3": WrongPassword, "7.8": WrongPassword, "7.9": NeedsCode, "7.10": LoginAfterTLS, "7.11": LoginAfterTLS,
	"7.12": PasswordOld, "7.13": Suspended, "7.14": WebLogin, "7.20": NotAuthentic, "7.21": NotAuthentic, "7.22": NotAuthentic,
	"7.23": NotAuthentic, "7.24": NotAuthentic, "7.25": AddressBanned, "7.26": NotAuthentic, "7.27": SenderDomain, "7.28": SentTooMuch,
	"7.57": LoginWanted, "7.60": SenderNotYours, "7.139": OAuthWanted,
}

// HeardSMTP finds the reason behind an SMTP server's refusal: reply code, enhanced code ("" where there was none) and line,
// during a step as Problem.Doing names it ("log in", "sender", "recipient", "send", …). It is empty where nothing known
// is said.
func HeardSMTP(step string, code int, status, line string) Reason {
	_, detail, _ := strings.Cut(status, ".")
	by := smtpStatus[detail]
	if step == "log in" {
		return heardLogin(code, by, line)
	}
	switch step {
	case "connect", "greeting", "resolve":
		if r := match(sendPhrases, line); r == AddressBanned || code/100 == 5 {
			return AddressBanned
		}
		return Busy
	case "encrypt":
		return NoStartTLS
	}
	switch code {
	case 530:
		if strings.Contains(strings.ToUpper(line), "STARTTLS") {
			return LoginAfterTLS
		}
		return LoginWanted
	case 534, 535:
		return heardLogin(code, by, line)
	case 538:
		return LoginAfterTLS
	case 552:
		if by == "" {
			if r := match(sendPhrases, line); r != "" {
				return r
			}
			return MessageTooLarge
		}
	case 556:
		return DomainUnknown
	}
	said := match(sendPhrases, line)
	switch {
	case by == MailboxUnknown && step == "sender":
		return SenderNotYours
	case by != "" && by != Policy && by != RoutingFails && by != WrongPassword && by != ServerTrouble:
		return by
	case said != "":
		if said == MailboxUnknown && step == "sender" {
			return SenderNotYours
		}
		return said
	case by == Policy && step == "sender", code == 553 && step == "sender", code == 550 && step == "sender":
		return SenderNotYours
	case by != "":
		return by
	case code == 450 || code == 451:
		return TryLater
	case code == 452:
		return TooManyAtOnce
	case code == 421:
		return Busy
	case code == 551:
		return RelayDenied
	case step == "recipient" && (code == 550 || code == 553):
		return MailboxUnknown
	}
	return ""
}

func heardLogin(code int, by Reason, line string) Reason {
	said := match(loginPhrases, line)
	switch {
	case said != "" && said != WrongPassword:
		return said
	case by == Policy, by == WrongPassword && said == "":
		return WrongPassword
	case by != "" && by != WrongPassword:
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
	first, rest, _ := strings.Cut(line, " ")
	first, _, _ = strings.Cut(first, "-")
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
