package wire

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// encrypt does the handshake under limited and leaves the connection bound to ctx. On failure it closes the connection.
func (c *Conn) encrypt(ctx, limited context.Context, upgrade bool) error {
	start := time.Now()
	config, err := c.config()
	if err != nil {
		_ = c.Close()
		return err
	}
	c.guard.bind(limited)
	c.guard.head = nil
	t := tls.Client(c.guard, config)
	err = t.HandshakeContext(limited)
	if err == nil {
		c.guard.bind(ctx)
		c.tls.Store(t)
		if c.o.Secured != nil {
			c.o.Secured(t.ConnectionState())
		}
		c.o.Step(encrypting, time.Since(start), Describe(t.ConnectionState()))
		return nil
	}
	e := c.handshakeError(ctx, limited, err, upgrade)
	_ = c.Close()
	return e
}

func (c *Conn) handshakeError(ctx, limited context.Context, err error, upgrade bool) *Error {
	e := &Error{Where: c.server.Addr(), Doing: encrypting, Err: err}
	var bad *untrusted
	var record tls.RecordHeaderError
	switch {
	case ctx.Err() != nil:
		e.Kind, e.Err = kindOf(ctx), ctx.Err()
	case limited.Err() != nil:
		e.Kind, e.Said = mail.Timeout, "the handshake was not finished in time"
	case errors.As(err, &bad):
		e.Kind, e.Cert = mail.UntrustedCertificate, &bad.cert
	case errors.As(err, &record) && upgrade:
		return injected(c.server, err)
	case errors.As(err, &record):
		e.Kind, e.Said = mail.Protocol, "this port does not begin with TLS"
		if line := firstLine(c.guard.head); line != "" {
			e.Said += fmt.Sprintf(", the server says %q; STARTTLS may be right", line)
		}
	case strings.Contains(err.Error(), "protocol version"):
		e.Kind, e.Said = mail.Protocol, "the server knows only versions of TLS before 1.2, which are not safe"
	default:
		e.Kind, e.Said = classify(err)
		if e.Kind == mail.Unknown {
			e.Kind = mail.Protocol
		}
	}
	return e
}

// firstLine returns what a server said in the clear, if it can be read.
func firstLine(head []byte) string {
	line, _, _ := strings.Cut(string(head), "\n")
	line = strings.TrimSpace(line)
	for _, r := range line {
		if r < ' ' || r > '~' {
			return ""
		}
	}
	return line
}

func (c *Conn) config() (*tls.Config, error) {
	host, err := hostOf(c.server)
	if err != nil {
		return nil, err
	}
	roots, err := rootsOf(c.server)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{
		ServerName: host,
		MinVersion: tls.VersionTLS12,
		// Verified below, also for a resumed session, because a person may trust a leaf that no authority vouches for.
		InsecureSkipVerify: true,
		VerifyConnection:   func(state tls.ConnectionState) error { return verify(state, host, roots, c.server) },
	}
	if c.o.Sessions != nil {
		config.ClientSessionCache = sessions{c.o.Sessions, c.server.Addr()}
	}
	return config, nil
}

// rootsOf returns nil, which stands for the system's authorities, or those and the account's own.
func rootsOf(s mail.Server) (*x509.CertPool, error) {
	if s.CAFile == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		return nil, &Error{Kind: mail.Unknown, Where: s.Addr(), Doing: encrypting, Err: fmt.Errorf("the file of certificate authorities cannot be read: %w", err)}
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, &Error{Kind: mail.Unknown, Where: s.Addr(), Doing: encrypting, Err: fmt.Errorf("%s holds no certificate in PEM form", s.CAFile)}
	}
	return roots, nil
}

// untrusted is a certificate that failed.
type untrusted struct{ cert mail.Certificate }

func (u *untrusted) Error() string { return "untrusted certificate: " + u.cert.Reason }

func verify(state tls.ConnectionState, host string, roots *x509.CertPool, s mail.Server) error {
	if len(state.PeerCertificates) == 0 {
		return errors.New("the server showed no certificate")
	}
	leaf := state.PeerCertificates[0]
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	opts := x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: host}
	_, err := leaf.Verify(opts)
	if err == nil {
		return nil
	}
	cert := Certificate(leaf)
	if slices.ContainsFunc(s.Pins, func(p string) bool { return strings.EqualFold(strings.ReplaceAll(p, ":", ""), cert.SHA256) }) {
		return nil
	}
	cert.Host = s.Host
	cert.Reason = strings.Join(reasons(leaf, state.PeerCertificates[1:], opts, err, len(s.Pins) > 0), "; ")
	return &untrusted{cert}
}

// reasons names everything that is wrong with a leaf, because x509 stops at the first fault and a person who accepts
// an expired date should know that the issuer is unknown, too.
func reasons(leaf *x509.Certificate, above []*x509.Certificate, opts x509.VerifyOptions, first error, pinned bool) []string {
	var list []string
	now := time.Now()
	if now.After(leaf.NotAfter) {
		list = append(list, "it expired on "+leaf.NotAfter.Format("2 January 2006"))
	}
	if now.Before(leaf.NotBefore) {
		list = append(list, "it is not valid before "+leaf.NotBefore.Format("2 January 2006"))
	}
	if leaf.VerifyHostname(opts.DNSName) != nil {
		list = append(list, fmt.Sprintf("it is for %s, not for %s", strings.Join(namesOf(leaf), ", "), opts.DNSName))
	}
	// Half-way through its own life no date of the leaf can be the reason.
	opts.DNSName, opts.CurrentTime = "", leaf.NotBefore.Add(leaf.NotAfter.Sub(leaf.NotBefore)/2)
	if _, err := leaf.Verify(opts); err != nil {
		var unknown x509.UnknownAuthorityError
		switch {
		case weak(leaf.SignatureAlgorithm):
			list = append(list, "it is signed with "+leaf.SignatureAlgorithm.String()+", which can be forged")
		case errors.As(err, &unknown) && leaf.Subject.String() == leaf.Issuer.String():
			list = append(list, "it is signed by itself")
		case errors.As(err, &unknown) && len(above) == 0 && len(leaf.IssuingCertificateURL) > 0:
			// Who says where the issuer's certificate lies is no company with an authority of its own.
			list = append(list, "its issuer is not known to this computer", "the server leaves out the issuer's certificate")
		case errors.As(err, &unknown):
			list = append(list, "its issuer is not known to this computer")
		default:
			list = append(list, err.Error())
		}
	}
	if len(list) == 0 {
		for _, c := range above {
			if now.After(c.NotAfter) {
				list = append(list, fmt.Sprintf("the certificate of its issuer, %s, expired on %s", readable(c.Subject), c.NotAfter.Format("2 January 2006")))
			}
		}
	}
	if len(list) == 0 {
		list = append(list, first.Error())
	}
	if pinned {
		list = append(list, "it is not the one you chose to trust")
	}
	return list
}

// weak reports whether a way to sign can be forged.
func weak(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	}
	return false
}

func namesOf(c *x509.Certificate) []string {
	names := slices.Clone(c.DNSNames)
	for _, ip := range c.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		names = []string{readable(c.Subject)}
	}
	return names
}

// Certificate tells what a person needs to see of a leaf before trusting it by hand.
func Certificate(leaf *x509.Certificate) mail.Certificate {
	sum := sha256.Sum256(leaf.Raw)
	subject := readable(leaf.Subject)
	if subject == "" && len(leaf.DNSNames) > 0 {
		subject = leaf.DNSNames[0]
	}
	return mail.Certificate{
		Subject: subject, Issuer: readable(leaf.Issuer), NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter,
		SHA256: hex.EncodeToString(sum[:]),
	}
}

func readable(n pkix.Name) string {
	if n.CommonName == "" {
		return n.String()
	}
	if len(n.Organization) == 0 || n.Organization[0] == n.CommonName {
		return n.CommonName
	}
	return n.CommonName + " (" + n.Organization[0] + ")"
}

// Describe words the state of an encrypted connection for a person: protocol, cipher, whose certificate, until when.
func Describe(state tls.ConnectionState) string {
	s := tls.VersionName(state.Version) + ", " + tls.CipherSuiteName(state.CipherSuite)
	if len(state.PeerCertificates) > 0 {
		c := Certificate(state.PeerCertificates[0])
		s += fmt.Sprintf(", certificate of %s by %s valid until %s", c.Subject, c.Issuer, c.NotAfter.Format(time.DateOnly))
	}
	return s
}

// sessions keeps apart the tickets of servers that share a host name, which one cache would mix up.
type sessions struct {
	tls.ClientSessionCache
	addr string
}

func (s sessions) Get(key string) (*tls.ClientSessionState, bool) {
	return s.ClientSessionCache.Get(s.addr + " " + key)
}

func (s sessions) Put(key string, state *tls.ClientSessionState) {
	s.ClientSessionCache.Put(s.addr+" "+key, state)
}
