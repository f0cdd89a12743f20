package cli

import (
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"poplar/mail"
)

type receiveVerb struct {
	IDs []string `arg:"" optional:"" name:"id" help:"Accounts. Default: all."`
}

type visitJSON struct {
	Account   mail.AccountID        `json:"account"`
	Retrieved int                   `json:"retrieved"`
	Bytes     int64                 `json:"bytes"`
	Deleted   int                   `json:"deleted"`
	Left      int                   `json:"left"`
	Skipped   int                   `json:"skipped"`
	Refused   []mail.RefusedMessage `json:"refused"`
	Seconds   float64               `json:"seconds"`
	Problem   *problemJSON          `json:"problem"`
}

// thrift is how many per cent the heap may grow between two collections in a process that retrieves and ends. More
// collections cost about a tenth of a visit's time, and save some megabytes (docs/performance.md).
const thrift = 40

// Run makes one visit to each account.
func (v *receiveVerb) Run(r *run) error {
	debug.SetGCPercent(thrift)
	return r.with(func(s *Session) error {
		var ids []mail.AccountID
		for _, id := range v.IDs {
			ids = append(ids, mail.AccountID(id))
		}
		reports, err := s.Engine.Receive(r.ctx, ids...)
		if err != nil {
			return err
		}
		var failed error
		for _, p := range reports {
			refused := p.Refused
			if refused == nil {
				refused = []mail.RefusedMessage{}
			}
			err := r.emit(visitJSON{p.Account, p.Retrieved, p.Bytes, p.Deleted, p.Left, p.Skipped, refused, p.Took.Seconds(), asJSON(p.Problem)}, "%s", visitText(p))
			if err != nil {
				return err
			}
			if p.Problem != nil {
				fmt.Fprintf(r.world.Stderr, "poplar: %s: %s\n", p.Account, oneLine(fmt.Errorf("%s", sentence(p.Problem))))
				failed = errQuiet
			}
		}
		return failed
	})
}

// visitText tells of a visit in a line, and in further ones what a person should know of single messages.
func visitText(p mail.VisitReport) string {
	text := fmt.Sprintf("%s  %d retrieved (%d bytes), %d deleted, %d left on the server, %d skipped, %d refused, %.2f s",
		p.Account, p.Retrieved, p.Bytes, p.Deleted, p.Left, p.Skipped, len(p.Refused), p.Took.Seconds())
	if p.Renumbered > 0 {
		text += fmt.Sprintf("\n  renamed on the server, known again and not stored twice: %d", p.Renumbered)
	}
	for _, m := range p.Refused {
		text += fmt.Sprintf("\n  the server refuses message %q: %s", m.UIDL, m.Said)
	}
	return text
}

// summaryJSON is a message as list and search print it.
type summaryJSON struct {
	ID        mail.MessageID `json:"id"`
	Folder    string         `json:"folder"`
	Account   mail.AccountID `json:"account"`
	MessageID string         `json:"message_id"`
	UIDL      string         `json:"uidl"`
	Subject   string         `json:"subject"`
	From      [][2]string    `json:"from"`
	Date      int64          `json:"date"`
	Size      int64          `json:"size"`
	Flags     []string       `json:"flags"`
	OnServer  bool           `json:"on_server"`
}

func (r *run) printSummaries(s *Session, q mail.Query) error {
	names, err := folderNames(r.ctx, s.Engine)
	if err != nil {
		return err
	}
	list, err := s.Engine.List(r.ctx, q)
	if err != nil {
		return err
	}
	for _, m := range list {
		from := [][2]string{}
		who := ""
		for _, a := range m.From {
			from = append(from, [2]string{a.Name, a.Addr})
			who = a.Display()
		}
		err := r.emit(summaryJSON{
			m.ID, names[m.Folder], m.Account, m.MessageID, m.UIDL, m.Subject, from, m.Date.Unix(), m.Size, m.Flags.Names(), m.OnServer,
		}, "%6d  %s  %-10s  %-30s  %s", m.ID, m.Date.Local().Format(time.DateTime), names[m.Folder], clean(who), clean(m.Subject))
		if err != nil {
			return err
		}
	}
	return nil
}

// clean keeps a sender's control characters away from the terminal.
func clean(s string) string {
	return strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || (c >= 0x80 && c < 0xa0) {
			return ' '
		}
		return c
	}, s)
}

type listVerb struct {
	Folder string `help:"Folder name, or its path with slashes. Default: every folder."`
	Limit  int    `default:"100" help:"How many, at most; 0 is all."`
}

// Run lists messages.
func (v *listVerb) Run(r *run) error {
	if v.Limit < 0 {
		return usagef("--limit takes a number")
	}
	return r.with(func(s *Session) error {
		if v.Folder == "" {
			return r.printSummaries(s, mail.Query{Limit: v.Limit})
		}
		for _, role := range mail.Roles {
			if strings.EqualFold(v.Folder, role.Title()) {
				return r.printSummaries(s, mail.Query{Role: role, Limit: v.Limit})
			}
		}
		found, err := foldersNamed(r.ctx, s.Engine, v.Folder)
		if err != nil {
			return err
		}
		return r.printSummaries(s, mail.Query{Folder: found[0], Limit: v.Limit})
	})
}

type searchVerb struct {
	Query []string `arg:"" help:"Words that must all occur; \"quoted words\" stand together; from: to: subject: narrow a word."`
	Limit int      `default:"100" help:"How many, at most; 0 is all."`
}

// Run searches all mail.
func (v *searchVerb) Run(r *run) error {
	if v.Limit < 0 {
		return usagef("--limit takes a number")
	}
	return r.with(func(s *Session) error {
		return r.printSummaries(s, mail.Query{Text: strings.Join(v.Query, " "), Limit: v.Limit})
	})
}

type rawVerb struct {
	ID int64 `arg:"" help:"The message's id."`
}

// Run prints a message's bytes.
func (v *rawVerb) Run(r *run) error {
	return r.with(func(s *Session) error {
		raw, err := s.Engine.Raw(r.ctx, mail.MessageID(v.ID))
		if err != nil {
			return err
		}
		defer raw.Close() //nolint:errcheck // nothing was written
		_, err = io.Copy(r.world.Stdout, mail.Reader(raw))
		return err
	})
}

type verifyVerb struct{}

// Run checks the store.
func (verifyVerb) Run(r *run) error {
	return r.with(func(s *Session) error {
		problems, err := s.Engine.Check(r.ctx)
		if err != nil {
			return err
		}
		n, err := s.Engine.Count(r.ctx, mail.Query{})
		if err != nil {
			return err
		}
		if problems == nil {
			problems = []string{}
		}
		text := fmt.Sprintf("%d messages, the store is sound", n)
		if len(problems) > 0 {
			text = fmt.Sprintf("%d messages, %d problems:\n  %s", n, len(problems), strings.Join(problems, "\n  "))
		}
		if err := r.emit(map[string]any{"ok": len(problems) == 0, "messages": n, "problems": problems}, "%s", text); err != nil {
			return err
		}
		if len(problems) > 0 {
			return errQuiet
		}
		return nil
	})
}
