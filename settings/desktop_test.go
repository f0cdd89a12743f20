//go:build !windows

package settings

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestStartAtLogin(t *testing.T) {
	t.Parallel()
	const awkward = "/opt/My $Mail \"a\\b\" 100%/poplar"
	cases := []struct {
		name, file string
		mac        bool
		wants      []string
	}{
		{"xdg", "app.poplar.Poplar.desktop", false, []string{
			"[Desktop Entry]\nType=Application\n",
			"TryExec=/opt/My $Mail \"a\\\\b\" 100%/poplar\n",
			`Exec="/opt/My \\$Mail \\"a\\\\b\\" 100%%/poplar" "--profile" "/home/anna/mail & more" "--hidden"` + "\n",
		}},
		{"mac", "app.poplar.Poplar.plist", true, []string{
			"<key>RunAtLoad</key><true/>",
			`<string>/opt/My $Mail &#34;a\b&#34; 100%/poplar</string>`,
			"<string>/home/anna/mail &amp; more</string><string>--hidden</string></array>",
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "not", "there yet")
			d := &Desktop{Args: []string{"--profile", "/home/anna/mail & more"}, program: awkward, system: desktop{mac: c.mac, folder: dir}}
			if on, err := d.StartsAtLogin(); on || err != nil {
				t.Fatalf("before: %v, %v", on, err)
			}
			if err := d.StartAtLogin(false); err != nil {
				t.Fatalf("switching off what is off: %v", err)
			}
			if err := d.StartAtLogin(true); err != nil {
				t.Fatal(err)
			}
			if on, err := d.StartsAtLogin(); !on || err != nil {
				t.Fatalf("switched on: %v, %v", on, err)
			}
			text, err := os.ReadFile(filepath.Join(dir, c.file))
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range c.wants {
				if !strings.Contains(string(text), w) {
					t.Errorf("no %q in\n%s", w, text)
				}
			}
			if err := d.StartAtLogin(false); err != nil {
				t.Fatal(err)
			}
			if on, err := d.StartsAtLogin(); on || err != nil {
				t.Fatalf("switched off: %v, %v", on, err)
			}
		})
	}
}

// A desktop's own settings switch an entry off without taking it away.
func TestStartAtLoginSwitchedOffElsewhere(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"Hidden=true", "X-GNOME-Autostart-enabled = false"} {
		d := &Desktop{program: "/usr/bin/poplar", system: desktop{folder: t.TempDir()}}
		file := filepath.Join(d.system.folder, "app.poplar.Poplar.desktop")
		if err := os.WriteFile(file, []byte("[Desktop Entry]\nExec=poplar\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if on, err := d.StartsAtLogin(); on || err != nil {
			t.Errorf("%s: %v, %v", line, on, err)
		}
		if err := d.StartAtLogin(true); err != nil {
			t.Fatal(err)
		}
		if on, err := d.StartsAtLogin(); !on || err != nil {
			t.Errorf("%s, then on: %v, %v", line, on, err)
		}
	}
}

func TestOpenMailLinks(t *testing.T) {
	t.Parallel()
	refuses := errors.New("no such program")
	cases := []struct {
		name   string
		mac    bool
		chosen string // what the system knows, and learns
		learns string
		err    error
		want   bool
		said   string
	}{
		{"chosen", false, "other.desktop", "app.poplar.Poplar.desktop", nil, true, "xdg-mime default app.poplar.Poplar.desktop x-scheme-handler/mailto"},
		{"kept by the system", false, "other.desktop", "other.desktop", nil, false, "xdg-mime default app.poplar.Poplar.desktop x-scheme-handler/mailto"},
		{"nobody to ask", false, "", "", refuses, false, "xdg-mime default app.poplar.Poplar.desktop x-scheme-handler/mailto"},
		{"mac", true, "com.apple.mail", "app.poplar.poplar", nil, true, "osascript -l JavaScript -e"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var said []string
			chosen := c.chosen
			d := &Desktop{system: desktop{mac: c.mac, folder: t.TempDir(), ask: func(_ context.Context, name string, args ...string) (string, error) {
				line := strings.Join(append([]string{name}, args...), " ")
				said = append(said, line)
				if c.err != nil {
					return "", c.err
				}
				if strings.Contains(line, "query") || strings.Contains(line, "Copy") {
					return chosen, nil
				}
				chosen = c.learns
				return "", nil
			}}}
			if on, err := d.OpensMailLinks(t.Context()); on || !errors.Is(err, c.err) {
				t.Fatalf("before: %v, %v", on, err)
			}
			on, err := d.OpenMailLinks(t.Context())
			if on != c.want || !errors.Is(err, c.err) {
				t.Errorf("got %v, %v", on, err)
			}
			if !slices.ContainsFunc(said, func(s string) bool { return strings.HasPrefix(s, c.said) }) {
				t.Errorf("the system was asked %q", said)
			}
		})
	}
}
