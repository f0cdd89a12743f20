package transfer

import (
	"bufio"
	"encoding/base64"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

// sylpheed reads accountrc of Sylpheed, and of Claws Mail, which came of it. In both, protocol 0 is POP3 (1 was APOP), ssl
// 0 plain, 1 TLS, 2 STARTTLS.
func sylpheed(dir, program string) []mail.Foreign {
	file := filepath.Join(dir, "accountrc")
	text, ok := readSettings(file)
	if !ok {
		return nil
	}
	var list []mail.Foreign
	for _, s := range sections(text) {
		if !strings.HasPrefix(s.name, "Account") || s.keys["protocol"] != "0" && s.keys["protocol"] != "1" {
			continue
		}
		k := s.keys
		a := begun(k["name"], k["address"])
		if k["account_name"] != a.Address {
			a.Label = k["account_name"]
		}
		a.ReplyTo = ""
		if k["set_replyto"] == "1" {
			a.ReplyTo = k["reply_to"]
		}
		secured := func(name string) mail.Security {
			switch k[name] {
			case "1":
				return mail.TLS
			case "2":
				return mail.STARTTLS
			}
			return mail.NoTLS
		}
		number := func(set, name string) string {
			if k[set] == "1" {
				return k[name]
			}
			return ""
		}
		a.Incoming = mail.Server{Host: k["receive_server"], User: k["user_id"], Security: secured("ssl_pop"), Auth: mail.AuthAuto}
		a.Incoming.Port = port(number("set_popport", "pop_port"), mail.Incoming, a.Incoming.Security)
		if k["protocol"] == "1" || k["use_apop_auth"] == "1" {
			a.Incoming.Auth = mail.AuthAPOP
		}
		a.Outgoing = mail.Server{Host: k["smtp_server"], User: k["smtp_user_id"], Security: secured("ssl_smtp"), Auth: mail.AuthAuto}
		a.Outgoing.Port = port(number("set_smtpport", "smtp_port"), mail.Outgoing, a.Outgoing.Security)
		a.OutgoingAuth = k["use_smtp_auth"] == "1"
		same(&a)
		a.Keep = mail.Keep{Mode: mail.KeepForever}
		if k["remove_mail"] == "1" {
			a.Keep = mail.Keep{Mode: mail.KeepNever}
			if n, err := strconv.Atoi(k["message_leave_time"]); err == nil && n > 0 {
				a.Keep = mail.Keep{Mode: mail.KeepDays, Days: n}
			}
		}
		if n, err := strconv.ParseInt(k["size_limit"], 10, 64); err == nil && n > 0 && k["enable_size_limit"] == "1" {
			a.MaxSize = n << 10
		}
		f := mail.Foreign{Program: program, File: file, Readable: program == "Sylpheed" && k["password"] != ""}
		if a.Outgoing.Host == "" {
			a.Outgoing, f.Left = mail.DefaultAccount().Outgoing, LeftNoSending
		}
		if !complete(a) {
			continue
		}
		f.Account = a
		var known bool
		if f.Held, known = uidlList(dir, a.Incoming); !known && f.Left == "" {
			f.Left = LeftNoneYet
		}
		list = append(list, f)
	}
	return list
}

// uidlList reads what Sylpheed and Claws remember of a server: uidl/host-user, a unique-id and the second of its
// retrieval in each line. Claws writes the names with a few characters spelt out.
func uidlList(dir string, s mail.Server) ([]mail.LedgerRow, bool) {
	for _, user := range []string{s.User, url.QueryEscape(s.User), strings.ReplaceAll(s.User, "@", "%40")} {
		text, ok := readSettings(filepath.Join(dir, "uidl", s.Host+"-"+user))
		if !ok {
			continue
		}
		var rows []mail.LedgerRow
		seen := map[string]bool{}
		for line := range strings.SplitSeq(text, "\n") {
			f := strings.Fields(line)
			if len(f) == 0 || seen[f[0]] {
				continue
			}
			seen[f[0]] = true
			first := time.Unix(0, 0).UTC()
			if len(f) > 1 {
				if n, err := strconv.ParseInt(f[1], 10, 64); err == nil && n > 0 && n < 1<<40 {
					first = time.Unix(n, 0).UTC()
				}
			}
			rows = append(rows, mail.LedgerRow{UIDL: f[0], State: mail.Stored, First: first, Listed: first})
		}
		return rows, true
	}
	return nil, false
}

// Readable returns the passwords that stand in an account's file so that anybody can read them. It is called when the
// person has asked for it.
func Readable(f mail.Foreign) map[mail.Direction]string {
	secrets := map[mail.Direction]string{}
	if !f.Readable {
		return secrets
	}
	file, err := os.Open(f.File)
	if err != nil {
		return secrets
	}
	defer file.Close() //nolint:errcheck // opened for reading only
	var keys map[string]string
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") {
			keys = map[string]string{}
		}
		// Unlike everywhere else, blanks count.
		if k, v, ok := strings.Cut(line, "="); ok && keys != nil {
			keys[k] = v
			if keys["address"] == f.Account.Address && keys["receive_server"] == f.Account.Incoming.Host {
				if p := unveiled(keys["password"]); p != "" {
					secrets[mail.Incoming] = p
				}
				if p := unveiled(keys["smtp_password"]); p != "" {
					secrets[mail.Outgoing] = p
				}
			}
		}
	}
	return secrets
}

// unveiled undoes what Sylpheed does since version 3.4 to passwords, which is base64 and hides nothing.
func unveiled(s string) string {
	if b, ok := strings.CutPrefix(s, "!"); ok {
		if plain, err := base64.StdEncoding.DecodeString(b); err == nil {
			return string(plain)
		}
	}
	return s
}

// evolution reads the *.source files of Evolution: one for an account, which names its identity, and that names its transport.
func evolution(dir string) []mail.Foreign {
	names, err := filepath.Glob(filepath.Join(dir, "*.source"))
	if err != nil {
		return nil
	}
	type source map[string]map[string]string
	all := map[string]source{}
	for _, name := range names {
		text, ok := readSettings(name)
		if !ok {
			continue
		}
		s := source{}
		for _, sec := range sections(text) {
			s[sec.name] = sec.keys
		}
		all[strings.TrimSuffix(filepath.Base(name), ".source")] = s
	}
	var list []mail.Foreign
	for id, s := range all {
		if s["Mail Account"]["BackendName"] != "pop" || s["Data Source"]["Enabled"] == "false" {
			continue
		}
		identity := all[s["Mail Account"]["IdentityUid"]]
		sending := all[identity["Mail Submission"]["TransportUid"]]
		a := begun(identity["Mail Identity"]["Name"], identity["Mail Identity"]["Address"])
		if label := s["Data Source"]["DisplayName"]; label != a.Address {
			a.Label = label
		}
		a.ReplyTo = identity["Mail Identity"]["ReplyTo"]
		a.Incoming = evolutionServer(s["Authentication"], s["Security"], mail.Incoming)
		a.Keep = mail.Keep{Mode: mail.KeepNever}
		if pop := s["Pop Backend"]; pop["KeepOnServer"] == "true" {
			a.Keep.Mode = mail.KeepForever
			if n, err := strconv.Atoi(pop["DeleteAfterDays"]); err == nil && n > 0 {
				a.Keep = mail.Keep{Mode: mail.KeepDays, Days: n}
			}
		}
		if n, err := strconv.Atoi(s["Refresh"]["IntervalMinutes"]); err == nil && n > 0 && s["Refresh"]["Enabled"] != "false" {
			a.CheckMinutes = min(n, 1440)
		}
		f := mail.Foreign{Program: "Evolution", File: filepath.Join(dir, id+".source"), Left: LeftNoneYet}
		a.Outgoing = evolutionServer(sending["Authentication"], sending["Security"], mail.Outgoing)
		a.OutgoingAuth = a.Outgoing.User != ""
		same(&a)
		if a.Outgoing.Host == "" {
			a.Outgoing, f.Left = mail.DefaultAccount().Outgoing, LeftNoSending
		}
		if a.Incoming.Token() {
			f.Left = LeftOAuth
		}
		if complete(a) {
			f.Account = a
			list = append(list, f)
		}
	}
	return list
}

func evolutionServer(auth, security map[string]string, d mail.Direction) mail.Server {
	s := mail.Server{Host: auth["Host"], User: auth["User"], Auth: mail.AuthAuto, Security: mail.NoTLS}
	switch security["Method"] {
	case "ssl-on-alternate-port":
		s.Security = mail.TLS
	case "starttls-on-standard-port":
		s.Security = mail.STARTTLS
	}
	switch strings.ToUpper(auth["Method"]) {
	case "CRAM-MD5":
		s.Auth = mail.AuthCramMD5
	case "+APOP":
		s.Auth = mail.AuthAPOP
	case "XOAUTH2", "OAUTH2", "GOOGLE", "OUTLOOK":
		s.Auth = mail.AuthXOAuth2
	}
	s.Port = port(auth["Port"], d, s.Security)
	return s
}

// outlook reads *.prf files, which administrators hand out for Outlook. Their sections "Account1" and so on hold the values;
// security is 0 plain, 1 TLS, 2 STARTTLS for SMTP (SMTPSecureConnection), and POP3UseSSL for POP3.
func outlook(dir string) []mail.Foreign {
	var list []mail.Foreign
	for _, pattern := range []string{"*.prf", "*.PRF"} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			continue
		}
		for _, name := range names {
			list = append(list, prf(name)...)
		}
	}
	return list
}

func prf(name string) []mail.Foreign {
	text, ok := readSettings(name)
	if !ok {
		return nil
	}
	var list []mail.Foreign
	for _, s := range sections(text) {
		k := s.keys
		if !strings.HasPrefix(strings.ToLower(s.name), "account") || k["POP3Server"] == "" {
			continue
		}
		a := begun(k["DisplayName"], k["EmailAddress"])
		a.ReplyTo = k["POP3ReplyAddress"]
		if label := k["AccountName"]; label != a.Address {
			a.Label = label
		}
		on := func(key string) bool { return k[key] == "1" || strings.EqualFold(k[key], "TRUE") }
		a.Incoming = mail.Server{Host: k["POP3Server"], User: k["POP3UserName"], Security: mail.NoTLS, Auth: mail.AuthAuto}
		if on("POP3UseSSL") {
			a.Incoming.Security = mail.TLS
		}
		a.Incoming.Port = port(k["POP3Port"], mail.Incoming, a.Incoming.Security)
		a.Outgoing = mail.Server{Host: k["SMTPServer"], User: k["SMTPUserName"], Security: mail.NoTLS, Auth: mail.AuthAuto}
		switch {
		case k["SMTPSecureConnection"] == "2":
			a.Outgoing.Security = mail.STARTTLS
		case on("SMTPUseSSL"), k["SMTPSecureConnection"] == "1":
			a.Outgoing.Security = mail.TLS
		}
		a.Outgoing.Port = port(k["SMTPPort"], mail.Outgoing, a.Outgoing.Security)
		a.OutgoingAuth = on("SMTPUseAuth")
		if k["SMTPAuthMethod"] == "0" {
			a.Outgoing.User = "" // the settings of the incoming server
		}
		same(&a)
		a.Keep = mail.Keep{Mode: mail.KeepNever}
		if on("LeaveOnServer") {
			a.Keep.Mode = mail.KeepForever
		}
		f := mail.Foreign{Program: "Outlook", File: name, Left: LeftNoneYet}
		if a.Outgoing.Host == "" {
			a.Outgoing, f.Left = mail.DefaultAccount().Outgoing, LeftNoSending
		}
		if complete(a) {
			f.Account = a
			list = append(list, f)
		}
	}
	return list
}
