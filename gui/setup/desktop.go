package setup

import (
	"context"
	"errors"

	"fyne.io/fyne/v2"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// chosen is what the system says of a choice it keeps.
type chosen int

// The answers of a system.
const (
	notYet chosen = iota // it was not asked, or does not say
	no
	yes
)

func chosenOf(on bool) chosen {
	if on {
		return yes
	}
	return no
}

// desktop reports whether the system's choices are offered.
func (w *PreferencesWindow) desktop() bool { return w.o.Desktop != nil && w.o.Desktop.Offered() }

// askDesktop asks the system what it keeps, and writes the rows anew when it has answered.
func (w *PreferencesWindow) askDesktop() {
	if !w.desktop() {
		return
	}
	var login, links bool
	var err, linksErr error
	kit.Do(w.ctx, w.loop, func(ctx context.Context) error {
		login, err = w.o.Desktop.StartsAtLogin()
		links, linksErr = w.o.Desktop.OpensMailLinks(ctx)
		return nil
	}, func(error) {
		if err == nil {
			w.atLogin = chosenOf(login)
		}
		if linksErr == nil {
			w.links = chosenOf(links)
		}
		w.write()
	})
}

// atLoginSwitch has Poplar start when the person logs in. It goes back where the system refuses.
func (w *PreferencesWindow) atLoginSwitch() fyne.CanvasObject {
	var s *kit.Switch
	s = kit.NewSwitch(w.atLogin == yes, func(on bool) {
		kit.Do(w.ctx, w.loop, func(context.Context) error { return w.o.Desktop.StartAtLogin(on) }, func(err error) {
			if err != nil {
				s.SetOn(!on)
			} else {
				w.atLogin = chosenOf(on)
			}
			w.notTaken(err)
		})
	})
	return s
}

// linksChoice makes Poplar the program for mail links, or says that it is.
func (w *PreferencesWindow) linksChoice() fyne.CanvasObject {
	if w.links == yes {
		return kit.NewLine(kit.T("Poplar opens them"), 13, false, kit.Text2)
	}
	return kit.NewButton(kit.T("Let Poplar open them"), "", kit.Plain, func() {
		var now bool
		kit.Do(w.ctx, w.loop, func(ctx context.Context) (err error) {
			now, err = w.o.Desktop.OpenMailLinks(ctx)
			return err
		}, func(err error) {
			switch {
			case errors.Is(err, model.ErrByHand):
				w.show(kit.NewBar(kit.ToneInfo, kit.T("Choose Poplar for mail in the system's settings."), kit.T("No program may choose itself here.")))
			case err == nil && !now:
				w.show(kit.NewBar(kit.ToneWarn, kit.T("The system kept the program it had."), kit.T("Choose Poplar for mail in the system's settings.")))
			default:
				w.notTaken(err)
			}
			if err == nil {
				w.links = chosenOf(now)
				w.write()
			}
		})
	})
}

// notTaken says why the system did not do what was asked; nil takes that back.
func (w *PreferencesWindow) notTaken(err error) {
	if err == nil {
		w.show(nil)
		return
	}
	w.show(kit.NewBar(kit.ToneErr, kit.T("The system did not take that."), "").Code(err.Error()))
}
