package autoconfig

import (
	_ "embed" // the table
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"poplar/mail"
)

// Provider is what is known of somebody who runs mailboxes.
type Provider struct {
	ID   string // a short word that never changes; empty for one that is not in the table
	Name string
	// Auth are the ways to log in, preferred ones first: AuthPassword and so on.
	Auth []string
	// AuthSure is false when Auth is from memory and has not been looked up.
	AuthSure bool
	// HelpEN and HelpZH say in a few sentences what to do before the first try.
	HelpEN, HelpZH string
	HelpURL        string // https, or empty
	// NeedsCode: the password of the webmail is refused; a code or password made for mail programs is wanted.
	NeedsCode bool
	OAuthOnly bool // no password of any kind
	NoPOP     bool // the mailbox cannot be retrieved by POP3
	// MinInterval is the shortest time between two checks that the provider allows; 0: not known.
	MinInterval time.Duration
	// Users are the forms of the user name to try, in order, at most two: UserAddress, UserLocal.
	Users  []string
	Quirks []Quirk

	domains, mx        []string
	incoming, outgoing []endpoint
}

// The ways to log in, as Provider.Auth names them.
const (
	AuthPassword   = "password"        // that of the webmail
	AuthCode       = "code"            // an authorisation code (授权码) from the webmail
	AuthApp        = "app-password"    // a password made for one program
	AuthMail       = "mail-password"   // a second password for all mail programs
	AuthBridge     = "bridge-password" // shown by a program of the provider on this computer
	AuthOAuth      = "oauth2"          // a token, after signing in on the provider's web page
	AuthNotOffered = "none"            // outgoing only: nobody logs in
)

// The forms of a user name.
const (
	UserAddress = "address" // the whole address
	UserLocal   = "local"   // the part before the @
)

// maxUsers bounds how many user names are tried: several providers lock a mailbox after a few failures.
const maxUsers = 2

// endpoint is a server that may be right, with the user names to try there.
type endpoint struct {
	server mail.Server
	users  []string // empty: not known
	sure   bool     // looked up and not from memory or guessed: may be offered without a probe
}

//go:embed providers.json
var tableJSON []byte

type tableFile struct {
	Quirks    map[Quirk]wording `json:"quirks"`
	Providers []tableEntry      `json:"providers"`

	list []*Provider
}

type wording struct {
	EN  string `json:"en"`
	ZH  string `json:"zh"`
	URL string `json:"url"`
}

// tableEntry is a provider as providers.json writes it. Servers are "STATE SECURITY HOST PORT", mail exchangers "STATE
// PATTERN"; STATE is verified or recall.
type tableEntry struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"`
	Domains   []string `json:"domains"`
	MX        []string `json:"mx"`
	Incoming  []string `json:"incoming"`
	Outgoing  []string `json:"outgoing"`
	Users     []string `json:"users"`
	Auth      []string `json:"auth"`
	AuthKnown string   `json:"auth_known"`
	Minutes   int      `json:"minutes"`
	Quirks    []Quirk  `json:"quirks"`
	NoPOP     bool     `json:"no_pop"`
	Help      wording  `json:"help"`
}

var table = sync.OnceValue(func() *tableFile {
	t, err := readTable(tableJSON)
	if err != nil {
		// Only a table that was damaged in the making gets here, which the tests notice. The other ways still work.
		return &tableFile{}
	}
	return t
})

func readTable(raw []byte) (*tableFile, error) {
	t := new(tableFile)
	if err := json.Unmarshal(raw, t); err != nil {
		return nil, err
	}
	for _, e := range t.Providers {
		p, err := e.provider()
		if err != nil {
			return nil, fmt.Errorf("provider %s: %w", e.ID, err)
		}
		t.list = append(t.list, p)
	}
	return t, nil
}

func (e tableEntry) provider() (*Provider, error) {
	p := &Provider{
		ID: e.ID, Name: e.Name, Auth: e.Auth, AuthSure: e.AuthKnown == stateVerified, HelpEN: e.Help.EN, HelpZH: e.Help.ZH,
		HelpURL: e.Help.URL, NoPOP: e.NoPOP, MinInterval: time.Duration(e.Minutes) * time.Minute, Users: e.Users, Quirks: e.Quirks,
		domains: e.Domains,
	}
	p.OAuthOnly = slices.Equal(e.Auth, []string{AuthOAuth})
	p.NeedsCode = !p.OAuthOnly && !slices.Contains(e.Auth, AuthPassword)
	for _, line := range e.MX {
		state, pattern, ok := strings.Cut(line, " ")
		if _, err := path.Match(pattern, ""); !ok || err != nil || !isState(state) {
			return nil, fmt.Errorf("%q is no mail exchanger", line)
		}
		p.mx = append(p.mx, pattern)
	}
	for _, side := range []struct {
		lines []string
		into  *[]endpoint
	}{{e.Incoming, &p.incoming}, {e.Outgoing, &p.outgoing}} {
		for _, line := range side.lines {
			end, err := parseEndpoint(line)
			if err != nil {
				return nil, err
			}
			if p.OAuthOnly {
				end.server.Auth = mail.AuthXOAuth2
			}
			*side.into = append(*side.into, end)
		}
	}
	return p, nil
}

const (
	stateVerified = "verified"
	stateRecall   = "recall"
)

func isState(s string) bool { return s == stateVerified || s == stateRecall }

func parseEndpoint(line string) (endpoint, error) {
	f := strings.Fields(line)
	if len(f) != 4 || !isState(f[0]) {
		return endpoint{}, fmt.Errorf("%q is no server", line)
	}
	s := mail.Server{Security: mail.Security(f[1]), Host: f[2], Auth: mail.AuthAuto}
	port, err := strconv.ParseUint(f[3], 10, 16)
	if err != nil {
		return endpoint{}, err
	}
	s.Port = int(port)
	if s.Security != mail.TLS && s.Security != mail.STARTTLS && s.Security != mail.NoTLS {
		return endpoint{}, fmt.Errorf("%q is no way to encrypt", f[1])
	}
	return endpoint{server: s, sure: f[0] == stateVerified}, nil
}

// Lookup returns the provider of a domain in the table, nil when it is not there. The network is not asked. The
// provider is the caller's own.
func Lookup(domain string) *Provider {
	d, ok := hostName(domain)
	if !ok {
		return nil
	}
	return find(func(p *Provider) bool { return slices.Contains(p.domains, d) })
}

// byExchanger returns the provider whose mail exchanger host is.
func byExchanger(host string) *Provider {
	return find(func(p *Provider) bool {
		return slices.ContainsFunc(p.mx, func(pattern string) bool {
			ok, err := path.Match(pattern, host)
			return ok && err == nil
		})
	})
}

// byServer returns the provider whose server for retrieving host is.
func byServer(host string) *Provider {
	return find(func(p *Provider) bool {
		return slices.ContainsFunc(p.incoming, func(e endpoint) bool { return e.server.Host == host })
	})
}

// ByServer returns the provider one of whose servers host is, nil when none is known. The provider is the caller's own.
func ByServer(host string) *Provider {
	if p := byServer(host); p != nil {
		return p
	}
	return find(func(p *Provider) bool {
		return slices.ContainsFunc(p.outgoing, func(e endpoint) bool { return e.server.Host == host })
	})
}

// Servers returns the provider's servers of a direction, preferred ones first.
func (p *Provider) Servers(d mail.Direction) []mail.Server {
	list := p.incoming
	if d == mail.Outgoing {
		list = p.outgoing
	}
	servers := make([]mail.Server, len(list))
	for i, e := range list {
		servers[i] = e.server
	}
	return servers
}

// Hosts returns the names of all servers of a direction in the table.
func Hosts(d mail.Direction) []string {
	var names []string
	for _, p := range table().list {
		for _, s := range p.Servers(d) {
			names = append(names, s.Host)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func find(match func(*Provider) bool) *Provider {
	list := table().list
	i := slices.IndexFunc(list, match)
	if i < 0 {
		return nil
	}
	p := *list[i]
	p.Auth, p.Users, p.Quirks = slices.Clone(p.Auth), slices.Clone(p.Users), slices.Clone(p.Quirks)
	return &p
}

// ends returns the servers of one side for an address.
func (p *Provider) ends(d mail.Direction, at address) []endpoint {
	list := p.incoming
	if d == mail.Outgoing {
		list = p.outgoing
	}
	list = slices.Clone(list)
	for i := range list {
		list[i].users = at.users(p.Users)
	}
	return list
}
