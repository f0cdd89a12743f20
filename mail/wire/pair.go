package wire

import (
	"errors"
	"sync"
	"time"

	"poplar/mail"
)

// oneOfTwo is how long the first of a server's two names has before the second is tried.
const oneOfTwo = 5 * time.Second

// Reached remembers which name of a server with two was reached last, so that the next visit need not wait for the one
// that cannot be. A nil Reached remembers nothing. It may be used by several connections at once.
type Reached struct{ other sync.Map }

// order returns the server by its names, the likelier one first.
func (r *Reached) order(s mail.Server) []mail.Server {
	if s.OtherHost == "" {
		return []mail.Server{s}
	}
	inner, outer := s, s
	inner.OtherHost, inner.OtherPort, outer.OtherHost, outer.OtherPort = "", 0, "", 0
	outer.Host = s.OtherHost
	if s.OtherPort != 0 {
		outer.Port = s.OtherPort
	}
	if r != nil {
		if last, ok := r.other.Load(pairKey(s)); ok && last.(bool) {
			return []mail.Server{outer, inner}
		}
	}
	return []mail.Server{inner, outer}
}

func (r *Reached) note(s, used mail.Server) {
	if r != nil && s.OtherHost != "" {
		r.other.Store(pairKey(s), used.Host == s.OtherHost)
	}
}

func pairKey(s mail.Server) string { return s.Addr() + " " + s.OtherHost }

// away reports that a name does not lead to the server from here: nobody answers, or somebody else does.
func away(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Kind {
	case mail.NoSuchHost, mail.Unreachable, mail.Offline, mail.UntrustedCertificate:
		return true
	case mail.Timeout, mail.Protocol, mail.ServerTemporary:
		return e.Doing == resolving || e.Doing == connecting || e.Doing == encrypting
	}
	return false
}
