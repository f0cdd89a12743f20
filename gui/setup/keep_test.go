package setup

import (
	"strings"
	"testing"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func TestPolicySaysWhatItWouldDelete(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	b.e.removals = 37
	w.keep.Choose(1)
	b.until("said", func() bool { return w.keep.effect.Visible() })
	if got := w.keep.effect.Text(); got != "37 messages would be removed from the server at the next check." {
		t.Errorf("beside the policy stands %q", got)
	}
	fill(w.fields[model.FieldDays], "x")
	if w.keep.effect.Visible() {
		t.Error("a policy that cannot be is said to delete something")
	}
	fill(w.fields[model.FieldDays], "14")
	w.Save(nil)
	b.until("the question", func() bool { return w.Window.Canvas().Overlays().Top() != nil })
	if len(b.e.saved) != 0 || w.closed {
		t.Fatal("saved without a yes")
	}
	b.e.mu.Lock()
	got := b.e.asked
	b.e.mu.Unlock()
	if got.Mode != mail.KeepDays || got.Days != 14 {
		t.Errorf("asked what %+v would delete", got)
	}
	b.tap(w.Window.Canvas().Overlays().Top(), "Save and remove them")
	b.until("saved", func() bool { return w.closed })
	if got := b.e.saved[0].Keep; got != (mail.Keep{Mode: mail.KeepDays, Days: 14}) {
		t.Errorf("%+v", got)
	}
}

func TestPolicyThatDeletesNothingAsksNothing(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	w.keep.Choose(2)
	fill(w.fields[model.FieldDays], "250")
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	if got := b.e.saved[0].Keep; got != (mail.Keep{Mode: mail.KeepNewest, Count: 250}) {
		t.Errorf("%+v", got)
	}
}

func TestNumberGoesWithThePolicy(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	for i, c := range model.KeepChoices {
		w.keep.Choose(i)
		if w.keep.number.Visible() != (c.Unit != "") || w.keep.note.Text() != c.Note {
			t.Errorf("%s: a number is shown: %v", c.Name, w.keep.number.Visible())
		}
		if c.Unit == "" {
			continue
		}
		fill(w.fields[model.FieldDays], "0")
		if w.form.Check(model.FieldDays) == "" {
			t.Errorf("%s: 0 is taken", c.Name)
		}
	}
	kit.SetLanguage("zh")
	defer kit.SetLanguage("en")
	for _, c := range model.KeepChoices {
		for _, s := range []string{c.Name, c.Unit, c.Note} {
			if s != "" && s != "MB" && kit.T(s) == s {
				t.Errorf("%q has no Chinese", s)
			}
		}
	}
}

func TestRecentModeIsGmailsAlone(t *testing.T) {
	b := start(t)
	a := account()
	w := b.account(&a, Options{})
	if w.keep.recent.Visible() {
		t.Error("recent mode is offered for any server")
	}
	fill(w.in.host, "pop.gmail.com")
	if !w.keep.recent.Visible() || !strings.Contains(w.keep.gmail.Text(), "hides") {
		t.Error("recent mode is not offered, or not explained")
	}
	w.form.Recent = true
	if got := w.form.Account(); !got.Recent || got.POP3().User != "recent:"+got.Incoming.User || got.SMTP().User != got.Incoming.User {
		t.Errorf("%+v", got)
	}
}
