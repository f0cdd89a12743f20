package doctor_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/mailtest"
	"poplar/mail/wire"
)

// village is a small network with a provider, birch.test, and an account there that works.
type village struct {
	t       *testing.T
	net     *mailtest.Internet
	ca      *mailtest.CA
	caFile  string
	users   map[string]string
	account mail.Account
	secret  func(mail.Direction) (string, error)
	o       wire.Options
	before  map[string]doctor.Seen
	look    time.Duration
}

func found(t *testing.T) *village {
	v := &village{t: t, net: mailtest.NewInternet(), ca: mailtest.NewCA(), users: map[string]string{"anna@birch.test": password}}
	v.caFile = v.file("ca.pem", v.ca.PEM())
	v.secret = func(mail.Direction) (string, error) { return password, nil }
	v.o = wire.Options{DialContext: v.net.Dial}
	v.wait(2 * time.Second)
	v.account = mail.DefaultAccount()
	v.at("pop.birch.test", "smtp.birch.test", "anna@birch.test")
	return v
}

// wait says how long servers are waited for.
func (v *village) wait(d time.Duration) { v.o.Connect, v.o.Idle, v.look = d, d, d/2 }

func (v *village) file(name string, data []byte) string {
	path := filepath.Join(v.t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		v.t.Fatal(err)
	}
	return path
}

// at points the account to two servers, and to an address whose user is known there.
func (v *village) at(pop, smtp, address string) {
	v.users[address] = password
	v.account.Address = address
	v.account.Incoming = mail.Server{Host: pop, Port: 995, Security: mail.TLS, User: address, Auth: mail.AuthAuto, CAFile: v.caFile}
	v.account.Outgoing = mail.Server{Host: smtp, Port: 465, Security: mail.TLS, Auth: mail.AuthAuto, CAFile: v.caFile}
}

// pop puts a POP3 server up.
func (v *village) pop(host string, port int, o mailtest.POP3Options) {
	if o.TLS == nil && port == 995 {
		o.TLS, o.ImplicitTLS = v.ca.ServerTLS(host), true
	} else if o.TLS == nil {
		o.TLS = v.ca.ServerTLS(host)
	}
	s := mailtest.StartPOP3(v.t, o)
	for user, secret := range v.users {
		s.AddUser(user, secret).Add(mailtest.Sample(1, 500))
	}
	v.net.Serve(host, port, s.Addr())
}

// smtp puts an SMTP server up.
func (v *village) smtp(host string, port int, o mailtest.SMTPOptions) {
	if o.TLS == nil {
		o.TLS = v.ca.ServerTLS(host)
	}
	o.ImplicitTLS = port == 465
	if o.Users == nil {
		o.Users, o.RequireAuth, o.RequireTLS = v.users, true, true
	}
	v.net.Serve(host, port, mailtest.StartSMTP(v.t, o).Addr())
}

// both puts up what the account expects.
func (v *village) both() *village {
	v.pop(v.account.Incoming.Host, 995, mailtest.POP3Options{})
	v.smtp(v.account.Outgoing.Host, 465, mailtest.SMTPOptions{})
	return v
}

func (v *village) test(ctx context.Context) []mail.Finding {
	var all []mail.Finding
	doctor.Test(ctx, v.account, doctor.Options{
		Secret: v.secret, Wire: func(mail.Direction) wire.Options { return v.o }, Resolver: v.net, Before: v.before, Look: v.look,
		Report: func(f mail.Finding) { all = append(all, f) },
	})
	return all
}

// culprit is the finding of a direction that has something to say: the one that failed, or else one with a verdict.
func culprit(all []mail.Finding, d mail.Direction) *mail.Finding {
	var note *mail.Finding
	for i := range all {
		f := &all[i]
		switch {
		case f.Direction != d:
		case !f.OK:
			return f
		case f.Verdict != nil && note == nil:
			note = f
		}
	}
	return note
}

// mend does what the first button does that changes the account.
func (v *village) mend(verdict *mail.Verdict) error {
	for _, f := range verdict.Fixes {
		switch f.Do {
		case mail.UseServer:
			if f.Direction == mail.Incoming {
				v.account.Incoming = f.Server
			} else {
				v.account.SameAsIncoming = v.account.SameAsIncoming && (f.Server.User == "" || f.Server.User == v.account.Incoming.User)
				v.account.Outgoing = f.Server
			}
		case mail.SwapServers:
			in, out := v.account.Incoming, v.account.Outgoing
			v.account.Incoming.Host, v.account.Incoming.Port, v.account.Incoming.Security = out.Host, out.Port, out.Security
			v.account.Outgoing.Host, v.account.Outgoing.Port, v.account.Outgoing.Security = in.Host, in.Port, in.Security
		case mail.AskLogin:
			v.account.OutgoingAuth = true
		case mail.NoLoginNeeded:
			v.account.OutgoingAuth = false
		case mail.DropAuthority:
			v.account.Incoming.CAFile, v.account.Outgoing.CAFile = v.caFile, v.caFile
		case mail.TrustLeaf:
			continue
		default:
			continue
		}
		return nil
	}
	return fmt.Errorf("no button changes anything: %+v", verdict.Fixes)
}

const (
	in  = mail.Incoming
	out = mail.Outgoing
)

func on(command string, do func(*mailtest.Turn)) mailtest.POP3Options {
	return mailtest.POP3Options{SASL: []string{}, Script: mailtest.On(command, do)}
}

func auth(code, text string) mailtest.SMTPOptions {
	return mailtest.SMTPOptions{Script: mailtest.On("AUTH", mailtest.Refuse(code, text))}
}

// fault is one thing that is wrong, and what the doctor must find.
type fault struct {
	name  string
	plant func(v *village)
	side  mail.Direction
	step  string
	want  mail.Reason
	mends bool // the first button that changes the account makes it work
}

var faults = []fault{
	{"a slip in the name", func(v *village) { v.both(); v.account.Incoming.Host = "pop.brich.test" }, in, doctor.Resolve, mail.Misspelt, true},
	{"a slip in a provider's name", func(v *village) {
		v.at("pop.163.com", "smtp.163.com", "linhua@163.com")
		v.both()
		v.account.Outgoing.Host = "smpt.163.com"
	}, out, doctor.Resolve, mail.Misspelt, true},
	{"no such name", func(v *village) {
		v.account.Incoming.Host, v.account.Address = "mail.nowhere.test", "anna@nowhere.test"
	}, in, doctor.Resolve, mail.NoSuchName, false},
	{"no network", func(v *village) {
		v.at("pop.birchmail.net", "smtp.birchmail.net", "anna@birchmail.net")
		v.net.Unplug()
	}, in, doctor.Resolve, mail.NoNetwork, false},
	{"a network that denies every name", func(v *village) { v.at("pop.163.com", "smtp.163.com", "linhua@163.com") }, in, doctor.Resolve, mail.NoNetwork, false},
	{"a provider without POP3", func(v *village) { v.at("pop.mail.icloud.test", "smtp.mail.me.com", "anna@icloud.com") }, in, doctor.Resolve, mail.NoPOPThere, false},
	{"nothing listens", func(v *village) { v.net.Host("pop.birch.test") }, in, doctor.Connect, mail.PortClosed, false},
	{"a firewall", func(v *village) { v.net.Swallow("pop.birch.test", 995); v.net.Swallow("pop.birch.test", 110) }, in, doctor.Connect, mail.PortSilent, false},
	{"another port", func(v *village) { v.both(); v.account.Incoming.Port = 9955 }, in, doctor.Connect, mail.WrongPort, true},
	{"another port for sending", func(v *village) { v.both(); v.account.Outgoing.Port = 4655 }, out, doctor.Connect, mail.WrongPort, true},
	{"port 25 blocked", func(v *village) {
		v.both()
		v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{})
		v.net.Swallow("smtp.birch.test", 25)
		v.account.Outgoing.Port, v.account.Outgoing.Security = 25, mail.STARTTLS
	}, out, doctor.Connect, mail.Port25Blocked, true},
	{"IPv6 is broken", func(v *village) {
		v.net.Host("pop.birch.test", "2001:db8::25", "192.0.2.200")
		v.both()
		v.net.Kill("2001:db8::25")
	}, in, doctor.Connect, mail.IPv6Broken, false},
	{"the webmail's name", func(v *village) {
		v.both()
		v.net.Serve("webmail.birch.test", 80, mailtest.StartTalker(v.t, mailtest.TalkerOptions{Reply: "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"}))
		v.account.Incoming.Host = "webmail.birch.test"
	}, in, doctor.Connect, mail.WebServer, true},
	{"the webmail's name and port", func(v *village) {
		v.both()
		v.net.Serve("webmail.birch.test", 443, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("webmail.birch.test"), Reply: "HTTP/1.1 400 Bad Request\r\n\r\n"}))
		v.account.Incoming.Host, v.account.Incoming.Port = "webmail.birch.test", 443
	}, in, doctor.Greeting, mail.WebServer, true},
	{"an IMAP port", func(v *village) {
		v.both()
		v.net.Serve("pop.birch.test", 993, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("pop.birch.test"), First: "* OK [CAPABILITY IMAP4rev1] ready\r\n"}))
		v.account.Incoming.Port = 993
	}, in, doctor.Greeting, mail.IMAPServer, true},
	{"an IMAP port without TLS", func(v *village) {
		v.both()
		v.net.Serve("pop.birch.test", 143, mailtest.StartTalker(v.t, mailtest.TalkerOptions{First: "* OK [CAPABILITY IMAP4rev1] ready\r\n"}))
		v.account.Incoming.Port, v.account.Incoming.Security = 143, mail.STARTTLS
	}, in, doctor.Greeting, mail.IMAPServer, true},
	{"an IMAP server's name", func(v *village) {
		v.both()
		v.net.Serve("imap.birch.test", 993, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("imap.birch.test"), First: "* OK ready\r\n"}))
		v.account.Incoming.Host = "imap.birch.test"
	}, in, doctor.Connect, mail.IMAPServer, true},
	{"the wrong way round", func(v *village) {
		v.both()
		v.account.Incoming.Host, v.account.Incoming.Port, v.account.Outgoing.Host, v.account.Outgoing.Port = "smtp.birch.test", 465, "pop.birch.test", 995
	}, in, doctor.Greeting, mail.Swapped, true},
	{"the names the wrong way round", func(v *village) {
		v.both()
		v.account.Incoming.Host, v.account.Outgoing.Host = "smtp.birch.test", "pop.birch.test"
	}, out, doctor.Connect, mail.Swapped, false},
	{"the server for sending twice", func(v *village) { v.both(); v.account.Incoming.Host, v.account.Incoming.Port = "smtp.birch.test", 465 }, in, doctor.Greeting, mail.SMTPThere, true},
	{"the server for retrieving twice", func(v *village) { v.both(); v.account.Outgoing.Host, v.account.Outgoing.Port = "pop.birch.test", 995 }, out, doctor.Greeting, mail.POPThere, true},
	{"something else", func(v *village) {
		v.both()
		v.net.Serve("pop.birch.test", 110, mailtest.StartTalker(v.t, mailtest.TalkerOptions{First: "SSH-2.0-OpenSSH_9.2\r\n"}))
		v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
	}, in, doctor.Greeting, mail.NoMailServer, true},
	{"TLS on the port for STLS", func(v *village) {
		v.pop("pop.birch.test", 110, mailtest.POP3Options{})
		v.account.Incoming.Port = 110
	}, in, doctor.Encrypt, mail.StartTLSPort, true},
	{"STLS on the port for TLS", func(v *village) { v.both(); v.account.Incoming.Security = mail.STARTTLS }, in, doctor.Greeting, mail.TLSFromStart, true},
	{"no encryption on the port for TLS", func(v *village) {
		v.both()
		v.account.Incoming.Security, v.account.Incoming.AllowPlaintext = mail.NoTLS, true
	}, in, doctor.Greeting, mail.TLSFromStart, true},
	{"TLS on the port for STARTTLS", func(v *village) {
		v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{})
		v.account.Outgoing.Port = 587
	}, out, doctor.Encrypt, mail.StartTLSPort, true},
	{"STARTTLS on the port for TLS", func(v *village) { v.both(); v.account.Outgoing.Security = mail.STARTTLS }, out, doctor.Greeting, mail.TLSFromStart, true},
	{"no STLS", func(v *village) {
		v.both()
		v.pop("pop.birch.test", 110, mailtest.POP3Options{Without: []string{"STLS"}})
		v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
	}, in, doctor.Encrypt, mail.NoStartTLS, true},
	{"no STARTTLS", func(v *village) {
		v.both()
		v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{Without: []string{"STARTTLS"}})
		v.account.Outgoing.Port, v.account.Outgoing.Security = 587, mail.STARTTLS
	}, out, doctor.Encrypt, mail.NoStartTLS, true},
	{"STARTTLS refused", func(v *village) {
		v.both()
		v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{Script: mailtest.On("STARTTLS", mailtest.Refuse("454 4.7.0", "TLS not available due to local problem"))})
		v.account.Outgoing.Port, v.account.Outgoing.Security = 587, mail.STARTTLS
	}, out, doctor.Encrypt, mail.NoStartTLS, true},
	{"words put into the server's mouth", func(v *village) {
		v.both()
		v.pop("pop.birch.test", 110, mailtest.POP3Options{Script: mailtest.On("STLS", mailtest.Say("+OK begin\r\n+OK and more"))})
		v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
	}, in, doctor.Encrypt, mail.Injection, true},
	{"old TLS", func(v *village) {
		c := v.ca.ServerTLS("pop.birch.test")
		c.MinVersion, c.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
		v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: c, ImplicitTLS: true})
	}, in, doctor.Encrypt, mail.OldTLS, false},
	{"no cipher in common", func(v *village) {
		c := v.ca.ServerTLS("pop.birch.test")
		c.MinVersion, c.MaxVersion, c.CipherSuites = tls.VersionTLS12, tls.VersionTLS12, []uint16{tls.TLS_RSA_WITH_RC4_128_SHA}
		v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: c, ImplicitTLS: true})
	}, in, doctor.Encrypt, mail.HandshakeFail, false},
	{"expired", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, From: time.Now().AddDate(0, -2, 0), To: time.Now().AddDate(0, -1, 0)}, v.ca)
	}, in, doctor.Encrypt, mail.CertExpired, false},
	{"not valid yet", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, From: time.Now().AddDate(1, 0, 0), To: time.Now().AddDate(2, 0, 0)}, v.ca)
	}, in, doctor.Encrypt, mail.CertEarly, false},
	{"the clock is wrong", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, From: time.Now().AddDate(1, 0, 0), To: time.Now().AddDate(2, 0, 0)}, v.ca)
		told := time.Now().AddDate(1, 1, 0).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
		v.net.Serve("birch.test", 80, mailtest.StartTalker(v.t, mailtest.TalkerOptions{Reply: "HTTP/1.1 200 OK\r\nDate: " + told + "\r\nContent-Length: 0\r\n\r\n"}))
	}, in, doctor.Encrypt, mail.ClockWrong, false},
	{"signed by itself", func(v *village) { v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, SelfSigned: true}, v.ca) }, in, doctor.Encrypt, mail.CertSelf, false},
	{"an issuer that nobody knows", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}}, mailtest.NewCANamed("Birch & Co"))
	}, in, doctor.Encrypt, mail.CertIssuer, false},
	{"another server's certificate", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"mx.birch.test"}}, v.ca)
		v.pop("mx.birch.test", 995, mailtest.POP3Options{})
	}, in, doctor.Encrypt, mail.CertName, true},
	{"not the certificate that was trusted", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, SelfSigned: true}, v.ca)
		v.account.Incoming.Pins = []string{strings.Repeat("ab", 32)}
	}, in, doctor.Encrypt, mail.CertChanged, false},
	{"a virus scanner in between", func(v *village) {
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}}, mailtest.NewCANamed("Avast Web/Mail Shield Root"))
	}, in, doctor.Encrypt, mail.Intercepted, false},
	{"a trusted proxy in between", func(v *village) {
		own := mailtest.NewCANamed("Zscaler Intermediate Root CA")
		v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}}, own)
		v.account.Incoming.CAFile = v.file("own.pem", own.PEM())
	}, in, doctor.Encrypt, mail.Intercepted, false},
	{"another issuer than the last time", func(v *village) {
		v.both()
		v.before = map[string]doctor.Seen{"pop.birch.test:995": {SHA256: "00", Issuer: "Old Trust", At: time.Now().AddDate(0, -3, 0)}}
	}, in, doctor.Encrypt, mail.NewIssuer, false},
	{"a file that holds no authority", func(v *village) {
		v.both()
		v.account.Incoming.CAFile = v.file("junk.pem", []byte("no certificate"))
	}, in, doctor.Encrypt, mail.BadAuthority, true},
	{"a captive portal that lies about names", func(v *village) {
		v.net.Serve("portal.hotel.test", 995, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("login.hotel.test"), First: "HTTP/1.1 400 Bad Request\r\n\r\n"}))
		v.net.Capture("portal.hotel.test")
	}, in, doctor.Encrypt, mail.CaptivePortal, false},
	{"a captive portal that answers everywhere", func(v *village) {
		page := mailtest.StartTalker(v.t, mailtest.TalkerOptions{First: "HTTP/1.1 302 Found\r\nLocation: http://login.hotel.test/\r\nContent-Length: 0\r\n\r\n"})
		v.net.Serve("pop.birch.test", 110, page)
		v.net.Serve("pop.birch.test", 80, page)
		v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
	}, in, doctor.Greeting, mail.CaptivePortal, false},
	{"a silent server", func(v *village) { v.pop("pop.birch.test", 995, on("GREETING", mailtest.Stall(nil))) }, in, doctor.Greeting, mail.Silent, false},
	{"a server that hangs up", func(v *village) { v.pop("pop.birch.test", 995, on("GREETING", mailtest.CutBefore)) }, in, doctor.Greeting, mail.HungUp, false},
	{"too many connections", func(v *village) {
		v.pop("pop.birch.test", 995, on("GREETING", mailtest.Say("-ERR too many connections from your address")))
	}, in, doctor.Greeting, mail.Busy, false},
	{"a server that wants nothing to do with us", func(v *village) {
		v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("GREETING", mailtest.Say("554 5.7.1 Client host [203.0.113.9] blocked using zen.spamhaus.org"))})
	}, out, doctor.Greeting, mail.AddressBanned, false},
	{"a wrong password", func(v *village) { v.both(); v.secret = func(mail.Direction) (string, error) { return "other", nil } }, in, doctor.LogIn, mail.WrongPassword, false},
	{"a user whom nobody knows", func(v *village) {
		v.pop("pop.birch.test", 995, on("USER", mailtest.Refuse("", "no such user")))
		v.account.Incoming.User = "carla"
	}, in, doctor.LogIn, mail.UnknownUser, false},
	{"the address in place of the local part", func(v *village) {
		v.users["anna"] = password
		v.pop("pop.birch.test", 995, on("USER anna@birch.test", mailtest.Refuse("", "unknown user anna@birch.test")))
	}, in, doctor.LogIn, mail.UserForm, true},
	{"the address where the provider wants the local part", func(v *village) {
		v.users["anna"] = password
		v.at("pop3.web.de", "smtp.web.de", "anna@web.de")
		v.pop("pop3.web.de", 995, on("USER anna@web.de", mailtest.Refuse("AUTH", "wrong")))
	}, in, doctor.LogIn, mail.UserForm, true},
	{"a web password at Gmail", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("AUTH", "Application-specific password required: https://support.google.com/accounts/answer/185833")))
	}, in, doctor.LogIn, mail.NeedsCode, false},
	{"a web password at QQ", func(v *village) {
		v.at("pop.qq.com", "smtp.qq.com", "10001@qq.com")
		v.pop("pop.qq.com", 995, on("PASS", mailtest.Refuse("", "Unable to log on")))
	}, in, doctor.LogIn, mail.NeedsCode, false},
	{"a web password for sending", func(v *village) {
		v.smtp("smtp.birch.test", 465, auth("535", "Login Fail. Please enter your authorization code to login."))
	}, out, doctor.LogIn, mail.NeedsCode, false},
	{"POP3 switched off at Gmail", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("SYS/PERM", "Your account is not enabled for POP access. Please visit your Gmail settings page.")))
	}, in, doctor.LogIn, mail.POPOff, false},
	{"POP3 switched off at Yandex", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("AUTH", "login failure or POP3 disabled, try later.")))
	}, in, doctor.LogIn, mail.POPOff, false},
	{"SMTP switched off", func(v *village) { v.smtp("smtp.birch.test", 465, auth("550", "User has no permission")) }, out, doctor.LogIn, mail.SMTPOff, false},
	{"the browser first", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("AUTH", "Web login required: https://support.google.com/mail/answer/78754")))
	}, in, doctor.LogIn, mail.WebLogin, false},
	{"a password at Outlook.com", func(v *village) {
		v.at("outlook.office365.com", "smtp-mail.outlook.com", "anna@outlook.com")
		v.pop("outlook.office365.com", 995, on("PASS", mailtest.Refuse("", "Logon failure: unknown user name or bad password.")))
	}, in, doctor.LogIn, mail.OAuthWanted, false},
	{"a token that was withdrawn", func(v *village) {
		v.account.Incoming.Auth = mail.AuthXOAuth2
		v.pop("pop.birch.test", 995, mailtest.POP3Options{})
		v.secret = func(mail.Direction) (string, error) { return "ya29.old", nil }
	}, in, doctor.LogIn, mail.SignInAgain, false},
	{"too many tries", func(v *village) {
		v.smtp("smtp.birch.test", 465, auth("535 5.7.0", "(#AUTH005) Too many bad auth attempts."))
	}, out, doctor.LogIn, mail.LockedOut, false},
	{"a mailbox that is closed", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("AUTH", "Your account has been suspended")))
	}, in, doctor.LogIn, mail.Suspended, false},
	{"a password that ran out", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("AUTH", "Your password has expired")))
	}, in, doctor.LogIn, mail.PasswordOld, false},
	{"too soon", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("LOGIN-DELAY", "minimum time between mail checks violation")))
	}, in, doctor.LogIn, mail.TooOften, false},
	{"another program", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("IN-USE", "Do you have another POP session running?")))
	}, in, doctor.LogIn, mail.InUse, false},
	{"another program, in words", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("", "maildrop already locked")))
	}, in, doctor.LogIn, mail.InUse, false},
	{"a server with trouble", func(v *village) {
		v.pop("pop.birch.test", 995, on("PASS", mailtest.Refuse("SYS/TEMP", "Temporary authentication failure.")))
	}, in, doctor.LogIn, mail.ServerTrouble, false},
	{"it hangs up on the password", func(v *village) {
		v.pop("pop.birch.test", 995, mailtest.POP3Options{SASL: []string{}, Script: mailtest.On("PASS", mailtest.CutBefore)})
	}, in, doctor.LogIn, mail.HungUp, false},
	{"a way to log in that is not offered", func(v *village) {
		v.pop("pop.birch.test", 995, mailtest.POP3Options{SASL: []string{"PLAIN"}})
		v.account.Incoming.Auth = mail.AuthCramMD5
	}, in, doctor.LogIn, mail.NoSuchMechanism, true},
	{"APOP without a timestamp", func(v *village) {
		v.pop("pop.birch.test", 995, mailtest.POP3Options{})
		v.account.Incoming.Auth = mail.AuthAPOP
	}, in, doctor.LogIn, mail.NoSuchMechanism, true},
	{"no login offered", func(v *village) {
		v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Without: []string{"AUTH"}, Users: map[string]string{}})
	}, out, doctor.LogIn, mail.NoLogin, true},
	{"a login before encryption", func(v *village) {
		v.pop("pop.birch.test", 110, mailtest.POP3Options{RequireTLS: true})
		v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.NoTLS
	}, in, doctor.LogIn, mail.LoginAfterTLS, true},
	{"sending without encryption", func(v *village) {
		v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{})
		v.account.Outgoing.Port, v.account.Outgoing.Security, v.account.Outgoing.AllowPlaintext = 587, mail.NoTLS, true
	}, out, doctor.LogIn, mail.LoginAfterTLS, true},
	{"a login is needed after all", func(v *village) { v.both(); v.account.OutgoingAuth = false }, out, doctor.Sender, mail.LoginWanted, true},
	{"another password for sending", func(v *village) {
		v.both()
		v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Users: map[string]string{"anna@birch.test": "another"}})
	}, out, doctor.LogIn, mail.OutgoingPassword, false},
	{"another password for sending, on this computer", func(v *village) {
		v.net.Host("127.0.0.1", "127.0.0.1")
		v.at("127.0.0.1", "127.0.0.1", "anna")
		v.account.Address = "anna@birch.test"
		v.both()
		v.smtp("127.0.0.1", 465, mailtest.SMTPOptions{Users: map[string]string{"anna": "another"}})
	}, out, doctor.LogIn, mail.OutgoingPassword, false},
	{"no password", func(v *village) {
		v.both()
		v.secret = func(mail.Direction) (string, error) { return "", &mail.Problem{Kind: mail.PasswordMissing} }
	}, in, doctor.LogIn, mail.NoPassword, false},
	{"a locked keyring", func(v *village) {
		v.both()
		v.secret = func(mail.Direction) (string, error) {
			return "", &mail.Problem{Kind: mail.KeyringLocked, Err: errors.New("locked")}
		}
	}, in, doctor.LogIn, mail.KeyringShut, false},
	{"a mailbox that cannot be opened", func(v *village) {
		v.pop("pop.birch.test", 995, on("STAT", mailtest.Refuse("SYS/PERM", "index damaged")))
	}, in, doctor.Mailbox, mail.MailboxBroken, false},
	{"no unique-ids", func(v *village) { v.pop("pop.birch.test", 995, mailtest.POP3Options{Without: []string{"UIDL"}}) }, in, doctor.Mailbox, mail.NoUniqueIDs, false},
	{"no TOP", func(v *village) { v.pop("pop.birch.test", 995, mailtest.POP3Options{Without: []string{"TOP"}}) }, in, doctor.Mailbox, mail.NoHeaders, false},
	{"somebody else's address", func(v *village) {
		v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", mailtest.Refuse("553 5.7.1", "<anna@birch.test>: Sender address rejected: not owned by user"))})
	}, out, doctor.Sender, mail.SenderNotYours, false},
	{"an address without a server", func(v *village) {
		v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", mailtest.Refuse("550 5.1.8", "Sender domain has no mail server"))})
	}, out, doctor.Sender, mail.SenderDomain, false},
	{"a proxy that refuses", func(v *village) {
		v.both()
		v.o.DialContext = func(context.Context, string, string) (net.Conn, error) {
			return nil, &wire.ProxyError{Proxy: "proxy.birch.test:8080", Err: errors.New("it answers 403 Forbidden")}
		}
	}, in, doctor.Connect, mail.ProxyFails, false},
	{"outside of the company", func(v *village) {
		v.both()
		v.account.Incoming.Host, v.account.Incoming.OtherHost = "mail.inner.test", "pop.birch.test"
	}, in, doctor.Resolve, mail.SecondHost, false},
}

// leaf puts up a server with this certificate.
func (v *village) leaf(l mailtest.Leaf, by *mailtest.CA) {
	v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: &tls.Config{Certificates: []tls.Certificate{by.Issue(l)}}, ImplicitTLS: true})
}

// Each fault is planted alone. The doctor must name the right step each time, and the right cause in at least 95 of 100;
// where a button can mend it, doing what it does must make the test pass.
func TestPlantedFaults(t *testing.T) {
	defer doctor.HaveIPv6(true)()
	var wrong atomic.Int32
	t.Run("each", func(t *testing.T) { plantEach(t, &wrong) })
	if n := int(wrong.Load()); len(faults) < 30 || n*20 > len(faults) {
		t.Errorf("%d of %d causes are wrong", n, len(faults))
	}
	t.Logf("%d faults, %d wrong causes", len(faults), wrong.Load())
}

func plantEach(t *testing.T, wrong *atomic.Int32) {
	for _, k := range faults {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			// On a machine that stands still for two seconds every server is silent: what is wrong then is tried once
			// more, with more patience.
			const hasty = 2 * time.Second
			for _, wait := range []time.Duration{hasty, 15 * time.Second} {
				v := found(t)
				v.wait(wait)
				step, cause := k.try(v)
				switch {
				case step == "" && cause == "":
					return
				case wait == hasty:
					t.Logf("once more: %s %s", step, cause)
				case step != "":
					t.Fatal(step)
				default:
					wrong.Add(1)
					t.Logf("the cause is wrong: %s", cause)
				}
			}
		})
	}
}

// try plants a fault and has the doctor look. step says what is wrong but for the cause, and cause what is wrong with
// that; both are empty when all is right.
func (k fault) try(v *village) (step, cause string) {
	v.t.Helper()
	k.plant(v)
	all := v.test(v.t.Context())
	f := culprit(all, k.side)
	if f == nil || f.Step != k.step {
		return fmt.Sprintf("the culprit is %+v, want the step %q", f, k.step), ""
	}
	for _, f := range all {
		if strings.Contains(fmt.Sprintf("%+v %+v", f, f.Verdict), password) {
			v.t.Errorf("the password stands in %+v", f)
		}
	}
	if f.Verdict == nil || f.Verdict.Reason != k.want {
		return "", fmt.Sprintf("want %s, got %+v of %+v", k.want, f.Verdict, f)
	}
	w, ok := f.Verdict.Reason.Words()
	if !ok || strings.Contains(f.Verdict.Fill(w.What+w.Why+w.Do), "{") {
		return fmt.Sprintf("its words are %+v", w), ""
	}
	if !k.mends {
		return "", ""
	}
	if err := v.mend(f.Verdict); err != nil {
		return err.Error(), ""
	}
	for _, f := range v.test(v.t.Context()) {
		if f.Direction == k.side && !f.OK {
			return fmt.Sprintf("after %+v: %s: %s %v", v.account, f.Step, f.Said, f.Verdict), ""
		}
	}
	return "", ""
}
