package cli

import (
	"errors"
	"fmt"
	"strings"

	"poplar/mail"
	"poplar/mail/engine"
)

type importVerb struct {
	Paths   []string `arg:"" name:"path" help:"Messages (.eml), mbox files, Maildirs, or directories of these."`
	Folder  string   `help:"Folder to put all of it in, or its path with slashes; made where it is not there. Default: folders named as the files are."`
	Account string   `help:"Account whose folders they are. Default: the first."`
}

type transferJSON struct {
	Imported *int                   `json:"imported,omitempty"`
	Exported *int                   `json:"exported,omitempty"`
	Skipped  int                    `json:"skipped"`
	Partial  int                    `json:"partial,omitempty"`
	Failed   []mail.TransferFailure `json:"failed"`
}

// Run imports mail.
func (v *importVerb) Run(r *run) error {
	return r.with(func(s *Session) error {
		accounts := s.Settings.Accounts()
		if len(accounts) == 0 {
			return errors.New("mail is imported into an account; add one first (poplar account add)")
		}
		id := accounts[0].ID
		if v.Account != "" {
			a, err := accountOf(s, mail.AccountID(v.Account))
			if err != nil {
				return err
			}
			id = a.ID
		}
		t, err := s.Engine.Import(r.ctx, id, v.Paths, v.Folder, nil)
		return r.printTransfer(t, err, true)
	})
}

type exportVerb struct {
	Out    string `required:"" help:"Directory to write to; made where it is not there." placeholder:"DIR"`
	Format string `required:"" help:"mbox (one file a folder), maildir, or eml (one file a message)." enum:"mbox,maildir,eml"`
	Folder string `help:"Folder name, or its path with slashes. Default: every folder."`
}

// Run exports mail.
func (v *exportVerb) Run(r *run) error {
	return r.with(func(s *Session) error {
		var only []mail.FolderID
		if v.Folder != "" {
			found, err := foldersNamed(r.ctx, s.Engine, v.Folder)
			if err != nil {
				return err
			}
			only = found
		}
		t, err := s.Engine.Export(r.ctx, v.Out, engine.Format(v.Format), only, nil)
		return r.printTransfer(t, err, false)
	})
}

// printTransfer tells what was taken along, also when something stopped it, and fails when not all was.
func (r *run) printTransfer(t mail.Transfer, stopped error, in bool) error {
	if t.Failed == nil {
		t.Failed = []mail.TransferFailure{}
	}
	line := transferJSON{Skipped: t.Skipped, Partial: t.Partial, Failed: t.Failed}
	text := fmt.Sprintf("%d messages exported", t.Done)
	if t.Partial > 0 {
		text += fmt.Sprintf("; of %d of them only the header and the first lines are here", t.Partial)
	}
	line.Exported = &t.Done
	if in {
		line.Imported, line.Exported = &t.Done, nil
		text = fmt.Sprintf("%d messages imported, %d were here already", t.Done, t.Skipped)
	}
	var b strings.Builder
	b.WriteString(text)
	for _, f := range t.Failed {
		fmt.Fprintf(&b, "\n  %s: %s", f.Where, f.Why)
	}
	if err := r.emit(line, "%s", b.String()); err != nil || stopped != nil {
		return errors.Join(stopped, err)
	}
	if len(t.Failed) > 0 {
		return fmt.Errorf("%d of them could not be read", len(t.Failed))
	}
	return nil
}
