package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"syscall"

	"poplar/mail"
)

// Error is a failure of a connection.
type Error struct {
	Kind  mail.Kind
	Where string // host:port
	Doing string // "resolve", "connect", "encrypt", "greeting", "log in", "read", "write"
	Said  string // the server's own line, or in lower case what was seen of it; never a secret
	Cert  *mail.Certificate
	Err   error
}

// Error implements error in one line.
func (e *Error) Error() string {
	parts := make([]string, 0, 3)
	for _, s := range []string{e.Where, e.Doing} {
		if s != "" {
			parts = append(parts, s)
		}
	}
	switch {
	case e.Said != "":
		parts = append(parts, e.Said)
	case e.Cert != nil && e.Cert.Reason != "":
		parts = append(parts, "the certificate cannot be trusted: "+e.Cert.Reason)
	case e.Err != nil:
		parts = append(parts, e.Err.Error())
	default:
		what, _ := (&mail.Problem{Kind: e.Kind}).Words()
		parts = append(parts, what)
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether the server was silent for too long; with Temporary it makes an Error a net.Error.
func (e *Error) Timeout() bool { return e.Kind == mail.Timeout }

// Temporary is always false: after a failed read or write the connection is spent.
func (e *Error) Temporary() bool { return false }

// Problem tells the failure in the shared words.
func (e *Error) Problem() *mail.Problem {
	return &mail.Problem{Kind: e.Kind, Where: e.Where, Doing: e.Doing, Said: e.Said, Certificate: e.Cert, Err: e.Err}
}

// Wrap turns any failure of a connection into an [*Error]: one that is in err's chain already is returned with the
// step filled in where it named only a read or a write. The end of the stream means that the server hung up. Nil gives nil.
func Wrap(err error, where, doing string) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		if doing == "" || (e.Doing != reading && e.Doing != writing) {
			return e
		}
		c := *e
		c.Doing = doing
		return &c
	}
	e = &Error{Where: where, Doing: doing, Err: err}
	e.Kind, e.Said = classify(err)
	return e
}

const (
	reading  = "read"
	writing  = "write"
	greeting = "greeting"
	hungUp   = "the server closed the connection"
)

// classify finds the kind of a network failure and, where the cause has no words for a person, what was seen.
func classify(err error) (mail.Kind, string) {
	var dns *net.DNSError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var proxy *ProxyError
	switch {
	case errors.As(err, &proxy):
		return mail.Unreachable, proxy.Error()
	case errors.Is(err, context.Canceled):
		return mail.Cancelled, ""
	case errors.As(err, &dns):
		return ofDNS(dns), ""
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return mail.Timeout, ""
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isErrno(err, errnoReset, errnoAborted, errnoPipe):
		return mail.ServerTemporary, hungUp
	case isErrno(err, errnoNetUnreach, errnoNetDown):
		return mail.Offline, ""
	case isErrno(err, errnoRefused):
		return mail.Unreachable, "the connection was refused"
	case isErrno(err, errnoTimedOut):
		return mail.Unreachable, ""
	case isErrno(err, errnoHostUnreach):
		if !hasNetwork() {
			return mail.Offline, ""
		}
		return mail.Unreachable, "there is no route to this host"
	case errors.As(err, &record):
		return mail.Protocol, ""
	case errors.As(err, &alert):
		return mail.Protocol, "the server refused the encrypted connection: " + strings.TrimPrefix(alert.Error(), "tls: ")
	case errors.Is(err, net.ErrClosed):
		return mail.Cancelled, ""
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return mail.Timeout, ""
	}
	return mail.Unknown, ""
}

// ofDNS tells a misspelt name from a computer without a line. Only an authoritative "not found" is the former; some
// systems say that, too, when they are offline, so the interfaces are asked.
func ofDNS(e *net.DNSError) mail.Kind {
	if reserved(e.Name) || e.IsNotFound && hasNetwork() {
		return mail.NoSuchHost
	}
	return mail.Offline
}

// reserved reports whether a name can never exist (RFC 6761).
func reserved(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, tld := range []string{"invalid", "test", "example"} {
		if name == tld || strings.HasSuffix(name, "."+tld) {
			return true
		}
	}
	return false
}

// hasNetwork reports whether any interface has an address beyond this computer.
func hasNetwork() bool {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return true
	}
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.IsGlobalUnicast() {
			return true
		}
	}
	return false
}

func isErrno(err error, list ...syscall.Errno) bool {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return false
	}
	for _, e := range list {
		if errno == e {
			return true
		}
	}
	return false
}
