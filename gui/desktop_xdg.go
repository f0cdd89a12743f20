//go:build linux || freebsd || openbsd || netbsd

package gui

import (
	"context"
	"os"
	"time"

	"github.com/godbus/dbus/v5"
)

// desktopTime is how long the desktop may take to answer; on some it never does.
const desktopTime = 400 * time.Millisecond

// ask asks something on the session bus, and reports whether an answer came.
func ask(object, path, method string, answer any, args ...any) bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" { // asking would start a bus of our own
		return false
	}
	ctx, cancel := context.WithTimeout(context.Background(), desktopTime)
	defer cancel()
	bus, err := dbus.ConnectSessionBus(dbus.WithContext(ctx))
	if err != nil {
		return false
	}
	defer bus.Close() //nolint:errcheck // nothing was sent that could be lost
	return bus.Object(object, dbus.ObjectPath(path)).CallWithContext(ctx, method, 0, args...).Store(answer) == nil
}

// trayThere reports whether something on the desktop shows tray icons. Where nothing does, a closed window could not
// be brought back, so closing it ends Poplar.
func trayThere() bool {
	var there bool
	return ask("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus.NameHasOwner", &there, "org.kde.StatusNotifierWatcher") && there
}

// themeKnown reports whether the desktop says if it is light or dark. Fyne takes a silent one to be dark.
func themeKnown() bool {
	var v dbus.Variant
	return ask("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", "org.freedesktop.portal.Settings.Read", &v,
		"org.freedesktop.appearance", "color-scheme")
}
