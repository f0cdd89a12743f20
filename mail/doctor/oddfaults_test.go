package doctor_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/mailtest"
)

// chain is a root, an issuer below it, and a server's certificate of that.
type chain struct {
	root, between, leaf []byte
	key                 *ecdsa.PrivateKey
}

// newChain makes one for a host. The issuer's certificate ends at until; the leaf says where that lies.
func newChain(t *testing.T, host string, until time.Time) chain {
	t.Helper()
	var c chain
	rootKey, betweenKey := newKey(t), newKey(t)
	c.key = newKey(t)
	authority := func(name string, to time.Time) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().AddDate(-2, 0, 0), NotAfter: to,
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		}
	}
	root, between := authority("Birch Root", time.Now().AddDate(5, 0, 0)), authority("Birch Issuing CA 1", until)
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: host}, DNSNames: []string{host},
		NotBefore: time.Now().AddDate(0, -6, 0), NotAfter: time.Now().AddDate(0, 3, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IssuingCertificateURL: []string{"http://pki.birch.test/issuing1.cer"},
	}
	c.root = made(t, root, root, rootKey.Public(), rootKey)
	c.between = made(t, between, root, betweenKey.Public(), rootKey)
	c.leaf = made(t, leaf, between, c.key.Public(), betweenKey)
	return c
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func made(t *testing.T, cert, parent *x509.Certificate, key, by any) []byte {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, key, by)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func pemOf(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }

// chained puts up a server that shows these certificates, whose root is trusted.
func (v *village) chained(c chain, shown ...[]byte) {
	v.account.Incoming.CAFile = v.file("root.pem", pemOf(c.root))
	v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: &tls.Config{Certificates: []tls.Certificate{{Certificate: shown, PrivateKey: c.key}}}, ImplicitTLS: true})
}

// old puts up a server whose certificate is signed in the way of twenty years ago.
func (v *village) old(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Birch Old Root"}, NotBefore: time.Now().AddDate(-1, 0, 0), NotAfter: time.Now().AddDate(5, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: "pop.birch.test"}, DNSNames: []string{"pop.birch.test"}, NotBefore: time.Now().AddDate(0, -1, 0),
		NotAfter: time.Now().AddDate(1, 0, 0), SignatureAlgorithm: x509.SHA1WithRSA, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	own := newKey(t)
	v.account.Incoming.CAFile = v.file("old.pem", pemOf(made(t, root, root, key.Public(), key)))
	v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: &tls.Config{Certificates: []tls.Certificate{
		{Certificate: [][]byte{made(t, leaf, root, own.Public(), key)}, PrivateKey: own},
	}}, ImplicitTLS: true})
}

// Faults that nobody thinks of until somebody writes in.
func init() {
	say := mailtest.Say
	faults = append(faults, []fault{
		{"the issuer's certificate is left out", func(v *village) {
			c := newChain(v.t, "pop.birch.test", time.Now().AddDate(1, 0, 0))
			v.chained(c, c.leaf)
		}, in, doctor.Encrypt, mail.ChainBroken, false},
		{"the issuer's certificate has expired", func(v *village) {
			c := newChain(v.t, "pop.birch.test", time.Now().AddDate(0, 0, -3))
			v.chained(c, c.leaf, c.between)
		}, in, doctor.Encrypt, mail.ChainExpired, false},
		{"a certificate signed with SHA-1", func(v *village) { v.old(v.t) }, in, doctor.Encrypt, mail.CertWeak, false},
		{"one of two addresses is dead", func(v *village) {
			v.net.Host("pop.birch.test", "192.0.2.201", "192.0.2.202")
			v.both()
			v.net.Kill("192.0.2.201")
		}, in, doctor.Connect, mail.AddressDead, false},
		{"nothing but IPv6, which does not come through", func(v *village) {
			v.net.Host("pop.birch.test", "2001:db8::26")
			v.both()
			v.net.Kill("2001:db8::26")
		}, in, doctor.Connect, mail.IPv6Only, false},
		{"a firewall that stars out STARTTLS", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{Script: mailtest.On("EHLO", say("250-birch.test\r\n250-XXXXXXXA\r\n250 SIZE 1000000"))})
			v.account.Outgoing.Port, v.account.Outgoing.Security = 587, mail.STARTTLS
		}, out, doctor.Encrypt, mail.NoStartTLS, true},
		{"STARTTLS is wanted, and none was chosen", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{Script: mailtest.On("MAIL", say("530 5.7.0 Must issue a STARTTLS command first"))})
			v.account.Outgoing.Port, v.account.Outgoing.Security, v.account.OutgoingAuth = 587, mail.NoTLS, false
		}, out, doctor.Sender, mail.LoginAfterTLS, false},
		{"relaying denied to who does not log in", func(v *village) {
			v.account.OutgoingAuth = false
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", say("550 5.7.1 <anna@birch.test>... Relaying denied. Proper authentication required."))})
		}, out, doctor.Sender, mail.LoginWanted, false},
		{"a way to log in that this server does not have", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{SASL: []string{"LOGIN"}})
			v.account.Outgoing.Auth = mail.AuthCramMD5
		}, out, doctor.LogIn, mail.NoSuchMechanism, true},
		{"a code wanted for sending at QQ", func(v *village) {
			v.at("pop.qq.com", "smtp.qq.com", "10001@qq.com")
			v.both()
			v.smtp("smtp.qq.com", 465, mailtest.SMTPOptions{Script: mailtest.On("AUTH", say("535 Login Fail. Please enter your authorization code to login. More information in http://service.mail.qq.com/cgi-bin/help?subtype=1&&id=28&&no=1001256"))})
		}, out, doctor.LogIn, mail.NeedsCode, false},
		{"the mailbox cannot be opened after the login", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Script: mailtest.On("STAT", say("-ERR [SYS/PERM] can't open mailbox"))})
		}, in, doctor.Mailbox, mail.MailboxBroken, false},
		{"the mailbox is refused without a word", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Script: mailtest.On("STAT", say("-ERR"))})
		}, in, doctor.Mailbox, mail.Unclear, false},
		{"a blank after the password", func(v *village) {
			v.both()
			v.secret = func(mail.Direction) (string, error) { return password + " ", nil }
		}, in, doctor.LogIn, mail.PasswordOdd, false},
		{"a password typed with a Chinese keyboard", func(v *village) {
			v.both()
			v.secret = func(mail.Direction) (string, error) { return "ｓｅｃｒｅｔ１", nil }
		}, in, doctor.LogIn, mail.PasswordOdd, false},
		{"it hangs up instead of answering to the password", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", mailtest.CutBefore))
		}, in, doctor.LogIn, mail.HungUp, false},
		{"a greeting that names a block list", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("GREETING", say("554 5.7.1 Service unavailable; Client host [192.0.2.9] blocked using zen.spamhaus.org"))})
		}, out, doctor.Greeting, mail.AddressBanned, false},
		{"a server that wants a certificate of ours", func(v *village) {
			c := v.ca.ServerTLS("pop.birch.test")
			c.ClientAuth, c.MinVersion, c.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12, tls.VersionTLS12
			v.pop("pop.birch.test", 995, mailtest.POP3Options{TLS: c, ImplicitTLS: true})
		}, in, doctor.Encrypt, mail.HandshakeFail, false},
		{"a scanner in between, after STLS", func(v *village) {
			own := &tls.Config{Certificates: []tls.Certificate{mailtest.NewCANamed("ESET SSL Filter CA").Issue(mailtest.Leaf{Hosts: []string{"pop.birch.test"}})}}
			v.pop("pop.birch.test", 110, mailtest.POP3Options{TLS: own})
			v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
		}, in, doctor.Encrypt, mail.Intercepted, false},
		{"the provider wants the login in the other alphabet's words", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", say("-ERR 您的账号未开启POP3服务，请登录网页版开启")))
		}, in, doctor.LogIn, mail.POPOff, false},
		{"the password is refused because the service is shut to foreign programs", func(v *village) {
			v.smtp("smtp.birch.test", 465, auth("535 5.7.3", "Authentication unsuccessful, basic authentication is disabled. [PN2PR01CA0227.INDPRD01.PROD.OUTLOOK.COM]"))
		}, out, doctor.LogIn, mail.OAuthWanted, false},
	}...)
}

// What is odd and yet works is no fault.
func TestOddServersAreNoFault(t *testing.T) {
	for _, c := range []struct {
		name  string
		plant func(v *village)
	}{
		{"CAPA with garbage", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Script: mailtest.On("CAPA", mailtest.Say("+OK\r\n\r\n\xff\xfe garbage\r\nUIDL\r\nTOP yes please\r\nSASL\r\nUSER\r\n."))})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{})
		}},
		{"no CAPA at all", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Without: []string{"CAPA"}})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{})
		}},
		{"AUTH with nothing but LOGIN", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{SASL: []string{"LOGIN"}, Without: []string{"USER"}})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{SASL: []string{"LOGIN"}})
		}},
		{"AUTH in the form of old programs", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("EHLO", mailtest.Say("250-birch.test\r\n250-AUTH=LOGIN PLAIN\r\n250-AUTH LOGIN PLAIN\r\n250 8BITMIME"))})
		}},
		{"no PIPELINING", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Without: []string{"PIPELINING"}})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Without: []string{"PIPELINING"}})
		}},
		{"a whole chain", func(v *village) {
			c := newChain(v.t, "pop.birch.test", time.Now().AddDate(1, 0, 0))
			v.chained(c, c.leaf, c.between)
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			v := found(t)
			c.plant(v)
			for _, f := range v.test(t.Context()) {
				if !f.OK || f.Verdict != nil {
					t.Errorf("%s %s: %q %+v %v", f.Direction, f.Step, f.Said, f.Verdict, f.Problem)
				}
			}
		})
	}
}
