package mail

// saying is one thing that servers say, and what it means.
type saying struct {
	when when
	// One of these: a POP3 response code, an enhanced status code without its class, a reply code, or a phrase as a regular
	// expression, in which case does not matter.
	code, status string
	reply        int
	says         string

	is Reason // whose words are what, why and what to do, in both languages
	// clause is why a recipient was refused, more precisely than the Reason's own clause; or empty.
	clause string
	// vague: phrases in the same line say more than this code.
	vague bool
	from  string // whose word it is: a key of wordsFrom
}

// when a saying is listened for.
type when int

const (
	atLogin when = iota
	sending      // MAIL, RCPT and the message itself
	either
)

// wordsFrom are the places where the sayings were read. docs/providers.md tells more of each. What is "guessed" was not
// seen anywhere: it is worded as such servers word things.
var wordsFrom = map[string]string{
	"RFC 2449":   "response codes of POP3",
	"RFC 3206":   "the response codes SYS and AUTH",
	"RFC 3463":   "enhanced status codes",
	"RFC 4954":   "codes of AUTH",
	"RFC 5321":   "reply codes of SMTP",
	"RFC 6749":   "errors of OAuth2, section 5.2",
	"IANA":       "the registry of enhanced status codes",
	"Dovecot":    "its pop3-login and pop3, 2.3",
	"Postfix":    "its smtpd, 3.7",
	"bounces":    "diagnostics of 351 bounces of many servers, in the tests' data",
	"Gmail":      "support.google.com/a/answer/3726730 and /mail/answer/78754, and reports",
	"Microsoft":  "learn.microsoft.com, lists for Exchange Online; jertel/dmarc2logstash #4, twikoojs/twikoo #812",
	"QQ":         "pandolia/qqbot #36, DesertsP/Valine-Admin #112, pppscn/SmsForwarder #507, chengazhen/cursor-auto-free #294",
	"Exmail":     "open.work.weixin.qq.com/help2/pc/19902",
	"NetEase":    "help.mail.163.com, its list of return codes; ruanyf/weather-action #5",
	"NetEase ID": "the list of ERR.LOGIN codes in the login page of its enterprise mail, and programs that answer to them",
	"Alibaba":    "dealers' copies of its list of codes, such as sh-aliyun.com",
	"sina":       "its list of codes, as published",
	"Yandex":     "Foundry376/Mailspring #904 and #2111",
	"Mail.ru":    "thunderbird/thunderbird-android #9069",
	"Yahoo":      "nodemailer/nodemailer #1112",
	"guessed":    "not seen",
}

// serversWords is all that Poplar knows of what servers say. Phrases are looked for in this order: the more precise ones
// first, because many servers name several reasons in one line.
var serversWords = []saying{
	// POP3 says these at any step.
	{when: atLogin, code: "IN-USE", is: InUse, from: "RFC 2449"},
	{when: atLogin, code: "LOGIN-DELAY", is: TooOften, from: "RFC 2449"},
	{when: atLogin, code: "SYS/TEMP", is: ServerTrouble, from: "RFC 3206"},
	{when: atLogin, code: "SYS/PERM", is: MailboxBroken, vague: true, from: "RFC 3206"},
	{when: atLogin, code: "SYS", is: ServerTrouble, from: "RFC 3206"},
	{when: atLogin, code: "AUTH", is: WrongPassword, vague: true, from: "RFC 3206"},

	{says: `^invalid_grant|token.{0,20}(expired|revoked|run out)`, is: SignInAgain, from: "RFC 6749"},

	// No password of any kind.
	{says: `basic authentication is (disabled|blocked)|BasicAuthBlocked`, is: OAuthWanted, from: "Microsoft"},
	{says: `SmtpClientAuthentication is disabled`, is: SMTPOff, from: "Microsoft"},
	{says: `security defaults policy|did not meet the criteria`, is: OAuthWanted, from: "Microsoft"},
	{says: `less secure app`, is: OAuthWanted, from: "Gmail"},

	// A code in place of the password. QQ names every reason there is in one line; this is the usual one.
	{says: `Login fail\. Account is abnormal`, is: NeedsCode, from: "QQ"},
	{says: `application-specific password|InvalidSecondFactor`, is: NeedsCode, from: "Gmail"},
	{says: `parol[ -]prilozheniya|appl?ication password is required`, is: NeedsCode, from: "Mail.ru"},
	{says: `使用授权码|enter your authori[sz]ation code`, is: NeedsCode, from: "QQ"},
	{says: `ERR\.LOGIN\.REQCODE`, is: NeedsCode, from: "NetEase ID"},
	{says: `专用密码|client-specific password`, is: NeedsCode, from: "Exmail"},
	{says: `授權碼|授权码|authori[sz](ed|ation) code|app[ -]?(specific )?password|application password|device password`, is: NeedsCode, from: "guessed"},

	// Switched off.
	{says: `not enabled for POP access|enable your account for POP`, is: POPOff, from: "Gmail"},
	{says: `POP3 (is )?disabled`, is: POPOff, from: "Yandex"},
	{says: `UC_LOGIN_SOURCE_NOT_ALLOWED`, is: POPOff, from: "Alibaba"},
	{says: `please (open|enable|turn on) (the )?pop|pop3?.{0,20}(service|服务).{0,12}(not open|closed|未开|关闭)|未开启.{0,12}pop|pop3? (access |protocol |service )?(is |has been )?(disabled|not enabled|not (been )?activated|switched off|turned off)|pop3?.{0,20}nicht (aktiviert|freigeschaltet)`, is: POPOff, from: "guessed"},
	{says: `user has no permission|\b550 .*permission`, is: SMTPOff, from: "NetEase"},
	{says: `please (open|enable|turn on) (the )?smtp|smtp (access |auth(entication)? |service )?(is |has been )?(disabled|not enabled)`, is: SMTPOff, from: "guessed"},

	// A person is wanted.
	{says: `web ?login required|log ?in (with|via) your web ?browser`, is: WebLogin, from: "Gmail"},
	{says: `unusual (login|sign-?in|activity)|verify (your|it.s you)|异地登录|captcha`, is: WebLogin, from: "guessed"},

	// Too much.
	{says: `too many (bad|failed|login|invalid|wrong)|#AUTH005`, is: LockedOut, from: "Yahoo"},
	{says: `too many AUTH commands`, is: LockedOut, from: "Postfix"},
	{says: `Authentication failure\[1\]`, is: LockedOut, from: "Alibaba"},
	{says: `(account|mailbox|user) (is |has been )?(temporarily )?locked|try again (later|in \d+ (minutes|hours)) .*(fail|attempt)|登录次数|认证失败次数|频率限制|rate limit`, is: LockedOut, from: "guessed"},
	{says: `ERR\.LOGIN\.(DOMAINEXPED|DOMAINDENY|IPDENY)`, is: Suspended, from: "NetEase ID"},
	{says: `suspended|account (is |has been )?(disabled|closed|blocked|deactivated)|[帐账]号.*(冻结|封)`, is: Suspended, from: "guessed"},
	{says: `password (has |is )?expired|must change (your )?password|password change required`, is: PasswordOld, from: "guessed"},
	{says: `mailbox is locked by|couldn.t lock the mailbox`, is: InUse, from: "Dovecot"},
	{says: `\b(mail(box|drop)|maildrop).{0,30}(in use|locked|busy)|lock(ed)? .*(by|another)|already (open|in use|logged)|can.t get (the )?lock|unable to lock`, is: InUse, from: "guessed"},
	{says: `login (delay|too (often|frequent)|frequency)|minimum .*between (logins|connections)`, is: TooOften, from: "guessed"},

	{says: `unknown user name or bad password`, is: WrongPassword, from: "Microsoft"},

	// The name.
	{says: `ERR\.LOGIN\.(USERNOTEXIST|ILLEGALACCOUNT|DOMAINNOTEXIST)`, is: UnknownUser, from: "NetEase ID"},
	{says: `(no such|unknown|invalid|unrecogni[sz]ed) (user|mailbox|account)\b|user (is )?(unknown|not found|does(n.t| not) exist)|account (not found|does(n.t| not) exist)|用户不存在|[帐账]号不存在`, is: UnknownUser, from: "guessed"},

	// Encryption.
	{says: `must issue a STARTTLS|encryption required`, is: LoginAfterTLS, from: "Postfix"},
	{says: `plaintext authentication disallowed`, is: LoginAfterTLS, from: "Dovecot"},
	{says: `UC_CLIENT_NON_SSL`, is: LoginAfterTLS, from: "Alibaba"},
	{says: `(must|please) (issue|use) (a )?(STARTTLS|STLS|TLS|SSL)|(encryption|TLS|SSL) (is )?required|plaintext authentication is disabled|cleartext`, is: LoginAfterTLS, from: "guessed"},

	{says: `temporary authentication failure|account is temporarily unavailable`, is: ServerTrouble, from: "Dovecot"},
	{says: `ERR\.LOGIN\.SYSTEMBUSY`, is: ServerTrouble, from: "NetEase ID"},
	{says: `internal (auth(entication)? )?(failure|error)|temporar(y|ily)`, is: ServerTrouble, from: "guessed"},
	{says: `not authenticated to send`, is: LoginWanted, from: "Microsoft"},

	// Whatever else a login is refused for: the words for a wrong password.
	{says: `authentication failed`, is: WrongPassword, from: "Dovecot"},
	{says: `unable to log ?on`, is: WrongPassword, from: "NetEase"},
	{says: `ERR\.LOGIN\.PASSERR`, is: WrongPassword, from: "NetEase ID"},
	{says: `username and password not accepted|BadCredentials`, is: WrongPassword, from: "Gmail"},
	{says: `invalid credentials`, is: WrongPassword, from: "Yandex"},
	{says: `(bad|wrong|incorrect|invalid) (user ?name|password|login|credentials|authentication)|password (is )?(incorrect|wrong)|authentication (fail|unsuccessful|credentials)|auth failed|login (fail|incorrect|denied|invalid)|logon failure|credentials|not accepted|密码错误`, is: WrongPassword, from: "guessed"},

	// Sending. The sender first.
	{when: sending, says: `SendAsDenied|permissions? to send as|not allowed to send as`, is: SenderNotYours, from: "Microsoft"},
	{when: sending, says: `mail from must equal authorized|mail address invalid|local user only`, is: SenderNotYours, from: "NetEase"},
	{when: sending, says: `doesn.t conform with authentication|non-local account`, is: SenderNotYours, from: "Alibaba"},
	{when: sending, says: `sender is unvalidated|host denies the sender`, is: SenderNotYours, from: "sina"},
	{when: sending, says: `must be same as authorization user`, is: SenderNotYours, from: "Exmail"},
	{when: sending, says: `not owned by user|not logged in as owner`, is: SenderNotYours, from: "Postfix"},
	{when: sending, says: `sender (address )?(is )?(rejected: )?not owned|发件人.*不一致|(sender|from)[^.]{0,40}(mismatch|must match|not match|does not belong|spoof)`, is: SenderNotYours, from: "guessed"},
	{when: sending, says: `turn on SMTP authentication|unauthenticated senders not allowed`, is: LoginWanted, from: "bounces"},
	{when: sending, says: `(client|user|sender).{0,20}(not authenticated|must (log ?in|authenticate))|authentication (is )?required|must (be )?authenticat|auth(entication)? first|need to authenticate|not logged in|log ?in first`, is: LoginWanted, from: "guessed"},
	{when: sending, says: `relay access denied`, is: RelayDenied, from: "Postfix"},
	{when: sending, says: `host denies relay`, is: RelayDenied, from: "sina"},
	{when: sending, says: `relay(ing)? (access )?(is )?(denied|prohibited|disallowed|not (allowed|permitted))|not (allowed|permitted) to relay|unable to relay`, is: RelayDenied, from: "bounces"},
	{when: sending, says: `DT:SPM|HL:ITC|MI:SPB|MI:NSC`, is: LooksLikeSpam, from: "NetEase"},
	{when: sending, says: `MI:(SFQ|STC|DMC)|RP:(QRC|TRC)|HL:IFQ`, is: SentTooMuch, from: "NetEase"},
	{when: sending, says: `too many recipients|RCPTs? (attempts|numbers?|is achieved)|too many rcpt`, is: TooManyAtOnce, from: "Postfix"},
	{when: sending, says: `(daily|hourly|sending|message|rate).{0,20}(limit|quota).{0,20}(exceed|reach)|exceeded .*(rate|limit)`, is: SentTooMuch, from: "Gmail"},
	{when: sending, says: `too many (messages|mails|same|connections)|sent too (much|many)|rate limit|sending limit|too fast|frequency|发送.*上限|频率`, is: SentTooMuch, from: "guessed"},
	{when: sending, says: `insufficient (system storage|disk space)|no space left`, is: ServerTrouble, clause: "the server has no room left", from: "bounces"},
	{when: sending, says: `does not accept mail`, is: DomainUnknown, clause: "this domain takes no mail", from: "bounces"},
	{when: sending, says: `gr[ea]y-?\s?list|postgrey|please (try|retry) (again )?(later|in \d+)|come back later|first.time sender|try again (later|in)|deferred|please retry|灰名单`, is: TryLater, clause: WhyGreylisted, from: "bounces"},
	{when: sending, says: `\b(SPF|DKIM|DMARC)\b|unauthenticated (e?mail|message)|sender policy`, is: NotAuthentic, from: "Gmail"},
	{when: sending, says: `spamhaus|\bRBL\b|\bDNSBL\b|black ?list|block ?list|blocked using|listed (by|at|in)|poor reputation|black ip|sending IP`, is: AddressBanned, from: "bounces"},
	{when: sending, says: `virus|malware|病毒`, is: LooksLikeSpam, clause: "the server suspects a virus", from: "Alibaba"},
	{when: sending, says: `\bspam|unsolicited|junk|content (rejected|spam|filter)|message rejected as|reputation|垃圾邮件`, is: LooksLikeSpam, from: "bounces"},
	{when: sending, says: `(mailbox|quota|storage|over ?quota|inbox).{0,30}(full|exceed|exhaust|out of)|over quota|邮箱已满`, is: MailboxFull, from: "bounces"},
	{when: sending, says: `(message|mail|size|content|attach).{0,30}(too (large|big|long)|exceeds?|achieved the maximum)`, is: MessageTooLarge, from: "bounces"},
	{when: sending, says: `(account|mailbox|user|recipient).{0,30}(disabled|inactive|suspended|closed|locked)|isn.t allowed to receive|not an active address`, is: MailboxDisabled, from: "bounces"},
	{when: sending, says: `(user|mailbox|recipient|address|account|rcpt).{0,40}(unknown|not ?found|does(n.t| not) exist|dosn.t exist|no such|unavailable|invalid|doesn.t have)|(no such|unknown|invalid) (user|mailbox|recipient|address|account|e-?mail)|not a valid (user|mailbox|recipient)|用户不存在|收件人不存在`, is: MailboxUnknown, from: "bounces"},
	{when: sending, says: `(domain|host).{0,30}(not found|does(n.t| not) (exist|resolve)|unknown|not reachable)|(unknown|no such) (host|domain)|host unknown|no MX|null ?MX`, is: DomainUnknown, from: "bounces"},
	{when: sending, says: `policy|policies|prohibited|not permitted`, is: Policy, from: "bounces"},

	// Enhanced codes, subject and detail. Where a detail is not listed, its subject's ".0" speaks.
	{when: either, status: "1.0", is: MailboxUnknown, clause: "something is wrong with the address", vague: true, from: "RFC 3463"},
	{when: either, status: "1.1", is: MailboxUnknown, from: "RFC 3463"},
	{when: either, status: "1.2", is: DomainUnknown, from: "RFC 3463"},
	{when: either, status: "1.3", is: MailboxUnknown, clause: "the address is not written as addresses are", from: "RFC 3463"},
	{when: either, status: "1.4", is: MailboxUnknown, clause: "the address may mean several mailboxes", from: "RFC 3463"},
	{when: either, status: "1.6", is: MailboxMoved, from: "RFC 3463"},
	{when: either, status: "1.7", is: SenderNotYours, clause: "your own address is not written as addresses are", from: "RFC 3463"},
	{when: either, status: "1.8", is: SenderDomain, from: "RFC 3463"},
	{when: either, status: "1.10", is: DomainUnknown, clause: "this domain takes no mail", from: "IANA"},
	{when: either, status: "2.0", is: MailboxDisabled, clause: "something is wrong with the mailbox", vague: true, from: "RFC 3463"},
	{when: either, status: "2.1", is: MailboxDisabled, from: "RFC 3463"},
	{when: either, status: "2.2", is: MailboxFull, from: "RFC 3463"},
	{when: either, status: "2.3", is: MessageTooLarge, clause: "the message is larger than this mailbox takes", from: "RFC 3463"},
	{when: either, status: "2.4", is: RoutingFails, clause: "the members of the mailing list cannot be found", vague: true, from: "RFC 3463"},
	{when: either, status: "3.0", is: ServerTrouble, vague: true, from: "RFC 3463"},
	{when: either, status: "3.1", is: ServerTrouble, clause: "the server has no room left", vague: true, from: "RFC 3463"},
	{when: either, status: "3.2", is: Busy, clause: "the server takes no messages now", from: "RFC 3463"},
	{when: either, status: "3.3", is: FormRefused, clause: "the server cannot do what the message asks of it", vague: true, from: "RFC 3463"},
	{when: either, status: "3.4", is: MessageTooLarge, from: "RFC 3463"},
	{when: either, status: "3.5", is: ServerTrouble, clause: "the server is not set up properly", vague: true, from: "RFC 3463"},
	{when: either, status: "4.0", is: RoutingFails, clause: "the recipient's server cannot be reached", vague: true, from: "RFC 3463"},
	{when: either, status: "4.1", is: RoutingFails, clause: "the recipient's server does not answer", vague: true, from: "RFC 3463"},
	{when: either, status: "4.2", is: RoutingFails, clause: "the connection to the recipient's server broke", vague: true, from: "RFC 3463"},
	{when: either, status: "4.3", is: RoutingFails, clause: "the recipient's server cannot be looked up", vague: true, from: "RFC 3463"},
	{when: either, status: "4.4", is: RoutingFails, vague: true, from: "RFC 3463"},
	{when: either, status: "4.5", is: ServerTrouble, clause: "the server has too much to do", vague: true, from: "RFC 3463"},
	{when: either, status: "4.6", is: RoutingFails, clause: "the message goes round in a circle between servers", vague: true, from: "RFC 3463"},
	{when: either, status: "4.7", is: RoutingFails, clause: "the recipient's server could not be reached in time", vague: true, from: "RFC 3463"},
	{when: either, status: "5.0", is: FormRefused, clause: "the server does not understand what Poplar says", vague: true, from: "RFC 3463"},
	{when: either, status: "5.3", is: TooManyAtOnce, from: "RFC 3463"},
	{when: either, status: "6.0", is: FormRefused, vague: true, from: "RFC 3463"},
	{when: either, status: "6.1", is: FormRefused, clause: "the server does not take this kind of content", vague: true, from: "RFC 3463"},
	{when: either, status: "6.2", is: FormRefused, clause: "the message would have to be converted, and may not be", vague: true, from: "RFC 3463"},
	{when: either, status: "6.3", is: FormRefused, clause: "the message would have to be converted, and cannot be", vague: true, from: "RFC 3463"},
	{when: either, status: "6.7", is: FormRefused, clause: noLetters, from: "IANA"},
	{when: either, status: "6.8", is: FormRefused, clause: noLetters, from: "IANA"},
	{when: either, status: "6.9", is: FormRefused, clause: noLetters, from: "IANA"},
	{when: either, status: "6.10", is: FormRefused, clause: noLetters, from: "IANA"},
	{when: either, status: "7.0", is: Policy, vague: true, from: "RFC 3463"},
	{when: either, status: "7.1", is: Policy, clause: "the server does not let this message through", vague: true, from: "RFC 3463"},
	{when: either, status: "7.2", is: Policy, clause: "you may not write to this mailing list", vague: true, from: "RFC 3463"},
	{when: either, status: "7.3", is: WrongPassword, vague: true, from: "Microsoft"},
	{when: either, status: "7.7", is: Policy, clause: "the message was changed on its way", vague: true, from: "RFC 3463"},
	{when: either, status: "7.8", is: WrongPassword, vague: true, from: "RFC 4954"},
	{when: either, status: "7.9", is: NeedsCode, from: "RFC 4954"},
	{when: either, status: "7.10", is: LoginAfterTLS, from: "IANA"},
	{when: either, status: "7.11", is: LoginAfterTLS, from: "RFC 4954"},
	{when: either, status: "7.12", is: PasswordOld, from: "RFC 4954"},
	{when: either, status: "7.13", is: Suspended, from: "IANA"},
	{when: either, status: "7.14", is: WebLogin, from: "Gmail"},
	{when: either, status: "7.17", is: MailboxMoved, clause: "the mailbox belongs to somebody else now", from: "IANA"},
	{when: either, status: "7.18", is: MailboxMoved, clause: "the domain belongs to somebody else now", from: "IANA"},
	{when: either, status: "7.20", is: NotAuthentic, clause: noDKIM, from: "IANA"},
	{when: either, status: "7.21", is: NotAuthentic, clause: noDKIM, from: "IANA"},
	{when: either, status: "7.22", is: NotAuthentic, clause: noDKIM, from: "IANA"},
	{when: either, status: "7.23", is: NotAuthentic, clause: noSPF, from: "IANA"},
	{when: either, status: "7.24", is: NotAuthentic, clause: noSPF, from: "IANA"},
	{when: either, status: "7.25", is: AddressBanned, clause: "the sending server has no proper name (reverse DNS)", from: "IANA"},
	{when: either, status: "7.26", is: NotAuthentic, from: "IANA"},
	{when: either, status: "7.27", is: SenderDomain, clause: "the domain of your own address takes no mail", from: "IANA"},
	{when: either, status: "7.28", is: SentTooMuch, from: "IANA"},
	{when: either, status: "7.29", is: NotAuthentic, from: "IANA"},
	{when: either, status: "7.30", is: Policy, clause: "the way to the recipient is not encrypted throughout", vague: true, from: "IANA"},
	{when: either, status: "7.57", is: LoginWanted, from: "Microsoft"},
	{when: either, status: "7.60", is: SenderNotYours, from: "Microsoft"},
	{when: either, status: "7.139", is: OAuthWanted, from: "Microsoft"},

	// Reply codes of servers that say nothing more precise.
	{when: sending, reply: 421, is: Busy, from: "RFC 5321"},
	{when: sending, reply: 432, is: PasswordOld, from: "RFC 4954"},
	{when: sending, reply: 440, is: SenderNotYours, from: "Alibaba"},
	{when: sending, reply: 450, is: TryLater, clause: "the mailbox cannot be reached at the moment", from: "RFC 5321"},
	{when: sending, reply: 451, is: TryLater, clause: "the server has a fault at the moment", from: "RFC 5321"},
	{when: sending, reply: 452, is: TooManyAtOnce, clause: "the server has no room left, or takes only so many recipients at a time", from: "RFC 5321"},
	{when: sending, reply: 454, is: ServerTrouble, clause: "the server cannot check the password at the moment", from: "RFC 4954"},
	{when: sending, reply: 455, is: FormRefused, clause: "the server cannot do what the message asks of it", from: "RFC 5321"},
	{when: sending, reply: 500, is: FormRefused, clause: "the server does not understand what Poplar says", from: "RFC 5321"},
	{when: sending, reply: 501, is: MailboxUnknown, clause: "the address is not written as addresses are", from: "RFC 5321"},
	{when: sending, reply: 502, is: FormRefused, clause: "the server does not understand what Poplar says", from: "RFC 5321"},
	{when: sending, reply: 503, is: FormRefused, clause: "the server does not understand what Poplar says", from: "RFC 5321"},
	{when: sending, reply: 504, is: FormRefused, clause: "the server cannot do what the message asks of it", from: "RFC 5321"},
	{when: sending, reply: 521, is: DomainUnknown, clause: "this server takes no mail", from: "RFC 5321"},
	{when: sending, reply: 530, is: LoginWanted, from: "RFC 4954"},
	{when: sending, reply: 534, is: NeedsCode, from: "RFC 4954"},
	{when: sending, reply: 535, is: WrongPassword, from: "RFC 4954"},
	{when: sending, reply: 538, is: LoginAfterTLS, from: "RFC 4954"},
	{when: sending, reply: 541, is: Policy, clause: "the server does not let this message through", from: "Alibaba"},
	{when: sending, reply: 550, is: MailboxUnknown, clause: "there is no such mailbox, or you may not write to it", from: "RFC 5321"},
	{when: sending, reply: 551, is: MailboxMoved, from: "RFC 5321"},
	{when: sending, reply: 552, is: MessageTooLarge, clause: "the mailbox is full, or the message larger than it takes", from: "RFC 5321"},
	{when: sending, reply: 553, is: MailboxUnknown, clause: "the address is not one the server takes", from: "RFC 5321"},
	{when: sending, reply: 554, is: Policy, clause: "the server does not let this message through", from: "RFC 5321"},
	{when: sending, reply: 555, is: FormRefused, clause: "the server cannot do what the message asks of it", from: "RFC 5321"},
	{when: sending, reply: 556, is: DomainUnknown, clause: "this domain takes no mail", from: "RFC 5321"},
}

const (
	noLetters = "the server takes no addresses with letters beyond a to z"
	noDKIM    = "the message bears no valid signature of its domain (DKIM)"
	noSPF     = "your domain does not let this server send for it (SPF)"
)

// WhyGreylisted is why a server takes no message at the first try.
const WhyGreylisted = "the recipient's server takes mail from a stranger at the second try only (greylisting)"

// clauses word, for the end of a sentence, the reasons for which recipients are refused.
var clauses = map[Reason]string{
	MailboxUnknown:  "there is no such mailbox",
	DomainUnknown:   "there is no such domain",
	MailboxMoved:    "the mailbox has moved",
	MailboxDisabled: "the mailbox is switched off",
	MailboxFull:     "the mailbox is full",
	MessageTooLarge: "the message is larger than the server takes",
	TooManyAtOnce:   "the server takes only so many recipients at a time",
	SentTooMuch:     "too many messages in a short time",
	LooksLikeSpam:   "the server takes the message, or this line, for a source of spam",
	AddressBanned:   "the server takes the message, or this line, for a source of spam",
	NotAuthentic:    "the message could not be proved to come from your domain",
	LoginWanted:     "the server wants a login before it sends",
	SenderNotYours:  "the server lets you send from your own address only",
	SenderDomain:    "the domain of your own address cannot be found",
	RelayDenied:     "the server sends to strangers only for people who have logged in",
	TryLater:        WhyGreylisted,
	Busy:            "the server has too much to do",
	ServerTrouble:   "the server has a fault",
	RoutingFails:    "there is no way to the recipient's server",
	FormRefused:     "the server does not like the form of the message",
	Policy:          "the server's rules forbid it",
	WrongPassword:   "the server does not accept this password",
	NeedsCode:       "the server wants another way of logging in",
	OAuthWanted:     "the server wants another way of logging in",
	WebLogin:        "the server wants another way of logging in",
	LoginAfterTLS:   "the server wants an encrypted connection",
	PasswordOld:     "the password has to be changed first",
	Suspended:       "the account is switched off",
	SMTPOff:         "the account is switched off",
	LockedOut:       "the account is switched off",
}
