package setup

import (
	"testing"

	"fyne.io/fyne/v2"

	"poplar/mail"
)

func TestAskPassword(t *testing.T) {
	b := start(t)
	w := b.app.NewWindow("")
	defer w.Close()
	w.Resize(fyne.NewSize(800, 600))
	ended := 0
	saved := false
	done := func(ok bool) { ended++; saved = ok }
	q := AskPassword(w, b.e, b.q.Loop, account(), mail.Outgoing, &mail.Problem{Kind: mail.LoginRefused}, done)
	enter := func() { w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyReturn}) }
	enter()
	if q.Secret.Wrong() == "" || !q.Open() {
		t.Error("an empty password is taken")
	}
	q.Secret.Entry.SetText("secret")
	enter()
	b.until("stored", func() bool { return ended == 1 })
	if !saved || q.Open() || b.e.secrets[0][mail.Incoming] != "secret" || !b.e.remember[0] {
		t.Errorf("stored %v: with the same settings the incoming password serves for both", len(b.e.secrets))
	}

	b.e.locked = true
	q = AskPassword(w, b.e, b.q.Loop, account(), mail.Incoming, nil, done)
	q.Secret.Entry.SetText("secret")
	enter()
	b.until("the keyring says no", func() bool { return q.Notice() != nil })
	if ended != 1 {
		t.Fatal("ended though nothing is stored")
	}
	q.Notice().Do(0)
	b.until("kept for this session", func() bool { return ended == 2 })
	if !saved || b.e.remember[2] || !b.e.saved[2].AskPassword {
		t.Error("it was not kept in memory")
	}

	q = AskPassword(w, b.e, b.q.Loop, account(), mail.Incoming, nil, done)
	w.Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
	if ended != 3 || saved || q.Open() {
		t.Error("Escape is no answer")
	}
}
