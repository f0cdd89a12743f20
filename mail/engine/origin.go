package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/message"
	"poplar/mail/origin"
)

const (
	// originLimit bounds how long the signatures of one message may take.
	originLimit = 15 * time.Second
	// learnFrom is of how many messages it is learnt who stamps an account's mail, learnAgain after how long anew.
	learnFrom  = 30
	learnAgain = time.Hour
	// lookThrough is in how many messages of the Inbox those are looked for; imported ones lie among them.
	lookThrough = 500
)

// keptSignatures is what the store keeps of checking a message.
type keptSignatures struct {
	Signatures []mail.Signature `json:"signatures"`
	Checked    time.Time        `json:"checked"`
}

// Origin is what is known of where a message comes from, without asking the network. Where it is Pending, CheckOrigin
// would ask.
func (e *Engine) Origin(ctx context.Context, id mail.MessageID) (mail.Origin, error) {
	o, _, err := e.origin(ctx, id)
	return o, err
}

// CheckOrigin checks the signatures of a message that is Pending and keeps the outcome. While the account is offline, or
// the DNS gives no answer, it stays Pending. Junk stays so for good: the name of a key may be made for one recipient, and
// asking for it would tell that the message is looked at.
func (e *Engine) CheckOrigin(ctx context.Context, id mail.MessageID) (mail.Origin, error) {
	o, asked, err := e.origin(ctx, id)
	if err != nil || !o.Pending || e.o.LookupTXT == nil {
		return o, err
	}
	if quiet, err := e.quiet(ctx, id); quiet || err != nil {
		return o, err
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return o, err
	}
	limited, cancel := context.WithTimeout(ctx, originLimit)
	list, err := origin.Verify(limited, raw, e.o.LookupTXT)
	cancel()
	if err = errors.Join(err, raw.Close()); err != nil {
		if ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded) {
			return o, nil
		}
		return o, err
	}
	for _, s := range list {
		if s.Result == mail.SignatureWait {
			asked.Signatures = list
			o = origin.Judge(asked)
			return o, nil
		}
	}
	kept := keptSignatures{list, e.o.Now()}
	data, err := json.Marshal(kept)
	if err == nil {
		err = e.store.SetSignatures(ctx, id, data)
	}
	if err != nil {
		e.log.Warn("what the signatures of a message are worth is not kept", "message", id, "error", err)
	}
	asked.Signatures, asked.Checked = kept.Signatures, true
	o = origin.Judge(asked)
	o.Checked = kept.Checked
	return o, nil
}

func (e *Engine) origin(ctx context.Context, id mail.MessageID) (mail.Origin, origin.Asked, error) {
	var asked origin.Asked
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return mail.Origin{}, asked, err
	}
	raw, err := e.store.Raw(ctx, id)
	if err != nil {
		return mail.Origin{}, asked, err
	}
	m, err := message.Head(raw)
	if err = errors.Join(err, raw.Close()); err != nil {
		return mail.Origin{}, asked, err
	}
	if here, err := e.writtenHere(ctx, s); here || err != nil {
		return mail.Origin{Trust: mail.TrustUnknown, Reasons: []mail.OriginReason{{Kind: mail.OriginOwn}}}, asked, err
	}
	asked.Message = m
	if acc, err := e.find(s.Account); err == nil {
		asked.Incoming = acc.get().Incoming.Host
		if asked.Servers, err = e.servers(ctx, acc); err != nil {
			return mail.Origin{}, asked, err
		}
	}
	data, err := e.store.Signatures(ctx, id)
	if err != nil {
		return mail.Origin{}, asked, err
	}
	var kept keptSignatures
	if data != nil && json.Unmarshal(data, &kept) == nil {
		asked.Signatures, asked.Checked = kept.Signatures, true
	}
	o := origin.Judge(asked)
	o.Checked = kept.Checked
	return o, asked, nil
}

// writtenHere says whether a message was written here: it never lay on a server, and is where such mail goes.
func (e *Engine) writtenHere(ctx context.Context, s mail.Summary) (bool, error) {
	if s.UIDL != "" {
		return false, nil
	}
	for _, r := range []mail.Role{mail.Sent, mail.Drafts, mail.Outbox} {
		id, err := e.store.RoleFolder(ctx, s.Account, r)
		if err != nil {
			return false, err
		}
		if id == s.Folder {
			return true, nil
		}
	}
	return false, nil
}

// stampers is what was learnt of the servers that stamp an account's mail.
type stampers struct {
	list []origin.Server
	at   time.Time
}

// servers returns whose word counts for an account: what the settings name, and what its mail of late shows.
func (e *Engine) servers(ctx context.Context, acc *account) ([]origin.Server, error) {
	a := acc.get()
	acc.mu.Lock()
	known := acc.stampers
	acc.mu.Unlock()
	now := e.o.Now()
	if known.at.IsZero() || now.Sub(known.at) > learnAgain || now.Before(known.at) {
		list, err := e.store.List(ctx, mail.Query{Account: a.ID, Role: mail.Inbox, Limit: lookThrough})
		if err != nil {
			return nil, err
		}
		var lately []*mail.Message
		for _, s := range list {
			if s.UIDL == "" {
				continue // imported: other servers stamped it
			}
			if len(lately) == learnFrom {
				break
			}
			raw, err := e.store.Raw(ctx, s.ID)
			if err != nil {
				continue // gone meanwhile
			}
			m, err := message.Head(raw)
			if err = errors.Join(err, raw.Close()); err == nil {
				lately = append(lately, m)
			}
		}
		known = stampers{origin.Servers(lately, a.Incoming.Host), now}
		acc.mu.Lock()
		acc.stampers = known
		acc.mu.Unlock()
	}
	if a.AuthServer == "" {
		return known.list, nil
	}
	return append([]origin.Server{{ID: strings.ToLower(a.AuthServer), Methods: []string{"dkim", "dmarc", "spf"}}}, known.list...), nil
}

// quiet says whether the network is not to be asked about a message: it is junk, or the last visit to its account found
// no network.
func (e *Engine) quiet(ctx context.Context, id mail.MessageID) (bool, error) {
	s, err := e.store.Summary(ctx, id)
	if err != nil {
		return false, err
	}
	if junk, err := e.store.RoleFolder(ctx, s.Account, mail.Junk); err != nil || junk == s.Folder {
		return true, err
	}
	acc, err := e.find(s.Account)
	if err != nil {
		return false, nil // an account that is gone: its mail can be judged all the same
	}
	p := acc.snapshot().Last.Problem
	return p != nil && p.Kind == mail.Offline, nil
}
