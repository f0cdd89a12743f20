package doctor_test

import (
	"crypto/tls"
	"time"

	"poplar/mail"
	"poplar/mail/doctor"
	"poplar/mail/mailtest"
)

// More faults, of the same kinds in other dress: other servers' words, the other side, the other order of events.
func init() {
	web := func(v *village, first, reply string) string {
		return mailtest.StartTalker(v.t, mailtest.TalkerOptions{First: first, Reply: reply})
	}
	refuse := func(line string) func(*mailtest.Turn) { return mailtest.Say(line) }
	faults = append(faults, []fault{
		{"a wrong code at 163", func(v *village) {
			v.at("pop.163.com", "smtp.163.com", "linhua@163.com")
			v.pop("pop.163.com", 995, on("PASS", refuse("-ERR Unable to log on")))
		}, in, doctor.LogIn, mail.NeedsCode, false},
		{"a wrong code for sending at 163", func(v *village) {
			v.at("pop.163.com", "smtp.163.com", "linhua@163.com")
			v.both()
			v.smtp("smtp.163.com", 465, auth("535", "Error: authentication failed"))
		}, out, doctor.LogIn, mail.NeedsCode, false},
		{"every reason that QQ knows", func(v *village) {
			v.at("pop.qq.com", "smtp.qq.com", "10001@qq.com")
			v.pop("pop.qq.com", 995, on("PASS", refuse("-ERR Login fail. Account is abnormal, service is not open, password is incorrect, login frequency limited, or system is busy. More information at https://help.mail.qq.com/detail/108/1023")))
		}, in, doctor.LogIn, mail.NeedsCode, false},
		{"a company's mailbox at NetEase", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR ERR.LOGIN.REQCODE")))
		}, in, doctor.LogIn, mail.NeedsCode, false},
		{"POP3 switched off at QQ", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR Please open POP3 flag first!")))
		}, in, doctor.LogIn, mail.POPOff, false},
		{"POP3 switched off at sina", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR [AUTH] pop3 service is not open")))
		}, in, doctor.LogIn, mail.POPOff, false},
		{"POP3 switched off at Alibaba", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR UC_LOGIN_SOURCE_NOT_ALLOWED")))
		}, in, doctor.LogIn, mail.POPOff, false},
		{"a code wanted for sending at Gmail", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("AUTH", refuse("534-5.7.9 Application-specific password required. Learn more at\r\n534 5.7.9  https://support.google.com/mail/?p=InvalidSecondFactor x - gsmtp"))})
		}, out, doctor.LogIn, mail.NeedsCode, false},
		{"no password for sending at Microsoft", func(v *village) {
			v.smtp("smtp.birch.test", 465, auth("535 5.7.139", "Authentication unsuccessful, user is locked by your organization's security defaults policy."))
		}, out, doctor.LogIn, mail.OAuthWanted, false},
		{"SMTP switched off for the tenant", func(v *village) {
			v.smtp("smtp.birch.test", 465, auth("535 5.7.139", "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant."))
		}, out, doctor.LogIn, mail.SMTPOff, false},
		{"a refusal in another alphabet", func(v *village) {
			v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR \xc3\xdc\xc2\xeb\xb4\xed\xce\xf3")))
		}, in, doctor.LogIn, mail.WrongPassword, false},
		{"a refusal without a word", func(v *village) { v.pop("pop.birch.test", 995, on("PASS", refuse("-ERR"))) }, in, doctor.LogIn, mail.WrongPassword, false},
		{"the user is refused", func(v *village) {
			v.pop("pop.birch.test", 995, on("USER", refuse("-ERR User name rejected. Please check your user name")))
		}, in, doctor.LogIn, mail.WrongPassword, false},
		{"a greeting that refuses", func(v *village) {
			v.pop("pop.birch.test", 995, on("GREETING", refuse("-ERR Server is going down for maintenance")))
		}, in, doctor.Greeting, mail.Busy, false},
		{"a greeting that refuses this address", func(v *village) {
			v.pop("pop.birch.test", 995, on("GREETING", refuse("-ERR Your IP is on a blacklist")))
		}, in, doctor.Greeting, mail.AddressBanned, false},
		{"a server for sending that is busy", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("GREETING", refuse("421 4.3.2 Service shutting down"))})
		}, out, doctor.Greeting, mail.Busy, false},
		{"a hotel in between, with a certificate of its own", func(v *village) {
			hotel := mailtest.NewCANamed("Hotel Portal CA")
			leaf := hotel.Issue(mailtest.Leaf{Hosts: []string{"login.hotel.test"}})
			v.net.Serve("pop.birch.test", 995, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: &tls.Config{Certificates: []tls.Certificate{leaf}}, Reply: "HTTP/1.1 400 Bad Request\r\n\r\n"}))
			v.net.Serve("pop.birch.test", 80, web(v, "", "HTTP/1.1 302 Found\r\nLocation: https://login.hotel.test/\r\nContent-Length: 0\r\n\r\n"))
		}, in, doctor.Encrypt, mail.CaptivePortal, false},
		{"a page of the web on the port for TLS", func(v *village) {
			v.net.Serve("pop.birch.test", 995, web(v, "", "HTTP/1.1 302 Found\r\nLocation: http://login.hotel.test/\r\nContent-Length: 0\r\n\r\n"))
			v.net.Serve("pop.birch.test", 80, web(v, "", "HTTP/1.1 302 Found\r\nLocation: http://login.hotel.test/\r\nContent-Length: 0\r\n\r\n"))
		}, in, doctor.Encrypt, mail.CaptivePortal, false},
		{"a scanner in between, for sending", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{TLS: &tls.Config{Certificates: []tls.Certificate{mailtest.NewCANamed("Kaspersky Anti-Virus Personal Root Certificate").Issue(mailtest.Leaf{Hosts: []string{"smtp.birch.test"}})}}})
		}, out, doctor.Encrypt, mail.Intercepted, false},
		{"a company's box in between, before a great provider", func(v *village) {
			v.at("pop.gmail.com", "smtp.gmail.com", "anna@gmail.com")
			v.pop("pop.gmail.com", 995, mailtest.POP3Options{TLS: &tls.Config{Certificates: []tls.Certificate{mailtest.NewCANamed("Acme TLS Inspection").Issue(mailtest.Leaf{Hosts: []string{"pop.gmail.com"}})}}, ImplicitTLS: true})
		}, in, doctor.Encrypt, mail.Intercepted, false},
		{"expired, for sending", func(v *village) {
			v.both()
			leaf := v.ca.Issue(mailtest.Leaf{Hosts: []string{"smtp.birch.test"}, From: time.Now().AddDate(0, -2, 0), To: time.Now().AddDate(0, 0, -1)})
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{TLS: &tls.Config{Certificates: []tls.Certificate{leaf}}})
		}, out, doctor.Encrypt, mail.CertExpired, false},
		{"signed by itself, after STARTTLS", func(v *village) {
			v.both()
			leaf := v.ca.Issue(mailtest.Leaf{Hosts: []string{"smtp.birch.test"}, SelfSigned: true})
			v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{TLS: &tls.Config{Certificates: []tls.Certificate{leaf}}})
			v.account.Outgoing.Port, v.account.Outgoing.Security = 587, mail.STARTTLS
		}, out, doctor.Encrypt, mail.CertSelf, false},
		{"the clock is ahead", func(v *village) {
			v.leaf(mailtest.Leaf{Hosts: []string{"pop.birch.test"}, From: time.Now().AddDate(-3, 0, 0), To: time.Now().AddDate(-2, 0, 0)}, v.ca)
			told := time.Now().AddDate(-2, -3, 0).UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
			v.net.Serve("pop.birch.test", 80, web(v, "", "HTTP/1.1 404 Not Found\r\nDate: "+told+"\r\nContent-Length: 0\r\n\r\n"))
		}, in, doctor.Encrypt, mail.ClockWrong, false},
		{"IPv6 refuses", func(v *village) {
			v.net.Host("smtp.birch.test", "2001:db8::587", "192.0.2.187")
			v.both()
			v.net.Kill("2001:db8::587")
		}, out, doctor.Connect, mail.IPv6Broken, false},
		{"port 25 refused by the line's provider", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 587, mailtest.SMTPOptions{})
			v.account.Outgoing.Port, v.account.Outgoing.Security = 25, mail.STARTTLS
		}, out, doctor.Connect, mail.Port25Blocked, true},
		{"STLS offered and then refused", func(v *village) {
			v.both()
			v.pop("pop.birch.test", 110, mailtest.POP3Options{Script: mailtest.On("STLS", refuse("-ERR command not available"))})
			v.account.Incoming.Port, v.account.Incoming.Security = 110, mail.STARTTLS
		}, in, doctor.Encrypt, mail.NoStartTLS, true},
		{"UIDL is claimed and refused", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Script: mailtest.On("UIDL", refuse("-ERR unknown command"))})
		}, in, doctor.Mailbox, mail.NoUniqueIDs, false},
		{"the mailbox is locked after the login", func(v *village) {
			v.pop("pop.birch.test", 995, mailtest.POP3Options{Script: mailtest.On("STAT", refuse("-ERR [IN-USE] Mailbox is locked by another POP3 session."))})
		}, in, doctor.Mailbox, mail.InUse, false},
		{"the server for sending where mail is fetched", func(v *village) { v.both(); v.account.Incoming.Host = "smtp.birch.test" }, in, doctor.Connect, mail.SMTPThere, true},
		{"an IMAP server's name for sending", func(v *village) {
			v.both()
			v.net.Serve("imap.birch.test", 993, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("imap.birch.test"), First: "* OK ready\r\n"}))
			v.account.Outgoing.Host = "imap.birch.test"
		}, out, doctor.Connect, mail.IMAPServer, true},
		{"an IMAP port for sending", func(v *village) {
			v.both()
			v.net.Serve("smtp.birch.test", 993, mailtest.StartTalker(v.t, mailtest.TalkerOptions{TLS: v.ca.ServerTLS("smtp.birch.test"), First: "* OK [CAPABILITY IMAP4rev1] ready\r\n"}))
			v.account.Outgoing.Port = 993
		}, out, doctor.Greeting, mail.IMAPServer, true},
		{"a slip in the domain", func(v *village) {
			v.at("pop.gmail.com", "smtp.gmail.com", "anna@gmail.com")
			v.both()
			v.account.Incoming.Host = "pop.gamil.com"
		}, in, doctor.Resolve, mail.Misspelt, true},
		{"the user name for sending in the other form", func(v *village) {
			v.both()
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Users: map[string]string{"anna": password}, Script: mailtest.On("AUTH", mailtest.Refuse("535 5.7.8", "unknown user anna@birch.test"))})
		}, out, doctor.LogIn, mail.UserForm, false},
		{"a sender who is not the user, at Microsoft", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", mailtest.Refuse("550 5.7.60", "SMTP; Client does not have permissions to send as this sender"))})
		}, out, doctor.Sender, mail.SenderNotYours, false},
		{"a sender who is not the user, at 163", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", refuse("553 Mail from must equal authorized user"))})
		}, out, doctor.Sender, mail.SenderNotYours, false},
		{"a login is needed after all, at Postfix", func(v *village) {
			v.account.OutgoingAuth = false
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", refuse("550 5.7.1 Client must authenticate first"))})
		}, out, doctor.Sender, mail.LoginWanted, false},
		{"the quota of messages is used up", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("MAIL", refuse("550 5.4.5 Daily user sending limit exceeded"))})
		}, out, doctor.Sender, mail.SentTooMuch, false},
		{"a server that does not know EHLO", func(v *village) {
			v.smtp("smtp.birch.test", 465, mailtest.SMTPOptions{Script: mailtest.On("EHLO", refuse("502 5.5.1 Command not implemented"))})
		}, out, doctor.LogIn, mail.NoLogin, false},
		{"a name that leads nowhere", func(v *village) { v.net.Host("pop.birch.test", "0.0.0.0") }, in, doctor.Connect, mail.PortClosed, false},
		{"no authorities on this computer, at a great provider", func(v *village) {
			v.at("pop.gmail.com", "smtp.gmail.com", "anna@gmail.com")
			v.pop("pop.gmail.com", 995, mailtest.POP3Options{TLS: &tls.Config{Certificates: []tls.Certificate{mailtest.NewCANamed("Google Trust Services").Issue(mailtest.Leaf{Hosts: []string{"pop.gmail.com"}})}}, ImplicitTLS: true})
		}, in, doctor.Encrypt, mail.CertIssuer, false},
		{"a mistake of one letter in the domain of both", func(v *village) {
			v.both()
			v.account.Incoming.Host, v.account.Outgoing.Host = "pop.bitch.test", "smtp.bitch.test"
		}, out, doctor.Resolve, mail.Misspelt, true},
		{"the server for retrieving, on the port for sending", func(v *village) {
			v.both()
			v.account.Outgoing.Host = "pop.birch.test"
		}, out, doctor.Connect, mail.POPThere, true},
		{"an absent keyring", func(v *village) {
			v.both()
			v.secret = func(mail.Direction) (string, error) { return "", &mail.Problem{Kind: mail.KeyringAbsent} }
		}, in, doctor.LogIn, mail.KeyringMissing, false},
	}...)
}
