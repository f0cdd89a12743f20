package pop3

import (
	"context"
	"errors"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// The response codes of RFC 2449 and RFC 3206 that change what a client does.
const (
	CodeAuth       = "AUTH"        // the credentials are wrong
	CodeInUse      = "IN-USE"      // another session holds the mailbox
	CodeLoginDelay = "LOGIN-DELAY" // too soon after the last login
	CodeSysTemp    = "SYS/TEMP"    // the server cannot now
	CodeSysPerm    = "SYS/PERM"    // the server cannot until somebody mends it
)

// How long to wait before the next try, where the server does not say.
const (
	againInUse = 3 * time.Minute  // a phone or another program ends its session within minutes
	againTemp  = 2 * time.Minute  // RFC 3206: a problem that is likely to go away
	againDelay = 10 * time.Minute // the longest LOGIN-DELAY commonly met
)

// Error is what the server refused, or what it did that POP3 does not allow.
type Error struct {
	Kind  mail.Kind
	Code  string        // extended response code in upper case ("AUTH", "SYS/TEMP", …), empty where none
	Said  string        // the server's line without "-ERR " and without the code
	Where string        // host:port
	Doing string        // the step: "connect", "encrypt", "log in", "list", "retrieve", "delete", "quit", …
	Again time.Duration // when a retry makes sense; 0: at once or never, as Kind says
	// Stated says that Again is the server's own word.
	Stated bool
	Err    error // the cause, where there is one beside the server's line
}

// Error implements error.
func (e *Error) Error() string {
	s := "pop3: " + e.Doing + " at " + e.Where + ": "
	switch {
	case e.Said != "" && e.Code != "":
		s += "[" + e.Code + "] " + e.Said
	case e.Said != "":
		s += e.Said
	case e.Code != "":
		s += "[" + e.Code + "]"
	}
	if e.Err != nil {
		s = strings.TrimSuffix(s, ": ") + ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Problem tells the error in the form that is shown to a person.
func (e *Error) Problem() *mail.Problem {
	said := e.Said
	if e.Code != "" {
		said = strings.TrimSpace("[" + e.Code + "] " + said)
	}
	return &mail.Problem{Kind: e.Kind, Where: e.Where, Doing: e.Doing, Said: said, Again: e.Again, Err: e}
}

// Temporary says that the same command may succeed a little later ([SYS/TEMP], [IN-USE], [LOGIN-DELAY]).
func (e *Error) Temporary() bool {
	return e.Kind == mail.ServerTemporary || e.Kind == mail.MailboxInUse || e.Kind == mail.LoginDelay
}

// Refused returns the error as the server's refusal of one command, or an answer to it that says nothing, after which
// the session goes on; nil for every other error.
func Refused(err error) *Error {
	var e *Error
	if errors.As(err, &e) && e.Err == nil {
		return e
	}
	return nil
}

// splitCode takes a response code in brackets off the front of a line (RFC 2449, section 8).
func splitCode(text string) (code, rest string) {
	if !strings.HasPrefix(text, "[") {
		return "", text
	}
	end := strings.IndexByte(text, ']')
	if end < 2 || end > 64 || strings.ContainsAny(text[1:end], " \t") {
		return "", text
	}
	return strings.ToUpper(text[1:end]), strings.TrimLeft(text[end+1:], " \t")
}

var (
	inUseWords  = regexp.MustCompile(`(?i)\b(in use|locked?|lock file|busy|already (open|logged|being))\b`)
	appPassword = regexp.MustCompile(`(?i)(app(lication)?[- ]specific password|app[- ]password|授权码|authoriz?ation code|web ?login required|log ?in via your web browser)`)
	digits      = regexp.MustCompile(`\d+`)
)

// refusal builds the Error for a -ERR line. delay is the server's LOGIN-DELAY, 0 where it stated none.
func (c *Client) refusal(doing, text string) *Error {
	code, said := splitCode(printable(text))
	e := &Error{Kind: mail.ServerPermanent, Code: code, Said: said, Where: c.where(), Doing: doing}
	switch {
	case code == CodeAuth:
		e.Kind = mail.LoginRefused
		if appPassword.MatchString(said) {
			e.Kind = mail.NeedsAppPassword
		}
	case code == CodeInUse:
		e.Kind, e.Again = mail.MailboxInUse, againInUse
	case code == CodeLoginDelay:
		e.Kind = mail.LoginDelay
		e.Again, e.Stated = c.loginDelay(said)
	case code == CodeSysPerm:
		e.Kind = mail.ServerPermanent
	case strings.HasPrefix(code, CodeSysTemp), code == "SYS":
		e.Kind, e.Again = mail.ServerTemporary, againTemp
	case doing == doingLogin && appPassword.MatchString(said):
		e.Kind = mail.NeedsAppPassword
	case doing == doingLogin && inUseWords.MatchString(said):
		e.Kind, e.Again = mail.MailboxInUse, againInUse
	case doing == doingLogin:
		e.Kind = mail.LoginRefused
	case doing == doingConnect:
		// A greeting of -ERR: too many connections, or down for maintenance.
		e.Kind, e.Again = mail.ServerTemporary, againTemp
	}
	return e
}

// loginDelay is how long to wait after [LOGIN-DELAY]: what the capability says, else a number in the server's words,
// else a careful guess, which nobody has stated.
func (c *Client) loginDelay(said string) (d time.Duration, stated bool) {
	if d := c.caps.LoginDelay(); d > 0 {
		return d, true
	}
	if n, err := strconv.Atoi(digits.FindString(said)); err == nil && n > 0 && n <= 24*60*60 {
		d := time.Duration(n) * time.Second
		if strings.Contains(strings.ToLower(said), "minute") && n <= 24*60 {
			d = time.Duration(n) * time.Minute
		}
		return d, true
	}
	return againDelay, false
}

// breach builds the Error for a server that does not keep to the protocol.
func (c *Client) breach(doing, said, why string) *Error {
	return &Error{Kind: mail.Protocol, Said: printable(said), Where: c.where(), Doing: doing, Err: errors.New(why)}
}

// unclear builds the Error for a +OK that does not say what was asked for. It is as good as a refusal.
func (c *Client) unclear(said string) *Error {
	return &Error{Kind: mail.Protocol, Said: printable(said), Where: c.where(), Doing: doingList}
}

// lost turns an I/O error into one that can be told.
func (c *Client) lost(doing string, err error) error {
	var e *Error
	if errors.As(err, &e) {
		return err
	}
	w := wire.Wrap(err, c.where(), doing)
	if doing == doingConnect && !c.greeted && errors.Is(err, io.EOF) {
		// QUIRK: a server that expects TLS at once hangs up on a client that waits for a greeting.
		w.Kind = mail.Protocol
	}
	return w
}

// printable keeps the first line of what a server said fit for a log and a window.
func printable(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// timedOut says whether err is silence rather than an ended connection or an ended context.
func timedOut(err error) bool {
	var e *Error
	if errors.As(err, &e) || errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	return wire.Wrap(err, "", "").Kind == mail.Timeout
}
