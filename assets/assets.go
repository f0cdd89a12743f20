// Package assets holds what ships inside the program: the icons, and the translations of its texts.
package assets

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed icons i18n
var files embed.FS

// Icon returns the source of a user-interface icon of icons/ui: one or more paths on a 20-unit grid, stroked in
// #000000. It is nil where there is none of that name.
func Icon(name string) []byte { return read("icons/ui/" + name + ".svg") }

// Picture returns a file of icons by its name: the application's icon ("poplar.svg", "poplar-256.png") and the tray's
// ("tray-black-22.png"). It is nil where there is none of that name.
func Picture(name string) []byte { return read("icons/" + name) }

func read(path string) []byte {
	b, err := files.ReadFile(path)
	if err != nil {
		return nil
	}
	return b
}

// Translations are the files of one language ("zh"): JSON objects from the English text to the translated one, one
// file per room of the window.
func Translations(language string) fs.FS {
	sub, err := fs.Sub(files, "i18n/"+language)
	if err != nil { // the name is no valid path
		return embed.FS{}
	}
	return sub
}

// Licence is a line of the licences of what Poplar is built of: the name of a module, or a line of its licence.
type Licence struct {
	Module string
	Text   string
}

// Licences are the licences of every module that is part of the program, as their authors wrote them.
func Licences() []Licence {
	var out []Licence
	for line := range strings.Lines(string(licences)) {
		line = strings.TrimRight(line, "\r\n")
		if module, ok := strings.CutPrefix(line, "=== "); ok {
			out = append(out, Licence{Module: module})
			continue
		}
		out = append(out, Licence{Text: line})
	}
	return out
}

//go:embed licences.txt
var licences []byte
