package model

import (
	"slices"
	"strings"
	"time"

	"poplar/mail"
)

// Diagnosis collects what the doctor finds.
type Diagnosis struct {
	Account  mail.Account
	Findings []mail.Finding
	Started  time.Time
	Ended    time.Time // zero while it runs
	Err      error     // what Test returned; nil when every step was fine
	// SendingOnly: the incoming server is left alone.
	SendingOnly bool
}

// Direction returns the findings of one side.
func (d *Diagnosis) Direction(dir mail.Direction) []mail.Finding {
	var list []mail.Finding
	for _, f := range d.Findings {
		if f.Direction == dir {
			list = append(list, f)
		}
	}
	return list
}

// Failure returns the first finding that failed, or nil.
func (d *Diagnosis) Failure() *mail.Finding {
	for i := range d.Findings {
		if !d.Findings[i].OK {
			return &d.Findings[i]
		}
	}
	return nil
}

// Problem is what went wrong first; nil when nothing did.
func (d *Diagnosis) Problem() *mail.Problem {
	if f := d.Failure(); f != nil {
		if f.Problem != nil {
			return f.Problem
		}
		return &mail.Problem{Kind: mail.Unknown, Doing: f.Step, Said: f.Said}
	}
	return mail.ProblemOf(d.Err)
}

// Took is the time one side needed.
func (d *Diagnosis) Took(dir mail.Direction) time.Duration {
	var sum time.Duration
	for _, f := range d.Direction(dir) {
		sum += f.Took
	}
	return sum
}

// titles has, for each step, what to call it when it went well and when it did not.
var titles = map[string][2]string{
	"resolve":      {"Name found", "Name not found"},
	"connect":      {"Connected", "No connection"},
	"encrypt":      {"Connection encrypted", "Not encrypted"},
	"greeting":     {"The server greets", "No greeting"},
	"capabilities": {"The server says what it can do", "No capabilities"},
	"send":         {"Message to yourself sent", "Message to yourself not sent"},
	"retrieve":     {"It has arrived", "It has not arrived"},
	"delete":       {"It is deleted again", "It is not deleted"},
	"log in":       {"Logged in", "Log in refused"},
	"mailbox":      {"Mailbox opened", "Mailbox not opened"},
	"sender":       {"Sender accepted", "Sender refused"},
	"recipient":    {"Recipient accepted", "Recipient refused"},
	"keyring":      {"Password found", "No password"},
	"password":     {"Password found", "No password"},
}

// StepTitle words a finding in two or three words.
func StepTitle(f mail.Finding, tr Translate) string {
	t, ok := titles[f.Step]
	switch {
	case !ok && f.Step == "":
		return tr("Step")
	case !ok:
		return strings.ToUpper(f.Step[:1]) + f.Step[1:]
	case f.OK:
		return tr(t[0])
	}
	if p := f.Problem; p != nil && p.Kind == mail.UntrustedCertificate {
		return tr("Certificate not trusted")
	}
	return tr(t[1])
}

// StepDetail is the line beneath the title: what was seen, or what happened.
func StepDetail(f mail.Finding, tr Translate) string {
	switch {
	case f.OK && f.Step != "greeting":
		return Seen(f.Said, tr)
	case f.OK || f.Problem == nil:
		return f.Said
	}
	if f.Verdict != nil && f.Verdict.Reason != mail.Unclear {
		if w, ok := f.Verdict.Reason.Words(); ok {
			return f.Verdict.Fill(tr(w.What))
		}
	}
	return Tell(f.Problem, tr).What
}

// Summary says in a sentence or two how far it went.
func (d *Diagnosis) Summary(tr Translate) string {
	side := func(dir mail.Direction) string {
		list := d.Direction(dir)
		bad := slices.IndexFunc(list, func(f mail.Finding) bool { return !f.OK })
		in := dir == mail.Incoming
		switch {
		case bad >= 0 && in:
			return tr("Incoming mail: %s.", lower(StepTitle(list[bad], tr)))
		case bad >= 0:
			return tr("Outgoing mail: %s.", lower(StepTitle(list[bad], tr)))
		case len(list) == 0:
			return ""
		case in:
			return tr("Incoming mail works.")
		}
		return tr("Outgoing mail works.")
	}
	switch {
	case d.Ended.IsZero():
		return tr("This takes a few seconds.")
	case len(d.Findings) == 0 && d.Err != nil:
		return TellError(d.Err, tr).Line(tr)
	case d.Err == nil && d.Failure() == nil:
		return tr("Both servers answer.")
	}
	in, out := side(mail.Incoming), side(mail.Outgoing)
	if in == "" || out == "" {
		return in + out
	}
	return tr("%s %s", in, out)
}

// lower takes the capital off a title that goes into a sentence.
func lower(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

// Report is the whole as text for the clipboard. It has no password: findings never hold one.
func (d *Diagnosis) Report(tr Translate) string {
	var b strings.Builder
	b.WriteString(tr("Poplar tested %s on %s", d.Account.Address, d.Started.Format("2006-01-02 15:04:05 -0700")) + "\n")
	for _, dir := range []mail.Direction{mail.Incoming, mail.Outgoing} {
		list := d.Direction(dir)
		if len(list) == 0 {
			continue
		}
		b.WriteString("\n" + SideTitle(d.Account, dir, tr) + "\n")
		for _, f := range list {
			mark := "✓"
			if !f.OK {
				mark = "✗"
			}
			b.WriteString(mark + " " + StepTitle(f, tr) + ", " + Milliseconds(f.Took, tr))
			if f.Said != "" {
				b.WriteString(": " + f.Said)
			}
			b.WriteString("\n")
			if f.Problem == nil && f.Verdict == nil {
				continue
			}
			e := Explain(f, d.Account, "", tr)
			b.WriteString("  " + Sentences(tr, e.What, e.Why, e.Do) + "\n")
			if e.Said != "" && e.Said != f.Said {
				b.WriteString("  " + e.Said + "\n")
			}
		}
	}
	if len(d.Findings) == 0 && d.Err != nil {
		b.WriteString("\n" + TellError(d.Err, tr).Line(tr) + "\n")
	}
	return b.String()
}

// Sentences puts sentences without full stop behind each other; empty ones are left out.
func Sentences(tr Translate, list ...string) string {
	text := ""
	for _, s := range list {
		switch {
		case s == "":
		case text == "":
			text = tr("%s.", s)
		default:
			text = tr("%s %s", text, tr("%s.", s))
		}
	}
	return text
}

// SideTitle is the head over one side's steps: "Incoming · mail.example.com:995".
func SideTitle(a mail.Account, dir mail.Direction, tr Translate) string {
	if dir == mail.Incoming {
		return tr("Incoming · %s", a.Incoming.Addr())
	}
	return tr("Outgoing · %s", a.Outgoing.Addr())
}

// Sum is one side of a test that went well, in short.
type Sum struct{ Title, Detail, Took string }

// Sums are both sides of a test that went well.
func (d *Diagnosis) Sums(tr Translate) []Sum {
	said := func(dir mail.Direction, step string) string {
		for _, f := range d.Direction(dir) {
			if f.Step == step {
				return Seen(f.Said, tr)
			}
		}
		return ""
	}
	box := said(mail.Incoming, "mailbox")
	for _, more := range []string{", UIDL", ", no UIDL", "，"} {
		box, _, _ = strings.Cut(box, more)
	}
	can := said(mail.Outgoing, "capabilities")
	if i := strings.LastIndex(can, ", "); i >= 0 {
		can = can[i+2:]
	}
	sized := can != "" && can != Seen("no SIZE", tr)
	switch loggedIn := slices.ContainsFunc(d.Direction(mail.Outgoing), func(f mail.Finding) bool { return f.OK && f.Step == "log in" }); {
	case loggedIn && sized:
		can = tr("Log in accepted, %s", can)
	case loggedIn:
		can = tr("Log in accepted")
	case sized:
		if can[0] >= 'a' && can[0] <= 'z' {
			can = string(can[0]-'a'+'A') + can[1:]
		}
	default:
		can = ""
	}
	return []Sum{
		{tr("Incoming mail works"), box, Milliseconds(d.Took(mail.Incoming), tr)},
		{tr("Outgoing mail works"), can, Milliseconds(d.Took(mail.Outgoing), tr)},
	}
}

// KeepSentence says in plain words what becomes of the messages on the server.
func KeepSentence(k mail.Keep, tr Translate) string {
	switch k.Mode {
	case mail.KeepNever:
		return tr("Messages are removed from the server once they are here. Other devices no longer get them.")
	case mail.KeepDays:
		return count(k.Days, "Messages stay on the server for %d day; your phone still gets them.", "Messages stay on the server for %d days; your phone still gets them.", tr)
	case mail.KeepUntilDeleted, mail.KeepUntilTrash:
		return tr("Messages stay on the server until you delete them here.")
	case mail.KeepNewest, mail.KeepSize:
		return tr("The newest messages stay on the server, older ones are removed there.")
	}
	return tr("All messages stay on the server; your other devices still get them.")
}

// Milliseconds words how long a step took.
func Milliseconds(d time.Duration, tr Translate) string {
	if d >= 10*time.Second {
		return tr("%.0f s", d.Seconds())
	}
	if d >= time.Second {
		return tr("%.1f s", d.Seconds())
	}
	return tr("%d ms", d.Milliseconds())
}
