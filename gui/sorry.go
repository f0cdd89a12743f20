package gui

import (
	"context"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Sorry shows why Poplar cannot start, in the language of the preferences, and returns when that was read or ctx is
// cancelled. It must be called on the main goroutine.
func Sorry(ctx context.Context, language string, err error) {
	if p := mail.ProblemOf(err); p == nil || p.Kind == mail.Cancelled {
		return
	}
	a := app.NewWithID(AppID)
	a.SetIcon(kit.Picture("poplar-256.png"))
	kit.SetLanguage(language)
	kit.SystemTheme(themeKnown())
	kit.Start(kit.Main)
	newSorry(a, err)
	defer context.AfterFunc(ctx, func() { kit.Main(a.Quit) })()
	a.Run()
}

// newSorry opens the window that Sorry shows. Enter and Escape close it.
func newSorry(a fyne.App, err error) fyne.Window {
	const width = 480
	win := a.NewWindow("Poplar")
	what, detail := sorryWords(err)
	parts := []fyne.CanvasObject{kit.NewPara(kit.T("Poplar cannot start"), 15, true, kit.Text), kit.NewPara(what, 13, false, kit.Text2)}
	if detail != "" {
		parts = append(parts, kit.NewPara(detail, 12, false, kit.Text3))
	}
	column := &kit.Column{Gap: 10, Pad: fyne.NewSize(24, 22)}
	foot := kit.NewFoot(24, nil, []fyne.CanvasObject{kit.NewButton(kit.T("Quit"), "", kit.Filled, win.Close)})
	kit.SetContent(win, container.NewStack(kit.NewFill(kit.Surface, 0), container.NewBorder(nil, foot, nil, nil, container.New(column, parts...))))
	win.SetOnClosed(func() { kit.Forget(win) })
	win.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		switch k.Name {
		case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter:
			win.Close()
		}
	})
	win.SetMaster()
	win.Resize(fyne.NewSize(width, column.Height(parts, width)+foot.MinSize().Height))
	win.SetFixedSize(true)
	win.CenterOnScreen()
	win.Show()
	return win
}

// sorryWords are what happened and what to do, and below it the place and the cause in the system's own words.
func sorryWords(err error) (what, detail string) {
	p := mail.ProblemOf(err)
	if p.Kind == mail.Unknown { // it has no words but its own
		return err.Error(), ""
	}
	told := model.Tell(p, kit.T)
	if p.Kind == mail.NotWritable { // nothing goes on by itself before it began
		told.Advice = kit.T("Let Poplar write to this folder, then start it again")
	}
	lines := []string{p.Where}
	if p.Err != nil {
		lines = append(lines, p.Err.Error())
	}
	return model.Sentences(kit.T, told.What, told.Advice), strings.TrimSpace(strings.Join(lines, "\n"))
}
