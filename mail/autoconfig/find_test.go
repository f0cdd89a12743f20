package autoconfig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// A configuration as a small company publishes it.
const published = `<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="nordlicht">
    <domain>nordlicht.example.net</domain>
    <displayName>Nordlicht Werke</displayName>
    <incomingServer type="imap"><hostname>imap.nordlicht.eu</hostname><port>993</port><socketType>SSL</socketType><username>x</username></incomingServer>
    <incomingServer type="pop3">
      <hostname>in.nordlicht.eu</hostname><port>995</port><socketType>SSL</socketType>
      <username>%EMAILLOCALPART%</username><authentication>password-cleartext</authentication>
      <pop3><checkInterval minutes="7"/></pop3>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>out.nordlicht.eu</hostname><port>587</port><socketType>STARTTLS</socketType>
      <username>%EMAILADDRESS%</username><authentication>password-cleartext</authentication>
    </outgoingServer>
    <documentation url="https://help.nordlicht.eu/mail"/>
  </emailProvider>
</clientConfig>`

// The same without POP3.
var imapOnly = regexp.MustCompile(`(?s)<incomingServer type="pop3">.*?</incomingServer>`).ReplaceAllString(published, "")

const (
	atHost    = "/mail/config-v1.1.xml"
	wellKnown = "/.well-known/autoconfig/mail/config-v1.1.xml"
)

// What a person gets who types an address: each case sets up a world and says what is offered, best first.
func TestFind(t *testing.T) {
	servers := func(n *internet) {
		n.pop3("in.nordlicht.eu:995")
		n.smtp("out.nordlicht.eu:587")
	}
	const both = " anna|in.nordlicht.eu:995|tls anna@nordlicht.eu|out.nordlicht.eu:587|starttls"
	for _, c := range []struct {
		name, address string
		world         func(n *internet)
		want          string
		note          string // of the first
	}{
		{"the table, in spite of capitals, blanks and a final dot", " Anna@GMail.com. ", func(n *internet) {
			n.pop3("pop.gmail.com:995")
			n.smtp("smtp.gmail.com:465")
		}, "table(gmail) Anna@gmail.com|pop.gmail.com:995|tls Anna@gmail.com|smtp.gmail.com:465|tls verified", ""},
		{"another port where the first is blocked", "anna@gmail.com", func(n *internet) {
			n.pop3("pop.gmail.com:995")
			n.smtp("smtp.gmail.com:587")
		}, "table(gmail) anna@gmail.com|pop.gmail.com:995|tls anna@gmail.com|smtp.gmail.com:587|starttls verified", ""},
		{"from memory, confirmed", "anna@sohu.com", func(n *internet) {
			n.pop3("pop3.sohu.com:995")
			n.smtp("smtp.sohu.com:465")
		}, "table(sohu) anna@sohu.com|pop3.sohu.com:995|tls anna@sohu.com|smtp.sohu.com:465|tls verified", ""},
		{"from memory, not confirmed: only what was looked up is left", "anna@sohu.com", func(n *internet) {
			n.mail["pop3.sohu.com:110"] = mailtest.StartPOP3(n.t, mailtest.POP3Options{}).Addr()
		}, "table(sohu) anna@sohu.com|pop3.sohu.com:110|none anna@sohu.com|smtp.sohu.com:25|none", NotePlain},
		{"listed in the clear, upgraded", "anna@263.net", func(n *internet) {
			n.pop3("pop3.263.net:110")
			n.smtp("smtp.263.net:25")
		}, "table(263) anna@263.net|pop3.263.net:110|starttls anna@263.net|smtp.263.net:25|starttls verified", ""},
		{"hosts on which sources disagree", "anna@sina.cn", func(n *internet) {
			n.pop3("pop3.sina.com.cn:995")
			n.smtp("smtp.sina.com:465")
		}, "table(sina) anna@sina.cn|pop3.sina.com.cn:995|tls anna@sina.cn|smtp.sina.com:465|tls verified", ""},
		{"no POP3", "anna@icloud.com", func(*internet) {}, "table(icloud) - anna@icloud.com|smtp.mail.me.com:587|starttls", NoteNoPOP},
		{"a company at Exmail", "anna@nordlicht.eu", func(n *internet) {
			n.mx("nordlicht.eu", "mxbiz1.qq.com", "mxbiz2.qq.com")
			n.pop3("pop.exmail.qq.com:995")
			n.smtp("smtp.exmail.qq.com:465")
		}, "mx(exmail) anna@nordlicht.eu|pop.exmail.qq.com:995|tls anna@nordlicht.eu|smtp.exmail.qq.com:465|tls verified", ""},
		{
			"a company at Proton", "anna@nordlicht.eu", func(n *internet) { n.mx("nordlicht.eu", "mail.protonmail.ch") },
			"mx(proton) - anna@nordlicht.eu|127.0.0.1:1025|starttls", NoteNoPOP,
		},
		{"published by the domain", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("https://autoconfig.nordlicht.eu", atHost, published)
		}, "autoconfig" + both + " verified", ""},
		{"published at the well-known place", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("https://nordlicht.eu", wellKnown, published)
		}, "autoconfig" + both + " verified", ""},
		{"published, but nobody answers", "anna@nordlicht.eu", func(n *internet) {
			n.publish("https://nordlicht.eu", wellKnown, published)
		}, "autoconfig" + both, ""},
		{"published in two ways that agree", "anna@nordlicht.eu", func(n *internet) {
			n.publish("https://nordlicht.eu", wellKnown, published)
			n.publish("https://ispdb.test", "/v1.1/nordlicht.eu", published)
		}, "autoconfig" + both, ""},
		{"published over http alone", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("http://autoconfig.nordlicht.eu", atHost, published)
		}, "autoconfig" + both + " verified insecure", NoteHTTP},
		{"the secure answer counts", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("http://autoconfig.nordlicht.eu", atHost, strings.ReplaceAll(published, "nordlicht.eu<", "thief.example<"))
			n.publish("https://nordlicht.eu", wellKnown, published)
		}, "autoconfig" + both + " verified", ""},
		{"a forged answer comes after one that cannot be", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.pop3("pop.thief.example:995")
			n.smtp("smtp.thief.example:587")
			n.publish("http://autoconfig.nordlicht.eu", atHost, strings.NewReplacer("in.nordlicht.eu", "pop.thief.example", "out.nordlicht.eu", "smtp.thief.example").Replace(published))
			n.publish("https://ispdb.test", "/v1.1/nordlicht.eu", published)
		}, "ispdb" + both + " verified\nautoconfig anna|pop.thief.example:995|tls anna@nordlicht.eu|smtp.thief.example:587|starttls verified insecure", ""},
		{"Mozilla's database", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("https://ispdb.test", "/v1.1/nordlicht.eu", published)
		}, "ispdb" + both + " verified", ""},
		{"the database, by the mail exchanger", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.mx("nordlicht.eu", "mx7.hoster.co.uk")
			n.publish("https://ispdb.test", "/v1.1/hoster.co.uk", published)
		}, "mx" + both + " verified", ""},
		{"SRV records", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.srv("pop3s", "nordlicht.eu", "in.nordlicht.eu.", 995)
			n.srv("submission", "nordlicht.eu", "out.nordlicht.eu.", 587)
		}, "srv anna@nordlicht.eu|in.nordlicht.eu:995|tls anna@nordlicht.eu|out.nordlicht.eu:587|starttls verified", ""},
		{"SRV records that say no to one way", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.srv("pop3", "nordlicht.eu", ".", 0)
			n.srv("pop3s", "nordlicht.eu", "in.nordlicht.eu.", 995)
			n.srv("submissions", "nordlicht.eu", ".", 0)
			n.srv("submission", "nordlicht.eu", "out.nordlicht.eu.", 587)
		}, "srv anna@nordlicht.eu|in.nordlicht.eu:995|tls anna@nordlicht.eu|out.nordlicht.eu:587|starttls verified", ""},
		{"SRV records with somebody else's servers", "anna@nordlicht.eu", func(n *internet) {
			n.pop3("pop.thief.example:995")
			n.smtp("smtp.thief.example:465")
			n.srv("pop3s", "nordlicht.eu", "pop.thief.example.", 995)
			n.srv("submissions", "nordlicht.eu", "smtp.thief.example.", 465)
		}, "srv anna@nordlicht.eu|pop.thief.example:995|tls anna@nordlicht.eu|smtp.thief.example:465|tls verified insecure", NoteElsewhere},
		{"SRV records with servers of a provider in the table", "anna@nordlicht.eu", func(n *internet) {
			n.pop3("pop.gmx.net:995")
			n.smtp("mail.gmx.net:465")
			n.srv("pop3s", "nordlicht.eu", "pop.gmx.net.", 995)
			n.srv("submissions", "nordlicht.eu", "mail.gmx.net.", 465)
		}, "srv(gmx-net) anna@nordlicht.eu|pop.gmx.net:995|tls anna@nordlicht.eu|mail.gmx.net:465|tls verified", ""},
		{"the usual names", "anna@nordlicht.eu", func(n *internet) {
			n.host("mail.nordlicht.eu", "smtp.nordlicht.eu", "pop3.nordlicht.eu")
			n.pop3("pop3.nordlicht.eu:995")
			n.smtp("mail.nordlicht.eu:587")
		}, "guess anna@nordlicht.eu|pop3.nordlicht.eu:995|tls anna@nordlicht.eu|mail.nordlicht.eu:587|starttls verified", ""},
		{"the usual names with STLS", "anna@nordlicht.eu", func(n *internet) {
			n.host("pop.nordlicht.eu", "smtp.nordlicht.eu")
			n.pop3("pop.nordlicht.eu:110")
			n.smtp("smtp.nordlicht.eu:465")
		}, "guess anna@nordlicht.eu|pop.nordlicht.eu:110|starttls anna@nordlicht.eu|smtp.nordlicht.eu:465|tls verified", ""},
		{"published for IMAP alone", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("https://autoconfig.nordlicht.eu", atHost, imapOnly)
		}, "autoconfig - anna@nordlicht.eu|out.nordlicht.eu:587|starttls", NoteIMAPOnly},
		{"published for IMAP alone, and POP3 by its usual name", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.host("pop.nordlicht.eu", "smtp.nordlicht.eu")
			n.pop3("pop.nordlicht.eu:995")
			n.smtp("smtp.nordlicht.eu:465")
			n.publish("https://autoconfig.nordlicht.eu", atHost, imapOnly)
		}, "guess anna@nordlicht.eu|pop.nordlicht.eu:995|tls anna@nordlicht.eu|smtp.nordlicht.eu:465|tls verified\n" +
			"autoconfig - anna@nordlicht.eu|out.nordlicht.eu:587|starttls", ""},
		{"written by an editor that begins with a mark", "anna@nordlicht.eu", func(n *internet) {
			servers(n)
			n.publish("https://autoconfig.nordlicht.eu", atHost, "\ufeff"+published)
		}, "autoconfig" + both + " verified", ""},
		{"only for retrieving", "anna@nordlicht.eu", func(n *internet) {
			n.host("pop.nordlicht.eu")
			n.pop3("pop.nordlicht.eu:995")
		}, "guess anna@nordlicht.eu|pop.nordlicht.eu:995|tls -", NoteNoOutgoing},
		{"a Chinese domain", "张三@邮件。中国", func(n *internet) {
			n.host("pop.xn--5nq051n.xn--fiqs8s", "smtp.xn--5nq051n.xn--fiqs8s")
			n.pop3("pop.xn--5nq051n.xn--fiqs8s:995")
			n.smtp("smtp.xn--5nq051n.xn--fiqs8s:465")
		}, "guess 张三@xn--5nq051n.xn--fiqs8s|pop.xn--5nq051n.xn--fiqs8s:995|tls 张三@xn--5nq051n.xn--fiqs8s|smtp.xn--5nq051n.xn--fiqs8s:465|tls verified", ""},
		{"listed, silent, but found by its usual name", "anna@posteo.ch", func(n *internet) {
			n.host("pop.posteo.ch", "mail.posteo.ch")
			n.pop3("pop.posteo.ch:995")
			n.smtp("mail.posteo.ch:465")
		}, "guess anna@posteo.ch|pop.posteo.ch:995|tls anna@posteo.ch|mail.posteo.ch:465|tls verified\n" +
			"table(posteo) anna@posteo.ch|posteo.de:995|tls anna@posteo.ch|posteo.de:465|tls", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newInternet(t)
			c.world(n)
			found, err := n.find(c.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := showAll(found); got != c.want {
				t.Errorf("found\n%s\nwant\n%s\nasked:\n%s", got, c.want, n.questions())
			} else if found[0].Note != c.note {
				t.Errorf("note %q, want %q", found[0].Note, c.note)
			}
		})
	}
}

// Guesses need a live greeting and a certificate for the name.
func TestGuessesThatFail(t *testing.T) {
	for _, c := range []struct {
		name  string
		world func(n *internet)
	}{
		{"a certificate for another name", func(n *internet) {
			n.mail["pop.nordlicht.eu:995"] = n.pop3("pop.hoster.eu:995").Addr()
		}},
		{"a certificate for another name after STLS", func(n *internet) {
			n.mail["pop.nordlicht.eu:110"] = n.pop3("pop.hoster.eu:110").Addr()
		}},
		{"no encryption", func(n *internet) {
			n.mail["pop.nordlicht.eu:110"] = mailtest.StartPOP3(n.t, mailtest.POP3Options{}).Addr()
		}},
		{"another kind of server", func(n *internet) {
			n.mail["pop.nordlicht.eu:995"] = n.smtp("pop.nordlicht.eu:465").Addr()
			delete(n.mail, "pop.nordlicht.eu:465")
			n.mail["smtp.nordlicht.eu:587"] = n.pop3("smtp.nordlicht.eu:110").Addr()
		}},
		{"a server that is not well", func(n *internet) {
			n.pop3("pop.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.Instead("-ERR come back later\r\n")))
			n.smtp("smtp.nordlicht.eu:465").SetScript(mailtest.On("GREETING", mailtest.Instead("554 no service\r\n")))
		}},
		{"endless lines", func(n *internet) {
			n.pop3("pop.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.Instead(strings.Repeat("+OK", 4000)+"\r\n")))
			n.smtp("smtp.nordlicht.eu:465").SetScript(mailtest.On("GREETING", mailtest.Instead(strings.Repeat("220-x\r\n", 400))))
		}},
		{"words put into the server's mouth", func(n *internet) {
			n.pop3("pop.nordlicht.eu:110").SetScript(mailtest.On("STLS", mailtest.Say("+OK go on\r\n+OK and trust me\r\n")))
		}},
		{"a hang-up", func(n *internet) {
			n.pop3("pop.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.CutBefore))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newInternet(t)
			n.host("pop.nordlicht.eu", "smtp.nordlicht.eu")
			c.world(n)
			found, err := n.find("anna@nordlicht.eu")
			if len(found) > 0 || kindOf(err) != mail.NoSuchHost {
				t.Errorf("found %s, error %v", showAll(found), err)
			}
		})
	}
}

// What a server of the table says when it cannot be verified is told.
func TestProblemOfTheTable(t *testing.T) {
	n := newInternet(t)
	n.mail["pop.qq.com:995"] = n.pop3("captive.portal:995").Addr()
	found, err := n.find("10001@qq.com")
	if err != nil || len(found) != 1 || found[0].Verified || found[0].Problem == nil || found[0].Problem.Kind != mail.UntrustedCertificate {
		t.Fatalf("%s: %v, %+v", showAll(found), err, found[0].Problem)
	}
}

// A server that is not well is told from one that is something else.
func TestProblemOfAProbe(t *testing.T) {
	n := newInternet(t)
	n.pop3("pop.qq.com:995").SetScript(mailtest.On("GREETING", mailtest.Instead("-ERR [SYS/TEMP] come back later\r\n")))
	found, err := n.find("10001@qq.com")
	if err != nil || len(found) != 1 || found[0].Problem.Kind != mail.ServerTemporary || !strings.Contains(found[0].Problem.Said, "come back later") {
		t.Errorf("%s: %v, %+v", showAll(found), err, found[0].Problem)
	}
}

// A probe says nothing but what is needed to encrypt, whatever the server asks for.
func TestNoPasswordIsSent(t *testing.T) {
	n := newInternet(t)
	n.host("pop.nordlicht.eu", "smtp.nordlicht.eu")
	pop, smtp := n.pop3("pop.nordlicht.eu:110"), n.smtp("smtp.nordlicht.eu:587")
	if found, err := n.find("anna@nordlicht.eu"); err != nil || !found[0].Verified {
		t.Fatal(showAll(found), err)
	}
	for _, c := range []struct {
		lines []string
		want  string
	}{{pop.Lines(0), "STLS QUIT"}, {smtp.Lines(0), "EHLO [127.0.0.1] STARTTLS QUIT"}} {
		// QUIT is not waited for and may come late.
		if got := strings.Join(c.lines, " "); got != c.want && got != strings.TrimSuffix(c.want, " QUIT") {
			t.Errorf("sent %q, want %q", got, c.want)
		}
	}
}

// The address is told to the domain over https alone, and to nobody else; a provider whose servers answer is not asked
// about.
func TestWhoIsTold(t *testing.T) {
	n := newInternet(t)
	for _, site := range []string{"https://autoconfig.nordlicht.eu", "http://autoconfig.nordlicht.eu", "http://nordlicht.eu", "https://nordlicht.eu"} {
		n.publish(site, "/nothing", "")
	}
	n.mx("nordlicht.eu", "mail.nordlicht.eu")
	if _, err := n.find("geheim@nordlicht.eu"); kindOf(err) != mail.NoSuchHost {
		t.Fatal(err)
	}
	asked := n.questions()
	for line := range strings.SplitSeq(asked, "\n") {
		if strings.Contains(line, "geheim") != strings.HasPrefix(line, "https://autoconfig.nordlicht.eu/") {
			t.Errorf("told: %s", line)
		}
	}
	for _, want := range []string{"http://autoconfig.nordlicht.eu" + atHost, "http://nordlicht.eu" + wellKnown, "https://ispdb.test/v1.1/nordlicht.eu", "SRV _pop3s._tcp.nordlicht.eu.", "SRV _submissions._tcp.nordlicht.eu."} {
		if !slices.Contains(strings.Split(asked, "\n"), want) {
			t.Errorf("not asked: %s", want)
		}
	}
	if k := strings.Count(asked, "https://ispdb.test/"); k != 1 {
		t.Errorf("the database was asked %d times", k)
	}

	n = newInternet(t)
	n.pop3("pop.gmail.com:995")
	n.smtp("smtp.gmail.com:465")
	if _, err := n.find("anna@gmail.com"); err != nil || n.questions() != "" {
		t.Errorf("asked about a provider in the table: %v\n%s", err, n.questions())
	}
}

func TestWithoutISPDB(t *testing.T) {
	n := newInternet(t)
	n.publish("https://ispdb.test", "/v1.1/nordlicht.eu", published)
	o := n.options()
	o.ISPDB = NoISPDB
	if found, err := Find(t.Context(), "anna@nordlicht.eu", o, nil); err == nil {
		t.Error(showAll(found))
	}
}

func TestRedirects(t *testing.T) {
	to := func(where string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if len(r.Cookies()) > 0 {
				t.Error("a cookie came back")
			}
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
			http.Redirect(w, r, where, http.StatusFound)
		}
	}
	for _, c := range []struct {
		name, from, to string
		want           string
	}{
		{"from https to https", "https://autoconfig.nordlicht.eu", "https://conf.hoster.eu" + atHost, "secure"},
		{"from https to http", "https://autoconfig.nordlicht.eu", "http://conf.hoster.eu" + atHost, "none"},
		{"from http to https is insecure all the same", "http://autoconfig.nordlicht.eu", "https://conf.hoster.eu" + atHost, "insecure"},
		{"round and round", "https://autoconfig.nordlicht.eu", "https://autoconfig.nordlicht.eu" + atHost, "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := newInternet(t)
			serve := func(w http.ResponseWriter, r *http.Request) {
				if len(r.Cookies()) > 0 {
					t.Error("a cookie came back")
				}
				_, _ = w.Write([]byte(published))
			}
			n.sites["https://conf.hoster.eu"], n.sites["http://conf.hoster.eu"] = serve, serve
			n.sites[c.from] = to(c.to)
			found, err := n.find("anna@nordlicht.eu")
			got := "none"
			if err == nil {
				got = map[bool]string{true: "insecure", false: "secure"}[found[0].Insecure]
			}
			if got != c.want {
				t.Errorf("%s, want %s (%v)", got, c.want, err)
			}
			if k := strings.Count(n.questions(), c.from+atHost); k > maxRedirects+2 {
				t.Errorf("asked %d times", k)
			}
		})
	}
}

// An answer without end is not read to its end.
func TestEndlessAnswer(t *testing.T) {
	n := newInternet(t)
	sent := make(chan int, 1)
	n.sites["https://autoconfig.nordlicht.eu"] = func(w http.ResponseWriter, _ *http.Request) {
		block, total := []byte(strings.Repeat("<a>", 10000)), 0
		for total < 100<<20 {
			k, err := w.Write(block)
			total += k
			if err != nil {
				break
			}
		}
		sent <- total
	}
	if _, err := n.find("anna@nordlicht.eu"); kindOf(err) != mail.NoSuchHost {
		t.Fatal(err)
	}
	if total := <-sent; total > 16<<20 {
		t.Errorf("%d octets were taken", total)
	}
}

// Without a network the table answers at once. A router without a line denies every name, which is no different.
func TestOffline(t *testing.T) {
	for name, failure := range map[string]error{
		"no resolver":          &net.DNSError{Err: "server misbehaving", Name: "anything", IsTemporary: true},
		"every name is denied": &net.DNSError{Err: "no such host", Name: "anything", IsNotFound: true},
		"no route":             &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", syscall.ENETUNREACH)},
	} {
		for _, c := range []struct{ address, want, note string }{
			{"10001@qq.com", "table(qq) 10001@qq.com|pop.qq.com:995|tls 10001@qq.com|smtp.qq.com:465|tls", ""},
			{"anna@sohu.com", "table(sohu) anna@sohu.com|pop3.sohu.com:995|tls anna@sohu.com|smtp.sohu.com:465|tls", NoteUnchecked},
			{"anna@nordlicht.eu", "", ""},
		} {
			o, asked := offline(failure)
			found, err := Find(t.Context(), c.address, o, nil)
			if kindOf(err) != mail.Offline || showAll(found) != c.want {
				t.Errorf("%s, %s: %v\n%s\nwant\n%s", name, c.address, err, showAll(found), c.want)
				continue
			}
			if len(found) > 0 && (found[0].Note != c.note || found[0].Problem == nil || asked.Load() > 0) {
				t.Errorf("%s, %s: note %q, problem %v, %d questions", name, c.address, found[0].Note, found[0].Problem, asked.Load())
			}
		}
	}
}

// Once a better answer is confirmed the others are neither waited for nor offered.
func TestBeaten(t *testing.T) {
	n := newInternet(t)
	release := make(chan struct{})
	defer close(release)
	n.pop3("in.nordlicht.eu:995")
	n.smtp("out.nordlicht.eu:587")
	n.pop3("slow.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.Stall(release)))
	n.publish("https://nordlicht.eu", wellKnown, published)
	n.publish("https://ispdb.test", "/v1.1/nordlicht.eu", strings.Replace(published, "in.nordlicht.eu", "slow.nordlicht.eu", 1))
	o := n.options()
	o.Each, o.Overall = time.Hour, time.Hour
	found, err := Find(t.Context(), "anna@nordlicht.eu", o, nil)
	if err != nil || len(found) != 1 || found[0].Source != Autoconfig {
		t.Errorf("%s: %v", showAll(found), err)
	}
}

// Servers that never answer cost no more than the limit of each step.
func TestSilence(t *testing.T) {
	n := newInternet(t)
	release := make(chan struct{})
	defer close(release)
	n.pop3("in.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.Stall(release)))
	n.smtp("out.nordlicht.eu:587").SetScript(mailtest.On("STARTTLS", mailtest.Stall(release)))
	n.publish("https://nordlicht.eu", wellKnown, published)
	n.sites["https://autoconfig.nordlicht.eu"] = func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	o := n.options()
	o.Each, o.Overall = 2*time.Second, time.Hour
	start := time.Now()
	found, err := Find(t.Context(), "anna@nordlicht.eu", o, nil)
	if err != nil || len(found) != 1 || found[0].Verified || found[0].Problem == nil || found[0].Problem.Kind != mail.Timeout {
		t.Errorf("%s: %v", showAll(found), err)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

// What the table knows of a server counts, however the server was found.
func TestRecognised(t *testing.T) {
	n := newInternet(t)
	n.pop3("outlook.office365.com:995")
	n.smtp("smtp-mail.outlook.com:587")
	n.srv("pop3s", "nordlicht.eu", "outlook.office365.com.", 995)
	n.srv("submission", "nordlicht.eu", "smtp-mail.outlook.com.", 587)
	found, err := n.find("anna@nordlicht.eu")
	if err != nil || !found[0].Provider.OAuthOnly || found[0].Incoming.Auth != mail.AuthXOAuth2 || found[0].Outgoing.Auth != mail.AuthXOAuth2 || found[0].Insecure {
		t.Errorf("%s: %v", showAll(found), err)
	}

	n = newInternet(t)
	n.publish("https://nordlicht.eu", wellKnown, strings.NewReplacer("in.nordlicht.eu", "pop.mail.ru", `minutes="7"`, `minutes="70"`).Replace(published))
	found, err = n.find("anna@nordlicht.eu")
	if err != nil || found[0].Provider.ID != "mailru" || found[0].Provider.MinInterval != 70*time.Minute || !found[0].Provider.NeedsCode || strings.Join(found[0].Users, " ") != "anna" {
		t.Errorf("%s: %v %+v", showAll(found), err, found[0].Provider)
	}

	n = newInternet(t)
	n.host("mail.nordlicht.eu")
	n.pop3("mail.nordlicht.eu:995")
	found, err = n.find("anna@nordlicht.eu")
	if err != nil || strings.Join(found[0].Users, " ") != "anna@nordlicht.eu anna" || found[0].Incoming.CAFile != n.caFile {
		t.Errorf("%s: %v %q", showAll(found), err, found[0].Users)
	}
}

func TestOrder(t *testing.T) {
	sorted := []Candidate{
		{Verified: true}, {Note: NoteUnchecked}, {Verified: true, Insecure: true}, {Insecure: true}, {Note: NotePlain},
	}
	for i := range sorted[1:] {
		if sorted[i].rank() >= sorted[i+1].rank() {
			t.Errorf("%+v comes after %+v", sorted[i], sorted[i+1])
		}
	}
}

// A search that is given up ends at once, keeps what it has, and leaves nothing behind (TestMain looks for that).
func TestCancelled(t *testing.T) {
	n := newInternet(t)
	release := make(chan struct{})
	defer close(release)
	n.pop3("in.nordlicht.eu:995").SetScript(mailtest.On("GREETING", mailtest.Stall(release)))
	n.publish("https://autoconfig.nordlicht.eu", atHost, published)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := n.options()
	o.Each, o.Overall = time.Hour, time.Hour
	found, err := Find(ctx, "anna@nordlicht.eu", o, func(Candidate) { cancel() })
	if kindOf(err) != mail.Cancelled || !errors.Is(err, context.Canceled) || len(found) != 1 || found[0].Source != Autoconfig {
		t.Errorf("%v %s", err, showAll(found))
	}
}

func TestTogether(t *testing.T) {
	var ended [3]error
	second := make(chan struct{})
	together(t.Context(), 3, func(ctx context.Context, i int) bool {
		switch i {
		case 0:
			<-second
		case 2:
			<-ctx.Done()
		}
		ended[i] = context.Cause(ctx)
		if i == 1 {
			close(second)
		}
		return i == 1
	})
	if ended[0] != nil || ended[1] != nil || !errors.Is(ended[2], errBeaten) {
		t.Errorf("%v", ended)
	}
	defer func() {
		if r := recover(); fmt.Sprint(r) != "broken" {
			t.Errorf("recovered %v", r)
		}
	}()
	together(t.Context(), 2, func(_ context.Context, i int) bool {
		if i == 1 {
			panic("broken")
		}
		return false
	})
}
