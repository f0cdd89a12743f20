// Package setup has the windows in which accounts are made, changed and tested, the questions about passwords and
// certificates, and the preferences. It knows the engine by the interfaces of model and calls back by its options.
package setup

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

// Options say whom a window of this package calls back, always on the loop. All are optional.
type Options struct {
	OnSaved  func(a mail.Account)    // an account was made or changed
	OnRemove func(id mail.AccountID) // an account and its mail are gone
	// OnByHand: the person wants the account window for an account that is begun, with the passwords typed so far.
	OnByHand func(a mail.Account, typed model.Secrets)
	OnChosen func(a mail.Account)      // an account is to be edited; nil: the window opens the account window itself
	OnPrefs  func(p model.Preferences) // preferences changed, and are stored
	// OnAskAgain asks to forget whose pictures from the internet are shown unasked.
	OnAskAgain   func()
	OnQuickTexts func() // the quick texts are to be edited; nil: the window opens theirs itself
	OnClosed     func()
	Focus        model.Field   // where the account window begins
	Typed        model.Secrets // passwords that the account window begins with
	Updates      bool          // newer versions can be asked for: the preferences offer it
	Desktop      model.Desktop // what the system keeps for Poplar; nil: the preferences do not offer it
	Tab          int           // of the account window: one of the Tab constants
}

// frame is what the windows of this package have in common.
type frame struct {
	Window fyne.Window
	loop   kit.Loop
	ctx    context.Context // it lasts exactly as long as the window, and ends what the window began
	cancel context.CancelFunc
	ending []func() // called when the window closes
}

func newFrame(app fyne.App, loop kit.Loop, title string, size fyne.Size, closed func()) *frame {
	f := &frame{Window: app.NewWindow(title), loop: loop}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	f.Window.SetPadded(false)
	f.Window.Resize(size)
	f.Window.SetOnClosed(func() {
		f.cancel()
		for _, end := range f.ending {
			end()
		}
		kit.Forget(f.Window)
		if closed != nil {
			closed()
		}
	})
	return f
}

func (f *frame) fill(content fyne.CanvasObject) {
	kit.SetContent(f.Window, container.NewStack(kit.NewFill(kit.Surface, 0), content))
}

// keys has Enter do what the window's main button does, and Escape what the one beside it does, where nothing in the
// window has a use for these keys and no question is open.
func (f *frame) keys(enter, escape func()) {
	f.Window.Canvas().SetOnTypedKey(func(k *fyne.KeyEvent) {
		switch {
		case f.Window.Canvas().Overlays().Top() != nil:
		case k.Name == fyne.KeyEscape:
			escape()
		case k.Name == fyne.KeyReturn, k.Name == fyne.KeyEnter:
			enter()
		}
	})
}

// Show brings the window up, or to the front.
func (f *frame) Show() {
	f.Window.Show()
	f.Window.RequestFocus()
}

// tr is the translator that model is given.
func tr(s string, args ...any) string { return kit.T(s, args...) }
