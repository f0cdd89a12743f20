package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"time"

	"poplar/mail"
	"poplar/mail/engine"
	"poplar/settings"
)

// Session is a profile that is open: its settings, its passwords, and the engine on its store.
type Session struct {
	Settings *settings.Settings
	Keyring  *settings.Keyring
	Engine   *engine.Engine
	// Profile is the profile's folder, or "" for the system's own folders.
	Profile string
}

// SessionOptions are what differs between the faces.
type SessionOptions struct {
	Profile  string
	Settings *settings.Settings // nil: they are opened
	Keyring  *settings.Keyring
	Wait     time.Duration // for another Poplar to leave the profile
	Undo     bool          // messages wait in the outbox for the preferences' undo time
	Trace    io.Writer
	Log      *slog.Logger
	// LookupTXT asks the DNS for the keys of signatures; nil: they are never asked for.
	LookupTXT func(ctx context.Context, name string) ([]string, error)
}

// OpenSession opens a profile. The session must be closed.
func OpenSession(ctx context.Context, o SessionOptions) (*Session, error) {
	set, err := o.Settings, error(nil)
	if set == nil {
		if set, err = settings.Open(o.Profile); err != nil {
			return nil, err
		}
	}
	if o.Keyring == nil {
		o.Keyring = &settings.Keyring{}
	}
	s := &Session{Settings: set, Keyring: o.Keyring, Profile: o.Profile}
	s.Engine, err = engine.Open(ctx, engine.Options{
		Dir:    set.DataDir(),
		Secret: o.Keyring.Secret,
		Keep:   o.Keyring.Keep,
		Undo: func() time.Duration {
			if !o.Undo {
				return 0
			}
			return time.Duration(set.Preferences().UndoSeconds) * time.Second
		},
		Language: func() string { return language(set.Preferences().Language) },
		Wait:     o.Wait, Trace: o.Trace, Log: o.Log, LookupTXT: o.LookupTXT,
	})
	if err != nil {
		return nil, err
	}
	if err := s.Engine.SetAccounts(ctx, set.Accounts()); err != nil {
		return nil, errors.Join(err, s.Engine.Close())
	}
	return s, nil
}

// Close closes the engine.
func (s *Session) Close() error { return s.Engine.Close() }

// open opens the profile the flags name.
func (r *run) open() (*Session, error) {
	o := SessionOptions{Profile: r.flags.Profile, Wait: profileWait, Log: r.log}
	if r.flags.Verbose {
		o.Trace = r.world.Stderr
	}
	return OpenSession(r.ctx, o)
}

// with opens the profile for the length of do.
func (r *run) with(do func(s *Session) error) error {
	s, err := r.open()
	if err != nil {
		return err
	}
	if n := s.Settings.Notice(); n != "" {
		fmt.Fprintln(r.world.Stderr, "poplar:", n)
	}
	return errors.Join(do(s), s.Close())
}

type windowVerb struct {
	Hidden bool   `help:"Begin in the tray."`
	Mailto string `arg:"" optional:"" help:"A mailto: URL to write to."`
}

// Run opens the window, or raises the one that has the profile open.
func (v *windowVerb) Run(r *run) error {
	set, err := settings.Open(r.flags.Profile)
	if err != nil {
		return r.failed("", err)
	}
	if v.Mailto != "" && !isMailto(v.Mailto) {
		return usagef("%q is neither a verb nor a mailto: address", v.Mailto)
	}
	if v.Hidden && v.Mailto == "" {
		if engine.Running(r.ctx, set.DataDir()) {
			return nil
		}
	} else if engine.Raise(r.ctx, set.DataDir(), v.Mailto) {
		return nil
	}
	o := SessionOptions{Profile: r.flags.Profile, Settings: set, Wait: profileWait, Undo: true, Log: r.log, LookupTXT: net.DefaultResolver.LookupTXT}
	if r.flags.Verbose {
		o.Trace = r.world.Stderr
	}
	s, err := OpenSession(r.ctx, o)
	if err != nil {
		return r.failed(set.Preferences().Language, err)
	}
	return errors.Join(r.window(s, Begin{Mailto: v.Mailto, Hidden: v.Hidden}), s.Close())
}

// failed shows a person who cannot see what a program prints why there will be no window.
func (r *run) failed(language string, err error) error {
	if r.world.Failed != nil && r.ctx.Err() == nil {
		r.world.Failed(r.ctx, language, err)
	}
	return err
}

// window shows the window on s until it is closed.
func (r *run) window(s *Session, begin Begin) error {
	if err := s.Engine.AcceptRaise(); err != nil {
		r.log.Warn("a second start will not find this window", "error", err)
	}
	s.Engine.Start()
	return r.world.Window(r.ctx, s, begin)
}

func isMailto(s string) bool { return len(s) >= 7 && (s[:7] == "mailto:" || s[:7] == "MAILTO:") }

// folderNames maps folders to their names; nested ones are written with slashes.
func folderNames(ctx context.Context, e *engine.Engine) (map[mail.FolderID]string, error) {
	folders, err := e.Folders(ctx)
	if err != nil {
		return nil, err
	}
	byID := map[mail.FolderID]mail.Folder{}
	for _, f := range folders {
		byID[f.ID] = f
	}
	names := map[mail.FolderID]string{}
	for _, f := range folders {
		name := f.Name
		for up, depth := byID[f.Parent], 0; up.ID != 0 && depth < 100; up, depth = byID[up.Parent], depth+1 {
			name = up.Name + "/" + name
		}
		names[f.ID] = name
	}
	return names, nil
}

// foldersNamed returns the folders of a name, or of a path with slashes: one for each account that has it.
func foldersNamed(ctx context.Context, e *engine.Engine, name string) ([]mail.FolderID, error) {
	names, err := folderNames(ctx, e)
	if err != nil {
		return nil, err
	}
	var found []mail.FolderID
	for id, n := range names {
		if strings.EqualFold(n, name) {
			found = append(found, id)
		}
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no folder %q", name)
	}
	slices.Sort(found)
	return found, nil
}

func accountOf(s *Session, id mail.AccountID) (mail.Account, error) {
	a, err := s.Settings.Account(id)
	if err != nil {
		return a, fmt.Errorf("%w (poplar account list shows them)", err)
	}
	return a, nil
}
