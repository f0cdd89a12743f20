// Package cli is Poplar's headless face: the same engine behind verbs. docs/cli.md describes them and their formats.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"poplar/mail"
)

// Exit codes of the program.
const (
	exitOK    = 0
	exitFail  = 1
	exitUsage = 2
)

// profileWait is how long a verb waits for another Poplar to leave the profile.
const profileWait = 10 * time.Second

// World is what the verbs need from outside.
type World struct {
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	Version string
	Commit  string
	Go      string
	// Window opens the window on a session and returns when it was closed. It is called on the program's main
	// goroutine.
	Window func(ctx context.Context, s *Session, begin Begin) error
	// Failed shows why the window's session cannot be opened, in the language of the preferences where they are known,
	// and returns when that was read; nil: it is only printed. It is called on the program's main goroutine.
	Failed func(ctx context.Context, language string, err error)
}

// Begin is how the window begins.
type Begin struct {
	Mailto string // a mailto: link to begin a message with; empty: none
	Hidden bool   // in the tray, where there is one
}

type flags struct {
	Profile string `help:"Folder below which everything is kept. Default: the system's own folders." env:"POPLAR_PROFILE" placeholder:"DIR"`
	JSON    bool   `name:"json" help:"Print one JSON object a line."`
	Verbose bool   `short:"v" help:"Log more, with the conversations with the servers (never with a secret)."`

	Window  windowVerb  `cmd:"" default:"withargs" hidden:"" help:"Open the window."`
	Account accountVerb `cmd:"" help:"Add, list, remove or test accounts."`
	Receive receiveVerb `cmd:"" help:"Make one visit to each account, or to those named."`
	List    listVerb    `cmd:"" help:"List messages, newest first."`
	Raw     rawVerb     `cmd:"" help:"Print a message's bytes as they were retrieved."`
	Search  searchVerb  `cmd:"" help:"Search all mail."`
	Send    sendVerb    `cmd:"" help:"Queue an RFC 5322 message and submit the outbox."`
	Outbox  outboxVerb  `cmd:"" help:"Show what waits to be sent, and why."`
	Import  importVerb  `cmd:"" help:"Take in mail from files: .eml, mbox, Maildir."`
	Export  exportVerb  `cmd:"" help:"Write mail into files: mbox, Maildir or .eml."`
	Parse   parseVerb   `cmd:"" help:"Show what Poplar sees in a message file."`
	Render  renderVerb  `cmd:"" help:"Draw an .html or .eml body into a picture, as the window does."`
	Verify  verifyVerb  `cmd:"" help:"Check the store."`
	Demo    demoVerb    `cmd:"" help:"Open the window on a throw-away profile with sample mail."`
	Version versionVerb `cmd:"" help:"Print the version."`
}

// run is what a verb is given.
type run struct {
	ctx   context.Context
	world World
	flags *flags
	log   *slog.Logger
}

// errQuiet ends a verb with exit code 1 when it has said on stdout what failed.
var errQuiet = errors.New("failed")

// usageError ends a verb with exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Main runs the program with args (without its name) and returns its exit code.
func Main(ctx context.Context, args []string, w World) int {
	var f flags
	exited := -1
	parser, err := kong.New(&f, kong.Name("poplar"), kong.Description("Mail that stays with you: POP3, SMTP, one local store."),
		kong.Writers(w.Stdout, w.Stderr), kong.Exit(func(code int) { exited = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(w.Stderr, "poplar:", err)
		return exitUsage
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 { // --help was printed
		return exited
	}
	if err != nil {
		fmt.Fprintf(w.Stderr, "poplar: %v (poplar --help lists the verbs)\n", err)
		return exitUsage
	}
	level := slog.LevelError // a verb says in one line what failed
	if f.Verbose {
		level = slog.LevelDebug
	}
	r := &run{ctx: ctx, world: w, flags: &f, log: slog.New(slog.NewTextHandler(w.Stderr, &slog.HandlerOptions{Level: level}))}
	err = parsed.Run(r)
	var usage usageError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		fmt.Fprintln(w.Stderr, "poplar:", oneLine(err))
		return exitUsage
	case !errors.Is(err, errQuiet):
		fmt.Fprintln(w.Stderr, "poplar:", oneLine(err))
	}
	return exitFail
}

func oneLine(err error) string {
	return strings.Join(strings.Fields(err.Error()), " ")
}

// emit prints v as one line of JSON, or without --json the text.
func (r *run) emit(v any, format string, args ...any) error {
	if !r.flags.JSON {
		_, err := fmt.Fprintf(r.world.Stdout, format+"\n", args...)
		return err
	}
	return writeJSON(r.world.Stdout, v)
}

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// problemJSON is how a problem stands in JSON output.
type problemJSON struct {
	Kind   mail.Kind `json:"kind"`
	What   string    `json:"what"`
	Advice string    `json:"advice"`
	Where  string    `json:"where,omitempty"`
	Said   string    `json:"said,omitempty"`
	Again  float64   `json:"again,omitempty"` // seconds until a retry makes sense
}

func asJSON(p *mail.Problem) *problemJSON {
	if p == nil {
		return nil
	}
	what, advice := p.Words()
	return &problemJSON{Kind: p.Kind, What: what, Advice: advice, Where: p.Where, Said: p.Said, Again: p.Again.Seconds()}
}

// sentence tells a problem in one line.
func sentence(p *mail.Problem) string {
	_, advice := p.Words()
	s := strings.TrimRight(p.Error(), ".!")
	if p.Certificate != nil && p.Certificate.Reason != "" {
		s += ": " + p.Certificate.Reason + "; no password was sent"
	}
	return s + ". " + advice + "."
}

type versionVerb struct{}

// Run prints the version.
func (versionVerb) Run(r *run) error {
	return r.emit(map[string]string{"version": r.world.Version, "commit": r.world.Commit, "go": r.world.Go},
		"poplar %s (%s, %s)", r.world.Version, r.world.Commit, r.world.Go)
}
