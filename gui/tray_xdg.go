//go:build linux || freebsd || openbsd || netbsd

package gui

import (
	"os"

	"github.com/godbus/dbus/v5"
)

// trayThere reports whether something on the desktop shows tray icons. Where nothing does, a closed window could not
// be brought back, so closing it ends Poplar.
func trayThere() bool {
	if os.Getenv("DBUS_SESSION_BUS_ADDRESS") == "" { // asking would start a bus of our own
		return false
	}
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		return false
	}
	defer bus.Close() //nolint:errcheck // nothing was sent that could be lost
	var there bool
	err = bus.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, "org.kde.StatusNotifierWatcher").Store(&there)
	return err == nil && there
}
