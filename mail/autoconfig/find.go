package autoconfig

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"poplar/mail"
	"poplar/mail/wire"
)

// Source says where an answer came from.
type Source string

// The sources, in the order in which their answers are preferred, but that MX, where it leads to a provider in the
// table, comes right after Table.
const (
	Table      Source = "table"      // the table that comes with Poplar
	Autoconfig Source = "autoconfig" // published by the domain
	ISPDB      Source = "ispdb"      // Mozilla's database
	SRV        Source = "srv"        // DNS (RFC 6186, RFC 8314)
	MX         Source = "mx"         // who takes the domain's mail
	Guess      Source = "guess"      // the usual names
	Typed      Source = "typed"      // names that the person was told, see Named
)

// Candidate is a pair of servers that may be right for an address.
type Candidate struct {
	Source   Source
	Provider *Provider // nil when nothing is known of who runs the servers
	// Incoming and Outgoing have the first of Users filled in. A side for which nothing was found has no Host.
	Incoming, Outgoing mail.Server
	// Users are the user names to try for Incoming, in order, at most two.
	Users []string
	// Verified: both servers have greeted just now, and TLS has verified their names.
	Verified bool
	// Insecure: the answer came over http, or over DNS with servers of somebody else (RFC 6186, section 6), so that
	// anybody on the line could have made it up. The person has to look at the names of the servers.
	Insecure bool
	// Note is one of the Notes, or empty.
	Note string
	// Problem is why a server could not be verified; nil when it was, or was not tried.
	Problem *mail.Problem
}

// The notes.
const (
	NoteUnchecked  = "From memory: it could not be checked without a connection"
	NoteHTTP       = "The answer came unencrypted: look at the names of the servers"
	NoteElsewhere  = "The domain names servers of somebody else: look at their names"
	NotePlain      = "No encryption was found: Poplar sends no password in the clear"
	NoteNoOutgoing = "No server for sending was found"
	NoteNoIncoming = "No server for retrieving was found"
	NoteIMAPOnly   = "Only a server for IMAP is published: ask the provider whether it has POP3"
	NoteNoPOP      = "This provider has no POP3: mail can be sent, but not retrieved"
)

// Notes are all notes, for the window to translate.
var Notes = []string{NoteUnchecked, NoteHTTP, NoteElsewhere, NotePlain, NoteNoOutgoing, NoteNoIncoming, NoteIMAPOnly, NoteNoPOP}

// Resolver is the part of *net.Resolver that is used.
type Resolver interface {
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error)
	LookupHost(ctx context.Context, host string) ([]string, error)
}

// The limits where Options has none.
const (
	DefaultEach    = 6 * time.Second
	DefaultOverall = 20 * time.Second
)

// DefaultISPDB is Mozilla's database. It is told the domain, not the address.
const DefaultISPDB = "https://autoconfig.thunderbird.net/v1.1"

// NoISPDB as Options.ISPDB leaves the database out.
const NoISPDB = "none"

// maxProbes is how many connections are made at once.
const maxProbes = 8

// Options are the circumstances of a search. The zero value works.
type Options struct {
	Resolver Resolver // nil: net.DefaultResolver
	// HTTP, if set, asks for configurations; cookies and redirects are Find's business in any case. Nil: a client of
	// its own, which knows the proxies of the environment.
	HTTP *http.Client
	// Wire are the circumstances of probes; its limits count where they are shorter than Each, Step and Heard are not
	// told. Its DialContext, if set, is also used for HTTP.
	Wire wire.Options
	// CAFile is a PEM file of further authorities, for instance those of a company. It goes into what is found.
	CAFile  string
	ISPDB   string        // base address of the database; empty: DefaultISPDB
	Each    time.Duration // limit for each question and each probe; 0: DefaultEach
	Overall time.Duration // limit for everything; 0: DefaultOverall
}

// Error says why nothing, or nothing certain, was found.
type Error struct {
	Kind   mail.Kind // mail.Offline, mail.Cancelled, mail.NoSuchHost: nobody knows the domain's servers
	Domain string    // as a person writes it
	Err    error
}

// Error implements error.
func (e *Error) Error() string {
	switch e.Kind {
	case mail.Offline:
		return "the computer is offline: the servers of " + e.Domain + " could not be looked up"
	case mail.Cancelled:
		return "the search for the servers of " + e.Domain + " was cancelled"
	}
	return e.none()
}

func (e *Error) none() string {
	return "no mail servers of " + e.Domain + " were found: check the address, or ask whoever runs it for their names"
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Problem tells the failure in the shared words.
func (e *Error) Problem() *mail.Problem {
	p := &mail.Problem{Kind: e.Kind, Where: e.Domain, Doing: "find servers", Err: e}
	if e.Kind == mail.NoSuchHost {
		p.Said = e.none()
	}
	return p
}

// Find looks for the servers of an address and returns what it found, best first. A provider in the table ends the
// search when its servers answer; else all sources are asked side by side, and one whose servers answer ends those
// that are preferred less.
//
// Report, if set, is told of each candidate as it is found, and again when probing has changed what is known of it;
// calls do not overlap. No password is sent. Candidates and an error may come together: without a network the table
// still answers. Errors are *AddressError or *Error.
func Find(ctx context.Context, typed string, o Options, report func(Candidate)) ([]Candidate, error) {
	at, err := parseAddress(typed)
	if err != nil {
		return nil, err
	}
	f := newFinder(o, at, report)
	limited, cancel := context.WithTimeout(ctx, f.o.Overall)
	defer cancel()
	found := f.search(limited)
	switch {
	case ctx.Err() != nil:
		return found, &Error{Kind: mail.Cancelled, Domain: at.shown(), Err: ctx.Err()}
	case slices.ContainsFunc(found, func(c Candidate) bool { return c.Verified || c.noPOP() }):
		return found, nil
	case f.unplugged():
		return found, &Error{Kind: mail.Offline, Domain: at.shown()}
	case len(found) == 0:
		return nil, &Error{Kind: mail.NoSuchHost, Domain: at.shown()}
	}
	return found, nil
}

func (c Candidate) noPOP() bool { return c.Provider != nil && c.Provider.NoPOP }

// finder is one search.
type finder struct {
	o       Options
	at      address
	http    *http.Client
	slots   chan struct{} // one for each probe under way
	heard   atomic.Bool   // somebody on the network has answered
	offline atomic.Bool   // something failed as it does without a network

	mu     sync.Mutex
	report func(Candidate)
}

func newFinder(o Options, at address, report func(Candidate)) *finder {
	if o.Each <= 0 {
		o.Each = DefaultEach
	}
	if o.Overall <= 0 {
		o.Overall = DefaultOverall
	}
	if o.ISPDB == "" {
		o.ISPDB = DefaultISPDB
	}
	if report == nil {
		report = func(Candidate) {}
	}
	return &finder{o: o, at: at, http: client(o), slots: make(chan struct{}, maxProbes), report: report}
}

func shorter(limit, than time.Duration) time.Duration {
	if limit <= 0 {
		return than
	}
	return min(limit, than)
}

// search asks the table, and then everybody.
func (f *finder) search(ctx context.Context) []Candidate {
	var found []Candidate
	if p := Lookup(f.at.domain); p != nil {
		if c, ok := f.settle(ctx, f.known(Table, p)); ok {
			found = append(found, c)
			if c.Verified || c.noPOP() {
				return found
			}
		}
		if f.unplugged() {
			return found
		}
	}
	exchangers := f.exchangers(ctx, f.at.domain)
	sources := []func(context.Context) (answer, bool){
		func(context.Context) (answer, bool) { return f.hosted(exchangers) },
		f.fromDomain,
		f.fromDatabase,
		f.fromSRV,
		func(ctx context.Context) (answer, bool) { return f.fromExchanger(ctx, exchangers) },
		f.fromNames,
	}
	results := make([]*Candidate, len(sources))
	together(ctx, len(sources), func(ctx context.Context, i int) bool {
		a, ok := sources[i](ctx)
		if !ok {
			return false
		}
		c, ok := f.settle(ctx, a)
		if ok {
			results[i] = &c
		}
		return ok && (c.Verified && !c.Insecure || c.noPOP())
	})
	for _, c := range results {
		if c != nil && !slices.ContainsFunc(found, c.same) {
			found = append(found, *c)
		}
	}
	slices.SortStableFunc(found, func(a, b Candidate) int { return cmp.Compare(a.rank(), b.rank()) })
	return found
}

// same reports whether d names the same servers and is no less certain than c.
func (c *Candidate) same(d Candidate) bool {
	return c.Incoming.Addr() == d.Incoming.Addr() && c.Outgoing.Addr() == d.Outgoing.Addr() && d.rank() <= c.rank()
}

// rank orders by what may be relied on; within a rank the order of the sources counts.
func (c Candidate) rank() int {
	switch {
	case c.noPOP(), c.Verified && !c.Insecure:
		return 0
	case c.Note == NotePlain:
		return 4
	case c.Insecure && !c.Verified:
		return 3
	case c.Insecure:
		return 2
	}
	return 1
}

// answer is what a source says.
type answer struct {
	source             Source
	provider           *Provider
	incoming, outgoing []endpoint // in order of preference
	insecure           bool
	note               string
}

func (f *finder) known(s Source, p *Provider) answer {
	return answer{source: s, provider: p, incoming: p.ends(mail.Incoming, f.at), outgoing: p.ends(mail.Outgoing, f.at)}
}

// hosted recognises a domain whose mail a provider in the table takes.
func (f *finder) hosted(exchangers []string) (answer, bool) {
	for _, host := range exchangers {
		if p := byExchanger(host); p != nil {
			return f.known(MX, p), true
		}
	}
	return answer{}, false
}

func (f *finder) fromDomain(ctx context.Context) (answer, bool) {
	if c := f.ask(ctx, f.at, places(f.at, "https")...); c != nil {
		return c.answer(Autoconfig), true
	}
	if c := f.ask(ctx, f.at, places(f.at, "http")...); c != nil {
		a := c.answer(Autoconfig)
		a.insecure = true
		if a.note == "" {
			a.note = NoteHTTP
		}
		return a, true
	}
	return answer{}, false
}

func (f *finder) fromDatabase(ctx context.Context) (answer, bool) {
	place := f.database(f.at.domain)
	if place == "" {
		return answer{}, false
	}
	raw, err := f.get(ctx, place)
	if missing(err) {
		f.offline.Store(true)
	}
	if err != nil {
		return answer{}, false
	}
	c, err := parseConfig(raw, f.at)
	if err != nil {
		return answer{}, false
	}
	return c.answer(ISPDB), true
}

func (f *finder) fromSRV(ctx context.Context) (answer, bool) {
	a := answer{source: SRV}
	a.incoming, a.outgoing = f.published(ctx, f.at)
	if len(a.incoming)+len(a.outgoing) == 0 {
		return a, false
	}
	own := organisation(f.at.domain)
	for _, e := range slices.Concat(a.incoming, a.outgoing) {
		if host := e.server.Host; organisation(host) != own && byServer(host) == nil && !sends(host) {
			a.insecure, a.note = true, NoteElsewhere
		}
	}
	return a, true
}

// fromExchanger asks for the configuration of whoever takes the domain's mail.
func (f *finder) fromExchanger(ctx context.Context, exchangers []string) (answer, bool) {
	own := organisation(f.at.domain)
	for _, host := range exchangers {
		org := organisation(host)
		if org == own || byExchanger(host) != nil {
			continue
		}
		if p := Lookup(org); p != nil {
			return f.known(MX, p), true
		}
		if place := f.database(org); place != "" {
			if c := f.ask(ctx, f.at, place); c != nil {
				return c.answer(MX), true
			}
		}
		return answer{}, false // the others belong to the same or are in reserve
	}
	return answer{}, false
}

func (f *finder) fromNames(ctx context.Context) (answer, bool) {
	a := answer{source: Guess}
	a.incoming, a.outgoing = f.usual(ctx, f.at)
	return a, len(a.incoming)+len(a.outgoing) > 0
}

// answer turns a configuration into an answer, with what the table knows of who runs the servers.
func (c *config) answer(s Source) answer {
	p := &Provider{Name: c.name, Auth: slices.Compact(c.auth), AuthSure: true, HelpURL: c.help, MinInterval: c.interval}
	p.OAuthOnly = len(p.Auth) > 0 && !slices.Contains(p.Auth, AuthPassword)
	a := answer{source: s, provider: p, incoming: c.incoming, outgoing: c.outgoing}
	if len(c.incoming) == 0 {
		a.note = NoteIMAPOnly
	}
	return a
}

// settle probes an answer and makes a candidate of it; false when nothing of it may be offered.
func (f *finder) settle(ctx context.Context, a answer) (Candidate, bool) {
	c := Candidate{Source: a.source, Provider: a.provider, Insecure: a.insecure, Note: a.note}
	if c.noPOP() {
		f.put(&c.Outgoing, &c, a.outgoing[0])
		c.Note = NoteNoPOP
		f.tell(c)
		return c, true
	}
	if i := slices.IndexFunc(a.incoming, sureEncrypted); i >= 0 {
		early := c
		f.put(&early.Incoming, &early, a.incoming[i])
		if i := slices.IndexFunc(a.outgoing, sureEncrypted); i >= 0 {
			f.put(&early.Outgoing, &early, a.outgoing[i])
		}
		f.tell(early)
	}
	sides := [2]struct {
		direction mail.Direction
		ends      []endpoint
		into      *mail.Server
		verified  bool
		problem   *mail.Problem
	}{{direction: mail.Incoming, ends: a.incoming, into: &c.Incoming}, {direction: mail.Outgoing, ends: a.outgoing, into: &c.Outgoing}}
	chosen := [2]endpoint{}
	together(ctx, len(sides), func(ctx context.Context, i int) bool {
		s := &sides[i]
		chosen[i], s.verified, s.problem = f.choose(ctx, s.direction, s.ends, a.source)
		return false
	})
	if errors.Is(context.Cause(ctx), errBeaten) {
		return c, false
	}
	for i := range sides {
		if chosen[i].server.Host != "" {
			f.put(sides[i].into, &c, chosen[i])
		}
		if c.Problem == nil && !sides[i].verified {
			c.Problem = sides[i].problem
		}
	}
	c.Verified = sides[0].verified && sides[1].verified
	f.annotate(&c, chosen)
	if c.Incoming.Host == "" && c.Outgoing.Host == "" {
		return c, false
	}
	f.tell(c)
	return c, true
}

// annotate says what is special about a candidate, the gravest last.
func (f *finder) annotate(c *Candidate, chosen [2]endpoint) {
	for i, e := range chosen {
		switch {
		case e.server.Host == "":
			if c.Note == "" {
				c.Note = [2]string{NoteNoIncoming, NoteNoOutgoing}[i]
			}
		case e.server.Security == mail.NoTLS:
			c.Note = NotePlain
		case !e.sure && !c.Verified && (c.Source == Table || c.Source == MX) && f.unplugged():
			c.Note = NoteUnchecked
		}
	}
}

// choose returns the first server that a probe confirms. Where there is none it returns the first that is known from
// elsewhere, and why it could not be confirmed. Servers from memory are offered without a probe only when there is no
// network; guesses never.
func (f *finder) choose(ctx context.Context, d mail.Direction, ends []endpoint, from Source) (endpoint, bool, *mail.Problem) {
	confirmed, problems := make([]*mail.Server, len(ends)), make([]error, len(ends))
	together(ctx, len(ends), func(ctx context.Context, i int) bool {
		s := ends[i].server
		s.CAFile = f.o.CAFile
		s, problems[i] = f.probe(ctx, d, s)
		if from == Table && ends[i].sure && missing(problems[i]) {
			f.offline.Store(true)
			problems[i] = &wire.Error{Kind: mail.Offline, Where: s.Addr(), Doing: "resolve", Err: problems[i]}
		}
		if problems[i] != nil {
			return false
		}
		confirmed[i] = &s
		return true
	})
	for i, s := range confirmed {
		if s != nil {
			e := ends[i]
			e.server = *s
			return e, true, nil
		}
	}
	i := slices.IndexFunc(ends, sureEncrypted)
	if i < 0 && len(ends) > 0 && (from == Table || from == MX) && f.unplugged() {
		i = 0
	}
	if i < 0 {
		i = slices.IndexFunc(ends, func(e endpoint) bool { return e.sure })
	}
	if i < 0 {
		return endpoint{}, false, nil
	}
	return ends[i], false, mail.ProblemOf(problems[i])
}

func sureEncrypted(e endpoint) bool { return e.sure && e.server.Security != mail.NoTLS }

// unplugged reports that there seems to be no network.
func (f *finder) unplugged() bool { return f.offline.Load() && !f.heard.Load() }

// put fills one side of a candidate. A user name that the answer leaves open has the forms of the provider's table, or
// those that most servers know.
func (f *finder) put(side *mail.Server, c *Candidate, e endpoint) {
	*side = e.server
	side.CAFile = f.o.CAFile
	if side == &c.Incoming {
		c.recognise()
	}
	if p := c.Provider; p != nil && p.OAuthOnly && side.Auth == mail.AuthAuto {
		side.Auth = mail.AuthXOAuth2
	}
	users := e.users
	if len(users) == 0 {
		forms := []string{UserAddress, UserLocal}
		if c.Provider != nil && len(c.Provider.Users) > 0 {
			forms = c.Provider.Users
		}
		users = f.at.users(forms)
	}
	if side.Auth != mail.AuthNone {
		side.User = users[0]
	}
	if side == &c.Incoming {
		c.Users = users
	}
}

// recognise replaces what an answer says of the provider by what the table knows of the server.
func (c *Candidate) recognise() {
	if c.Provider != nil && c.Provider.ID != "" {
		return
	}
	p := byServer(c.Incoming.Host)
	if p == nil {
		return
	}
	if c.Provider != nil {
		p.MinInterval = max(p.MinInterval, c.Provider.MinInterval)
	}
	c.Provider = p
}

// sends reports whether host is a server for sending of a provider in the table.
func sends(host string) bool {
	return find(func(p *Provider) bool {
		return slices.ContainsFunc(p.outgoing, func(e endpoint) bool { return e.server.Host == host })
	}) != nil
}

func (f *finder) tell(c Candidate) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report(c)
}
