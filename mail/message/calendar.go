package message

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

const (
	calendarLimit = 1 << 20
	eventLimit    = 50
	guestLimit    = 500
)

// invitations reads the events of the message's text/calendar leaves (RFC 5545, RFC 6047).
func (t *tree) invitations() []mail.Invitation {
	var all []mail.Invitation
	t.leaves(func(p *part) bool {
		if p.ctype.value == "text/calendar" || p.ctype.value == "application/ics" {
			data := t.decoded(p, calendarLimit)
			cs := p.ctype.get("charset")
			if cs == "" {
				cs = "utf-8"
			}
			text, _ := decodeText(data, cs)
			for _, v := range parseCalendar(text) {
				// An invitation often comes twice, once as attachment.
				if !sameEvent(all, v) {
					all = append(all, v)
				}
			}
		}
		return len(all) < eventLimit
	})
	return all
}

func sameEvent(all []mail.Invitation, v mail.Invitation) bool {
	for _, o := range all {
		if o.UID == v.UID && o.Start.Equal(v.Start) && o.Summary == v.Summary {
			return true
		}
	}
	return false
}

// parseCalendar reads the events of an iCalendar text.
func parseCalendar(text string) []mail.Invitation {
	var all []mail.Invitation
	method := ""
	offsets := map[string]int{} // of the zones that the text defines itself, standard time, in seconds
	zone := ""
	inZone, standard := false, false
	var cur *mail.Invitation
	nested := 0 // components inside the event (alarms)
	var duration time.Duration
	for line := range unfoldCalendar(text) {
		name, params, value := cutProperty(line)
		switch name {
		case "BEGIN":
			switch v := strings.ToUpper(value); {
			case cur != nil:
				nested++
			case v == "VEVENT":
				cur, duration = &mail.Invitation{Method: method}, 0
			case v == "VTIMEZONE":
				inZone, zone = true, ""
			case v == "STANDARD":
				standard = true
			}
			continue
		case "END":
			switch v := strings.ToUpper(value); {
			case cur != nil && nested > 0:
				nested--
			case v == "VEVENT" && cur != nil:
				if cur.End.IsZero() && duration != 0 && !cur.Start.IsZero() {
					cur.End = cur.Start.Add(duration)
				}
				all = append(all, *cur)
				cur = nil
				if len(all) >= eventLimit {
					return all
				}
			case v == "VTIMEZONE":
				inZone = false
			case v == "STANDARD":
				standard = false
			}
			continue
		case "METHOD":
			method = strings.ToUpper(strings.TrimSpace(value))
			continue
		}
		if inZone {
			switch {
			case name == "TZID":
				zone = value
			case name == "TZOFFSETTO" && (standard || offsets[zone] == 0):
				if z, ok := numericZone(value); ok && zone != "" && len(offsets) < 100 {
					offsets[zone] = z * 60
				}
			}
			continue
		}
		if cur == nil || nested > 0 {
			continue
		}
		switch name {
		case "UID":
			cur.UID = value
		case "SUMMARY":
			cur.Summary = unescapeCalendar(value)
		case "LOCATION":
			cur.Location = unescapeCalendar(value)
		case "DESCRIPTION":
			cur.Description = unescapeCalendar(value)
		case "STATUS":
			cur.Status = strings.ToUpper(value)
		case "RRULE":
			cur.Repeats = value
		case "ORGANIZER":
			cur.Organizer = calendarAddress(params, value)
		case "ATTENDEE":
			if len(cur.Attendees) < guestLimit {
				cur.Attendees = append(cur.Attendees, calendarAddress(params, value))
			}
		case "DTSTART":
			cur.Start, cur.AllDay = calendarTime(params, value, offsets)
		case "DTEND":
			cur.End, _ = calendarTime(params, value, offsets)
		case "DURATION":
			duration = calendarDuration(value)
		}
	}
	return all
}

// unfoldCalendar yields the content lines of RFC 5545 section 3.1.
func unfoldCalendar(text string) func(func(string) bool) {
	return func(yield func(string) bool) {
		held := ""
		for line := range strings.SplitSeq(text, "\n") {
			line = strings.TrimRight(line, "\r")
			if line != "" && (line[0] == ' ' || line[0] == '\t') {
				if len(held) < calendarLimit {
					held += line[1:]
				}
				continue
			}
			if held != "" && !yield(held) {
				return
			}
			held = line
		}
		if held != "" {
			yield(held)
		}
	}
}

// cutProperty reads NAME;PARAM=VALUE;…:VALUE.
func cutProperty(line string) (name string, params map[string]string, value string) {
	inQuote := false
	start := 0
	params = map[string]string{}
	for i := 0; i < len(line); i++ {
		c := line[i]
		if c == '"' {
			inQuote = !inQuote
		}
		if inQuote || c != ';' && c != ':' {
			continue
		}
		piece := line[start:i]
		start = i + 1
		if name == "" {
			name = strings.ToUpper(strings.TrimSpace(piece))
		} else if k, v, ok := strings.Cut(piece, "="); ok {
			params[strings.ToUpper(k)] = strings.Trim(v, `"`)
		}
		if c == ':' {
			return name, params, line[start:]
		}
	}
	return "", params, ""
}

func unescapeCalendar(s string) string {
	return strings.TrimSpace(strings.NewReplacer(`\n`, "\n", `\N`, "\n", `\,`, ",", `\;`, ";", `\\`, `\`).Replace(s))
}

func calendarAddress(params map[string]string, value string) mail.Address {
	addr := value
	if len(addr) >= 7 && strings.EqualFold(addr[:7], "mailto:") {
		addr = addr[7:]
	}
	return mail.Address{Name: clean(params["CN"]), Addr: clean(strings.TrimSpace(addr))}
}

// calendarTime reads a date or a time in UTC, in a named zone, or floating (then it is read as local time).
func calendarTime(params map[string]string, value string, offsets map[string]int) (t time.Time, allDay bool) {
	value = strings.TrimSpace(value)
	if len(value) == 8 {
		t, err := time.ParseInLocation("20060102", value, time.Local)
		return t, err == nil
	}
	if v, ok := strings.CutSuffix(value, "Z"); ok {
		t, _ := time.Parse("20060102T150405", v)
		return t, false
	}
	loc := time.Local
	if id := params["TZID"]; id != "" {
		loc = location(id, offsets)
	}
	t, _ = time.ParseInLocation("20060102T150405", value, loc)
	return t, false
}

// windowsZones are the zone names of Windows that calendars of Outlook and Exchange carry most.
var windowsZones = map[string]string{
	"China Standard Time": "Asia/Shanghai", "Taipei Standard Time": "Asia/Taipei", "Tokyo Standard Time": "Asia/Tokyo", "Korea Standard Time": "Asia/Seoul", "Singapore Standard Time": "Asia/Singapore", "India Standard Time": "Asia/Kolkata",
	"W. Europe Standard Time": "Europe/Berlin", "Central Europe Standard Time": "Europe/Budapest", "Central European Standard Time": "Europe/Warsaw", "Romance Standard Time": "Europe/Paris", "GMT Standard Time": "Europe/London", "E. Europe Standard Time": "Europe/Chisinau", "FLE Standard Time": "Europe/Kiev", "Russian Standard Time": "Europe/Moscow",
	"Eastern Standard Time": "America/New_York", "Central Standard Time": "America/Chicago", "Mountain Standard Time": "America/Denver", "Pacific Standard Time": "America/Los_Angeles", "E. South America Standard Time": "America/Sao_Paulo", "AUS Eastern Standard Time": "Australia/Sydney", "New Zealand Standard Time": "Pacific/Auckland", "UTC": "UTC",
}

func location(id string, offsets map[string]int) *time.Location {
	if w, ok := windowsZones[id]; ok {
		if l, err := time.LoadLocation(w); err == nil {
			return l
		}
	}
	// Only names as the zone database has them; "/mozilla.org/20050126_1/Europe/Berlin" ends with one.
	for n := id; n != "" && len(n) < 64; {
		if l, err := time.LoadLocation(n); err == nil && n != "Local" {
			return l
		}
		i := strings.IndexByte(n, '/')
		if i < 0 {
			break
		}
		n = n[i+1:]
	}
	if o, ok := offsets[id]; ok {
		return time.FixedZone(id, o)
	}
	return time.Local
}

// calendarDuration reads P1DT2H30M.
func calendarDuration(s string) time.Duration {
	s, negative := strings.CutPrefix(strings.TrimSpace(s), "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "+"), "P")
	var d time.Duration
	num := ""
	for _, c := range s {
		unit := time.Duration(0)
		switch c {
		case 'W':
			unit = 7 * 24 * time.Hour
		case 'D':
			unit = 24 * time.Hour
		case 'H':
			unit = time.Hour
		case 'M':
			unit = time.Minute
		case 'S':
			unit = time.Second
		case 'T':
			continue
		default:
			if len(num) < 6 {
				num += string(c)
			}
			continue
		}
		n, err := strconv.Atoi(num)
		if err != nil {
			return 0
		}
		d += time.Duration(n) * unit
		num = ""
	}
	if negative {
		return 0
	}
	return d
}

// calendarText is an invitation in plain words, for a message that has no other text.
func calendarText(v mail.Invitation) string {
	var b bytes.Buffer
	line := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + value + "\n")
		}
	}
	if v.Summary != "" {
		b.WriteString(v.Summary + "\n\n")
	}
	if !v.Start.IsZero() {
		format := "Monday, 2 January 2006, 15:04 MST"
		if v.AllDay {
			format = "Monday, 2 January 2006"
		}
		when := v.Start.Format(format)
		if !v.End.IsZero() && !v.AllDay {
			when += " – " + v.End.In(v.Start.Location()).Format("15:04")
		}
		line("When", when)
	}
	line("Where", v.Location)
	if v.Organizer != (mail.Address{}) {
		line("Who", v.Organizer.Display())
	}
	for _, a := range v.Attendees {
		line("Invited", a.Display())
	}
	if v.Description != "" {
		b.WriteString("\n" + v.Description + "\n")
	}
	return b.String()
}
