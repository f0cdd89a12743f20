package mail

import (
	"strings"
	"testing"
)

func TestWhy(t *testing.T) {
	for _, c := range []struct {
		code         int
		status, said string
		want         string
	}{
		{550, "5.1.1", "550 5.1.1 <bob@x.org>: Recipient address rejected", "there is no such mailbox"},
		{550, "5.1.2", "550 5.1.2 Host unknown", "there is no such domain"},
		{450, "4.2.0", "450 4.2.0 <b@x.org>: Recipient address rejected: Greylisted, see http://postgrey", WhyGreylisted},
		{451, "4.7.1", "451 4.7.1 Greylisting in action, please come back later", WhyGreylisted},
		{550, "5.2.0", "550 5.2.0 Greylisting is not an issue here", "something is wrong with the mailbox"},
		{552, "5.2.2", "552 5.2.2 Over quota", "the mailbox is full"},
		{550, "5.7.1", "550 5.7.1 Unable to relay", "the server sends to strangers only for people who have logged in"},
		{554, "5.7.1", "554 5.7.1 Relay access denied", "the server sends to strangers only for people who have logged in"},
		{550, "5.7.1", "550 5.7.1 [203.0.113.7] Our system has detected that this message is likely unsolicited mail", "the server takes the message, or this line, for a source of spam"},
		{554, "5.7.1", "554 5.7.1 no", "the server does not let this message through"},
		{550, "5.1.1", "550 5.1.1 User unknown; try again later", "there is no such mailbox"},
		{550, "", "550 try again later", "there is no such mailbox, or you may not write to it"},
		{551, "5.6.7", "551 5.6.7 no UTF-8 here", "the server takes no addresses with letters beyond a to z"},
		{554, "", "554 virus infected mail rejected", "the server suspects a virus"},
		{550, "5.7.26", "550 5.7.26 unauthenticated", "the message could not be proved to come from your domain"},
		{550, "5.1.99", "550 5.1.99 ?", "something is wrong with the address"},
		{550, "5.9.9", "550 5.9.9 ?", "there is no such mailbox, or you may not write to it"},
		{550, "", "550 No such user here", "there is no such mailbox"},
		{550, "", "550 no", "there is no such mailbox, or you may not write to it"},
		{421, "", "421 closing", "the server has too much to do"},
		{452, "4.5.3", "452 4.5.3 Too many recipients", "the server takes only so many recipients at a time"},
		{550, "", "550 用户不存在", "there is no such mailbox"},
		{553, "", "553 Mail from must equal authorized user: sender not owned by user", "the server lets you send from your own address only"},
		{0, "", "", ""},
	} {
		if got := (Recipient{Addr: "bob@x.org", Code: c.code, Status: c.status, Said: c.said}).Why(); got != c.want {
			t.Errorf("%s: %q, want %q", c.said, got, c.want)
		}
	}
	for _, w := range WhyWords() {
		if w == "" || strings.HasSuffix(w, ".") || strings.ToLower(w[:1]) != w[:1] {
			t.Errorf("%q is no clause", w)
		}
	}
}

func TestOffered(t *testing.T) {
	for _, c := range []struct {
		code int
		said string
		want string
	}{
		{551, "551 5.1.6 User not local; please try <Jones@USC-ISIE.example>", "Jones@USC-ISIE.example"},
		{551, "551 not here, try jones@other.example.", "jones@other.example"},
		{251, "251 User not local; will forward to <Jones@USC-ISIE.example>", "Jones@USC-ISIE.example"},
		{551, "551 <bob@x.org> has moved to <bob@y.org>", "bob@y.org"},
		{551, "551 User not local", ""},
		{550, "550 try <other@y.org>", ""},
	} {
		if got := (Recipient{Addr: "bob@x.org", Code: c.code, Said: c.said}).Offered(); got != c.want {
			t.Errorf("%s: %q, want %q", c.said, got, c.want)
		}
	}
}
