package setup

import (
	"errors"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/mail"
	"poplar/settings"
)

func TestAbsentKeyringIsNotALockedOne(t *testing.T) {
	b := start(t)
	w := b.app.NewWindow("")
	defer w.Close()
	w.Resize(fyne.NewSize(800, 600))
	for _, c := range []struct {
		err   error
		title string
		acts  []string
	}{
		{settings.ErrAbsent, "This system has no keyring", []string{"Keep for this session", "How to get one"}},
		{settings.ErrLocked, "The keyring is locked", []string{"Try again", "Ask me each time"}},
		{settings.ErrDenied, "The keyring did not let Poplar in", []string{"Try again", "Ask me each time"}},
	} {
		again, session := false, false
		bar := keyringBar(w, c.err, "Saved.", func() { again = true }, func() { session = true })
		if bar.Title() != c.title || strings.Join(bar.Acts(), "|") != strings.Join(c.acts, "|") || !strings.HasPrefix(bar.Text(), "Saved. Poplar can ") {
			t.Errorf("%v: %q, %q, %v", c.err, bar.Title(), bar.Text(), bar.Acts())
		}
		bar.Do(0)
		if absent := errors.Is(c.err, settings.ErrAbsent); session != absent || again == absent {
			t.Errorf("%v: the first button tries again %v, keeps it %v", c.err, again, session)
		}
	}
	keyringBar(w, settings.ErrAbsent, "", nil, nil).Do(1)
	top := w.Canvas().Overlays().Top()
	if top == nil {
		t.Fatal("nothing tells how to get one")
	}
	said := ""
	for _, o := range test.LaidOutObjects(top) {
		if p, ok := o.(*kit.Para); ok {
			said += p.Text()
		}
	}
	if !strings.Contains(said, "gnome-keyring") {
		t.Errorf("it says %q", said)
	}
	b.tap(top, "Close")

	q := AskPassword(w, b.e, b.q.Loop, account(), mail.Incoming, &mail.Problem{Kind: mail.KeyringAbsent}, nil)
	if q.Remember.On() || q.Notice() == nil || q.Notice().Acts()[0] != "How to get one" {
		t.Error("the question for a password does not say that it cannot be kept")
	}
}
