package setup

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
)

// fakeDesktop is a system that keeps two choices.
type fakeDesktop struct {
	sandbox bool
	refuses error // what it says instead of doing anything
	keeps   bool  // it takes another program's side over links

	mu           sync.Mutex
	login, links bool
}

func (d *fakeDesktop) Offered() bool { return !d.sandbox }

func (d *fakeDesktop) StartsAtLogin() (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.login, nil
}

func (d *fakeDesktop) StartAtLogin(on bool) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refuses == nil {
		d.login = on
	}
	return d.refuses
}

func (d *fakeDesktop) OpensMailLinks(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.links, nil
}

func (d *fakeDesktop) OpenMailLinks(context.Context) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.links = d.refuses == nil && !d.keeps
	return d.links, d.refuses
}

// lineOf reports whether a line of text stands in a window.
func lineOf(w fyne.Window, text string) bool {
	for _, o := range test.LaidOutObjects(w.Content()) {
		if l, ok := o.(*kit.Line); ok && strings.Contains(l.Text(), text) {
			return true
		}
	}
	return false
}

func TestPreferencesOfTheSystem(t *testing.T) {
	cases := []struct {
		name         string
		desktop      *fakeDesktop
		login, links bool   // afterwards
		said         string // title of the bar; "": none
	}{
		{"taken", &fakeDesktop{}, true, true, ""},
		{"the system has its own mind", &fakeDesktop{keeps: true}, true, false, "The system kept the program it had."},
		{"the person has to choose", &fakeDesktop{refuses: model.ErrByHand}, false, false, "Choose Poplar for mail in the system's settings."},
		{"refused", &fakeDesktop{refuses: errors.New("read-only file system")}, false, false, "The system did not take that."},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := start(t)
			w := NewPreferencesWindow(b.app, b.e, b.q.Loop, Options{Desktop: c.desktop})
			defer w.Window.Close()
			w.Window.Resize(fyne.NewSize(640, 800))
			b.until("the system was asked", func() bool { return w.links != notYet })
			var at *kit.Switch
			for _, o := range test.LaidOutObjects(w.Window.Content()) {
				if s, ok := o.(*kit.Switch); ok {
					at = s // the last one: updates are not offered
				}
			}
			if at == nil || at.On() {
				t.Fatal("the switch is not there, or on")
			}
			test.Tap(at)
			b.until("it was answered", func() bool { return w.atLogin == chosenOf(c.login) && at.On() == c.login })
			b.tap(w.Window.Content(), "Let Poplar open them")
			bar := func() string {
				for _, o := range test.LaidOutObjects(w.Window.Content()) {
					if bar, ok := o.(*kit.Bar); ok {
						return bar.Title()
					}
				}
				return ""
			}
			b.until("it was answered", func() bool { return bar() == c.said && lineOf(w.Window, "Poplar opens them") == c.links })
		})
	}
	b := start(t)
	w := NewPreferencesWindow(b.app, b.e, b.q.Loop, Options{Desktop: &fakeDesktop{sandbox: true}})
	defer w.Window.Close()
	if lineOf(w.Window, "Start when I log in") {
		t.Error("a sandbox offers what it cannot do")
	}
}
