package model

import "poplar/mail"

// waits has, for each step of a test, what is said while it has not ended.
var waits = map[string]string{
	"resolve":      "Looking up the server's name…",
	"connect":      "Connecting…",
	"encrypt":      "Encrypting the connection…",
	"greeting":     "Waiting for the greeting…",
	"capabilities": "Asking what the server can do…",
	"log in":       "Logging in…",
	"mailbox":      "Opening the mailbox…",
	"sender":       "Trying the sender's address…",
	"send":         "Sending a message to yourself…",
	"retrieve":     "Waiting for it to arrive…",
	"delete":       "Deleting it again…",
}

// Waiting says what a test that runs is at: which side, the step in a few words, and a line about it. A step that
// fails ends its side; then the other one's first is next.
func (d *Diagnosis) Waiting(tr Translate) (dir mail.Direction, title, detail string) {
	dir = mail.Incoming
	if d.SendingOnly {
		dir = mail.Outgoing
	}
	step := "resolve"
	if n := len(d.Findings); n > 0 {
		last := d.Findings[n-1]
		dir = last.Direction
		if !last.OK {
			if step = "resolve"; dir == mail.Outgoing {
				step = last.Step // there is nothing after it
			}
			dir = mail.Outgoing
		} else {
			dir, step = d.after(last)
		}
	}
	detail = tr("Waits for the server")
	if step == "log in" && dir == mail.Outgoing && d.Account.SameAsIncoming && d.Account.OutgoingAuth {
		detail = tr("With the user name and password for incoming mail")
	}
	return dir, tr(waits[step]), detail
}

// after is the step that follows one that went well.
func (d *Diagnosis) after(last mail.Finding) (mail.Direction, string) {
	dir := last.Direction
	s := d.Account.SMTP()
	if dir == mail.Incoming {
		s = d.Account.POP3()
	}
	secured := false
	for _, f := range d.Direction(dir) {
		secured = secured || f.Step == "encrypt"
	}
	switch last.Step {
	case "resolve":
		return dir, "connect"
	case "connect":
		if s.Security == mail.TLS || s.Security == mail.STARTTLS && dir == mail.Incoming {
			return dir, "encrypt"
		}
		return dir, "greeting"
	case "encrypt":
		if s.Security == mail.TLS || dir == mail.Incoming {
			return dir, "greeting"
		}
		return dir, "log in"
	case "greeting":
		if dir == mail.Outgoing && s.Security == mail.STARTTLS && !secured {
			return dir, "encrypt"
		}
		return dir, "capabilities"
	case "capabilities":
		if dir == mail.Outgoing && s.Auth == mail.AuthNone {
			return dir, "sender"
		}
		return dir, "log in"
	case "log in":
		if dir == mail.Incoming {
			return dir, "mailbox"
		}
		return dir, "sender"
	case "mailbox":
		return mail.Outgoing, "resolve"
	case "sender":
		return dir, "send"
	case "send":
		return mail.Incoming, "retrieve"
	}
	return dir, "delete"
}

// Share is how much of a test is done, from 0 to 1, as far as the number of its steps tells.
func (d *Diagnosis) Share() float32 {
	if !d.Ended.IsZero() {
		return 1
	}
	const perSide = 7
	all, done := 2*perSide, 0
	if d.SendingOnly {
		all = perSide
	}
	ended := map[mail.Direction]bool{}
	for _, f := range d.Findings {
		done++
		ended[f.Direction] = ended[f.Direction] || !f.OK
	}
	if ended[mail.Incoming] || len(d.Direction(mail.Outgoing)) > 0 && !d.SendingOnly {
		done = perSide + min(len(d.Direction(mail.Outgoing)), perSide) // the first side is behind us, however many steps it had
	}
	return min(float32(done)/float32(all), 0.95)
}
