package model

import (
	"testing"

	"poplar/mail"
)

func TestEveryPolicyComesBackFromTheForm(t *testing.T) {
	for _, text := range []string{"forever", "days:14", "until-deleted", "until-trash", "never", "newest:250", "mb:50"} {
		keep, err := mail.ParseKeep(text)
		if err != nil {
			t.Fatal(err)
		}
		a := mail.DefaultAccount()
		a.ID, a.Keep = "a", keep
		f := NewForm(a)
		if got := f.Account().Keep; got != keep || f.KeepChanged() || f.Changed() {
			t.Errorf("%s became %v, changed %v", text, got, f.Changed())
		}
	}
	if len(KeepChoices) != 7 {
		t.Error("a policy is missing")
	}
}

func TestKeepChanged(t *testing.T) {
	a := mail.DefaultAccount()
	a.ID, a.Keep = "a", mail.Keep{}
	f := NewForm(a)
	if f.KeepChanged() {
		t.Error("an account without a policy keeps for ever")
	}
	f.Keep = mail.KeepNewest
	f.SetKeepNumber("7")
	if !f.KeepChanged() || f.Account().Keep != (mail.Keep{Mode: mail.KeepNewest, Count: 7}) {
		t.Errorf("%+v", f.Account().Keep)
	}
	f.SetKeepNumber("many")
	if f.Check(FieldDays) == "" {
		t.Error("a number that is none is taken")
	}
	if NewForm(mail.DefaultAccount()).KeepChanged() {
		t.Error("a new account has nothing to change")
	}
}
