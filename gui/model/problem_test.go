package model

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"poplar/mail"
	"poplar/settings"
)

// english is the translator of the tests.
func english(s string, args ...any) string {
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

func TestTell(t *testing.T) {
	for _, c := range []struct {
		name string
		p    *mail.Problem
		want Told
	}{
		{"nothing", nil, Told{}},
		{
			"no host", &mail.Problem{Kind: mail.NoSuchHost, Where: "pop.exmaple.com:995"},
			Told{What: "No server named pop.exmaple.com", Advice: "Check the spelling", Remedy: EditServers, Button: "Edit servers…"},
		},
		{
			"no host, nowhere", &mail.Problem{Kind: mail.NoSuchHost},
			Told{What: "No server of that name", Advice: "Check the spelling", Remedy: EditServers, Button: "Edit servers…"},
		},
		{
			"port", &mail.Problem{Kind: mail.Unreachable, Where: "[2001:db8::1]:995"},
			Told{What: "The server does not answer on port 995", Advice: "A firewall or another port may be the reason", Remedy: RunDoctor, Button: "Test settings"},
		},
		{
			"in use", &mail.Problem{Kind: mail.MailboxInUse, Again: 5 * time.Minute, Said: "-ERR [IN-USE] locked\r\n"},
			Told{What: "Another program is reading this mailbox", Advice: "Next try in 5 minutes", Said: "-ERR [IN-USE] locked", Remedy: TryNow, Button: "Try now"},
		},
		{
			"one minute", &mail.Problem{Kind: mail.LoginDelay, Again: 100 * time.Second},
			Told{What: "The provider limits how often one may check", Advice: "Next check in 2 minutes", Remedy: CheckLess, Button: "Check less often…"},
		},
		{
			"seconds", &mail.Problem{Kind: mail.LoginDelay, Again: 900 * time.Millisecond},
			Told{What: "The provider limits how often one may check", Advice: "Next check in 1 second", Remedy: CheckLess, Button: "Check less often…"},
		},
		{
			"unknown says its cause", &mail.Problem{Kind: mail.Unknown, Err: errors.New("the cat was on the cable")},
			Told{What: "Something unexpected happened", Advice: "The log says more", Said: "the cat was on the cable"},
		},
		{
			"full disk names the place", &mail.Problem{Kind: mail.DiskFull, Where: "/home"},
			Told{What: "The disk is full; nothing was deleted on the server", Advice: "Free some space", Said: "/home"},
		},
		{
			"denied", settings.ErrDenied.Problem(),
			Told{What: "The keyring did not let Poplar in", Advice: "Allow it there, or type the password for this session", Remedy: EnterPassword, Button: "Type password…"},
		},
		{
			"too long", settings.ErrTooLong.Problem(),
			Told{
				What: "The password is longer than this system's keyring takes", Advice: "Type the password for this session",
				Said: settings.ErrTooLong.Why, Remedy: EnterPassword, Button: "Type password…",
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Tell(c.p, english)
			if c.name == "too long" {
				got.Said = c.want.Said
			}
			if got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
		})
	}
	if got := Tell(&mail.Problem{Kind: mail.NoSuchHost, Where: "x.org:1"}, english).Line(english); got != "No server named x.org. Check the spelling." {
		t.Errorf("as a line: %q", got)
	}
}

func TestKeyringRefused(t *testing.T) {
	for _, c := range []struct {
		err  error
		want bool
	}{
		{settings.ErrLocked, true},
		{settings.ErrAbsent, true},
		{settings.ErrDenied, true},
		{settings.ErrTooLong, true},
		{fmt.Errorf("saving: %w", settings.ErrLocked), true},
		{settings.ErrNotFound, false},
		{errors.New("disk full"), false},
		{nil, false},
	} {
		if got := KeyringRefused(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
}

// Every text this package gives to a translator has its Chinese, and so has every Problem.
func TestEverythingIsTranslated(t *testing.T) {
	zh := map[string]string{}
	files, err := os.ReadDir("../../assets/i18n/zh")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		src, err := os.ReadFile("../../assets/i18n/zh/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(src, &zh); err != nil {
			t.Errorf("%s: %v", f.Name(), err)
		}
	}
	need := func(s, where string) {
		if zh[s] == "" {
			t.Errorf("%s: %q has no Chinese", where, s)
		}
		if strings.Count(zh[s], "%") != strings.Count(s, "%") {
			t.Errorf("%s: %q and %q take different arguments", where, s, zh[s])
		}
	}
	for _, k := range mail.Kinds {
		what, advice := (&mail.Problem{Kind: k}).Words()
		need(what, "mail")
		need(advice, "mail")
	}
	for _, r := range mail.Reasons() {
		w, _ := r.Words()
		for _, text := range []string{w.What, w.Why, w.Do} {
			if text != "" {
				need(text, string(r))
			}
		}
	}
	for _, s := range []string{
		WrongNoAt, WrongNoUser, WrongNoHost, WrongHost, WrongUser, WrongLong, WrongNothing, DoubtNoDomain,
	} {
		need(s, "addresses.go")
	}
	for _, p := range phrases {
		need(p.text, "seen.go")
	}
	for _, c := range careful {
		need(c.what, "danger.go")
	}
	for _, s := range scripts {
		need(s.title, "charsets.go")
	}
	for _, s := range waits {
		need(s, "waiting.go")
	}
	// What the engine says of messages in fixed words.
	words := regexp.MustCompile(`(?m)^\t[a-zA-Z]\w+ += ("(?:[^"\\]|\\.)*")$`)
	for file, least := range map[string]int{"bounce_why.go": 10, "problems.go": 15} {
		src, err := os.ReadFile("../../mail/message/" + file)
		if err != nil {
			t.Fatal(err)
		}
		found := words.FindAllStringSubmatch(string(src), -1)
		if len(found) < least {
			t.Errorf("%s: %d sentences", file, len(found))
		}
		for _, m := range found {
			var s string
			if err := json.Unmarshal([]byte(m[1]), &s); err != nil {
				t.Errorf("%s: %v", file, err)
			}
			need(s, file)
		}
	}
	quoted := `("(?:[^"\\]|\\.)*")`
	call := regexp.MustCompile(`\b(?:tr|T)\(` + quoted + `|\b(?:count|N)\([^"]*` + quoted + `, ` + quoted + `|return ` + quoted + `$|: +\{` + quoted + `, ` + quoted + `\},$`)
	for _, name := range []string{"problem.go", "setup.go", "reach.go", "verdict.go", "doctor.go", "composer.go", "outbox.go", "seen.go", "find.go", "delivery.go", "origin.go", "invitation.go", "remark.go", "charsets.go"} {
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(src), "\n") {
			for _, m := range call.FindAllStringSubmatch(strings.TrimSpace(line), -1) {
				for _, q := range m[1:] {
					if len(q) > 2 {
						var s string
						if err := json.Unmarshal([]byte(q), &s); err == nil && strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && s != "-- \n" {
							need(s, name)
						}
					}
				}
			}
		}
	}
}
