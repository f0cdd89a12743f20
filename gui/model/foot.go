package model

import (
	"time"

	"poplar/mail"
)

// FootState is what the foot of the folder column says.
type FootState int

// The states, the most pressing last.
const (
	FootEmpty    FootState = iota // no account yet
	FootUnknown                   // not checked yet
	FootUpToDate                  // checked at Checked
	FootOffline                   // Waiting messages wait for the line
	FootTrouble                   // Problem of Account
	FootConnecting
	FootReceiving // Done of Total
)

// Foot is the one line about all accounts.
type Foot struct {
	State       FootState
	Done, Total int
	Checked     time.Time
	Waiting     int
	Refused     int // messages that a server would not give at the last visit
	Account     mail.AccountID
	Problem     *mail.Problem
	Next        time.Time // with FootTrouble and FootOffline: when it is tried again; zero where somebody has to act first
	// Busy are the accounts that are being visited, for the cancel button.
	Busy []mail.AccountID
}

// Share is how much of the work is done, 0 to 1.
func (f Foot) Share() float32 {
	if f.Total <= 0 {
		return 0
	}
	return min(float32(f.Done)/float32(f.Total), 1)
}

// FootOf sums up the accounts. waiting is the number of messages in the outbox.
func FootOf(accounts []mail.Account, status []mail.AccountStatus, waiting int) Foot {
	f := Foot{Waiting: waiting}
	known := map[mail.AccountID]bool{}
	for _, a := range accounts {
		known[a.ID] = true
	}
	if len(accounts) == 0 {
		return f
	}
	f.State = FootUnknown
	for _, s := range status {
		if !known[s.Account] {
			continue
		}
		if s.LastCheck.After(f.Checked) {
			f.Checked = s.LastCheck
		}
		f.Refused += len(s.Last.Refused)
		switch p := s.Last.Problem; {
		case s.Busy:
			f.Busy = append(f.Busy, s.Account)
			f.Done += s.Done
			f.Total += s.Total
		case p == nil || p.Kind == mail.Cancelled:
		case p.Kind == mail.Offline && f.State < FootOffline:
			f.State, f.Next = FootOffline, s.Next
		case p.Kind != mail.Offline && f.State < FootTrouble:
			f.State, f.Account, f.Problem, f.Next = FootTrouble, s.Account, p, s.Next
		}
	}
	switch {
	case f.Total > 0:
		f.State = FootReceiving
	case len(f.Busy) > 0:
		f.State = FootConnecting
	case f.State == FootUnknown && !f.Checked.IsZero():
		f.State = FootUpToDate
	}
	return f
}

// Troubled are the accounts whose last visit failed in a way that a person should know: being offline or cancelled
// is not.
func Troubled(status []mail.AccountStatus) map[mail.AccountID]bool {
	out := map[mail.AccountID]bool{}
	for _, s := range status {
		if p := s.Last.Problem; p != nil && p.Kind != mail.Cancelled && p.Kind != mail.Offline && !s.Busy {
			out[s.Account] = true
		}
	}
	return out
}
