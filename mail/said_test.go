package mail

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// The lines are what servers really say, as people have reported them; docs/providers.md names the places.
func TestServersWords(t *testing.T) {
	for _, c := range []struct {
		step, said string
		kind       Kind
		want       Reason
	}{
		{"log in", "[SYS/PERM] Your account is not enabled for POP access. Please visit your Gmail settings page and enable your account for POP access.", ServerPermanent, POPOff},
		{"log in", "[AUTH] Application-specific password required: https://support.google.com/accounts/answer/185833", NeedsAppPassword, NeedsCode},
		{"log in", "[AUTH] Username and password not accepted.", LoginRefused, WrongPassword},
		{"log in", "[AUTH] Web login required: https://support.google.com/mail/answer/78754", LoginRefused, WebLogin},
		{"log in", "534 5.7.9 Application-specific password required. For more information, go to 5.7.9 https://support.google.com/mail/?p=InvalidSecondFactor", NeedsAppPassword, NeedsCode},
		{"log in", "534 5.7.14 <https://accounts.google.com/signin/continue> Please log in via your web browser", LoginRefused, WebLogin},
		{"log in", "535 5.7.8 Username and Password not accepted. For more information, go to 5.7.8 https://support.google.com/mail/?p=BadCredentials", LoginRefused, WrongPassword},
		{"log in", "535 Error: 请使用授权码登录。详情请看: http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256", NeedsAppPassword, NeedsCode},
		{"log in", "535 Login Fail. Please enter your authorization code to login. More information in https://service.mail.qq.com/detail/0/53", NeedsAppPassword, NeedsCode},
		{"log in", "Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/", LoginRefused, NeedsCode},
		{"log in", "Unable to log on", LoginRefused, WrongPassword},
		{"log in", "535 Error: authentication failed", LoginRefused, WrongPassword},
		{"log in", "550 User has no permission", LoginRefused, SMTPOff},
		{"log in", "526 Authentication failure[1]", LoginRefused, LockedOut},
		{"log in", "526 Authentication failure[0]", LoginRefused, WrongPassword},
		{"log in", "535 5.7.0 NEOBHODIM parol prilozheniya https://help.mail.ru/mail/security/protection/external / Application password is REQUIRED", NeedsAppPassword, NeedsCode},
		{"log in", "[AUTH] login failure or POP3 disabled, try later. sc=abc", LoginRefused, POPOff},
		{"log in", "535 5.7.0 (#AUTH005) Too many bad auth attempts.", LoginRefused, LockedOut},
		{"log in", "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", LoginRefused, OAuthWanted},
		{"log in", "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled", LoginRefused, SMTPOff},
		{"log in", "535 5.7.3 Authentication unsuccessful", LoginRefused, WrongPassword},
		{"log in", "Logon failure: unknown user name or bad password.", LoginRefused, WrongPassword},
		{"log in", "[AUTH] Authentication failed.", LoginRefused, WrongPassword},
		{"log in", "[SYS/TEMP] Temporary authentication failure. [host:2026-11-25 10:00:00]", ServerTemporary, ServerTrouble},
		{"log in", "[IN-USE] Couldn't lock the mailbox", MailboxInUse, InUse},
		{"log in", "[LOGIN-DELAY] minimum time between logins not reached", LoginDelay, TooOften},
		{"log in", "[AUTH] Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", LoginRefused, LoginAfterTLS},
		{"log in", "unknown user anna", LoginRefused, UnknownUser},
		{"log in", "535 5.7.8 Error: authentication failed: UGFzc3dvcmQ6", LoginRefused, WrongPassword},
		{"log in", "454 4.7.0 Temporary authentication failure: Connection lost to authentication server", ServerTemporary, ServerTrouble},
		{"connect", "too many connections from your address", ServerTemporary, Busy},
		{"greeting", "554 5.7.1 Service unavailable; Client host [203.0.113.9] blocked using zen.spamhaus.org", ServerPermanent, AddressBanned},
		{"greeting", "421 4.7.0 Too many connections", ServerTemporary, Busy},
		{"mailbox", "[SYS/PERM] index damaged", ServerPermanent, MailboxBroken},
		{"sender", "530 5.7.0 Authentication required", ServerPermanent, LoginWanted},
		{"sender", "530 5.7.0 Must issue a STARTTLS command first", NoEncryption, LoginAfterTLS},
		{"sender", "530 5.7.57 Client not authenticated to send mail.", ServerPermanent, LoginWanted},
		{"sender", "553 5.7.1 <eve@example.org>: Sender address rejected: not owned by user anna", ServerPermanent, SenderNotYours},
		{"sender", "553 Mail from must equal authorized user", ServerPermanent, SenderNotYours},
		{"sender", "550 5.1.8 Sender domain not found", ServerPermanent, SenderDomain},
		{"send", "554 5.2.252 SendAsDenied; anna@example.org not allowed to send as info@example.org", ServerPermanent, SenderNotYours},
		{"recipient", "550 5.1.1 The email account that you tried to reach does not exist.", RecipientRefused, MailboxUnknown},
		{"recipient", "550 5.4.1 Recipient address rejected: Access denied. No such user", RecipientRefused, MailboxUnknown},
		{"recipient", "554 5.7.1 <bob@example.net>: Relay access denied", RecipientRefused, RelayDenied},
		{"recipient", "552 5.2.2 Mailbox full", RecipientRefused, MailboxFull},
		{"recipient", "450 4.2.0 Greylisted, see http://postgrey.schweikert.ch", ServerTemporary, TryLater},
		{"recipient", "451 try again later", ServerTemporary, TryLater},
		{"recipient", "550 5.1.10 Null MX", RecipientRefused, DomainUnknown},
		{"send", "554 DT:SPM 163 smtp11,D8CowABnb5fd", ServerPermanent, LooksLikeSpam},
		{"send", "550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.", ServerPermanent, NotAuthentic},
		{"send", "550-5.7.26 The MAIL FROM domain has an SPF record with a hard fail", ServerPermanent, NotAuthentic},
		{"log in", "535 5.7.0 ERR.LOGIN.REQCODE", NeedsAppPassword, NeedsCode},
		{"log in", "ERR.LOGIN.PASSERR", LoginRefused, WrongPassword},
		{"log in", "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy.", LoginRefused, OAuthWanted},
		{"sender", "553 Local user only,163 smtp5", ServerPermanent, SenderNotYours},
		{"recipient", "551 virus infected mail rejected", ServerPermanent, LooksLikeSpam},
		{"send", "550 5.6.2 Conversion required", ServerPermanent, FormRefused},
		{"send", "550 5.4.5 Daily user sending limit exceeded.", ServerPermanent, SentTooMuch},
		{"send", "552 5.3.4 Message size exceeds fixed limit", TooLarge, MessageTooLarge},
		{"send", "554 5.7.1 Message rejected under suspicion of SPAM", ServerPermanent, LooksLikeSpam},
	} {
		p := &Problem{Kind: c.kind, Doing: c.step, Said: c.said}
		if got := p.Reason(); got != c.want {
			t.Errorf("%s: %q: %s, want %s", c.step, c.said, got, c.want)
		}
	}
	if r := (*Problem)(nil).Reason(); r != "" {
		t.Errorf("no problem has the reason %s", r)
	}
}

func TestReasonsHaveWords(t *testing.T) {
	hole := regexp.MustCompile(`\{[a-z]+\}`)
	v := &Verdict{Host: "h", Port: "1", User: "u", Other: "o"}
	for _, r := range Reasons() {
		w, _ := r.Words()
		if w.What == "" || w.Do == "" {
			t.Errorf("%s does not say what it is or what to do", r)
		}
		for _, s := range []string{w.What, w.Why, w.Do} {
			if left := hole.FindString(v.Fill(s)); left != "" {
				t.Errorf("%s: nothing fills %s in %q", r, left, s)
			}
		}
	}
}

// Each word of the table leads to advice, says whence it comes, and is one thing only.
func TestServersWordsAreWhole(t *testing.T) {
	doc, err := os.ReadFile("../docs/providers.md")
	if err != nil {
		t.Fatal(err)
	}
	seen, used := map[string]bool{}, map[string]bool{}
	for _, s := range serversWords {
		name := s.code + s.status + s.says
		if s.reply != 0 {
			name = fmt.Sprint(s.reply)
		}
		if _, ok := s.is.Words(); !ok {
			t.Errorf("%q leads to %q, which has no words", name, s.is)
		}
		if wordsFrom[s.from] == "" {
			t.Errorf("%q comes from %q, which is no source", name, s.from)
		}
		if seen[name] {
			t.Errorf("%q is there twice", name)
		}
		if s.when != atLogin && clauses[s.is] == "" && s.clause == "" {
			t.Errorf("%q leads to %q, which has no clause", name, s.is)
		}
		seen[name], used[s.from] = true, true
	}
	for name := range wordsFrom {
		if !used[name] {
			t.Errorf("nothing comes from %s", name)
		}
		if !strings.Contains(string(doc), "| "+name+" |") {
			t.Errorf("docs/providers.md does not tell of %s", name)
		}
	}
}
