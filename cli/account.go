package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"poplar/mail"
	"poplar/settings"
)

type accountVerb struct {
	Add    accountAdd    `cmd:"" help:"Add an account. No network is touched."`
	List   accountList   `cmd:"" help:"List the accounts."`
	Remove accountRemove `cmd:"" help:"Remove an account, its passwords and its local mail."`
	Test   accountTest   `cmd:"" help:"Test an account's settings step by step."`
}

type accountAdd struct {
	Name           string `required:"" help:"Your own name, as others see it."`
	Address        string `required:"" help:"The mail address."`
	Pop            string `required:"" placeholder:"HOST:PORT" help:"Incoming server."`
	PopSecurity    string `required:"" enum:"tls,starttls,none" placeholder:"tls|starttls|none" help:"Its encryption."`
	PopUser        string `required:"" help:"Its user name."`
	PopAuth        string `default:"auto" enum:"auto,plain,login,cram-md5,apop,userpass,xoauth2,oauthbearer" help:"How to log in: ${enum}."`
	SMTP           string `name:"smtp" required:"" placeholder:"HOST:PORT" help:"Outgoing server."`
	SMTPSecurity   string `name:"smtp-security" required:"" enum:"tls,starttls,none" placeholder:"tls|starttls|none" help:"Its encryption."`
	SMTPAuth       string `name:"smtp-auth" default:"auto" enum:"auto,none,plain,login,cram-md5,xoauth2,oauthbearer" help:"How to log in: ${enum}; none where the server requires no authentication."`
	SMTPUser       string `name:"smtp-user" help:"Its user name. Default: the incoming user and password serve for both."`
	SeparateSecret bool   `name:"separate-smtp-password" help:"The outgoing server has a password of its own: a second line on stdin."`
	Keep           string `default:"forever" placeholder:"forever|days:N|until-deleted|until-trash|never|newest:N|mb:N" help:"How long copies stay on the server."`
	MaxSize        int64  `placeholder:"BYTES" help:"Of larger messages only the header and the first lines come."`
	HeadersFirst   bool   `help:"Of every message that is not small only the header and the first lines come."`
	Recent         bool   `help:"Gmail's recent mode: the mail of the last 30 days, whoever has fetched it."`
	CA             string `name:"ca" placeholder:"FILE" help:"PEM file of further certificate authorities for this account."`
	PopSecond      string `placeholder:"HOST[:PORT]" help:"Second name of the incoming server, tried where the first cannot be reached."`
	SMTPSecond     string `name:"smtp-second" placeholder:"HOST[:PORT]" help:"Second name of the outgoing server."`
	Proxy          string `placeholder:"none|socks5://HOST:PORT|http://HOST:PORT" help:"How to reach both servers. Default: as ALL_PROXY, HTTPS_PROXY and NO_PROXY say."`
	AllowPlaintext bool   `help:"Permit sending the password over an unencrypted connection."`
	PasswordStdin  bool   `help:"Read the password, one line, from stdin. It goes to the system's keyring only."`
}

// Run adds the account.
func (v *accountAdd) Run(r *run) error {
	a := mail.DefaultAccount()
	a.Name, a.Address, a.MaxSize, a.HeadersFirst, a.Recent = v.Name, v.Address, v.MaxSize, v.HeadersFirst, v.Recent
	at := strings.LastIndexByte(a.Address, '@')
	if at < 1 || at == len(a.Address)-1 || strings.ContainsAny(a.Address, " \r\n<>") {
		return usagef("%q is no mail address", a.Address)
	}
	if v.MaxSize < 0 {
		return usagef("--max-size takes a number of bytes")
	}
	var err error
	if a.Keep, err = mail.ParseKeep(v.Keep); err != nil {
		return usageError{err}
	}
	if v.CA != "" {
		if v.CA, err = filepath.Abs(v.CA); err != nil {
			return err
		}
	}
	server := func(hostport, security, user, auth string) (mail.Server, error) {
		s := mail.Server{Security: mail.Security(security), User: user, Auth: mail.Auth(auth), CAFile: v.CA, AllowPlaintext: v.AllowPlaintext}
		host, port, err := net.SplitHostPort(hostport)
		if err != nil {
			return s, usagef("%q is not HOST:PORT", hostport)
		}
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 || host == "" {
			return s, usagef("%q is not HOST:PORT", hostport)
		}
		s.Host = host
		return s, nil
	}
	if a.Incoming, err = server(v.Pop, v.PopSecurity, v.PopUser, v.PopAuth); err != nil {
		return err
	}
	if a.Outgoing, err = server(v.SMTP, v.SMTPSecurity, v.SMTPUser, v.SMTPAuth); err != nil {
		return err
	}
	for i, s := range []*mail.Server{&a.Incoming, &a.Outgoing} {
		second := []string{v.PopSecond, v.SMTPSecond}[i]
		if second == "" {
			continue
		}
		host, port, err := net.SplitHostPort(second)
		if err != nil {
			host, port = second, "0"
		}
		if s.OtherPort, err = strconv.Atoi(port); err != nil || host == "" || s.OtherPort < 0 || s.OtherPort > 65535 {
			return usagef("%q is not HOST[:PORT]", second)
		}
		s.OtherHost = host
	}
	if a.Proxy = v.Proxy; v.Proxy != "" && v.Proxy != mail.ProxyNone {
		u, err := url.Parse(v.Proxy)
		if err != nil || u.Host == "" || u.Scheme != "socks5" && u.Scheme != "http" && u.Scheme != "https" {
			return usagef("%q is no proxy, like socks5://HOST:PORT", v.Proxy)
		}
		if _, secret := u.User.Password(); secret {
			return usagef("a proxy's password is not kept in a file: give it in the window")
		}
	}
	a.OutgoingAuth = a.Outgoing.Auth != mail.AuthNone
	if !a.OutgoingAuth {
		a.Outgoing.Auth = mail.AuthAuto
	}
	a.SameAsIncoming = v.SMTPUser == "" && !v.SeparateSecret
	if v.SeparateSecret && v.SMTPUser == "" {
		a.Outgoing.User = a.Incoming.User
	}
	secrets := map[mail.Direction]string{}
	if v.PasswordStdin {
		in := bufio.NewReader(r.world.Stdin)
		if secrets[mail.Incoming], err = line(in); err != nil {
			return usagef("the password is missing on stdin")
		}
		if v.SeparateSecret {
			if secrets[mail.Outgoing], err = line(in); err != nil {
				return usagef("the outgoing password, the second line, is missing on stdin")
			}
		} else if v.SMTPUser != "" {
			secrets[mail.Outgoing] = secrets[mail.Incoming]
		}
	}

	set, err := settings.Open(r.flags.Profile)
	if err != nil {
		return err
	}
	if a, err = set.PutAccount(a); err != nil {
		return err
	}
	k := &settings.Keyring{}
	for d, secret := range secrets {
		if err := k.Set(r.ctx, a.ID, d, secret); err != nil {
			return errors.Join(fmt.Errorf("%w; the account was not added", err), set.RemoveAccount(a.ID))
		}
	}
	return r.emit(map[string]any{"id": a.ID, "name": a.Name, "address": a.Address}, "%s  %s <%s>", a.ID, a.Name, a.Address)
}

// line reads one line without its end. An empty one is an error.
func line(in *bufio.Reader) (string, error) {
	s, err := in.ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	if s = strings.TrimRight(s, "\r\n"); s == "" {
		return "", io.ErrUnexpectedEOF
	}
	return s, nil
}

type accountList struct{}

// Run lists the accounts.
func (accountList) Run(r *run) error {
	set, err := settings.Open(r.flags.Profile)
	if err != nil {
		return err
	}
	for _, a := range set.Accounts() {
		out := a.SMTP()
		err := r.emit(map[string]any{
			"id": a.ID, "name": a.Name, "address": a.Address, "pop": a.Incoming.Addr(), "pop_security": a.Incoming.Security,
			"pop_user": a.Incoming.User, "smtp": out.Addr(), "smtp_security": out.Security, "smtp_user": out.User, "keep": a.Keep.String(),
		}, "%s  %s <%s>  %s (%s)  %s (%s)  keep %s", a.ID, a.Name, a.Address,
			a.Incoming.Addr(), a.Incoming.Security, out.Addr(), out.Security, a.Keep)
		if err != nil {
			return err
		}
	}
	return nil
}

type accountRemove struct {
	ID string `arg:"" help:"The account's id."`
}

// Run removes an account, its passwords and its local mail.
func (v *accountRemove) Run(r *run) error {
	id := mail.AccountID(v.ID)
	return r.with(func(s *Session) error {
		a, err := accountOf(s, id)
		if err != nil {
			return err
		}
		if err := s.Engine.Forget(r.ctx, id); err != nil {
			return err
		}
		if err := s.Settings.RemoveAccount(id); err != nil {
			return err
		}
		if err := s.Keyring.Forget(r.ctx, a); err != nil {
			r.log.Warn("a password may be left in the keyring", "account", id, "error", err)
		}
		return r.emit(map[string]any{"id": id, "address": a.Address, "removed": true}, "%s <%s> removed", id, a.Address)
	})
}

type accountTest struct {
	ID     string `arg:"" help:"The account's id."`
	Letter bool   `help:"Also send a message to yourself, retrieve it and delete it."`
}

type findingJSON struct {
	Direction mail.Direction `json:"direction"`
	Step      string         `json:"step"`
	OK        bool           `json:"ok"`
	Seconds   float64        `json:"seconds"`
	Said      string         `json:"said"`
	Problem   *problemJSON   `json:"problem"`
	// Cause is what stands behind a step, where the doctor has something to say of it.
	Cause *causeJSON `json:"cause,omitempty"`
}

type causeJSON struct {
	Reason mail.Reason `json:"reason"`
	What   string      `json:"what"`
	Why    string      `json:"why,omitempty"`
	Advice string      `json:"advice"`
}

func causeOf(v *mail.Verdict) *causeJSON {
	if v == nil {
		return nil
	}
	w, _ := v.Reason.Words()
	return &causeJSON{v.Reason, v.Fill(w.What), v.Fill(w.Why), v.Fill(w.Do)}
}

// Run lets the doctor see the account.
func (v *accountTest) Run(r *run) error {
	return r.with(func(s *Session) error {
		a, err := accountOf(s, mail.AccountID(v.ID))
		if err != nil {
			return err
		}
		var written error
		tested := s.Engine.Test(r.ctx, a, func(d mail.Direction) (string, error) { return s.Keyring.Secret(r.ctx, a, d) }, v.Letter,
			func(f mail.Finding) {
				mark := "ok  "
				if !f.OK {
					mark = "FAIL"
				}
				text := f.Said
				if f.Problem != nil {
					text = sentence(f.Problem)
				}
				cause := causeOf(f.Verdict)
				if cause != nil {
					text += "\n      " + joined(cause.What, cause.Why, cause.Advice)
				}
				written = errors.Join(written, r.emit(findingJSON{f.Direction, f.Step, f.OK, f.Took.Seconds(), f.Said, asJSON(f.Problem), cause},
					"%s  %s  %-12s %6.0f ms  %s", mark, f.Direction, f.Step, f.Took.Seconds()*1000, text))
			})
		if err := errors.Join(written, r.emit(map[string]bool{"ok": tested == nil}, "%s", verdict(tested))); err != nil {
			return err
		}
		if tested != nil {
			return errQuiet
		}
		return nil
	})
}

// joined makes one text of sentences without full stop.
func joined(sentences ...string) string {
	var list []string
	for _, s := range sentences {
		if s != "" {
			list = append(list, s+".")
		}
	}
	return strings.Join(list, " ")
}

func verdict(err error) string {
	if err == nil {
		return "Both servers answer."
	}
	return sentence(mail.ProblemOf(err))
}
