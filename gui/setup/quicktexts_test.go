package setup

import (
	"errors"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/settings"
)

// keeper keeps preferences, or cannot.
type keeper struct {
	model.Poplar
	mu    sync.Mutex
	prefs settings.Preferences
	fail  error
}

func (k *keeper) Preferences() settings.Preferences {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.prefs
}

func (k *keeper) SetPreferences(p settings.Preferences) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.fail == nil {
		k.prefs = p
	}
	return k.fail
}

func TestQuickTextsAreEdited(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	p := &keeper{prefs: settings.Preferences{Theme: "dark", QuickTexts: []model.QuickText{{Name: "thanks", Text: "Thank you"}}}}
	q := kit.NewQueue()
	w := NewQuickTextsWindow(app, p, q.Loop, Options{})
	defer w.Window.Close()
	until := func(what string, done func() bool) {
		t.Helper()
		if !q.Until(5*time.Minute, done) {
			t.Fatalf("never: %s; %+v", what, p.Preferences().QuickTexts)
		}
	}
	edit := func(was model.QuickText, name, text string) (open bool) {
		w.edit(was)
		w.name.SetText(name)
		w.text.SetText("")
		insert(w.text, text)
		if w.ask.Choices[1].Do() {
			w.ask.Close()
		}
		return w.name.Wrong() != "" || w.text.Wrong() != ""
	}
	if !edit(model.QuickText{}, "", "x") || !edit(model.QuickText{}, "a", " ") || !edit(model.QuickText{}, "thanks", "x") {
		t.Error("a text without a name, without words or with another's name is taken")
	}
	if edit(model.QuickText{}, "hello", "Dear {first}") {
		t.Error("a good text is not taken")
	}
	until("it is stored", func() bool { return len(w.list) == 2 && p.Preferences().QuickTexts[1].Text == "Dear {first}" })
	edit(w.list[0], "many thanks", "Thank you, {name}")
	until("it has another name", func() bool {
		return p.Preferences().QuickTexts[0].Name == "many thanks" && len(p.Preferences().QuickTexts) == 2
	})
	w.remove(w.list[0])
	w.ask.Choices[0].Do()
	until("it is gone", func() bool { return len(w.list) == 1 && w.list[0].Name == "hello" })
	if p.Preferences().Theme != "dark" {
		t.Error("other preferences were changed")
	}
	p.mu.Lock()
	p.fail = errors.New("the disk is full")
	p.mu.Unlock()
	w.remove(w.list[0])
	w.ask.Choices[0].Do()
	until("the failure is told", func() bool { return len(w.notice.Objects) > 0 })
	if len(w.list) != 1 {
		t.Error("what could not be deleted is gone from the list")
	}
}
