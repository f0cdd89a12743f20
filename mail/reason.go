package mail

// Reason is why something went wrong, more precisely than a Kind: what stands behind a server's words, or what the
// doctor has found out. The list is closed.
type Reason string

// The reasons.
const (
	// The way to the server.
	NoNetwork     Reason = "no-network"
	NoSuchName    Reason = "no-such-name"
	Misspelt      Reason = "misspelt"       // another name, nearly the same, is that of a mail server
	CaptivePortal Reason = "captive-portal" // a network that wants a click on its own page first
	ProxyFails    Reason = "proxy-fails"
	PortClosed    Reason = "port-closed"   // nothing listens there
	PortSilent    Reason = "port-silent"   // packets vanish: a firewall, or no such computer
	WrongPort     Reason = "wrong-port"    // another port answers
	Port25Blocked Reason = "port-25"       // the line's provider lets nobody send through it
	IPv6Broken    Reason = "ipv6-broken"   // only IPv4 comes through
	IPv6Only      Reason = "ipv6-only"     // the server has no other addresses, and the network no IPv6
	AddressDead   Reason = "address-dead"  // one of several does not answer
	SlowLine      Reason = "slow-line"     // it takes long to connect
	SecondHost    Reason = "second-host"   // the server's second name is in use
	NoPOPThere    Reason = "no-pop"        // the provider has no POP3
	WebServer     Reason = "web-server"    // a web site stands there
	IMAPServer    Reason = "imap-server"   // IMAP in place of POP3
	Swapped       Reason = "swapped"       // incoming and outgoing are confused
	SMTPThere     Reason = "smtp-there"    // SMTP where POP3 should be
	POPThere      Reason = "pop-there"     // POP3 where SMTP should be
	NoMailServer  Reason = "not-mail"      // something else speaks there
	TLSFromStart  Reason = "tls-port"      // this port wants TLS from the start
	StartTLSPort  Reason = "starttls-port" // this port begins in the clear
	NoStartTLS    Reason = "no-starttls"   // it cannot encrypt there
	OldTLS        Reason = "old-tls"       // only versions that are not safe
	HandshakeFail Reason = "handshake"
	Injection     Reason = "injection"

	// The certificate.
	CertExpired   Reason = "certificate-expired"
	CertEarly     Reason = "certificate-early" // not valid yet
	CertSelf      Reason = "certificate-self"  // signed by itself
	CertIssuer    Reason = "certificate-issuer"
	CertName      Reason = "certificate-name" // for another server
	CertChanged   Reason = "certificate-changed"
	CertWeak      Reason = "certificate-weak"
	ChainBroken   Reason = "chain-broken"  // the server leaves out what is between its certificate and an authority
	ChainExpired  Reason = "chain-expired" // that of an issuer
	ClockWrong    Reason = "clock"
	Intercepted   Reason = "intercepted"   // a program or box in between encrypts anew
	NewIssuer     Reason = "new-issuer"    // trusted, and of another issuer than the last time
	BadAuthority  Reason = "bad-authority" // the file of authorities cannot be used
	Silent        Reason = "silent"        // connected, and nothing comes
	HungUp        Reason = "hung-up"
	Busy          Reason = "busy" // too many connections, maintenance
	AddressBanned Reason = "address-banned"

	// The login.
	WrongPassword    Reason = "wrong-password"
	PasswordOdd      Reason = "odd-password" // wrong, and typed oddly
	UnknownUser      Reason = "unknown-user"
	UserForm         Reason = "user-form" // the address where the local part is wanted, or the reverse
	NeedsCode        Reason = "needs-code"
	POPOff           Reason = "pop-off" // switched off at the provider
	SMTPOff          Reason = "smtp-off"
	WebLogin         Reason = "web-login" // the provider wants to see a person first
	OAuthWanted      Reason = "oauth"     // no password of any kind
	SignInAgain      Reason = "sign-in-again"
	LockedOut        Reason = "locked-out" // after too many tries
	Suspended        Reason = "suspended"
	PasswordOld      Reason = "password-old" // it must be changed
	TooOften         Reason = "too-often"    // LOGIN-DELAY
	InUse            Reason = "in-use"
	NoSuchMechanism  Reason = "no-mechanism" // the way to log in that was chosen is not offered
	NoLogin          Reason = "no-login"     // no way at all is offered
	LoginAfterTLS    Reason = "login-after-tls"
	LoginWanted      Reason = "login-wanted"
	OutgoingPassword Reason = "outgoing-password" // it serves for incoming mail and not for outgoing
	NoPassword       Reason = "no-password"
	KeyringShut      Reason = "keyring"
	KeyringMissing   Reason = "no-keyring"

	// The mailbox, the sender, the recipients, the message.
	ServerTrouble    Reason = "server-trouble"
	MailboxBroken    Reason = "mailbox-broken"
	NoUniqueIDs      Reason = "no-uidl"
	NoHeaders        Reason = "no-top"
	SenderNotYours   Reason = "sender-not-yours"
	SenderDomain     Reason = "sender-domain"
	RelayDenied      Reason = "relay-denied"
	MailboxUnknown   Reason = "mailbox-unknown"
	DomainUnknown    Reason = "domain-unknown"
	MailboxMoved     Reason = "mailbox-moved"
	MailboxDisabled  Reason = "mailbox-disabled"
	MailboxFull      Reason = "mailbox-full"
	TooManyAtOnce    Reason = "too-many-recipients"
	MessageTooLarge  Reason = "message-too-large"
	LooksLikeSpam    Reason = "spam"
	Policy           Reason = "policy"
	TryLater         Reason = "try-later" // greylisting: an unknown sender is asked to come again
	SentTooMuch      Reason = "sent-too-much"
	NotAuthentic     Reason = "not-authentic" // SPF, DKIM, DMARC
	RoutingFails     Reason = "routing"
	FormRefused      Reason = "form" // what the message is like, or how it is handed over
	LetterNotArrived Reason = "not-arrived"
	Unclear          Reason = "unclear" // nothing of the above is certain
)

// ReasonWords are the words of a Reason: what is the matter, why that is, and what to do, in English, without final full
// stop; Why may be empty. They hold {host}, {port}, {user}, {name} and {other}, which a Verdict fills in.
type ReasonWords struct{ What, Why, Do string }

// Words returns the words of a reason, and false for one that has none.
func (r Reason) Words() (ReasonWords, bool) {
	w, ok := reasonWords[r]
	return w, ok
}

// Reasons returns all reasons that have words, in no order.
func Reasons() []Reason {
	list := make([]Reason, 0, len(reasonWords))
	for r := range reasonWords {
		list = append(list, r)
	}
	return list
}

var reasonWords = map[Reason]ReasonWords{
	NoNetwork: {
		"The computer has no connection to the internet", "No name can be looked up and no server answers",
		"Look after the cable or the wireless network, then run the test again",
	},
	NoSuchName: {
		"There is no server named {host}", "The name servers of the internet do not know it",
		"Look at the spelling, or have Poplar find the servers again",
	},
	Misspelt: {
		"There is no server named {host}", "{other} is nearly the same and is a mail server",
		"Use {other} if that is what was meant",
	},
	CaptivePortal: {
		"This network lets nothing through yet", "It answers in place of every server, as hotels and trains do until one has signed in",
		"Open a web page in the browser, sign in to the network there, then run the test again",
	},
	ProxyFails: {
		"The proxy does not let Poplar through", "The connection goes through {other}, and that refused it or does not answer",
		"Check the proxy in the account's settings, or go without one",
	},
	PortClosed: {
		"{host} refuses connections on port {port}", "The computer is there, but nothing listens on this port",
		"Check the server's name, or ask the provider for the port",
	},
	PortSilent: {
		"{host} does not answer on port {port}", "What is sent there vanishes: a firewall keeps it back, or the server is switched off",
		"Try another network, look at the firewall, or ask the provider for the port",
	},
	WrongPort: {
		"Port {port} is not the right one", "{host} does not answer there, and it does on port {other}",
		"Use port {other}",
	},
	Port25Blocked: {
		"Port 25 is blocked", "Most internet providers let nobody send mail through it, because of junk mail; port {other} of the same server answers",
		"Use port {other}, which is meant for mail programs",
	},
	IPv6Broken: {
		"IPv6 does not work on the way to this server", "Its IPv6 address does not answer, its IPv4 address does; Poplar loses time with each connection",
		"Restart the router, or tell whoever runs the network",
	},
	IPv6Only: {
		"This server can be reached by IPv6 only", "{host} has no IPv4 address, and IPv6 does not come through on this network",
		"Try another network, or ask the internet provider for IPv6",
	},
	AddressDead: {
		"One of the server's addresses does not answer", "{other} is silent; Poplar takes the next one, and loses time with each connection",
		"Nothing has to be done; tell the provider if it stays",
	},
	SlowLine: {
		"The way to the server is slow", "Connecting took {other} ms; below 100 ms nobody notices",
		"Nothing has to be done: mail arrives all the same, only later",
	},
	SecondHost: {
		"The server's second name is in use", "{host} cannot be reached from here, {other} can",
		"Nothing has to be done",
	},
	NoPOPThere: {
		"{name} has no POP3", "Its mailboxes can be read in the browser and by IMAP only",
		"Mail can be sent but not retrieved with Poplar; have the messages forwarded to a mailbox that has POP3",
	},
	WebServer: {
		"{host} is a web site and not a mail server", "Only web servers answer under this name; the address of the webmail is not that of the mail server",
		"Use the name of the mail server; it often begins with pop. or mail.",
	},
	IMAPServer: {
		"This is an IMAP server", "{host} speaks IMAP; Poplar retrieves mail by POP3 and sends it by SMTP",
		"Use the server and port for POP3 or SMTP",
	},
	Swapped: {
		"Incoming and outgoing server are the wrong way round", "The server for sending stands where that for retrieving should, and the other way round",
		"Exchange the two",
	},
	SMTPThere: {
		"This server is for sending mail", "{host} speaks SMTP; incoming mail needs POP3",
		"Use the server and port for POP3",
	},
	POPThere: {
		"This server is for retrieving mail", "{host} speaks POP3; sending needs SMTP",
		"Use the server and port for SMTP",
	},
	NoMailServer: {
		"This is no mail server", "Something else answers on port {port} of {host}",
		"Check server and port",
	},
	TLSFromStart: {
		"This port wants encryption from the start", "The server waits for TLS, while Poplar waits for its greeting",
		"Choose “TLS from the start”",
	},
	StartTLSPort: {
		"This port begins without encryption", "The server greets in the clear and is encrypted afterwards, by STARTTLS",
		"Choose STARTTLS, or the port for TLS",
	},
	NoStartTLS: {
		"The server offers no encryption on this port", "Without it anybody on the way could read the password",
		"Use a port with encryption, or ask the provider for one",
	},
	OldTLS: {
		"The server's encryption is too old to be safe", "It knows only versions of TLS before 1.2, from before 2008",
		"Ask the provider to bring the server up to date",
	},
	HandshakeFail: {
		"No encrypted connection comes about", "Server and Poplar find no way to encrypt that both know, or something on the way breaks it off",
		"Try another port, and switch off a virus scanner that looks into mail",
	},
	Injection: {
		"Somebody puts words into the server's mouth", "Text arrived in the clear where encryption was to begin",
		"Use TLS from the start, and do not trust this network",
	},
	CertExpired: {
		"The server's certificate has expired", "Whoever runs the server has not renewed it in time",
		"Wait for the provider to renew it, or tell them",
	},
	CertEarly: {
		"The server's certificate is not valid yet", "It begins in the future, which is nearly always the fault of this computer's clock",
		"Look at date and time of this computer",
	},
	CertSelf: {
		"The server vouches for itself", "Its certificate is signed by itself, as on a server of one's own or a new one",
		"If it is your own server, compare the fingerprint and trust the certificate",
	},
	CertIssuer: {
		"Nobody known vouches for this server", "The certificate's issuer, {other}, is not among those that this computer trusts",
		"Companies have an issuer of their own: ask for its file and give it under Authorities, or trust this certificate after a look",
	},
	CertName: {
		"The certificate is for another server", "It is for {other} and not for {host}",
		"Use the name in the certificate if it belongs to your provider",
	},
	CertChanged: {
		"The certificate is not the one you trusted", "The server shows another one now; it may be new, or somebody else's",
		"Compare the fingerprint with what the provider says before you trust it",
	},
	CertWeak: {
		"The server's certificate is not safe any more", "It is signed with {other}, which others can forge",
		"Ask the provider for a new certificate; no program should accept this one",
	},
	ChainBroken: {
		"The server does not show its whole chain of certificates", "It leaves out the certificate of {other}, without which nobody can tell who vouches for it; browsers fetch that by themselves",
		"Tell the provider; until it is mended, compare the fingerprint and trust this certificate",
	},
	ChainExpired: {
		"A certificate above the server's own has expired", "That of {other} is past its date, or this computer's clock is wrong",
		"Look at date and time of this computer; if they are right, tell the provider",
	},
	ClockWrong: {
		"This computer's clock is wrong", "It is off by {other}, so that certificates seem expired or not valid yet",
		"Set date and time, then run the test again",
	},
	Intercepted: {
		"{other} reads the connection", "The certificate is not the server's own: a virus scanner, or a proxy of the company, encrypts anew in between",
		"Switch off the scanning of mail connections there, or have its authority installed on this computer",
	},
	NewIssuer: {
		"The certificate is by another issuer than the last time", "It was {name} and is {other} now",
		"This is usual when a provider changes its supplier; nothing has to be done",
	},
	BadAuthority: {
		"The file of authorities cannot be used", "",
		"Choose a PEM file with certificates, or leave the field empty",
	},
	Silent: {
		"The server does not greet", "The connection stands, but not a word comes: the server is overloaded, or a firewall or virus scanner stands in between",
		"Try again in some minutes, and check port and encryption",
	},
	HungUp: {
		"The server hangs up", "It ends the connection in the middle, without saying why",
		"Try again in some minutes; check port and encryption if it stays",
	},
	Busy: {
		"The server is busy", "It takes no further connections for now",
		"Poplar tries again by itself; close other mail programs that use this mailbox",
	},
	AddressBanned: {
		"The server wants nothing to do with this network", "The internet address from which you connect is on a list of senders of junk mail",
		"Try another network; ask the internet provider for a new address",
	},
	WrongPassword: {
		"The server does not accept this password", "User name or password is wrong",
		"Type the password again; look out for capitals and for a blank at its end",
	},
	PasswordOdd: {
		"The password begins or ends with a blank, or has full-width characters", "They come in by pasting, or with a Chinese input method switched on, and cannot be seen in the field",
		"Type it again in Latin letters; the eye in the field shows what was typed",
	},
	UnknownUser: {
		"The server does not know this user", "It has no mailbox for {user}",
		"Check the user name: it is the whole address, or the part before the @",
	},
	UserForm: {
		"The user name is in the wrong form", "This server wants {other} in place of {user}",
		"Try the other form",
	},
	NeedsCode: {
		"The provider wants an authorisation code or app password", "{name} takes no web password from mail programs",
		"Make a code in the webmail's settings and enter it here",
	},
	POPOff: {
		"POP3 is switched off for this mailbox", "{name} lets mail programs in only after one has switched it on",
		"Switch on POP3 in the webmail's settings, then run the test again",
	},
	SMTPOff: {
		"Sending by mail programs is switched off for this mailbox", "{name} lets them in only after one has switched it on",
		"Switch on SMTP in the webmail's settings, or ask whoever runs the mailboxes",
	},
	WebLogin: {
		"The provider wants to see you in the browser first", "It takes the login for an unusual one",
		"Sign in to the webmail once with the browser, confirm that it was you, then try again",
	},
	OAuthWanted: {
		"{name} takes no password from mail programs", "It wants you to sign in on its own web page (OAuth2)",
		"Sign in there; Poplar then keeps what the provider gives it",
	},
	SignInAgain: {
		"The sign-in has lapsed", "The provider has withdrawn it: the password was changed, the permission was removed, or it was not used for long",
		"Sign in again",
	},
	LockedOut: {
		"The mailbox is locked after too many tries", "The server lets nobody in for a while, not even with the right password",
		"Wait for half an hour before the next try",
	},
	Suspended: {
		"The mailbox is suspended", "The provider has closed it",
		"Sign in to the webmail, or ask the provider",
	},
	PasswordOld: {
		"The password has to be changed", "The provider says that it has expired",
		"Change it in the webmail, then enter the new one here",
	},
	TooOften: {
		"The provider limits how often one may check", "The last check is too short a time ago",
		"Check less often",
	},
	InUse: {
		"Another program is reading this mailbox", "Only one at a time may, and it is open elsewhere, perhaps on a phone",
		"Close the other program, or wait some minutes",
	},
	NoSuchMechanism: {
		"The server does not offer the chosen way to log in", "{other}",
		"Choose “Automatic”",
	},
	NoLogin: {
		"The server offers no login", "Perhaps it needs none, or it offers one only on another port",
		"Check whether “Server requires authentication” is right",
	},
	LoginAfterTLS: {
		"The server wants encryption before the login", "",
		"Choose TLS or STARTTLS",
	},
	LoginWanted: {
		"The server wants a login", "It takes mail only from those who log in",
		"Switch on “Server requires authentication”",
	},
	OutgoingPassword: {
		"The outgoing server does not accept this password", "The same password works for incoming mail, so the outgoing server probably wants another user name or an app password",
		"Enter the password for sending, or try the other user name",
	},
	NoPassword: {
		"No password is stored for this account", "",
		"Enter the password",
	},
	KeyringShut: {
		"The keyring does not give the password", "",
		"Unlock it, or type the password for this session",
	},
	KeyringMissing: {
		"This system has no keyring", "Poplar keeps passwords in the keyring of the desktop and nowhere else",
		"Type the password for this session, or install a keyring such as GNOME Keyring, KWallet or KeePassXC",
	},
	ServerTrouble: {
		"The server has trouble of its own", "It says that this will pass",
		"Poplar tries again by itself",
	},
	MailboxBroken: {
		"The server cannot open this mailbox", "It says that somebody has to mend it",
		"Tell the provider, with the server's own line",
	},
	NoUniqueIDs: {
		"The server does not number its messages", "It has no UIDL; Poplar tells messages apart by their contents, which takes longer",
		"Nothing has to be done; leaving messages on the server is slow here",
	},
	NoHeaders: {
		"The server cannot show a message's head alone", "It has no TOP, so that large messages cannot be looked at before they are retrieved",
		"Nothing has to be done",
	},
	SenderNotYours: {
		"The server does not let you send with this address", "The address in From does not belong to the user who logged in",
		"Use the mailbox's own address, or log in as its user",
	},
	SenderDomain: {
		"The server does not accept the sender's address", "The part after the @ has no mail server",
		"Correct the address of the account",
	},
	RelayDenied: {
		"The server passes nothing on for you", "It takes mail to others only from those who log in",
		"Switch on “Server requires authentication”, or check the address",
	},
	MailboxUnknown: {
		"There is no such mailbox", "The recipient's server does not know the part before the @",
		"Correct the address",
	},
	DomainUnknown: {
		"No mail can be delivered to this domain", "The part after the @ does not exist, or takes no mail",
		"Correct the address",
	},
	MailboxMoved: {
		"The mailbox has moved", "",
		"Ask the recipient for the new address; it may stand in the server's line",
	},
	MailboxDisabled: {
		"The recipient's mailbox is closed", "It exists, but takes no mail",
		"Reach the recipient in another way",
	},
	MailboxFull: {
		"The mailbox is full", "",
		"The recipient has to make room; try again later",
	},
	TooManyAtOnce: {
		"Too many recipients at once", "",
		"Send to fewer at a time",
	},
	MessageTooLarge: {
		"The message is larger than the server takes", "",
		"Remove or shrink an attachment",
	},
	LooksLikeSpam: {
		"The server takes the message for junk mail", "",
		"Change its text, take out links and attachments, or write to the recipient in another way",
	},
	Policy: {
		"The server's rules forbid this", "",
		"Its own line says which",
	},
	TryLater: {
		"The server asks to come again later", "Many do so with senders they do not know yet",
		"Poplar tries again by itself",
	},
	SentTooMuch: {
		"You have sent too much for now", "The provider limits how many messages may be sent in an hour or a day",
		"Wait for some hours",
	},
	NotAuthentic: {
		"The recipient's server does not believe the sender", "The domain's records (SPF, DKIM, DMARC) do not allow this server to send for it",
		"Send through the server of the address's own provider, or tell whoever runs the domain",
	},
	RoutingFails: {
		"The message found no way to the recipient", "",
		"Tell whoever runs the recipient's domain, with the server's own line",
	},
	FormRefused: {
		"The server does not take a message of this form", "",
		"Send it in a plainer form, without rich text, unusual attachments or letters beyond a to z in addresses",
	},
	LetterNotArrived: {
		"The message was sent and did not come back in time", "Some servers take minutes; it may also lie among the junk mail in the webmail",
		"Look into the mailbox again in some minutes",
	},
	Unclear: {
		"The server refuses this", "",
		"Its own line may say why; the conversation with the server shows more",
	},
}
