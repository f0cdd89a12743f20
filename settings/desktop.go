package settings

import (
	"errors"
	"os"
	"time"
)

// Desktop is what the operating system keeps for Poplar among the person's own settings: whether it starts when they
// log in, and whether it is the program that mailto: links open.
type Desktop struct {
	// Args are given to the program that starts at login, besides HiddenFlag.
	Args []string

	program string // its path; "": the program that runs
	system  desktop
}

// HiddenFlag has the window begin in the tray.
const HiddenFlag = "--hidden"

// desktopTime is how long a program of the system may take to answer.
const desktopTime = 5 * time.Second

// ErrByHand says that this system lets the person alone choose.
var ErrByHand = errors.New("this can be chosen in the system's settings only")

// Offered reports whether Poplar may change such settings: inside a sandbox it cannot.
func (d *Desktop) Offered() bool { return os.Getenv("FLATPAK_ID") == "" && os.Getenv("SNAP") == "" }

// command is the program by its full path, and what it is given at login.
func (d *Desktop) command() ([]string, error) {
	path := d.program
	if path == "" {
		var err error
		if path, err = os.Executable(); err != nil {
			return nil, err
		}
	}
	return append(append([]string{path}, d.Args...), HiddenFlag), nil
}
