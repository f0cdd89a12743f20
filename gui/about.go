package gui

import (
	"runtime"
	"runtime/debug"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"poplar/assets"
	"poplar/gui/kit"
)

// about shows what Poplar is, in which version, and the licences of what it is made of.
func (w *window) about() {
	win := w.app.NewWindow(kit.T("About Poplar"))
	icon := canvas.NewImageFromResource(kit.Picture("poplar-128.png"))
	icon.FillMode = canvas.ImageFillContain
	icon.SetMinSize(fyne.NewSquareSize(64))
	version := w.o.Version
	if w.o.Commit != "" {
		version += " (" + w.o.Commit + ")"
	}
	line := func(text string, size float32, bold bool, c kit.Colour) fyne.CanvasObject {
		return kit.NewLine(text, size, bold, c).Align(fyne.TextAlignCenter)
	}
	head := container.New(layout.NewCustomPaddedVBoxLayout(4),
		container.NewCenter(icon),
		line("Poplar", 20, true, kit.Text),
		line(kit.T("A mail client for people who own their mail."), 13, false, kit.Text2),
		line(kit.T("Version %s, %s, %s", version, runtime.Version(), runtime.GOOS+"/"+runtime.GOARCH), 12, false, kit.Text3),
		line(kit.T("Free software under the MIT licence. It stands on these works:"), 12, false, kit.Text2),
	)
	licences := newLicenceList()
	page := container.NewBorder(container.New(kit.Inset{Left: 24, Top: 24, Right: 24, Bottom: 12}, head), nil, nil, nil, licences)
	ground := kit.NewFill(kit.Surface, 0)
	kit.SetContent(win, container.NewStack(ground, page))
	win.SetOnClosed(func() { kit.Forget(win) })
	win.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		if k.Name == fyne.KeyEscape {
			win.Close()
		}
	})
	win.Resize(fyne.NewSize(620, 600))
	win.Show()
}

// newLicenceList shows the licences of everything that is part of the program, line by line: one text of that length
// is more than Fyne lays out at once.
func newLicenceList() fyne.CanvasObject {
	lines := licenceLines()
	list := widget.NewList(func() int { return len(lines) }, func() fyne.CanvasObject {
		return kit.NewLine("", 11, false, kit.Text2).Shrink()
	}, func(i widget.ListItemID, o fyne.CanvasObject) {
		l := o.(*kit.Line)
		if lines[i].title {
			l.Set(lines[i].text, true, kit.Text)
		} else {
			l.Set(lines[i].text, false, kit.Text2)
		}
	})
	list.HideSeparators = true
	return container.New(kit.Inset{Left: 24, Right: 12, Bottom: 12}, list)
}

type licenceLine struct {
	text  string
	title bool
}

// licenceLines puts the version of each work, as it was built in, beside its name.
func licenceLines() []licenceLine {
	versions := map[string]string{}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, d := range info.Deps {
			versions[d.Path] = d.Version
		}
	}
	var out []licenceLine
	for _, l := range assets.Licences() {
		if l.Module != "" {
			name := l.Module
			if v := versions[name]; v != "" {
				name += " " + v
			}
			out = append(out, licenceLine{}, licenceLine{name, true})
			continue
		}
		for _, part := range folded(l.Text, licenceColumns) {
			out = append(out, licenceLine{text: part})
		}
	}
	return out
}

// licenceColumns is how long a line of a licence may be.
const licenceColumns = 96

// folded breaks a line at blanks into lines of at most n letters; longer words stay whole.
func folded(s string, n int) []string {
	var out []string
	for len(s) > n {
		at := strings.LastIndexByte(s[:n], ' ')
		if at <= 0 {
			break
		}
		out = append(out, s[:at])
		s = s[at+1:]
	}
	return append(out, s)
}
