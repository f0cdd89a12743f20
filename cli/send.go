package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"poplar/mail"
)

type sendVerb struct {
	File    string `arg:"" help:"An RFC 5322 message; - reads stdin."`
	Account string `placeholder:"ID" help:"The account to send from. Default: the one whose address stands in From, else the first."`
}

type refusedJSON struct {
	Recipient string `json:"recipient"`
	Code      int    `json:"code"`
	Status    string `json:"status"`
	Said      string `json:"said"`
}

// Run queues the message and submits it.
func (v *sendVerb) Run(r *run) error {
	raw, err := r.readFile(v.File)
	if err != nil {
		return err
	}
	defer raw.Close() //nolint:errcheck // nothing was written
	return r.with(func(s *Session) error {
		id, err := v.account(s, raw)
		if err != nil {
			return err
		}
		queued, err := s.Engine.SendRaw(r.ctx, id, raw)
		if err != nil {
			return err
		}
		tried, err := s.Engine.Flush(r.ctx)
		if err != nil {
			return err
		}
		state := mail.Queued
		accepted, refused := []string{}, []refusedJSON{}
		var problem *mail.Problem
		for _, o := range tried {
			if o.ID != queued {
				continue
			}
			state, problem = o.State, o.Problem
			for _, rc := range o.Recipients {
				switch rc.State {
				case mail.SentOK:
					accepted = append(accepted, rc.Addr)
				case mail.Failed:
					refused = append(refused, refusedJSON{rc.Addr, rc.Code, rc.Status, rc.Said})
				}
			}
		}
		if state == mail.Failed && len(accepted) > 0 {
			state = mail.SentOK // to those who were not refused
		}
		if state == mail.Queued || state == mail.InFlight {
			state = mail.Deferred
		}
		text := fmt.Sprintf("%d  %s; accepted: %s", queued, state, strings.Join(accepted, ", "))
		for _, f := range refused {
			text += fmt.Sprintf("\nrefused: %s: %s", f.Recipient, f.Said)
		}
		if err := r.emit(map[string]any{"id": queued, "accepted": accepted, "refused": refused, "state": state}, "%s", text); err != nil {
			return err
		}
		if state == mail.SentOK && len(refused) == 0 {
			return nil
		}
		if problem != nil && state == mail.Uncertain {
			why := problem.Said
			if why == "" {
				why, _ = problem.Words()
			}
			return fmt.Errorf("the message is perhaps sent (%s: %s). Poplar does not send it again by itself; `poplar outbox --resend %d` does", problem.Where, why, queued)
		}
		if problem != nil {
			return fmt.Errorf("%s", sentence(problem))
		}
		return errQuiet
	})
}

// account picks the account to send from.
func (v *sendVerb) account(s *Session, raw mail.Raw) (mail.AccountID, error) {
	if v.Account != "" {
		a, err := accountOf(s, mail.AccountID(v.Account))
		return a.ID, err
	}
	accounts := s.Settings.Accounts()
	if len(accounts) == 0 {
		return "", fmt.Errorf("there is no account to send from (poplar account add)")
	}
	from, err := s.Engine.Sender(raw)
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		if strings.EqualFold(a.Address, from) {
			return a.ID, nil
		}
	}
	for _, a := range accounts {
		if slices.ContainsFunc(a.Addresses(), func(addr string) bool { return strings.EqualFold(addr, from) }) {
			return a.ID, nil
		}
	}
	return accounts[0].ID, nil
}

// readFile opens a file for reading at any place; stdin is read into memory.
func (r *run) readFile(name string) (mail.Raw, error) {
	if name == "-" {
		data, err := io.ReadAll(r.world.Stdin)
		return mail.Bytes(data), err
	}
	return openRaw(name)
}

type fileRaw struct {
	*os.File
	size int64
}

func (f fileRaw) Size() int64 { return f.size }

func openRaw(name string) (mail.Raw, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a folder", name)
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return fileRaw{f, info.Size()}, nil
}

type outboxVerb struct {
	Flush  bool  `help:"Try now, whatever the backoff says."`
	Resend int64 `placeholder:"ID" help:"Submit again a message that was perhaps sent, or that failed."`
}

type waitingJSON struct {
	ID         mail.MessageID  `json:"id"`
	State      mail.SendState  `json:"state"`
	Next       *int64          `json:"next"`
	Recipients []recipientJSON `json:"recipients"`
	Subject    string          `json:"subject"`
	Problem    *problemJSON    `json:"problem"`
}

type recipientJSON struct {
	Recipient string         `json:"recipient"`
	State     mail.SendState `json:"state"`
	Said      string         `json:"said"`
}

// Run shows what waits, after having tried it if that was asked for.
func (v *outboxVerb) Run(r *run) error {
	return r.with(func(s *Session) error {
		if v.Resend != 0 {
			id := mail.MessageID(v.Resend)
			if err := s.Engine.Resend(r.ctx, id); err != nil {
				return err
			}
			if _, err := s.Engine.Flush(r.ctx, id); err != nil {
				return err
			}
		}
		if v.Flush {
			if _, err := s.Engine.Flush(r.ctx); err != nil {
				return err
			}
		}
		items, err := s.Engine.Outbox(r.ctx)
		if err != nil {
			return err
		}
		for _, o := range items {
			out := waitingJSON{ID: o.ID, State: o.State, Recipients: []recipientJSON{}, Subject: o.Subject, Problem: asJSON(o.Problem)}
			next := ""
			if o.State == mail.Queued || o.State == mail.Deferred {
				due := o.Due.Unix()
				out.Next = &due
				next = " next try " + o.Due.Local().Format("15:04:05")
			}
			text := fmt.Sprintf("%6d  %s%s  %s", o.ID, o.State, next, clean(o.Subject))
			for _, rc := range o.Recipients {
				out.Recipients = append(out.Recipients, recipientJSON{rc.Addr, rc.State, rc.Said})
				text += fmt.Sprintf("\n        %s  %s  %s", rc.Addr, rc.State, clean(rc.Said))
			}
			if err := r.emit(out, "%s", text); err != nil {
				return err
			}
		}
		return nil
	})
}
