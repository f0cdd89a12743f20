// Command poplar is a desktop mail client for people who own their mail. Without a verb it opens its window; with one
// it works headless (poplar --help).
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"poplar/cli"
	_ "poplar/cli/quiet" // no complaint about the locale before a verb's own words
	"poplar/gui"
	"poplar/gui/model"
	"poplar/mail"
	"poplar/mail/engine"
	"poplar/mail/release"
	"poplar/settings"
)

// Set by the build.
var (
	version = "0.1.0"
	commit  = "unknown"
	// releaseKey signs the list of releases (minisign); without it newer versions cannot be asked for.
	releaseKey = ""
)

// releases is where the list of releases lies.
const releases = "https://poplar.app/release.json"

func main() {
	log.SetOutput(os.Stderr)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(cli.Main(ctx, os.Args[1:], cli.World{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Version: version, Commit: commit, Go: runtime.Version(),
		Window: window, Failed: failed,
	}))
}

// errNoDisplay is what a person is told who starts the window where none can be shown.
var errNoDisplay = errors.New("there is no display to show the window on: DISPLAY is not set (poplar --help lists the verbs that need none)")

func noDisplay() bool {
	return runtime.GOOS != "windows" && runtime.GOOS != "darwin" && os.Getenv("DISPLAY") == ""
}

// failed shows why the window's session cannot be opened.
func failed(ctx context.Context, language string, err error) {
	if !noDisplay() {
		gui.Sorry(ctx, language, err)
	}
}

// window shows the window on a session and returns when it was closed.
func window(ctx context.Context, s *cli.Session, begin cli.Begin) error {
	if noDisplay() {
		return errNoDisplay
	}
	if err := keepCrashes(s.Settings.LogDir()); err != nil {
		fmt.Fprintln(os.Stderr, "poplar: crashes will not be recorded:", err)
	}
	return gui.Run(ctx, &poplar{Engine: s.Engine, settings: s.Settings, keyring: s.Keyring}, gui.Options{
		Version: version, Commit: commit, Raised: s.Engine.Raised(), Mailto: begin.Mailto, Hidden: begin.Hidden, Newer: newer(),
		Desktop: desktop(s.Profile),
	})
}

// desktop is what the system keeps for Poplar, on the profile that is open.
func desktop(profile string) *settings.Desktop {
	d := &settings.Desktop{}
	if profile != "" {
		if dir, err := filepath.Abs(profile); err == nil {
			d.Args = []string{"--profile", dir}
		}
	}
	return d
}

// newer asks the list of releases; nil where this build cannot know who signs it.
func newer() gui.Newer {
	if releaseKey == "" {
		return nil
	}
	feed := release.Feed{Address: releases, Key: releaseKey}
	return func(ctx context.Context) (string, string, error) {
		r, ok, err := feed.Newer(ctx, version)
		if !ok {
			return "", "", err
		}
		return r.Version, r.Page, nil
	}
}

// keepCrashes has a crash leave its stack in the log folder; it holds addresses in memory, never a secret.
func keepCrashes(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(dir, "crash.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(debug.SetCrashOutput(f, debug.CrashOptions{}), f.Close())
}

// poplar joins engine, settings and keyring to what the window needs.
type poplar struct {
	*engine.Engine
	settings *settings.Settings
	keyring  *settings.Keyring
}

var _ model.Poplar = (*poplar)(nil)

func (p *poplar) Accounts() []mail.Account { return p.settings.Accounts() }

func (p *poplar) SaveAccount(ctx context.Context, a mail.Account, secrets model.Secrets, remember bool) (mail.Account, error) {
	a, kept := p.putAccount(ctx, a, secrets, remember)
	if a.ID == "" {
		return a, kept
	}
	return a, errors.Join(kept, p.Engine.SetAccounts(ctx, p.settings.Accounts()))
}

// putAccount writes an account and its secrets down; the engine does not know of it yet. One without ID was not kept.
func (p *poplar) putAccount(ctx context.Context, a mail.Account, secrets model.Secrets, remember bool) (mail.Account, error) {
	a.AskPassword = !remember
	before, _ := p.settings.Account(a.ID) // of a new one there is none
	a, err := p.settings.PutAccount(a)
	if err != nil {
		return a, err
	}
	kept := p.keyring.StoreSecrets(ctx, a, secrets, remember)
	if err := p.keyring.Prune(ctx, before, a); err != nil && kept == nil {
		kept = err
	}
	return a, kept
}

// Remote opens an account's mailbox on its server.
func (p *poplar) Remote(ctx context.Context, id mail.AccountID) (model.Remote, error) {
	r, err := p.OpenRemote(ctx, id)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (p *poplar) RemoveAccount(ctx context.Context, id mail.AccountID) error {
	a, err := p.settings.Account(id)
	if err != nil {
		return err
	}
	if err := p.Forget(ctx, id); err != nil {
		return err
	}
	if err := p.settings.RemoveAccount(id); err != nil {
		return err
	}
	return p.keyring.Forget(ctx, a)
}

func (p *poplar) Secrets(ctx context.Context, a mail.Account) (model.Secrets, error) {
	secrets := model.Secrets{}
	for _, d := range append(a.OwnSecrets(), mail.SecretKinds...) {
		if a.SecretOf(d) != d || d == mail.Tokens && a.OAuth == nil || d == mail.ProxyWay && !strings.Contains(a.Proxy, "@") {
			continue
		}
		secret, err := p.keyring.Get(ctx, a.ID, d)
		if errors.Is(err, settings.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		secrets[d] = secret
	}
	return secrets, nil
}

func (p *poplar) Preferences() settings.Preferences { return p.settings.Preferences() }

func (p *poplar) SetPreferences(q settings.Preferences) error { return p.settings.SetPreferences(q) }

func (p *poplar) Aside() string { return p.settings.Aside() }

func (p *poplar) Test(ctx context.Context, a mail.Account, secrets model.Secrets, letter bool, report func(mail.Finding)) error {
	return p.Engine.Test(ctx, a, p.secretOf(ctx, a, secrets), letter, report)
}

func (p *poplar) TestSending(ctx context.Context, a mail.Account, secrets model.Secrets, report func(mail.Finding)) error {
	return p.Engine.TestSending(ctx, a, p.secretOf(ctx, a, secrets), report)
}

// secretOf gives the passwords of an account: those that were typed, or else those that are stored.
func (p *poplar) secretOf(ctx context.Context, a mail.Account, secrets model.Secrets) func(mail.Direction) (string, error) {
	typed := maps.Clone(secrets)
	return func(d mail.Direction) (string, error) {
		if secret, ok := typed[a.SecretOf(d)]; ok {
			return secret, nil
		}
		return p.keyring.Secret(ctx, a, d)
	}
}

func (p *poplar) SignIn(ctx context.Context, s model.SignIn) (string, error) {
	return p.Engine.SignIn(ctx, s.Account, s.Secret, s.Device, s.Open, s.Show, [3]string{s.Title, s.Done, s.Failed})
}

func (p *poplar) TakeOver(ctx context.Context, f mail.Foreign, password bool) (mail.Account, error) {
	secrets := model.Secrets{}
	if password {
		for d, secret := range p.Readable(f) {
			secrets[d] = secret
		}
	}
	a, err := p.putAccount(ctx, f.Account, secrets, !f.Account.AskPassword)
	if a.ID == "" {
		return a, err
	}
	// What is not to come twice is noted before anybody can ask for it.
	if held := p.Hold(ctx, a.ID, f.Held); held != nil {
		return a, errors.Join(err, held, p.settings.RemoveAccount(a.ID))
	}
	return a, errors.Join(err, p.Engine.SetAccounts(ctx, p.settings.Accounts()))
}

// Demo starts a second Poplar, which has nothing to do with this one but for its program.
func (p *poplar) Demo() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	//nolint:noctx // it outlives this window
	c := exec.Command(program, "demo")
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
