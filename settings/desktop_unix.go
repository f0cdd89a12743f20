//go:build !windows

package settings

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/adrg/xdg"
)

// desktopEntry is the name of Poplar's desktop entry, appID that of the application.
const (
	appID        = "app.poplar.Poplar"
	desktopEntry = appID + ".desktop"
)

// desktop is where a system keeps such things; tests have one of their own.
type desktop struct {
	mac    bool
	folder string // what starts at login: XDG's autostart, or the person's LaunchAgents
	// ask runs a program of the system and returns what it prints.
	ask func(ctx context.Context, name string, args ...string) (string, error)
}

// here fills in what the zero value stands for: this system.
func (s desktop) here() desktop {
	if s.folder == "" {
		s.mac = runtime.GOOS == "darwin"
		s.folder = filepath.Join(xdg.ConfigHome, "autostart")
		if s.mac {
			s.folder = filepath.Join(xdg.Home, "Library", "LaunchAgents")
		}
	}
	if s.ask == nil {
		s.ask = ask
	}
	return s
}

// ask runs a program of the system, for desktopTime at most.
func ask(ctx context.Context, name string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, desktopTime)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, args...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) && len(exit.Stderr) > 0 {
		err = fmt.Errorf("%s: %s", name, strings.TrimSpace(string(exit.Stderr)))
	}
	return strings.TrimSpace(string(out)), err
}

// autostart is the file that has Poplar start at login.
func (s desktop) autostart() string {
	if s.mac {
		return filepath.Join(s.folder, appID+".plist")
	}
	return filepath.Join(s.folder, desktopEntry)
}

// StartsAtLogin reports whether Poplar starts when the person logs in.
func (d *Desktop) StartsAtLogin() (bool, error) {
	s := d.system.here()
	data, err := os.ReadFile(s.autostart())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	}
	for line := range strings.Lines(string(data)) {
		// A desktop's own settings switch an entry off by such a line.
		switch strings.ReplaceAll(strings.TrimSpace(line), " ", "") {
		case "Hidden=true", "X-GNOME-Autostart-enabled=false":
			return false, nil
		}
	}
	return true, nil
}

// StartAtLogin has Poplar start in the tray when the person logs in, or no longer (Desktop Application Autostart
// Specification; a launch agent on macOS).
func (d *Desktop) StartAtLogin(on bool) error {
	s := d.system.here()
	if !on {
		if err := os.Remove(s.autostart()); !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return nil
	}
	command, err := d.command()
	if err != nil {
		return err
	}
	text := autostartEntry(command)
	if s.mac {
		text = launchAgent(command)
	}
	return writeFile(s.autostart(), []byte(text))
}

// autostartEntry is a desktop entry that runs command; where the program is gone, TryExec has the desktop pass over it.
func autostartEntry(command []string) string {
	words := make([]string, len(command))
	for i, w := range command {
		words[i] = execWord(w)
	}
	return "[Desktop Entry]\nType=Application\nName=Poplar\nIcon=" + appID + "\nTerminal=false\nX-GNOME-Autostart-enabled=true\nTryExec=" +
		strings.ReplaceAll(command[0], `\`, `\\`) + "\nExec=" + strings.Join(words, " ") + "\n"
}

// execWord writes a word of an Exec line: quoted, with what is special inside quotes escaped, per cent signs doubled, and
// the backslashes once more as in every string of a desktop entry.
func execWord(w string) string {
	w = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", `$`, `\$`, `%`, `%%`).Replace(w)
	return `"` + strings.ReplaceAll(w, `\`, `\\`) + `"`
}

// launchAgent is a property list that has launchd run command at login.
func launchAgent(command []string) string {
	var b strings.Builder
	b.WriteString(xml.Header + `<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>Label</key><string>` + appID + `</string>
<key>RunAtLoad</key><true/>
<key>ProcessType</key><string>Interactive</string>
<key>ProgramArguments</key><array>`)
	for _, w := range command {
		b.WriteString("<string>")
		_ = xml.EscapeText(&b, []byte(w)) // a Builder never fails
		b.WriteString("</string>")
	}
	b.WriteString("</array>\n</dict></plist>\n")
	return b.String()
}

// Launch Services, as JavaScript for Automation sees them.
const (
	macQuery  = `ObjC.import("CoreServices"); ObjC.unwrap($.LSCopyDefaultHandlerForURLScheme($("mailto")))`
	macChoose = `ObjC.import("CoreServices"); $.LSSetDefaultHandlerForURLScheme($("mailto"), $("` + appID + `"))`
)

// OpensMailLinks reports whether mailto: links open Poplar. An error means that the system does not say.
func (d *Desktop) OpensMailLinks(ctx context.Context) (bool, error) {
	s := d.system.here()
	if s.mac {
		id, err := s.ask(ctx, "osascript", "-l", "JavaScript", "-e", macQuery)
		return strings.EqualFold(id, appID), err
	}
	id, err := s.ask(ctx, "xdg-mime", "query", "default", "x-scheme-handler/mailto")
	return id == desktopEntry, err
}

// OpenMailLinks makes Poplar the program that mailto: links open, and reports whether it is now. It has to be installed:
// the system knows programs by their desktop entry, or their bundle.
func (d *Desktop) OpenMailLinks(ctx context.Context) (bool, error) {
	s := d.system.here()
	var err error
	if s.mac {
		_, err = s.ask(ctx, "osascript", "-l", "JavaScript", "-e", macChoose)
	} else {
		if _, there := xdg.SearchDataFile(filepath.Join("applications", desktopEntry)); there != nil && d.system.folder == "" {
			return false, fmt.Errorf("%w: Poplar is not installed, so there is no %s", ErrByHand, desktopEntry)
		}
		_, err = s.ask(ctx, "xdg-mime", "default", desktopEntry, "x-scheme-handler/mailto")
	}
	if err != nil {
		return false, err
	}
	return d.OpensMailLinks(ctx)
}
