package transfer

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

// thunderbird reads the profiles that profiles.ini names.
func thunderbird(dir string) []mail.Foreign {
	text, ok := readSettings(filepath.Join(dir, "profiles.ini"))
	if !ok {
		return nil
	}
	var list []mail.Foreign
	for _, s := range sections(text) {
		path := s.keys["Path"]
		if !strings.HasPrefix(s.name, "Profile") || path == "" {
			continue
		}
		if s.keys["IsRelative"] != "0" {
			path = filepath.Join(dir, filepath.FromSlash(path))
		}
		list = append(list, thunderbirdProfile(path)...)
	}
	return list
}

// userPref is a line of prefs.js: user_pref("name", value); the value is a string, a number or a truth.
var userPref = regexp.MustCompile(`^user_pref\(("(?:[^"\\]|\\.)*"),\s*(.*)\);\s*$`)

func readPrefs(text string) map[string]string {
	prefs := map[string]string{}
	for line := range strings.SplitSeq(text, "\n") {
		m := userPref.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		var name string
		if json.Unmarshal([]byte(m[1]), &name) != nil {
			continue
		}
		value := m[2]
		if strings.HasPrefix(value, `"`) {
			var s string
			if json.Unmarshal([]byte(value), &s) != nil {
				continue
			}
			value = s
		}
		prefs[name] = value
	}
	return prefs
}

func thunderbirdProfile(dir string) []mail.Foreign {
	file := filepath.Join(dir, "prefs.js")
	text, ok := readSettings(file)
	if !ok {
		return nil
	}
	prefs := readPrefs(text)
	var list []mail.Foreign
	for account := range strings.SplitSeq(prefs["mail.accountmanager.accounts"], ",") {
		account = strings.TrimSpace(account)
		server := prefs["mail.account."+account+".server"]
		in := func(key string) string { return prefs["mail.server."+server+"."+key] }
		if server == "" || in("type") != "pop3" {
			continue
		}
		identity, _, _ := strings.Cut(prefs["mail.account."+account+".identities"], ",")
		id := func(key string) string { return prefs["mail.identity."+strings.TrimSpace(identity)+"."+key] }
		a := begun(id("fullName"), id("useremail"))
		a.ReplyTo = id("reply_to")
		if name := in("name"); name != a.Address {
			a.Label = name
		}
		if id("attach_signature") != "true" && id("htmlSigFormat") != "true" {
			a.Signature = id("htmlSigText")
		}
		a.Incoming = mozillaServer(in, mail.Incoming, "userName", "socketType")
		a.Keep = mozillaKeep(in)
		a.CheckAtStart = in("login_at_startup") == "true"
		a.CheckMinutes = 0
		if in("check_new_mail") != "false" {
			a.CheckMinutes = 10
			if n, err := strconv.Atoi(in("check_time")); err == nil && n > 0 {
				a.CheckMinutes = min(n, 1440)
			}
		}
		if n, err := strconv.ParseInt(in("max_size"), 10, 64); err == nil && n > 0 && in("limit_offline_message_size") == "true" {
			a.MaxSize = n << 10
		}
		f := mail.Foreign{Program: "Thunderbird", File: file}
		smtp := id("smtpServer")
		if smtp == "" {
			smtp = prefs["mail.smtp.defaultserver"]
		}
		out := func(key string) string { return prefs["mail.smtpserver."+smtp+"."+key] }
		if smtp == "" || out("hostname") == "" {
			f.Left = LeftNoSending
		} else {
			a.Outgoing = mozillaServer(out, mail.Outgoing, "username", "try_ssl")
			a.OutgoingAuth = out("authMethod") != "1"
			same(&a)
		}
		if a.Incoming.Token() {
			f.Left = LeftOAuth
		}
		if !complete(a) {
			continue
		}
		f.Account = a
		var known bool
		if f.Held, known = popState(mozillaFolder(dir, in), a.Incoming); !known && f.Left == "" {
			f.Left = LeftNoneYet
		}
		list = append(list, f)
	}
	return list
}

// mozillaServer reads a server of prefs.js, whose socket types are 0 plain, 1 STARTTLS if it is offered, 2 STARTTLS, 3 TLS, and
// whose ways to log in are 1 none, 3 password, 4 encrypted password, 10 OAuth2 (nsMsgSocketType, nsMsgAuthMethod).
func mozillaServer(key func(string) string, d mail.Direction, user, socket string) mail.Server {
	s := mail.Server{Host: key("hostname"), User: key(user), Auth: mail.AuthAuto, Security: mail.NoTLS}
	if real := key("realhostname"); real != "" && d == mail.Incoming {
		s.Host = real
	}
	if real := key("realuserName"); real != "" && d == mail.Incoming {
		s.User = real
	}
	switch key(socket) {
	case "1", "2":
		s.Security = mail.STARTTLS
	case "3":
		s.Security = mail.TLS
	}
	switch key("authMethod") {
	case "4":
		s.Auth = mail.AuthCramMD5
	case "10":
		s.Auth = mail.AuthXOAuth2
	}
	s.Port = port(key("port"), d, s.Security)
	return s
}

func mozillaKeep(key func(string) string) mail.Keep {
	switch {
	case key("leave_on_server") != "true":
		return mail.Keep{Mode: mail.KeepNever}
	case key("delete_by_age_from_server") == "true":
		if n, err := strconv.Atoi(key("num_days_to_leave_on_server")); err == nil && n > 0 {
			return mail.Keep{Mode: mail.KeepDays, Days: n}
		}
		return mail.Keep{Mode: mail.KeepDays, Days: 7}
	case key("delete_mail_left_on_server") == "true":
		return mail.Keep{Mode: mail.KeepUntilDeleted}
	}
	return mail.Keep{Mode: mail.KeepForever}
}

// mozillaFolder is where a server's mail lies. A folder that has been moved stands in directory-rel.
func mozillaFolder(profile string, key func(string) string) string {
	if rel, ok := strings.CutPrefix(key("directory-rel"), "[ProfD]"); ok {
		return filepath.Join(profile, filepath.FromSlash(rel))
	}
	if dir := key("directory"); dir != "" {
		return dir
	}
	return filepath.Join(profile, "Mail", key("hostname"))
}

// popState reads popstate.dat: below a line "*host user" each line is a state, a unique-id and the second at which it was
// first seen. The states are k kept on the server, f to be fetched whole, b only its beginning was fetched, d to be deleted.
func popState(folder string, s mail.Server) ([]mail.LedgerRow, bool) {
	text, ok := readSettings(filepath.Join(folder, "popstate.dat"))
	if !ok {
		return nil, false
	}
	var rows []mail.LedgerRow
	mine := false
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if line[0] == '*' {
			host, user, _ := strings.Cut(line[1:], " ")
			mine = strings.EqualFold(host, s.Host) && user == s.User
			continue
		}
		f := strings.Fields(line)
		if !mine || len(f) < 2 || f[0] != "k" && f[0] != "d" {
			continue // what was fetched in part only comes whole this time
		}
		first := time.Unix(0, 0).UTC()
		if len(f) > 2 {
			if n, err := strconv.ParseInt(f[2], 10, 64); err == nil && n > 0 && n < 1<<40 {
				first = time.Unix(n, 0).UTC()
			}
		}
		if !slices.ContainsFunc(rows, func(r mail.LedgerRow) bool { return r.UIDL == f[1] }) {
			rows = append(rows, mail.LedgerRow{UIDL: f[1], State: mail.Stored, First: first, Listed: first})
		}
	}
	return rows, true
}
