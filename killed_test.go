package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/mail/compose"
	"poplar/mail/mailtest"
	"poplar/settings"
)

// TestKilledWhileWriting kills Poplar without a word while a message is written: all that was there five seconds before
// is in Drafts afterwards, and is opened as it was.
func TestKilledWhileWriting(t *testing.T) {
	if os.Getenv("POPLAR_TEST_DESK") == "" {
		t.Skip("needs a display and a keyring: run through .ci/desk, as make test does")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	d := &desk{t: t, ctx: ctx, profile: t.TempDir(), home: t.TempDir()}
	pop := mailtest.StartPOP3(t, mailtest.POP3Options{})
	pop.AddUser("anna", testSecret)
	in := pop.Server("anna")
	d.verb(testSecret+"\n", "account", "add", "--name", "Anna", "--address", "anna@birch.example", "--pop", in.Addr(), "--pop-security", "none",
		"--pop-user", "anna", "--smtp", "127.0.0.1:9", "--smtp-security", "none", "--allow-plaintext", "--password-stdin")
	set, err := settings.Open(d.profile)
	if err != nil {
		t.Fatal(err)
	}
	p := set.Preferences()
	p.Background = false
	if err := set.SetPreferences(p); err != nil {
		t.Fatal(err)
	}

	d.open()
	d.window("Poplar")
	d.until("the first visit", func() bool { return pop.Count("QUIT") >= 1 })
	d.xdotool("key", "ctrl+n")
	d.window("New message")
	d.xdotool("sleep", "1", "type", "--delay", "30", "half typed")
	d.xdotool("key", "Tab", "sleep", "0.4", "type", "--delay", "30", "Unfinished")
	d.xdotool("key", "Return", "sleep", "0.4", "type", "--delay", "30", "quince marmalade")
	d.xdotool("key", "ctrl+shift+f", "sleep", "0.4", "key", "ctrl+b", "sleep", "0.2", "type", "--delay", "30", " boldly")
	large := filepath.Join(d.home, "orchard.bin") // a hundred megabytes cost a saving nothing
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 100<<20); err != nil {
		t.Fatal(err)
	}
	d.paste("file://" + large)
	d.xdotool("sleep", "5")
	d.xdotool("type", "--delay", "30", " and more")
	if err := d.program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = d.program.Wait() // it was killed

	if out := string(d.verb("", "search", "quince marmalade")); !strings.Contains(out, "Unfinished") {
		t.Fatalf("what was written five seconds before is lost: %q", out)
	}
	d.verb("", "verify")
	raw := string(d.verb("", "raw", strings.Fields(string(d.verb("", "search", "quince marmalade")))[0]))
	if !strings.Contains(raw, "quince marmalade") || !strings.Contains(raw, "half_typed") {
		t.Errorf("the draft is %s", raw)
	}
	if !strings.Contains(raw, "quince marmalade<b> boldly") {
		t.Errorf("the draft has lost its looks: %s", raw)
	}
	draft, err := compose.ParseDraft(mail.Bytes(raw), compose.InMemory)
	if err != nil || len(draft.Attach) != 1 || draft.Attach[0].Path != large || draft.Attach[0].Size != 100<<20 || len(raw) > 16<<10 {
		t.Errorf("the draft has %d octets and the attachments %+v, %v", len(raw), draft.Attach, err)
	}
}
