package pop3

import (
	"strconv"
	"strings"
	"time"
)

// Capabilities are the lines of a CAPA answer (RFC 2449), as the server gave them.
type Capabilities []string

// Has says whether the server offers the capability, whatever its case.
func (c Capabilities) Has(name string) bool {
	_, ok := c.params(name)
	return ok
}

// SASL returns the mechanisms of the SASL capability in upper case.
func (c Capabilities) SASL() []string {
	p, _ := c.params("SASL")
	for i := range p {
		p[i] = strings.ToUpper(p[i])
	}
	return p
}

// LoginDelay is the least time between two logins; 0 where the server states none.
func (c Capabilities) LoginDelay() time.Duration {
	p, _ := c.params("LOGIN-DELAY")
	if len(p) == 0 {
		return 0
	}
	n, err := strconv.Atoi(p[0])
	if err != nil || n < 0 || n > 7*24*60*60 {
		return 0
	}
	return time.Duration(n) * time.Second
}

func (c Capabilities) params(name string) ([]string, bool) {
	var all []string
	found := false
	for _, line := range c {
		f := strings.Fields(line)
		if len(f) > 0 && strings.EqualFold(f[0], name) {
			all, found = append(all, f[1:]...), true
		}
	}
	return all, found
}

// Known is what earlier visits have learnt of a server, so that the next one needs fewer turns. It holds no secret,
// can be kept as JSON, and is only ever a hint: what the server says now decides. The zero value knows nothing.
type Known struct {
	Addr   string       `json:"addr,omitempty"`   // host:port and security it was learnt at; another server's is ignored
	Before Capabilities `json:"before,omitempty"` // as offered just before login, behind the encryption that is asked for
	After  Capabilities `json:"after,omitempty"`  // as offered once logged in
	Way    string       `json:"way,omitempty"`    // how the last login succeeded: a SASL mechanism, "APOP" or "USER"
	Broken []string     `json:"broken,omitempty"` // ways on which the server hung up
	Late   bool         `json:"late,omitempty"`   // it overlooks what comes with AUTH and asks for it
	Serial bool         `json:"serial,omitempty"` // it offers PIPELINING and loses commands, or hangs up on them
	NoCapa bool         `json:"noCapa,omitempty"` // it hangs up on CAPA
	TLS    uint16       `json:"tls,omitempty"`    // version of the last handshake (tls.VersionTLS13 …)
}
