package model

import (
	"cmp"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"poplar/mail"
)

// Search is what is known of an address's servers while they are looked for, and which answer fills the form. It is
// used on one goroutine.
type Search struct {
	Address string
	Answers []mail.Found // best first
	Chosen  int          // the number of the answer that fills the form
	Ended   bool
	Stopped bool  // the person went on before its end
	Err     error // why nothing, or nothing certain, was found

	picked bool // the person chose
	second bool // the second user name was tried with this password
}

// MaxAnswers is how many answers are offered: the best, and three others.
const MaxAnswers = 4

// Mine says what of a form the person has typed, so that no answer overwrites it.
type Mine struct{ In, Out, User bool }

// Of reports whether the person has typed any of the server for d.
func (m *Mine) Of(d mail.Direction) *bool {
	if d == mail.Outgoing {
		return &m.Out
	}
	return &m.In
}

var sources = []string{"table", "mx", "autoconfig", "ispdb", "srv", "guess", "typed"}

// certainty orders answers by what may be relied on; sources count within it.
func certainty(f mail.Found) int {
	switch {
	case f.NoPOP, f.Verified && !f.Insecure:
		return 0
	case f.Insecure && !f.Verified:
		return 3
	case f.Insecure:
		return 2
	}
	return 1
}

// Add takes in an answer, or what has become known of one.
func (s *Search) Add(f mail.Found) {
	list := slices.Clone(s.Answers)
	if i := slices.IndexFunc(list, func(x mail.Found) bool { return x.Source == f.Source }); i >= 0 {
		list[i] = f
	} else {
		list = append(list, f)
	}
	slices.SortStableFunc(list, func(a, b mail.Found) int {
		return cmp.Or(cmp.Compare(certainty(a), certainty(b)), cmp.Compare(slices.Index(sources, a.Source), slices.Index(sources, b.Source)))
	})
	s.replace(list)
}

// End takes in what the search came to.
func (s *Search) End(list []mail.Found, err error) {
	s.Ended, s.Err = true, err
	if p := mail.ProblemOf(err); len(list) > 0 || p == nil || p.Kind != mail.Cancelled {
		s.replace(list)
	}
}

func (s *Search) replace(list []mail.Found) {
	if len(list) > MaxAnswers {
		list = list[:MaxAnswers]
	}
	was := ""
	if f := s.Answer(); f != nil && s.picked {
		was = f.Source
	}
	s.Answers, s.Chosen = list, max(0, slices.IndexFunc(list, func(f mail.Found) bool { return f.Source == was }))
}

// Pick chooses an answer for the person.
func (s *Search) Pick(i int) {
	if i >= 0 && i < len(s.Answers) {
		s.Chosen, s.picked, s.second = i, true, false
	}
}

// Answer is the answer that fills the form, or nil.
func (s *Search) Answer() *mail.Found {
	if s == nil || s.Chosen >= len(s.Answers) {
		return nil
	}
	return &s.Answers[s.Chosen]
}

// Stop records that nothing more will come.
func (s *Search) Stop() {
	if !s.Ended {
		s.Ended, s.Stopped = true, true
	}
}

// Worth reports whether the search may come to something else when it is made again.
func (s *Search) Worth() bool {
	return s.Ended && !s.picked && (s.Stopped || s.Err != nil)
}

// Offline reports whether the search failed because the computer has no network.
func (s *Search) Offline() bool {
	p := mail.ProblemOf(s.Err)
	return p != nil && p.Kind == mail.Offline
}

// Domain is the part of the address after the @.
func (s *Search) Domain() string { return s.Address[strings.LastIndexByte(s.Address, '@')+1:] }

// Fill puts the chosen answer into f, but for what is the person's own. When the search ended without an answer, the
// usual names are filled in.
func (s *Search) Fill(f *Form, mine Mine) {
	a := s.Answer()
	if a == nil {
		if s.Ended {
			f.Suggest()
		}
		return
	}
	if !mine.In {
		f.In.take(mail.Incoming, a.Incoming)
	}
	if !mine.Out {
		f.Out.take(mail.Outgoing, a.Outgoing)
		f.OutgoingAuth = a.Outgoing.Auth != mail.AuthNone
	}
	if !mine.User {
		switch {
		case len(a.Users) > 0:
			f.In.User = a.Users[0]
		case a.Incoming.User != "":
			f.In.User = a.Incoming.User
		default:
			f.In.User = f.Address
		}
		if user := a.Outgoing.User; !mine.Out && user != "" {
			f.Same = user == f.In.User || a.Incoming.Host == ""
			if f.Same {
				user = ""
			}
			f.Out.User = user
		}
	}
	f.AtLeast(a.MinInterval)
}

func (side *Side) take(d mail.Direction, s mail.Server) {
	user, password := side.User, side.Password
	fill := mail.DefaultAccount().Incoming
	if d == mail.Outgoing {
		fill = mail.DefaultAccount().Outgoing
	}
	if s.Host != "" {
		fill = s
	}
	*side = newSide(d, fill)
	side.User, side.Password = user, password
}

// Clear takes out of f what came from an answer for another address.
func (m Mine) Clear(f *Form) {
	for d, mine := range map[mail.Direction]bool{mail.Incoming: m.In, mail.Outgoing: m.Out} {
		if !mine {
			f.Side(d).take(d, mail.Server{})
		}
	}
	if !m.User {
		f.In.User = f.Address
	}
	f.AtLeast(0)
}

// AtLeast makes the form check no more often than every d, which is what a provider allows; 0 is not known.
func (f *Form) AtLeast(d time.Duration) {
	n := f.opened.CheckMinutes
	if n == 0 {
		n = 10
	}
	if least := int(math.Ceil(d.Minutes())); least > n {
		n = min(least, 1440)
	}
	f.Minutes = strconv.Itoa(n)
}

// NextUser takes the other form of the user name into f after the server refused the first with p. It does so once for
// each password, so that nobody is locked out; a user name the person typed is left alone.
func (s *Search) NextUser(f *Form, mine Mine, p *mail.Problem) bool {
	a := s.Answer()
	if a == nil || mine.User || s.second || p == nil || p.Kind != mail.LoginRefused || len(a.Users) < 2 || f.In.User != a.Users[0] {
		return false
	}
	s.second, f.In.User = true, a.Users[1]
	return true
}

// FirstUser goes back to the first form of the user name, after both were refused. It reports whether that was so.
func (s *Search) FirstUser(f *Form, mine Mine, p *mail.Problem) bool {
	a := s.Answer()
	if a == nil || mine.User || !s.second || p == nil || p.Kind != mail.LoginRefused || len(a.Users) < 2 || f.In.User != a.Users[1] {
		return false
	}
	f.In.User = a.Users[0]
	return true
}

// NewPassword lets both forms of the user name be tried again.
func (s *Search) NewPassword() {
	if s != nil {
		s.second = false
	}
}

// Where says in a sentence where an answer came from.
func (s *Search) Where(f mail.Found, tr Translate) string {
	switch f.Source {
	case "table":
		return tr("From Poplar's own list of providers.")
	case "autoconfig":
		return tr("From the settings that %s itself publishes.", s.Domain())
	case "ispdb":
		return tr("From Mozilla's database of providers.")
	case "srv":
		return tr("From what the DNS says of %s.", s.Domain())
	case "mx":
		return tr("From whoever takes the mail of %s.", s.Domain())
	case "typed":
		return tr("The names are those you were told.")
	}
	return tr("Guessed from the usual names.")
}

// Short names an answer where several are to be chosen from.
func (s *Search) Short(f mail.Found, tr Translate) string {
	where := tr("guessed")
	switch f.Source {
	case "table":
		where = tr("Poplar's list")
	case "autoconfig":
		where = tr("the domain's own settings")
	case "ispdb":
		where = tr("Mozilla's database")
	case "srv":
		where = tr("DNS")
	case "mx":
		where = tr("mail exchanger")
	}
	host := f.Incoming.Host
	if host == "" {
		host = f.Outgoing.Host
	}
	return host + " · " + where
}

// Replied says whether the servers of an answer have answered.
func (s *Search) Replied(f mail.Found, tr Translate) string {
	switch {
	case f.NoPOP:
		return ""
	case f.Verified:
		return tr("Both servers answer.")
	case s.Stopped:
		return ""
	case !s.Ended:
		return tr("Poplar is asking whether they answer…")
	case f.Problem != nil && f.Problem.Kind == mail.UntrustedCertificate:
		return tr("A certificate could not be verified.")
	case f.Problem != nil && f.Problem.Kind == mail.NoEncryption:
		return "" // a notice says so
	}
	return tr("They could not both be reached.")
}

// CopiesOf says what is peculiar about the messages on an answer's server; empty where nothing is known.
func CopiesOf(f *mail.Found, language string) string {
	switch {
	case f == nil:
		return ""
	case language == "zh" && f.CopiesZH != "":
		return f.CopiesZH
	}
	return f.CopiesEN
}

// Weight says how much a Catch is in the way.
type Weight int

// The weights.
const (
	Hint   Weight = iota // worth knowing
	Wanted               // another password is wanted
	Bars                 // no password will do, or the mailbox cannot be retrieved
)

// Catch is what a person must know of a provider before the first log-in.
type Catch struct {
	Weight      Weight
	Title, Text string
	URL         string // of the provider's own help, https; or empty
}

// unspaced takes away the blank behind a name where Chinese stands on both sides of it.
func unspaced(text, name string) string {
	last, _ := utf8.DecodeLastRuneInString(name)
	before, after, found := strings.Cut(text, name+" ")
	next, _ := utf8.DecodeRuneInString(after)
	if found && unicode.Is(unicode.Han, last) && unicode.Is(unicode.Han, next) {
		return before + name + after
	}
	return text
}

// CatchOf tells the catch of the provider of f in the language "en" or "zh"; nil where there is none.
func CatchOf(f *mail.Found, language string, tr Translate) *Catch {
	if f == nil {
		return nil
	}
	name := f.Provider
	if name != "" {
		name = tr(name) // some are known by another name in other languages
	} else {
		name = f.Incoming.Host
	}
	c := &Catch{Title: name, Text: f.HelpEN}
	if language == "zh" && f.HelpZH != "" {
		c.Text = f.HelpZH
	}
	switch {
	case f.NoPOP:
		c.Weight, c.Title = Bars, unspaced(tr("%s has no POP3", name), name)
		if c.Text == "" {
			c.Text = tr("%s.", tr("This provider has no POP3: mail can be sent, but not retrieved"))
		}
	case f.OAuthOnly:
		c.Weight, c.Title = Bars, unspaced(tr("%s takes no password from mail programs", name), name)
		if c.Text == "" {
			c.Text = tr("One has to sign in on its web page (OAuth2).")
		}
	case f.NeedsCode:
		c.Weight = Wanted
		switch f.Wanted {
		case "code":
			c.Title = unspaced(tr("%s wants an authorisation code", name), name)
		case "app-password":
			c.Title = unspaced(tr("%s wants an app password", name), name)
		case "mail-password":
			c.Title = unspaced(tr("%s wants a password of its own for mail programs", name), name)
		default:
			c.Title = unspaced(tr("%s wants an authorisation code or app password", name), name)
		}
		if c.Text == "" {
			c.Text = tr("The password of the webmail is refused. Make one for mail programs in the webmail's settings.")
		}
	case c.Text == "":
		return nil
	}
	// The address comes from the network as well: nothing but a web page is opened.
	if u, err := url.Parse(f.HelpURL); err == nil && u.Scheme == "https" && u.Host != "" {
		c.URL = f.HelpURL
	}
	return c
}
