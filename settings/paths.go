package settings

import (
	"path/filepath"
	"runtime"

	"github.com/adrg/xdg"
)

// Paths are the folders Poplar keeps things in.
type Paths struct {
	Config string // the settings file
	Data   string // the store
	Logs   string // logs and crash reports
}

// pathsOf returns the folders of a profile, or for "" those of the operating system: the XDG base directories on
// Linux, Application Support on macOS, the local application data folder on Windows.
func pathsOf(profile string) (Paths, error) {
	if profile != "" {
		dir, err := filepath.Abs(profile)
		if err != nil {
			return Paths{}, err
		}
		return Paths{Config: dir, Data: filepath.Join(dir, "data"), Logs: filepath.Join(dir, "logs")}, nil
	}
	name := "Poplar"
	if runtime.GOOS != "windows" && runtime.GOOS != "darwin" {
		name = "poplar"
	}
	return Paths{
		Config: filepath.Join(xdg.ConfigHome, name),
		Data:   filepath.Join(xdg.DataHome, name),
		Logs:   filepath.Join(xdg.StateHome, name),
	}, nil
}
