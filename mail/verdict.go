package mail

import "strings"

// Verdict is what the doctor makes of a step: the reason, what its words mention, and what helps.
type Verdict struct {
	Reason Reason
	Host   string
	Port   string
	User   string
	Name   string   // of the provider
	Other  string   // what the words call {other}: a better name or port, an issuer, a time
	Also   []Reason // what else it can be
	Fixes  []Fix    // what a button can do, likeliest first
	// Page is the provider's own help, https, or empty. HelpEN and HelpZH are our words about it.
	Page, HelpEN, HelpZH string
}

// Fill puts what v knows into one of the texts of its reason, or a translation of it.
func (v *Verdict) Fill(text string) string {
	name := v.Name
	if name == "" {
		name = v.Host
	}
	return strings.NewReplacer("{host}", v.Host, "{port}", v.Port, "{user}", v.User, "{name}", name, "{other}", v.Other).Replace(text)
}

// Remedy is what a Fix does.
type Remedy string

// The remedies.
const (
	UseServer     Remedy = "use-server"     // take Fix.Server for that side
	SwapServers   Remedy = "swap"           // exchange the places of the two servers
	TypePassword  Remedy = "password"       // another password or code
	TrustLeaf     Remedy = "trust"          // look at the certificate and trust it
	AskLogin      Remedy = "login-on"       // switch on "server requires authentication"
	NoLoginNeeded Remedy = "login-off"      // and off
	OwnLogin      Remedy = "own-login"      // the outgoing server gets a user name and password of its own
	EditServer    Remedy = "edit"           // go to the fields
	EditProxy     Remedy = "proxy"          // go to the proxy
	FindAgain     Remedy = "find"           // look for the servers once more
	OpenPage      Remedy = "page"           // the provider's help in the browser
	OpenBrowser   Remedy = "browser"        // any page, to meet a captive portal
	SignIn        Remedy = "sign-in"        // OAuth2
	RunAgain      Remedy = "again"          // the test once more
	CheckSeldom   Remedy = "check-less"     // the interval
	DropAuthority Remedy = "drop-authority" // forget the file of authorities
)

// Fix is one thing that can be done about a Verdict by a button.
type Fix struct {
	Do        Remedy
	Direction Direction
	Server    Server // with UseServer: the whole side as it should be
	Page      string // with OpenPage
}
