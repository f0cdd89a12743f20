package model

import (
	"testing"

	"poplar/mail"
)

// What concerns sending comes back from the form as it went in; POP before SMTP is for servers without a login only.
func TestFormKeepsWhatConcernsSending(t *testing.T) {
	a := mail.DefaultAccount()
	a.ID, a.Address = "a1", "anna@birch.example"
	a.DateUTC, a.SentFolder, a.POPBeforeSMTP, a.OutgoingAuth = true, 7, true, false
	f := NewForm(a)
	if got := f.Account(); !got.DateUTC || got.SentFolder != 7 || !got.POPBeforeSMTP {
		t.Errorf("%+v", got)
	}
	f.OutgoingAuth = true
	if f.Account().POPBeforeSMTP {
		t.Error("it would log in twice")
	}
}
