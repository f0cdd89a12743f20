package transfer

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"poplar/mail"
)

// Places are the folders in which mail programs keep their settings. Empty ones are not looked at.
type Places struct {
	Thunderbird []string // folders with profiles.ini
	Claws       []string // with accountrc
	Sylpheed    []string // with accountrc
	Evolution   []string // with *.source files
	Outlook     []string // with *.prf files
}

// UsualPlaces returns where the programs keep their settings on this system. Env is os.Getenv.
func UsualPlaces(home string, env func(string) string) Places {
	config := env("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	var p Places
	switch runtime.GOOS {
	case "windows":
		roaming := env("APPDATA")
		p.Thunderbird = []string{filepath.Join(roaming, "Thunderbird")}
		p.Claws = []string{filepath.Join(roaming, "Claws-mail")}
		p.Sylpheed = []string{filepath.Join(roaming, "Sylpheed")}
		p.Outlook = []string{filepath.Join(home, "Documents"), filepath.Join(home, "Desktop"), filepath.Join(roaming, "Microsoft", "Outlook")}
	case "darwin":
		p.Thunderbird = []string{filepath.Join(home, "Library", "Thunderbird")}
		p.Claws = []string{filepath.Join(home, ".claws-mail")}
		p.Sylpheed = []string{filepath.Join(home, ".sylpheed-2.0")}
		p.Outlook = []string{filepath.Join(home, "Documents"), filepath.Join(home, "Desktop")}
	default:
		p.Thunderbird = []string{
			filepath.Join(home, ".thunderbird"), filepath.Join(home, "snap", "thunderbird", "common", ".thunderbird"),
			filepath.Join(home, ".var", "app", "org.mozilla.Thunderbird", ".thunderbird"), filepath.Join(config, "thunderbird"),
		}
		p.Claws = []string{filepath.Join(home, ".claws-mail")}
		p.Sylpheed = []string{filepath.Join(home, ".sylpheed-2.0")}
		p.Evolution = []string{filepath.Join(config, "evolution", "sources"), filepath.Join(home, ".var", "app", "org.gnome.Evolution", "config", "evolution", "sources")}
		p.Outlook = []string{filepath.Join(home, "Documents"), filepath.Join(home, "Desktop"), filepath.Join(home, "Downloads")}
	}
	return p
}

// Settings returns the POP3 accounts that other mail programs have at these places. A file that cannot be read, or makes no
// sense, is passed over. Passwords are neither read nor returned. It ends early when ctx does.
func Settings(ctx context.Context, p Places) []mail.Foreign {
	var all []mail.Foreign
	for _, s := range []struct {
		places []string
		read   func(dir string) []mail.Foreign
	}{{p.Thunderbird, thunderbird}, {p.Claws, func(d string) []mail.Foreign { return sylpheed(d, "Claws Mail") }}, {p.Sylpheed, func(d string) []mail.Foreign { return sylpheed(d, "Sylpheed") }}, {p.Evolution, evolution}, {p.Outlook, outlook}} {
		for _, dir := range s.places {
			if dir == "" || ctx.Err() != nil {
				continue
			}
			all = append(all, s.read(dir)...)
		}
	}
	// The same account in two profiles is offered once, from where more is known.
	var list []mail.Foreign
	for _, f := range all {
		i := slices.IndexFunc(list, func(g mail.Foreign) bool {
			return g.Account.Address == f.Account.Address && g.Account.Incoming.Addr() == f.Account.Incoming.Addr() && g.Account.Incoming.User == f.Account.Incoming.User
		})
		switch {
		case i < 0:
			list = append(list, f)
		case len(f.Held) > len(list[i].Held):
			list[i] = f
		}
	}
	return list
}

// maxSettings bounds the files that are read; profiles of years have preferences of some hundred kilobytes.
const maxSettings = 16 << 20

func readSettings(path string) (string, bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > maxSettings {
		return "", false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	return strings.ToValidUTF8(strings.ReplaceAll(text, "\r\n", "\n"), "?"), true
}

// section is a part of an INI file.
type section struct {
	name string
	keys map[string]string
}

// sections reads an INI file; names of keys are kept as they are.
func sections(text string) []section {
	list := []section{{keys: map[string]string{}}}
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#' || line[0] == ';':
		case line[0] == '[' && strings.HasSuffix(line, "]"):
			list = append(list, section{name: line[1 : len(line)-1], keys: map[string]string{}})
		default:
			if k, v, ok := strings.Cut(line, "="); ok {
				list[len(list)-1].keys[strings.TrimSpace(k)] = strings.TrimSpace(v)
			}
		}
	}
	return list
}

// port reads a port number; anything else gives the usual one.
func port(text string, d mail.Direction, s mail.Security) int {
	if n, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && n > 0 && n < 65536 {
		return n
	}
	return mail.DefaultPort(d, s)
}

// begun is an account with the usual values, which copies stay on the server.
func begun(name, address string) mail.Account {
	a := mail.DefaultAccount()
	a.Name, a.Address = name, address
	return a
}

// complete reports whether an account can be used.
func complete(a mail.Account) bool {
	_, domain, ok := strings.Cut(a.Address, "@")
	return ok && domain != "" && a.Incoming.Host != ""
}

// same settles whether the outgoing server takes the user name of the incoming one. Programs have passwords apart for
// both even so; where they are the same, nobody notices.
func same(a *mail.Account) {
	a.SameAsIncoming = a.Outgoing.User == "" || a.Outgoing.User == a.Incoming.User
	if a.SameAsIncoming {
		a.Outgoing.User = ""
	}
}

// notes on what could not be taken along; the window has them in both languages.
const (
	LeftNoSending = "No server for sending is set there"
	LeftOAuth     = "It signs in on the provider's page: do so here once"
	LeftNoneYet   = "What was retrieved there is not known: everything on the server comes once more"
)

// Lefts are all notes.
var Lefts = []string{LeftNoSending, LeftOAuth, LeftNoneYet}
