package model

import (
	"strconv"
	"strings"

	"poplar/mail"
)

// KeepChoice is one way of treating the server's copies, as the account window offers it.
type KeepChoice struct {
	Mode mail.KeepMode
	Name string // English
	Unit string // of the number that goes with it, English; empty where there is none
	Note string // what it means, English
}

// KeepChoices are the ways, the most careful first.
var KeepChoices = []KeepChoice{
	{mail.KeepForever, "Leave on the server", "", "Other devices can fetch every message. The provider's limit may be reached some day."},
	{mail.KeepDays, "Leave for some time", "days", "Counted from the day on which Poplar first saw a message."},
	{mail.KeepNewest, "Leave the newest", "messages", "Older ones are deleted there once they are on this computer."},
	{mail.KeepSize, "Leave as much as", "MB", "Beyond that the oldest are deleted there, once they are on this computer."},
	{mail.KeepUntilDeleted, "Leave until deleted here", "", "What you move to Trash is deleted there at the next check."},
	{mail.KeepUntilTrash, "Leave until Trash is emptied", "", "What is gone for good here is deleted there at the next check."},
	{mail.KeepNever, "Remove after retrieving", "", "Deleted there as soon as it is safe on this computer. No other device gets it then."},
}

// number is the field of the number that goes with the form's policy; nil where none does.
func (f *Form) number() *string {
	switch f.Keep {
	case mail.KeepDays:
		return &f.Days
	case mail.KeepNewest:
		return &f.Count
	case mail.KeepSize:
		return &f.Room
	case mail.KeepForever, mail.KeepUntilDeleted, mail.KeepUntilTrash, mail.KeepNever:
	}
	return nil
}

// KeepNumber is the number that goes with the policy, as typed; not ok where none does.
func (f *Form) KeepNumber() (text string, ok bool) {
	if n := f.number(); n != nil {
		return *n, true
	}
	return "", false
}

// SetKeepNumber takes it as typed.
func (f *Form) SetKeepNumber(text string) {
	if n := f.number(); n != nil {
		*n = text
	}
}

// policy is what the form says about the server's copies.
func (f *Form) policy() mail.Keep {
	k := mail.Keep{Mode: f.Keep}
	text, _ := f.KeepNumber()
	n, _ := strconv.Atoi(strings.TrimSpace(text))
	switch f.Keep {
	case mail.KeepDays:
		k.Days = n
	case mail.KeepNewest:
		k.Count = n
	case mail.KeepSize:
		k.Megabytes = n
	case mail.KeepForever, mail.KeepUntilDeleted, mail.KeepUntilTrash, mail.KeepNever:
	}
	return k
}

// KeepChanged reports whether an account that exists gets another policy for its server's copies.
func (f *Form) KeepChanged() bool { return !f.New() && f.policy() != keepOf(f.opened) }

func keepOf(a mail.Account) mail.Keep {
	if a.Keep.Mode == "" {
		a.Keep.Mode = mail.KeepForever
	}
	return a.Keep
}
