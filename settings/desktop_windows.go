package settings

import (
	"context"
	"errors"
	"fmt"
	"syscall"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Where Windows keeps what starts at login, and what the person chose for mailto: links.
const (
	runKey    = `Software\Microsoft\Windows\CurrentVersion\Run`
	runName   = "Poplar"
	choiceKey = `Software\Microsoft\Windows\Shell\Associations\UrlAssociations\mailto\UserChoice`
	progID    = "Poplar.mailto"
)

// desktop is what tests have of their own.
type desktop struct {
	name string // of the value in runKey; "": runName
}

func (s desktop) runName() string {
	if s.name != "" {
		return s.name
	}
	return runName
}

// StartsAtLogin reports whether Poplar starts when the person logs in.
func (d *Desktop) StartsAtLogin() (bool, error) {
	return value(runKey, d.system.runName(), func(string) bool { return true })
}

// value reports whether the person's registry has a value that is as wanted.
func value(key, name string, wanted func(string) bool) (bool, error) {
	k, err := registry.OpenKey(registry.CURRENT_USER, key, registry.QUERY_VALUE)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer k.Close() //nolint:errcheck // only read
	v, _, err := k.GetStringValue(name)
	if errors.Is(err, registry.ErrNotExist) {
		return false, nil
	}
	return err == nil && wanted(v), err
}

// StartAtLogin has Poplar start in the tray when the person logs in, or no longer.
func (d *Desktop) StartAtLogin(on bool) (err error) {
	command, err := d.command()
	if err != nil {
		return err
	}
	k, _, err := registry.CreateKey(registry.CURRENT_USER, runKey, registry.SET_VALUE)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	if on {
		return k.SetStringValue(d.system.runName(), windows.ComposeCommandLine(command))
	}
	if err := k.DeleteValue(d.system.runName()); !errors.Is(err, registry.ErrNotExist) {
		return err
	}
	return nil
}

// OpensMailLinks reports whether mailto: links open Poplar.
func (d *Desktop) OpensMailLinks(context.Context) (bool, error) {
	return value(choiceKey, "ProgId", func(v string) bool { return v == progID })
}

// OpenMailLinks shows the page of the system's settings on which Poplar can be chosen, because Windows lets no program
// choose itself. The error wraps ErrByHand when it stands open.
func (d *Desktop) OpenMailLinks(context.Context) (bool, error) {
	page, err := syscall.UTF16PtrFromString("ms-settings:defaultapps?registeredAppUser=" + runName)
	if err != nil {
		return false, err
	}
	verb, err := syscall.UTF16PtrFromString("open")
	if err != nil {
		return false, err
	}
	if err := windows.ShellExecute(0, verb, page, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return false, fmt.Errorf("the settings could not be opened: %w", err)
	}
	return false, ErrByHand
}
