package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/mailtest"
	"poplar/mail/message"
	"poplar/settings"
)

const testSecret = "Zq7-correct-horse-9"

// TestMain lets the test binary stand in for the program.
func TestMain(m *testing.M) {
	if os.Getenv("POPLAR_BE_PROGRAM") != "" {
		resolveBy(os.Getenv("POPLAR_TEST_DNS"))
		main()
		return
	}
	os.Exit(m.Run())
}

// TestVerbsSayNothingElse: whatever the locale, a verb's standard error holds its own words and nothing else.
func TestVerbsSayNothingElse(t *testing.T) {
	for _, locale := range []string{"", "C", "POSIX", "C.UTF-8", "en_US.UTF-8", "zh_CN.UTF-8", "nonsense"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "raw", "7")
		cmd.Env = append(os.Environ(), "POPLAR_BE_PROGRAM=1", "POPLAR_PROFILE="+t.TempDir(), "LANG="+locale, "LC_ALL="+locale)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Run(); err == nil {
			t.Errorf("%q: a message that is not there was printed", locale)
		}
		if s := stderr.String(); !strings.HasPrefix(s, "poplar: ") || strings.Count(s, "\n") != 1 {
			t.Errorf("%q: standard error holds %q", locale, s)
		}
	}
}

// desk is a real window on the private display of .ci/desk, driven as a person would.
type desk struct {
	t       *testing.T
	ctx     context.Context
	profile string
	home    string
	env     []string
	log     bytes.Buffer
	program *exec.Cmd
}

func (d *desk) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(d.ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), "POPLAR_BE_PROGRAM=1", "POPLAR_PROFILE="+d.profile, "HOME="+d.home)
	cmd.Env = append(cmd.Env, d.env...)
	return cmd
}

func (d *desk) verb(stdin string, args ...string) []byte {
	d.t.Helper()
	cmd := d.command(args...)
	cmd.Stdin = strings.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		d.t.Fatalf("poplar %v: %v\n%s", args, err, stderr.String())
	}
	return out
}

func (d *desk) open() {
	d.t.Helper()
	d.program = d.command()
	d.program.Stdout, d.program.Stderr = &d.log, &d.log
	d.program.Cancel = func() error { return nil } // its end is the clean-up's
	if err := d.program.Start(); err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() {
		if d.program.ProcessState == nil {
			end := os.Kill
			if d.t.Failed() {
				end = syscall.SIGQUIT // where it stands goes into the log
			}
			_ = d.program.Process.Signal(end)
			_ = d.program.Wait()
		}
		if d.t.Failed() {
			d.ctx = context.WithoutCancel(d.ctx)
			waits, err := d.command("--json", "outbox").CombinedOutput()
			d.t.Logf("the window's log:\n%s\nwhat waits to be sent (%v):\n%s", d.log.String(), err, waits)
		}
	})
}

// quit ends the window as a session's end does, and waits for it.
func (d *desk) quit() {
	d.t.Helper()
	if err := d.program.Process.Signal(syscall.SIGTERM); err != nil {
		d.t.Fatal(err)
	}
	if err := d.program.Wait(); err != nil {
		d.t.Fatalf("the window did not end well: %v", err)
	}
}

func (d *desk) xdotool(args ...string) string {
	d.t.Helper()
	out, err := exec.CommandContext(d.ctx, "xdotool", args...).CombinedOutput()
	if err != nil {
		d.t.Fatalf("xdotool %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// patience is how long anything may take to come about, on the slowest machine.
const patience = 90 * time.Second

// until tries again and again whether something has come about; a window tells nobody when it has drawn.
func (d *desk) until(what string, is func() bool) {
	d.t.Helper()
	enough := time.After(patience)
	for !is() {
		select {
		case <-enough:
			d.picture("failed")
			d.t.Fatalf("it never came to: %s", what)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// window waits for the window whose title has a part, raises it and returns its id.
func (d *desk) window(title string) string {
	d.t.Helper()
	var id string
	d.until("a window "+title, func() bool {
		out, _ := exec.CommandContext(d.ctx, "xdotool", "search", "--onlyvisible", "--name", title).Output()
		id, _, _ = strings.Cut(strings.TrimSpace(string(out)), "\n")
		return id != ""
	})
	d.xdotool("windowactivate", "--sync", id)
	return id
}

// click presses the mouse at a place of a window. Fyne takes a moment between the pointer's coming and its click.
func (d *desk) click(window string, x, y int) {
	d.t.Helper()
	d.xdotool("mousemove", "--window", window, strconv.Itoa(x), strconv.Itoa(y), "sleep", "0.6", "click", "1", "sleep", "0.4")
}

// paste types text by way of the clipboard: the way that works for every script.
func (d *desk) paste(text string) {
	d.t.Helper()
	cmd := exec.CommandContext(d.ctx, "xclip", "-selection", "clipboard")
	cmd.Stdin = strings.NewReader(text)
	if err := cmd.Run(); err != nil {
		d.t.Fatalf("xclip: %v", err)
	}
	d.xdotool("sleep", "0.3", "key", "ctrl+v", "sleep", "0.4")
}

// picture keeps a picture of the display where POPLAR_PICTURES says, for people to look at.
func (d *desk) picture(name string) {
	if dir := os.Getenv("POPLAR_PICTURES"); dir != "" {
		_ = exec.Command("import", "-window", "root", filepath.Join(dir, name+".png")).Run()
	}
}

// TestWindow writes a message with a Chinese subject and an attachment in the real window, sends it, retrieves it,
// opens it, and looks for the password in everything that was left behind.
func TestWindow(t *testing.T) {
	if os.Getenv("POPLAR_TEST_DESK") == "" {
		t.Skip("needs a display and a keyring: run through .ci/desk, as make test does")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	d := &desk{t: t, ctx: ctx, profile: t.TempDir(), home: t.TempDir()}
	if err := os.WriteFile(filepath.Join(d.home, "会议纪要.txt"), []byte("第一项：平面图\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	ca := mailtest.NewCA()
	caFile, err := ca.File(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{TLS: ca.ServerTLS(), ImplicitTLS: true})
	box := pop.AddUser("anna", testSecret)
	box.Add(mailtest.Sample(1, 900))
	smtp := mailtest.StartSMTP(t, mailtest.SMTPOptions{
		TLS: ca.ServerTLS(), RequireTLS: true, RequireAuth: true, Users: map[string]string{"anna": testSecret},
		Deliver: func(string) *mailtest.Mailbox { return box },
	})
	in, out := pop.Server("anna"), smtp.Server("anna")
	d.verb(testSecret+"\n", "account", "add", "--name", "Anna Lindqvist", "--address", "anna@birch.example", "--pop", in.Addr(), "--pop-security", "tls",
		"--pop-user", "anna", "--smtp", out.Addr(), "--smtp-security", "starttls", "--ca", caFile, "--password-stdin")
	set, err := settings.Open(d.profile)
	if err != nil {
		t.Fatal(err)
	}
	p := set.Preferences()
	p.UndoSeconds, p.MarkSeconds, p.Background = 0, 0, false
	if err := set.SetPreferences(p); err != nil {
		t.Fatal(err)
	}

	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the server saw %d USER, %d UIDL, %d RETR, %d QUIT", pop.Count("USER"), pop.Count("UIDL"), pop.Count("RETR"), pop.Count("QUIT"))
		}
	})
	d.open()
	main := d.window("Poplar")
	d.until("the first visit", func() bool { return pop.Count("QUIT") >= 1 })

	d.xdotool("key", "ctrl+n")
	letter := d.window("New message")
	d.xdotool("windowmove", letter, "0", "0", "sleep", "1")
	d.xdotool("type", "--delay", "30", "anna@birch.example")
	d.xdotool("key", "Tab", "sleep", "0.4")
	d.paste("会议纪要：十一月")
	d.xdotool("key", "Tab", "sleep", "0.4")
	d.paste("你好，Anna。\n\nSee the file.")
	d.click(letter, 149, 24)  // Attach
	d.xdotool("sleep", "1")   // the dialog reads its folder
	d.click(letter, 345, 210) // the only file
	d.click(letter, 715, 590) // the dialog's own Attach
	d.xdotool("sleep", "0.5")
	d.picture("composer")
	d.xdotool("key", "ctrl+Return")
	leaving, stop := context.WithTimeout(ctx, patience)
	defer stop()
	sent, err := smtp.Wait(leaving, 1)
	if err != nil {
		d.picture("failed")
		t.Fatalf("nothing was sent: %v", err)
	}

	d.window("Poplar")
	visits := pop.Count("QUIT")
	d.xdotool("key", "F5")
	d.until("the second visit", func() bool { return pop.Count("RETR") >= 2 && pop.Count("QUIT") > visits })
	d.xdotool("windowmove", main, "0", "0", "sleep", "1.5")
	d.click(main, 380, 145) // the first row: what was sent has just come back
	d.xdotool("sleep", "2.5")
	d.picture("main")
	d.quit()

	m, err := message.Open(mail.Bytes(sent[0].Raw))
	if err != nil || m.Subject != "会议纪要：十一月" || !strings.HasPrefix(m.Text, "你好，Anna。\n\nSee the file.") {
		t.Errorf("what was sent reads %+v (%v)", m, err)
	}
	if len(m.Parts) != 1 || m.Parts[0].Name != "会议纪要.txt" || m.Parts[0].Size != int64(len("第一项：平面图\n")) {
		t.Errorf("its attachments: %+v", m.Parts)
	}
	type listed struct {
		Folder, Subject string
		Flags           []string
	}
	var inbox, all []listed
	for line := range bytes.Lines(d.verb("", "--json", "list")) {
		var l listed
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
		if l.Folder == "Inbox" {
			inbox = append(inbox, l)
		}
	}
	if len(inbox) != 2 || inbox[0].Subject != "会议纪要：十一月" || strings.Join(inbox[0].Flags, " ") != "seen" {
		t.Errorf("the message came back, was listed and opened: %+v", all)
	}
	if len(all) != 3 {
		t.Errorf("the inbox's two and the copy in Sent make three: %+v", all)
	}
	d.verb("", "verify")
	d.noSecret()
}

// noSecret searches the profile, the home folder and the window's log.
func (d *desk) noSecret() { d.t.Helper(); d.noSecretOf("anna") }

// noSecretOf is noSecret for a user of that name.
func (d *desk) noSecretOf(user string) {
	d.t.Helper()
	search := func(where string, data []byte) {
		for _, form := range mailtest.SecretForms(user, testSecret) {
			if bytes.Contains(data, []byte(form)) {
				d.t.Errorf("%s holds the password as %q", where, form)
			}
		}
	}
	search("the log", d.log.Bytes())
	for _, dir := range []string{d.profile, d.home} {
		err := filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			if err != nil || !e.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(path)
			search(path, data)
			return err
		})
		if err != nil {
			d.t.Error(err)
		}
	}
}
