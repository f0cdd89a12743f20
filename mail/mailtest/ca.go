package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// CA is a certificate authority that lives as long as the process.
type CA struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// Leaf says what a server's certificate is to be like. The zero value is valid from an hour ago for a day.
type Leaf struct {
	Hosts      []string // names and addresses; none: localhost, 127.0.0.1, ::1
	From, To   time.Time
	SelfSigned bool // by itself and not by the CA
}

// NewCA makes an authority of its own.
func NewCA() *CA { return NewCANamed("Poplar test authority") }

// NewCANamed makes an authority of this name.
func NewCANamed(name string) *CA {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return &CA{cert: sign(template, template, key, key), key: key}
}

// PEM returns the authority's certificate.
func (ca *CA) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ca.cert.Raw})
}

// File writes the authority's certificate into dir and returns its path, which serves as mail.Server's CAFile.
func (ca *CA) File(dir string) (string, error) {
	path := filepath.Join(dir, "test-ca.pem")
	return path, os.WriteFile(path, ca.PEM(), 0o644)
}

// ServerTLS returns a server's configuration with a valid certificate for hosts; none: localhost, 127.0.0.1, ::1.
func (ca *CA) ServerTLS(hosts ...string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{ca.Issue(Leaf{Hosts: hosts})}}
}

// Issue returns a certificate with its key.
func (ca *CA) Issue(l Leaf) tls.Certificate {
	if len(l.Hosts) == 0 {
		l.Hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	if l.From.IsZero() {
		l.From = time.Now().Add(-time.Hour)
	}
	if l.To.IsZero() {
		l.To = l.From.AddDate(0, 0, 1)
	}
	template := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: l.Hosts[0]}, NotBefore: l.From, NotAfter: l.To,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, h := range l.Hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	key := newKey()
	parent, by := ca.cert, ca.key
	if l.SelfSigned {
		parent, by = template, key
	}
	leaf := sign(template, parent, key, by)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

// Fingerprint returns the SHA-256 of a configuration's first certificate in lower-case hex, as mail.Server's Pins have it.
func Fingerprint(c *tls.Config) string {
	sum := sha256.Sum256(c.Certificates[0].Certificate[0])
	return hex.EncodeToString(sum[:])
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // the system's random numbers do not fail
	}
	return key
}

func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:])
	return new(big.Int).SetBytes(b[:])
}

func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), by)
	if err != nil {
		panic(err) // the templates are our own
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return cert
}

// files writes a certificate for this computer and its key into dir, as server programs want them.
func (ca *CA) files(dir, certFile, keyFile string) error {
	leaf := ca.Issue(Leaf{})
	key, err := x509.MarshalPKCS8PrivateKey(leaf.PrivateKey)
	if err != nil {
		return err
	}
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leaf.Certificate[0]})
	if err := os.WriteFile(filepath.Join(dir, certFile), cert, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, keyFile), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600)
}
