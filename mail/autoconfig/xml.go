package autoconfig

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"poplar/mail"
)

// The bounds of a configuration. The largest in Mozilla's database has some 25 KB, with hundreds of domains.
const (
	maxConfig  = 256 << 10 // octets
	maxDepth   = 16
	maxNodes   = 5000
	maxText    = 4096
	maxServers = 8 // of each side
)

// config is what a file in Mozilla's autoconfig format (version 1.1) says, as far as it concerns POP3 and SMTP.
type config struct {
	name               string
	help               string // https
	interval           time.Duration
	auth               []string
	incoming, outgoing []endpoint
	imap               bool // there is a server for IMAP
}

// node is an element. Text of elements with children is of no interest in this format.
type node struct {
	name  string
	attrs map[string]string
	text  string
	kids  []*node
}

func (n *node) all(name string) []*node {
	var list []*node
	for _, k := range n.kids {
		if k.name == name {
			list = append(list, k)
		}
	}
	return list
}

func (n *node) first(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return &node{}
}

func (n *node) word(name string) string { return strings.TrimSpace(n.first(name).text) }

// parseConfig reads a configuration for an address. One that has a server for sending, and for retrieving none but by
// IMAP, comes back without incoming. It is strict: a web page, a document type with entities, a file
// beyond the bounds and a server with a field that makes no sense are refused.
func parseConfig(raw []byte, at address) (*config, error) {
	root, err := parseTree(raw)
	if err != nil {
		return nil, err
	}
	if root.name != "clientConfig" {
		return nil, fmt.Errorf("the answer is %q and no configuration of mail servers", root.name)
	}
	if v, ok := root.attrs["version"]; ok && !strings.HasPrefix(v, "1.") {
		return nil, fmt.Errorf("version %q of the configuration is not known", v)
	}
	p := root.first("emailProvider")
	c := &config{name: p.word("displayName")}
	for _, n := range append(p.all("documentation"), p.all("enable")...) {
		if u := httpsURL(n.attrs["url"] + n.attrs["visiturl"]); u != "" {
			c.help = u
		}
	}
	for _, n := range p.all("incomingServer") {
		c.imap = c.imap || n.attrs["type"] == "imap"
		if n.attrs["type"] != "pop3" || len(c.incoming) >= maxServers {
			continue
		}
		if e, ok := c.server(n, at, mail.Incoming); ok {
			c.incoming = append(c.incoming, e)
			m, err := strconv.Atoi(strings.TrimSpace(n.first("pop3").first("checkInterval").attrs["minutes"]))
			if err == nil && m > 0 && m <= 24*60 {
				c.interval = max(c.interval, time.Duration(m)*time.Minute)
			}
		}
	}
	for _, n := range p.all("outgoingServer") {
		if n.attrs["type"] != "smtp" || len(c.outgoing) >= maxServers {
			continue
		}
		if e, ok := c.server(n, at, mail.Outgoing); ok {
			c.outgoing = append(c.outgoing, e)
		}
	}
	if len(c.incoming) == 0 && (!c.imap || len(c.outgoing) == 0) {
		return nil, errors.New("the configuration names no POP3 server that can be used")
	}
	return c, nil
}

func httpsURL(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(s) > 500 {
		return ""
	}
	return u.String()
}

// server reads one incomingServer or outgoingServer.
func (c *config) server(n *node, at address, d mail.Direction) (endpoint, bool) {
	host, ok := fill(n.word("hostname"), at)
	if !ok {
		return endpoint{}, false
	}
	if net.ParseIP(host) == nil {
		if host, ok = hostName(host); !ok {
			return endpoint{}, false
		}
	}
	port, err := strconv.ParseUint(n.word("port"), 10, 16)
	if err != nil || port == 0 {
		return endpoint{}, false
	}
	s := mail.Server{Host: host, Port: int(port)}
	switch n.word("socketType") {
	case "SSL", "TLS":
		s.Security = mail.TLS
	case "STARTTLS":
		s.Security = mail.STARTTLS
	case "plain":
		s.Security = mail.NoTLS
	default:
		return endpoint{}, false
	}
	if s.Auth, ok = c.authentication(n, d); !ok {
		return endpoint{}, false
	}
	e := endpoint{server: s, sure: true}
	if name := n.word("username"); name != "" {
		if user, ok := fill(name, at); ok {
			e.users = []string{user}
		}
	}
	return e, true
}

// authentication chooses among the ways a server lists, which are in order of preference. A password is preferred to
// a token, for a token needs a registration with the provider.
func (c *config) authentication(n *node, d mail.Direction) (mail.Auth, bool) {
	var best mail.Auth
	list := n.all("authentication")
	for _, a := range list {
		var way mail.Auth
		word := AuthPassword
		switch strings.TrimSpace(a.text) {
		case "password-cleartext", "plain":
			way = mail.AuthAuto
		case "password-encrypted", "secure":
			way = mail.AuthCramMD5
		case "OAuth2":
			way, word = mail.AuthXOAuth2, AuthOAuth
		case "none", "client-IP-address":
			if d == mail.Incoming {
				continue
			}
			way, word = mail.AuthNone, AuthNotOffered
		default:
			continue // NTLM, GSSAPI, a client certificate: Poplar does not speak them
		}
		if d == mail.Incoming {
			c.auth = append(c.auth, word)
		}
		if best == "" || best == mail.AuthXOAuth2 && way != mail.AuthNone {
			best = way
		}
	}
	switch {
	case best == "" && len(list) == 0:
		return mail.AuthAuto, true
	case best == mail.AuthCramMD5:
		// Many files say so of servers that do not offer it; the safest way that is offered is taken.
		return mail.AuthAuto, true
	}
	return best, best != ""
}

var placeholder = regexp.MustCompile(`%[A-Z]+%`)

// fill puts the address into a value with placeholders. It refuses what holds others, and control characters.
func fill(s string, at address) (string, bool) {
	known := map[string]string{"%EMAILADDRESS%": at.String(), "%EMAILLOCALPART%": at.local, "%EMAILDOMAIN%": at.domain}
	ok := s != "" && len(s) <= 320 && !strings.Contains(placeholder.ReplaceAllString(s, ""), "%")
	s = placeholder.ReplaceAllStringFunc(s, func(p string) string {
		v, there := known[p]
		ok = ok && there
		return v
	})
	return s, ok && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f })
}

// parseTree reads one element with all that is in it.
func parseTree(raw []byte) (*node, error) {
	if len(raw) > maxConfig {
		return nil, errors.New("the answer is too long for a configuration")
	}
	// QUIRK: editors on Windows begin a file with the octets of a byte order mark.
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf"))))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) { return charset.NewReaderLabel(label, in) }
	var root *node
	var open []*node
	nodes := 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) && len(open) == 0 && root != nil {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("the answer is not well-formed XML: %w", err)
		}
		switch t := t.(type) {
		case xml.Directive:
			// Entities and what else a document type can hold have no place in this format.
			return nil, errors.New("the answer has a document type")
		case xml.StartElement:
			n := &node{name: t.Name.Local, attrs: map[string]string{}}
			for _, a := range t.Attr {
				n.attrs[a.Name.Local] = a.Value
			}
			nodes++
			switch {
			case len(open) >= maxDepth || nodes > maxNodes:
				return nil, errors.New("the answer is nested too deeply or has too many parts")
			case len(open) > 0:
				parent := open[len(open)-1]
				parent.kids = append(parent.kids, n)
			case root != nil:
				return nil, errors.New("the answer has more than one document")
			default:
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			if len(bytes.TrimSpace(t)) == 0 {
				continue
			}
			if len(open) == 0 {
				return nil, errors.New("the answer has text outside of its elements")
			}
			n := open[len(open)-1]
			if len(n.text)+len(t) > maxText {
				return nil, errors.New("the answer has a text that is too long")
			}
			n.text += string(t)
		}
	}
}
