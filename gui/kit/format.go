package kit

import (
	"fmt"
	"time"
)

// Date is a time as a list shows it: the hour today, the weekday within the last six days, else the day, with the year
// where it is not this one. t is shown in now's time zone.
func Date(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	switch days := daysBetween(t, now); {
	case days == 0:
		return t.Format("15:04")
	case days > 0 && days < 7:
		return weekday(t)
	case t.Year() == now.Year():
		return dayMonth(t)
	case Language() == "zh":
		return t.Format("2006年1月2日")
	}
	return t.Format("2 Jan 2006")
}

// FullDate is a time as the head of a message shows it, with the hour: "Today, 14:28", "Fri 20 Nov, 17:12".
func FullDate(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t = t.In(now.Location())
	zh := Language() == "zh"
	day := ""
	switch days := daysBetween(t, now); {
	case days == 0:
		day = T("Today")
	case days == 1:
		day = T("Yesterday")
	case t.Year() == now.Year() && zh:
		day = dayMonth(t) + weekday(t)
	case t.Year() == now.Year():
		day = weekday(t) + " " + dayMonth(t)
	case zh:
		day = t.Format("2006年1月2日")
	default:
		day = t.Format("2 January 2006")
	}
	if zh {
		return day + " " + t.Format("15:04")
	}
	return day + ", " + t.Format("15:04")
}

// Day is a day in full, whether or not it is near: "Fri 20 Nov 2026", the year only where it is not this one.
func Day(t, now time.Time) string {
	zh := Language() == "zh"
	day := weekday(t) + " " + dayMonth(t)
	if zh {
		day = dayMonth(t) + weekday(t)
	}
	switch {
	case t.Year() == now.Year():
		return day
	case zh:
		return t.Format("2006年") + day
	}
	return day + t.Format(" 2006")
}

// daysBetween counts midnights between t and now, negative where t is ahead. Both are of one time zone.
func daysBetween(t, now time.Time) int {
	a := time.Date(t.Year(), t.Month(), t.Day(), 12, 0, 0, 0, time.UTC)
	b := time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, time.UTC)
	return int(b.Sub(a) / (24 * time.Hour))
}

func weekday(t time.Time) string {
	if Language() == "zh" {
		return [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}[t.Weekday()]
	}
	return t.Format("Mon")
}

func dayMonth(t time.Time) string {
	if Language() == "zh" {
		return t.Format("1月2日")
	}
	return t.Format("2 Jan")
}

// Size is a number of octets for people: "640 KB", "1.8 MB". Units are of 1024.
func Size(n int64) string {
	units := []string{"KB", "MB", "GB", "TB"}
	if n < 1024 {
		return N(int(max(n, 0)), "%d byte", "%d bytes")
	}
	f, u := float64(n)/1024, 0
	for f >= 1023.5 && u < len(units)-1 {
		f /= 1024
		u++
	}
	if f < 9.95 && u > 0 {
		return fmt.Sprintf("%.1f %s", f, units[u])
	}
	return fmt.Sprintf("%.0f %s", f, units[u])
}
