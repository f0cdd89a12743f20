package submit

import (
	"errors"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// The steps of a submission, which are also what an Error was Doing. A connection that cannot be made fails at
// wire's own steps "resolve", "connect" and "encrypt".
const (
	stepGreeting  = "greeting"
	stepEncrypt   = "encrypt"
	stepLogin     = "log in"
	stepSender    = "sender"
	stepRecipient = "recipient"
	stepSend      = "send"
)

// Error is why a submission failed: the server's refusal, or the end of the connection.
type Error struct {
	Kind   mail.Kind
	Where  string // host:port
	Doing  string // "resolve", "connect", "encrypt", "greeting", "log in", "sender", "recipient" or "send"
	Code   int    // the server's reply code; 0 where it said nothing
	Status string // its enhanced status code (RFC 3463), "" where there was none
	Said   string // its own line without secrets; in lower case what Poplar saw instead
	Again  time.Duration
	Cert   *mail.Certificate
	Err    error
}

// Error implements error in one line.
func (e *Error) Error() string {
	what := e.Said
	if what == "" && e.Err != nil {
		what = e.Err.Error()
	}
	if what == "" {
		what, _ = (&mail.Problem{Kind: e.Kind}).Words()
	}
	return e.Where + ": " + e.Doing + ": " + what
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Problem tells the failure in the shared words.
func (e *Error) Problem() *mail.Problem {
	return &mail.Problem{
		Kind: e.Kind, Where: e.Where, Doing: e.Doing, Said: e.Said, Again: e.Again, Certificate: e.Cert, Err: e.Err,
	}
}

// Temporary says whether the same may succeed later without anybody doing anything.
func (e *Error) Temporary() bool {
	switch e.Kind {
	case mail.Offline, mail.NoSuchHost, mail.Unreachable, mail.Timeout, mail.ServerTemporary, mail.Cancelled:
		return true
	}
	return false
}

// broken is the error of a connection that failed during a step.
func broken(err error, where, step string) *Error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	w := wire.Wrap(err, where, step)
	return &Error{Kind: w.Kind, Where: where, Doing: w.Doing, Said: w.Said, Cert: w.Cert, Err: w}
}

// refusal is the error of a reply that says no.
func refusal(r reply, where, step, secret string) *Error {
	e := &Error{Where: where, Doing: step, Code: r.code, Status: r.status(), Said: wire.Redact(r.said(), secret)}
	e.Kind = kindOf(step, e.Code, e.Status, e.Said)
	return e
}

// kindOf says what a refusal means. The code alone does not: 550 is a mailbox at RCPT, a policy at DATA, and a wrong
// password at some providers' AUTH.
func kindOf(step string, code int, status, said string) mail.Kind {
	words := strings.ToLower(said)
	has := func(list ...string) bool {
		for _, w := range list {
			if strings.Contains(words, w) {
				return true
			}
		}
		return false
	}
	if code == 0 || code/100 < 4 {
		return mail.Protocol // neither yes nor no
	}
	switch {
	case code == 538 || status == "5.7.11" || code == 530 && has("starttls", "tls"),
		step == stepLogin && has("must issue a starttls", "encryption required"):
		return mail.NoEncryption
	case step == stepLogin && (status == "5.7.9" || has(
		"application-specific password", "app-specific", "app password", "app-password", "apppassword", "application password",
		"authorization code", "authorisation code", "authorized code", "授权码", "授權碼", "专用密码", "独立密码")):
		return mail.NeedsAppPassword
	case code/100 == 4:
		return mail.ServerTemporary
	case step == stepLogin:
		return mail.LoginRefused
	case step == stepRecipient:
		return mail.RecipientRefused
	case status == "5.3.4" || status == "5.2.3" || code == 552 && status != "5.2.2":
		return mail.TooLarge
	case code == 535 || code == 534:
		return mail.LoginRefused
	}
	return mail.ServerPermanent
}
