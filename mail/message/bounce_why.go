package message

import (
	"strings"

	"poplar/mail"
)

// reasons are the words by which mail servers say why, most telling first. class is what they mean when no code
// says otherwise.
var reasons = []struct {
	words  *phraseSet
	class  string
	detail string
	why    string
}{
	{phrases{"delivery retry timeout exceeded"}.compile(), "5", ".4.7", whyExpired},
	{phrases{": retry timeout exceeded", " retry timeout exceeded", "retry time not reached"}.compile(), "4", ".4.7", whyExpired},
	{phrases{
		"mailbox is full", "mailbox full", "mailbox was full", "mailbox over", "mailbox is over", "over quota", "over~quota", "exceed~quota", "quota~exceed", "quota~full", "insufficient disk", "insufficient system storage", "insufficient storage", "not enough disk", "not enough space", "disk full",
		"storage~exceed", "exceeded the local limit", "exceeded local limit", "exceeded storage", "mailfolder is full", "mailbox~exceed", "user is full", "userisfull", "too much mail data", "容量", "邮箱已满", "信箱已滿", "空间不足", "空間不足", "オーバー", "いっぱい", "一杯",
	}.compile(), "5", ".2.2", whyFull},
	{phrases{
		"user unknown", "user-unknown", "user is unknown", "user not found", "user doesn't exist", "user does not exist", "user invalid", "unknown user", "unknown local user", "unknown recipient", "unknown mailbox", "unknown address", "unknown account", "no such user", "no such recipient", "no such person", "no such mailbox",
		"no such account", "no such address", "recipient~not exist", "recipient~not found", "recipient~not known", "recipient~not recogni", "recipient~not listed", "recipient~not valid", "recipient~unknown", "recipient~invalid", "recipient~no longer", "mailbox~not exist", "mailbox~not found", "mailbox~doesn't exist", "mailbox~unknown", "mailbox~unavailable",
		"address~not exist", "address~not found", "address~doesn't exist", "address~unknown", "address~invalid", "address~not recogni", "address~no longer", "account~not exist", "account~doesn't exist", "account~not found", "account~deleted", "user~not exist", "user~not found", "user~doesn't exist", "user~not listed", "user~not known", "user~no longer",
		"invalid recipient", "invalid mailbox", "invalid user", "invalid address", "invalid account", "not a valid user", "not a valid mailbox", "not a valid recipient", "not a registered", "not a known", "not listed in", "no mailbox", "is not known", "no account by that name", "not our customer", "unrouteable address", "unroutable",
		"用户不存在", "收件人不存在", "用戶不存在", "帐号不存在", "查无此人", "不存在", "存在しません", "見つかりません", "宛先不明", "group~may not exist", "group you tried",
	}.compile(), "5", ".1.1", whyUnknown},
	{phrases{
		"host unknown", "host not found", "unknown host", "host or domain name not found", "domain~not found", "domain~does not exist", "domain~doesn't exist", "domain~unknown", "domain~invalid", "no such host", "no such domain", "name server error", "name service error", "couldn't find any host", "no mx", "no route to host", "nxdomain",
		"bad destination host", "unresolvable", "all relevant mx", "illegal host", "域名不存在", "could not resolve", "can't resolve",
	}.compile(), "5", ".1.2", whyHost},
	{phrases{
		"account~disabled", "account~suspended", "account~inactive", "account~deactivated", "account~locked", "account~expired", "account~closed", "mailbox~disabled", "mailbox~suspended", "mailbox~inactive", "user~disabled", "user~suspended", "user~inactive", "recipient~disabled", "recipient~suspended", "disabled account", "disabled mailbox", "disabled user",
		"disabled recipient", "inactive user", "inactive account", "currently suspended", "停用", "冻结", "禁用",
	}.compile(), "5", ".2.1", whyDisabled},
	{phrases{"message~too big", "message~too large", "mail~too large", "size~exceed", "message~exceed", "length~exceed", "exceed~message size", "exceed~size limit", "exceed~maximum", "too large", "too big", "邮件太大", "超过~大小", "サイズ"}.compile(), "5", ".3.4", whySize},
	{phrases{"relay denied", "relaying denied", "relay access denied", "relay not", "relaying not", "relaying prohibited", "to relay", "no relay", "relaying"}.compile(), "5", ".7.1", whyRelay},
	{phrases{
		"spam", "junk", "blacklist", "black list", "blocklist", "block list", "reputation", " spf", "dkim", "dmarc", "content reject", "content filter", "policy", "banned", "virus", "malware", "access denied", "not authorized", "unauthenticated", "垃圾邮件", "病毒", "被拒绝", "拒收", "スパム", "迷惑", "blocked",
	}.compile(), "5", ".7.1", whyPolicy},
	{phrases{
		"timed out", "timeout", "time out", "connection refused", "connection reset", "connection dropped", "connection lost", "could not connect", "unable to connect", "did not accept our requests to connect", "socket error", "giving up", "too long", "retries", "retry", "could not deliver for the last", "expired", "network error", "network unreachable", "not reachable",
		"unreachable", "cannot connect", "can't connect", "couldn't connect", "delivery time", "连接超时", "超时", "无法连接",
	}.compile(), "5", ".4.7", whyExpired},
	{phrases{"rejected", "refused", "denied", "not accept", "unable to deliver", "undeliverable", "could not be delivered", "couldn't be delivered", "cannot be delivered", "fail", "退信", "送信できません", "配信できません"}.compile(), "5", ".0.0", whyOther},
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
	even := evenText(b.Diagnostic)
	for _, r := range reasons {
		if r.why != whyOther && r.words.in(even) {
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

// newAddress returns the address that a server gave in place of the one it refused (RFC 5321 section 3.4: 251, 551);
// empty when it gave none.
func newAddress(b mail.Bounced) string {
	for i := 0; i+3 <= len(b.Diagnostic); i++ {
		code := b.Diagnostic[i : i+3]
		if code != "251" && code != "551" || i > 0 && isAlnum(b.Diagnostic[i-1]) || i+3 < len(b.Diagnostic) && isAlnum(b.Diagnostic[i+3]) {
			continue
		}
		addr, start, _ := nextAddress(b.Diagnostic, i+3)
		if addr == "" || start > i+100 || strings.EqualFold(addr, b.Recipient) {
			return ""
		}
		return addr
	}
	return ""
}
