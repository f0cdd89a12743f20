package setup

import (
	"encoding/json"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"

	"poplar/gui/kit"
	"poplar/gui/model"
	"poplar/mail"
)

func TestSignatureWithLooks(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(kit.NewTheme())
	kit.SetLanguage("en")
	f := newFrame(app, kit.NewQueue().Loop, "", fyne.NewSize(500, 300), nil)
	defer f.Window.Close()
	told := 0
	s := f.newSignature("Anna\n", nil, 110, func() { told++ })
	f.Window.SetContent(s)
	if text, rich := s.Value(); text != "Anna\n" || rich != nil || s.bar.Visible() {
		t.Fatalf("a signature of text is %q, %+v", text, rich)
	}
	test.Tap(s.looks)
	if _, rich := s.Value(); rich != nil || !s.bar.Visible() {
		t.Errorf("without any look it is %+v", rich)
	}
	s.text.SelectAll()
	s.text.TypedShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyB, Modifier: fyne.KeyModifierShortcutDefault})
	s.text.ToEnd()
	s.putPicture(model.LoadedPicture{Full: mail.NewPicture("logo.png", "image/png", []byte("x"), 4, 4)}, nil)
	text, rich := s.Value()
	if text != "Anna\n" || rich == nil || !rich.Blocks[0].StyleAt(0).Bold || len(rich.Pictures()) != 1 || told == 0 {
		t.Fatalf("with looks it is %q, %+v", text, rich)
	}
	s.putPicture(model.LoadedPicture{Full: mail.NewPicture("huge.png", "image/png", make([]byte, mostLogo+1), 4, 4)}, nil)
	s.putPicture(model.LoadedPicture{}, model.ErrNoPicture)
	if _, rich := s.Value(); s.wrong.Text() == "" || len(rich.Pictures()) != 1 {
		t.Errorf("a picture that is too large, and none, were taken: %q", s.wrong.Text())
	}

	// It is kept with the account, and older settings are read as before.
	form := model.NewForm(mail.Account{Signature: "Anna"})
	form.Signature, form.SignatureRich = text, rich
	if !form.Changed() {
		t.Error("looks are no change of the account")
	}
	data, err := json.Marshal(form.Account())
	if err != nil {
		t.Fatal(err)
	}
	var back mail.Account
	if err := json.Unmarshal(data, &back); err != nil || back.Signature != "Anna" || back.SignatureRich.Text() != rich.Text() || string(back.SignatureRich.Pictures()[0].Data) != "x" {
		t.Errorf("the account comes back as %+v, %v", back, err)
	}
	if back.As(back.Main()).SignatureRich == nil || back.As(mail.Identity{Signature: "B"}).SignatureRich != nil {
		t.Error("an identity has another's signature")
	}
	again := f.newSignature(back.Signature, back.SignatureRich, 80, nil)
	if _, rich := again.Value(); rich == nil || !again.bar.Visible() {
		t.Error("it is opened as text")
	}
}
