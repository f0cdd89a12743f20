package engine

import (
	"context"
	"slices"

	"poplar/mail"
	"poplar/mail/autoconfig"
)

// Find looks for the servers of an address: best answer first. Each is told to report when it is known, and again when
// its servers have been tried. No password is sent. Without a network what is built in still answers, and the
// error says so.
func (e *Engine) Find(ctx context.Context, address string, report func(mail.Found)) ([]mail.Found, error) {
	list, err := autoconfig.Find(ctx, address, e.looking(), func(c autoconfig.Candidate) { report(found(c)) })
	all := make([]mail.Found, len(list))
	for i, c := range list {
		all[i] = found(c)
	}
	return all, err
}

// FindNamed asks the servers whose names a person was told for port and encryption. What it returns has both names of
// each side whether they answered or not; an error may come with it, as with Find. No password is sent.
func (e *Engine) FindNamed(ctx context.Context, address string, names mail.Names) (mail.Found, error) {
	c, err := autoconfig.Named(ctx, address, names, e.looking())
	return found(c), err
}

// looking are the circumstances of a search.
func (e *Engine) looking() autoconfig.Options {
	// The proxy of the environment, if there is one: the account that may have its own does not exist yet.
	return autoconfig.Options{Wire: e.circumstances(mail.Account{}, nil, func(mail.Direction) (string, error) { return "", nil })}
}

func found(c autoconfig.Candidate) mail.Found {
	f := mail.Found{
		Source: string(c.Source), Incoming: c.Incoming, Outgoing: c.Outgoing, Users: c.Users,
		Verified: c.Verified, Insecure: c.Insecure, Note: c.Note, Problem: c.Problem,
	}
	if p := c.Provider; p != nil {
		f.Provider, f.HelpURL = p.Name, p.HelpURL
		f.HelpEN, f.HelpZH = p.Help()
		f.CopiesEN, f.CopiesZH = p.Copies()
		f.NeedsCode, f.OAuthOnly, f.NoPOP, f.MinInterval = p.NeedsCode, p.OAuthOnly, p.NoPOP, p.MinInterval
		f.CanOAuth = slices.Contains(p.Auth, autoconfig.AuthOAuth)
		if p.NeedsCode && len(p.Auth) > 0 {
			f.Wanted = p.Auth[0]
		}
	}
	return f
}
