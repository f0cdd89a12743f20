package model

import "time"

// Era is the kind of a Group.
type Era int

// The eras, newest first. The week begins on Monday.
const (
	Today Era = iota
	Yesterday
	ThisWeek
	LastWeek
	Month     // of this year
	YearMonth // of a year before
)

// Group is the head under which a list gathers messages.
type Group struct {
	Era   Era
	Year  int // with Month and YearMonth
	Month time.Month
}

// GroupOf returns the group of a time, seen from now and in now's time zone. What is ahead of now counts as today:
// sender's clocks are often wrong.
func GroupOf(t, now time.Time) Group {
	t = t.In(now.Location())
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	monday := midnight.AddDate(0, 0, -(int(now.Weekday())+6)%7)
	switch {
	case !t.Before(midnight):
		return Group{Era: Today}
	case !t.Before(midnight.AddDate(0, 0, -1)):
		return Group{Era: Yesterday}
	case !t.Before(monday):
		return Group{Era: ThisWeek}
	case !t.Before(monday.AddDate(0, 0, -7)):
		return Group{Era: LastWeek}
	case t.Year() == now.Year():
		return Group{Era: Month, Year: t.Year(), Month: t.Month()}
	}
	return Group{Era: YearMonth, Year: t.Year(), Month: t.Month()}
}
