package model

import (
	"strings"
	"time"

	"poplar/mail"
)

// Event is an invitation as the window tells it.
type Event struct {
	Head  string // "Invitation", "Cancelled", …
	Gone  bool   // it does not take place
	Title string
	When  string
	Again string // how often it repeats; empty: once
	Where string
	Host  string
	Who   string // who is invited
	About string // its description
}

// Dates words times in the person's language and time zone.
type Dates interface {
	Day(t time.Time) string   // "Fri 20 Nov 2026"
	Clock(t time.Time) string // "15:04"
}

// EventOf words an invitation.
func EventOf(v mail.Invitation, d Dates, tr Translate) Event {
	e := Event{Title: strings.TrimSpace(v.Summary), Where: oneLine(v.Location), Host: v.Organizer.Display(), About: strings.TrimSpace(v.Description), Again: repeats(v.Repeats, tr)}
	if e.Title == "" {
		e.Title = tr("Untitled event")
	}
	switch {
	case v.Method == "CANCEL" || v.Status == "CANCELLED":
		e.Head, e.Gone = tr("Cancelled"), true
	case v.Method == "REPLY":
		e.Head = tr("Answer to an invitation")
	case v.Method == "COUNTER":
		e.Head = tr("Another time is proposed")
	case v.Method == "REQUEST" && v.Status == "TENTATIVE":
		e.Head = tr("Invitation, not fixed yet")
	case v.Method == "REQUEST":
		e.Head = tr("Invitation")
	default:
		e.Head = tr("Event")
	}
	e.When = period(v, d, tr)
	const most = 8
	var names []string
	for _, a := range v.Attendees[:min(len(v.Attendees), most)] {
		names = append(names, a.Display())
	}
	e.Who = strings.Join(names, tr(", "))
	if rest := len(v.Attendees) - most; rest > 0 {
		e.Who = tr("%s and %d more", e.Who, rest)
	}
	return e
}

func period(v mail.Invitation, d Dates, tr Translate) string {
	if v.Start.IsZero() {
		return ""
	}
	first, last := v.Start, v.End
	if v.AllDay {
		if last.After(first) {
			last = last.AddDate(0, 0, -1) // RFC 5545: the day after
		}
		if !last.After(first) {
			return tr("%s, all day", d.Day(first))
		}
		return tr("%s to %s, all day", d.Day(first), d.Day(last))
	}
	first, last = first.Local(), last.Local()
	begin := tr("%s, %s", d.Day(first), d.Clock(first))
	switch {
	case !v.End.After(v.Start):
		return begin
	case first.YearDay() == last.YearDay() && first.Year() == last.Year():
		return tr("%s to %s", begin, d.Clock(last))
	}
	return tr("%s to %s", begin, tr("%s, %s", d.Day(last), d.Clock(last)))
}

// repeats words the frequency of an RRULE (RFC 5545 section 3.3.10); finer rules are named by their frequency.
func repeats(rule string, tr Translate) string {
	if rule == "" {
		return ""
	}
	freq, every := "", ""
	for f := range strings.SplitSeq(strings.ToUpper(rule), ";") {
		k, v, _ := strings.Cut(f, "=")
		switch k {
		case "FREQ":
			freq = v
		case "INTERVAL":
			every = v
		}
	}
	plain := every == "" || every == "1"
	switch {
	case freq == "DAILY" && plain:
		return tr("every day")
	case freq == "WEEKLY" && plain:
		return tr("every week")
	case freq == "MONTHLY" && plain:
		return tr("every month")
	case freq == "YEARLY" && plain:
		return tr("every year")
	case freq == "DAILY":
		return tr("every %s days", every)
	case freq == "WEEKLY":
		return tr("every %s weeks", every)
	case freq == "MONTHLY":
		return tr("every %s months", every)
	case freq == "YEARLY":
		return tr("every %s years", every)
	}
	return tr("repeats")
}
