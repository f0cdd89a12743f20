package message

import (
	"bytes"
	"strconv"
	"strings"
	"time"
)

var months = [...]string{"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"}

// zones are the named zones of RFC 5322 section 4.3 and the others that real mail has, in minutes east of UTC.
var zones = map[string]int{
	"ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "west": 60, "bst": 60, "ist": 330, "cet": 60, "cest": 120, "met": 60, "mest": 120, "mez": 60, "mesz": 120, "eet": 120, "eest": 180, "msk": 180, "msd": 240,
	"est": -300, "edt": -240, "cst": -360, "cdt": -300, "mst": -420, "mdt": -360, "pst": -480, "pdt": -420, "ast": -240, "adt": -180, "akst": -540, "akdt": -480, "hst": -600, "nst": -210, "ndt": -150,
	"jst": 540, "kst": 540, "hkt": 480, "sgt": 480, "aest": 600, "aedt": 660, "acst": 570, "acdt": 630, "awst": 480, "nzst": 720, "nzdt": 780, "brt": -180, "art": -180, "sast": 120,
}

// parseDate reads a Date field with the obsolete syntax of RFC 5322 section 4.3 and what real mail has beyond it.
func parseDate(s []byte) (time.Time, bool) {
	if t, ok := parsePlainDate(s); ok {
		return t, true
	}
	if bytes.Contains(s, []byte("=?")) {
		s = []byte(decodeWords(s[:min(len(s), 500)])) // QUIRK: the whole date is an encoded word
	}
	text := strings.Trim(string(stripComments(s[:min(len(s), 500)])), "\"' \x00")
	if t, ok := parseISO(strings.TrimSpace(text)); ok {
		return t, true
	}
	tokens := strings.FieldsFunc(text, func(r rune) bool {
		return r == ' ' || r == ',' || r == '\t' || r == '\r' || r == '\n' || r == '年' || r == '月' || r == '日'
	})
	if t, ok := numbersOnly(text, tokens); ok {
		tokens = t
	}
	if len(tokens) > 20 {
		tokens = tokens[:20]
	}
	var split []string
	monthSeen := false
	for _, t := range tokens {
		// QUIRK: 01-Jan-2020 and a zone stuck to the time (12:00:00+0100, 12:00:00GMT).
		if d, m, y, ok := glued(t); ok {
			split = append(split, d, m, y)
			continue
		}
		if len(t) == 8 && t[2] == '.' && t[5] == '.' && monthSeen {
			t = strings.ReplaceAll(t, ".", ":") // QUIRK: dots in the time
		}
		monthSeen = monthSeen || monthOf(strings.ToLower(t)) > 0
		if i := strings.IndexByte(t, ':'); i > 0 && isDigit(t[0]) {
			j := strings.IndexAny(t, "+-")
			if j < 0 {
				j = strings.IndexFunc(t, func(r rune) bool { return r >= 'A' && r <= 'Z' })
			}
			if j > i {
				split = append(split, t[:j], t[j:])
				continue
			}
		} else if strings.Count(t, "-") == 2 && monthIn(t) {
			split = append(split, strings.Split(t, "-")...)
			continue
		}
		split = append(split, t)
	}
	day, month, year, hour, minute, second := -1, 0, -1, -1, 0, 0
	zone, haveZone := 0, false
	pm, am := false, false
	for _, t := range split {
		if t == "" {
			continue
		}
		low := strings.ToLower(strings.Trim(t, "."))
		switch {
		case strings.Contains(t, ":") && hour < 0 && isDigit(t[0]):
			p := strings.Split(t, ":")
			h, err1 := strconv.Atoi(p[0])
			m, err2 := strconv.Atoi(leadingDigits(p[1]))
			if err1 != nil || err2 != nil {
				return time.Time{}, false
			}
			hour, minute = h, m
			if len(p) > 2 {
				second, _ = strconv.Atoi(leadingDigits(p[2]))
			}
		case (t[0] == '+' || t[0] == '-') && hour >= 0 && len(t) > 1 && t[1] >= '0' && t[1] <= '9':
			if z, ok := numericZone(t); ok && !haveZone {
				zone, haveZone = z, true
			}
		case t[0] >= '0' && t[0] <= '9' || (t[0] == '-' && len(t) > 1):
			n, err := strconv.Atoi(leadingDigits(strings.TrimLeft(t, "-")))
			if err != nil {
				continue
			}
			switch {
			case day < 0 && n <= 31 && len(leadingDigits(t)) <= 3:
				day = n
			case year < 0:
				year = n
				switch d := len(leadingDigits(t)); {
				case d <= 2 && n < 50:
					year += 2000
				case d <= 3:
					year += 1900
				}
			case hour >= 0 && !haveZone && len(t) == 4:
				if z, ok := numericZone("+" + t); ok { // QUIRK: a zone without sign
					zone, haveZone = z, true
				}
			}
		case low == "am":
			am = true
		case low == "pm":
			pm = true
		case month == 0 && monthOf(low) > 0:
			month = monthOf(low)
		case hour >= 0 && !haveZone:
			if z, ok := zones[low]; ok {
				zone, haveZone = z, true
			}
			// QUIRK: GMT+0200.
			if i := strings.IndexAny(t, "+-"); i > 1 && i+1 < len(t) && isDigit(t[i+1]) {
				if z, ok := numericZone(t[i:]); ok && zones[low[:i]] == 0 {
					zone, haveZone = z, true
				}
			}
		}
	}
	if pm && hour < 12 {
		hour += 12
	} else if am && hour == 12 {
		hour = 0
	}
	if day < 1 || month == 0 || year < 0 {
		return time.Time{}, false
	}
	if hour < 0 {
		hour = 0
	}
	if hour > 24 || minute > 59 || second > 61 || day > 31 || year > 9999 {
		return time.Time{}, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, 0, time.FixedZone("", zone*60)), true
}

// parsePlainDate reads "Mon, 6 May 2024 09:30:00 +0200", the form that nearly all mail has.
func parsePlainDate(s []byte) (time.Time, bool) {
	if len(s) < 30 || s[3] != ',' || s[4] != ' ' {
		return time.Time{}, false
	}
	s = s[5:]
	day := int(s[0]) - '0'
	if isDigit(s[1]) {
		day = day*10 + int(s[1]) - '0'
		s = s[1:]
	}
	// Now s[0] is the last digit of the day.
	if len(s) < 25 || !isDigit(s[0]) || s[1] != ' ' || s[5] != ' ' || s[10] != ' ' || s[13] != ':' || s[16] != ':' || s[19] != ' ' || s[20] != '+' && s[20] != '-' || len(s) > 25 && s[25] != ' ' {
		return time.Time{}, false
	}
	for _, i := range [...]int{6, 7, 8, 9, 11, 12, 14, 15, 17, 18, 21, 22, 23, 24} {
		if !isDigit(s[i]) {
			return time.Time{}, false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	month := 0
	for i, m := range months {
		if s[2]|0x20 == m[0] && s[3]|0x20 == m[1] && s[4]|0x20 == m[2] {
			month = i + 1
		}
	}
	zone := two(21)*60 + two(23)
	if s[20] == '-' {
		zone = -zone
	}
	if day < 1 || day > 31 || month == 0 || two(11) > 23 || two(14) > 59 || two(17) > 60 || zone < -1440 || zone > 1440 {
		return time.Time{}, false
	}
	return time.Date(two(6)*100+two(8), time.Month(month), day, two(11), two(14), two(17), 0, time.FixedZone("", zone*60)), true
}

func leadingDigits(s string) string {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i]
}

func monthOf(low string) int {
	if len(low) < 3 {
		return 0
	}
	for i, m := range months {
		if strings.HasPrefix(low, m) {
			return i + 1
		}
	}
	// QUIRK: the month in another language.
	for i, words := range foreignMonths {
		for _, m := range words {
			if strings.HasPrefix(low, m) {
				return i + 1
			}
		}
	}
	return 0
}

// foreignMonths are the beginnings of months in German, French, Spanish, Italian, Portuguese and Dutch that differ from
// the English ones.
var foreignMonths = [12][]string{
	{"ene", "gen"},
	{"fév", "fev"},
	{"mär", "mrz", "mrt", "maa"},
	{"avr", "abr"},
	{"mai", "mag", "mei"},
	{"juin", "giu"},
	{"juil", "lug"},
	{"août", "aoû", "ago"},
	{"set"},
	{"okt", "out", "ott"},
	{},
	{"dez", "déc", "dic"},
}

// glued cuts "6May2024".
func glued(t string) (day, month, year string, ok bool) {
	day = leadingDigits(t)
	rest := t[len(day):]
	if len(day) < 1 || len(day) > 2 || len(rest) < 5 || monthOf(strings.ToLower(rest)) == 0 {
		return "", "", "", false
	}
	year = strings.TrimLeft(rest, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	if year != leadingDigits(year) || len(year) != 2 && len(year) != 4 {
		return "", "", "", false
	}
	return day, rest[:len(rest)-len(year)], year, true
}

// numbersOnly reads dates without the name of a month as if they had it: "2024年5月6日", "06.05.2024".
func numbersOnly(text string, tokens []string) ([]string, bool) {
	if len(tokens) == 0 {
		return nil, false
	}
	named := func(day, month, year string, rest []string) ([]string, bool) {
		m, err := strconv.Atoi(month)
		if err != nil || m < 1 || m > 12 {
			return nil, false
		}
		return append([]string{day, months[m-1], year}, rest...), true
	}
	if strings.Contains(text, "年") && strings.Contains(text, "月") && len(tokens) >= 3 && len(tokens[0]) == 4 {
		return named(tokens[2], tokens[1], tokens[0], tokens[3:])
	}
	for i, t := range tokens[:min(len(tokens), 2)] {
		if p := strings.Split(t, "."); len(p) == 3 && len(p[2]) == 4 && len(p[0]) <= 2 && len(p[0]) > 0 && isDigit(p[0][0]) {
			return named(p[0], p[1], p[2], tokens[i+1:])
		}
	}
	return nil, false
}

func monthIn(t string) bool {
	for _, p := range strings.Split(t, "-") {
		if monthOf(strings.ToLower(p)) > 0 {
			return true
		}
	}
	return false
}

func numericZone(t string) (int, bool) {
	d := strings.ReplaceAll(t[1:], ":", "")
	d = leadingDigits(d)
	n, err := strconv.Atoi(d)
	if err != nil || len(d) > 4 {
		return 0, false
	}
	if len(d) <= 2 {
		n *= 100
	}
	z := n/100*60 + n%100
	if z > 24*60 {
		return 0, false
	}
	if t[0] == '-' {
		z = -z
	}
	return z, true
}

// parseISO reads the ISO 8601 forms that some programs put in a Date field.
func parseISO(s string) (time.Time, bool) {
	if len(s) < 10 || s[4] != '-' && s[4] != '/' {
		return time.Time{}, false
	}
	s = strings.ReplaceAll(s, "/", "-")
	for _, f := range []string{time.RFC3339, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02"} {
		if t, err := time.Parse(f, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
