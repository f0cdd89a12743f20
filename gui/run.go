package gui

import (
	"context"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"fyne.io/fyne/v2/app"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/gui/page"
	"poplar/mail"
)

// AppID is the application's id on every system.
const AppID = "app.poplar.Poplar"

// Options are what the window is told by whoever starts it.
type Options struct {
	Version, Commit string
	// Raised tells that Poplar was started a second time, with the mailto: link it was given or an empty string: the
	// window comes to the front.
	Raised <-chan string
	Newer  Newer  // nil: newer versions are never asked for, and the person is not asked whether they should be
	Mailto string // a mailto: link to begin a message with; empty: none
	Hidden bool   // begin in the tray
	// Desktop is what the system keeps for Poplar; nil: the person is offered nothing of it.
	Desktop model.Desktop
}

// Run opens the window and returns when Poplar is quit or ctx is cancelled. It must be called on the main goroutine.
// The engine behind p is running, and is the caller's to end.
func Run(ctx context.Context, p model.Poplar, o Options) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	dir, err := os.MkdirTemp("", "poplar-")
	if err != nil {
		return err
	}
	defer discard(dir)
	if cache, err := os.UserCacheDir(); err == nil {
		_ = os.MkdirAll(cache, 0o700) // Fyne makes its own folder there, but not this one
	}
	a := app.NewWithID(AppID)
	a.SetIcon(kit.Picture("poplar-256.png"))
	prefs := p.Preferences()
	kit.SetLanguage(prefs.Language)
	kit.SystemTheme(themeKnown())
	kit.SetTheme(prefs.Theme)
	kit.Start(kit.Main)
	page.Warm(kit.Main)

	if o.Hidden {
		o.Hidden, o.Mailto = trayComes(ctx, o)
	}
	w := newWindow(ctx, a, p, kit.Main, time.Now, o)
	w.opened.dir = dir
	w.win.SetMaster()
	w.win.SetCloseIntercept(w.close)
	w.tray = newTray(w)
	w.menuBar()
	listener, links := p.Listen(), systemLinks()
	a.Lifecycle().SetOnStarted(func() {
		pump{
			events: listener, raised: o.Raised, links: links, loop: kit.Main, handle: w.handle,
			raise: func(link string) { w.raise(); w.mailto(link) }, ended: a.Quit,
		}.start(ctx)
		if aside := p.Aside(); aside != "" {
			w.tell(kit.T("The settings could not be read"), settingsLost(aside))
		}
		w.mailto(o.Mailto)
		w.asking = kit.After(kit.Main, settled, w.lookForNewer)
		kit.After(kit.Main, settled, func() { kit.Do(ctx, kit.Main, giveBack, func(error) {}) })
	})
	if !o.Hidden || w.tray == nil {
		w.win.Show()
	}
	a.Run()
	cancel()
	return w.keep()
}

// settingsLost are the words for a settings file that was damaged and lies elsewhere now.
func settingsLost(aside string) string {
	return kit.T("The file was damaged. Poplar set it aside as %s and starts with none; no mail was touched.", aside)
}

// trayTime is how long a start at login waits for the desktop to have its tray.
const trayTime = 30 * time.Second

// trayComes waits until there is a tray to begin in, and reports whether there is one. It ends early when the person
// starts Poplar a second time, whose link it returns.
func trayComes(ctx context.Context, o Options) (hidden bool, mailto string) {
	ctx, cancel := context.WithTimeout(ctx, trayTime)
	defer cancel()
	every := time.NewTicker(500 * time.Millisecond)
	defer every.Stop()
	for !trayThere() {
		select {
		case link := <-o.Raised:
			return false, link
		case <-ctx.Done():
			return false, o.Mailto
		case <-every.C:
		}
	}
	return o.Mailto == "", o.Mailto
}

// settled is when the start is over: the fonts are read, the first list is on the screen.
const settled = 12 * time.Second

// giveBack returns to the system what only the start needed: reading fonts leaves more behind than a day of mail.
func giveBack(context.Context) error {
	debug.FreeOSMemory()
	return nil
}

// discard removes the folder of opened attachments, whose files are read-only.
func discard(dir string) {
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			_ = os.Chmod(path, 0o600)
		}
		return nil
	})
	_ = os.RemoveAll(dir) // what is still open elsewhere goes with the system's temporary files
}

// raise brings the window to the front.
func (w *window) raise() {
	w.win.Show()
	w.win.RequestFocus()
}

// close is the window's cross: Poplar goes on in the tray, if it may and there is one.
func (w *window) close() {
	w.remember()
	if w.prefs.Background && w.tray != nil {
		w.win.Hide()
		return
	}
	w.leave()
}

// remember notes the size of the window.
func (w *window) remember() {
	if s := w.win.Canvas().Size(); s.Width >= 480 && s.Height >= 360 {
		w.prefs.Window.Width, w.prefs.Window.Height = int(s.Width), int(s.Height)
	}
}

// keep stores how the window was left, after the loop has ended.
func (w *window) keep() error {
	now := w.p.Preferences()
	if now.Window == w.prefs.Window {
		return nil
	}
	now.Window = w.prefs.Window
	return w.p.SetPreferences(now)
}

// mailto begins a message from a mailto: link (RFC 6068), as soon as there is an account; anything else is passed over.
func (w *window) mailto(link string) {
	u, err := url.Parse(link)
	if err != nil || !strings.EqualFold(u.Scheme, "mailto") {
		return
	}
	if len(w.accounts) == 0 {
		w.link = link
		return
	}
	w.writeWith(func(d *mail.Draft) { model.FillFromMailto(d, u) })
}
