package model

import (
	"maps"
	"slices"

	"poplar/mail"
)

// Selection is which messages of a list are chosen, and where the keyboard is. It knows messages, not rows, so it
// stays with them when others arrive.
type Selection struct {
	ids    map[mail.MessageID]bool
	cursor Place // where the keyboard is
	anchor Place // where a range begins
}

// Has reports whether a message is chosen.
func (s *Selection) Has(id mail.MessageID) bool { return s.ids[id] }

// Len is how many are chosen.
func (s *Selection) Len() int { return len(s.ids) }

// IDs are the chosen messages, lowest id first.
func (s *Selection) IDs() []mail.MessageID { return slices.Sorted(maps.Keys(s.ids)) }

// Set is the chosen messages as a set; it is the Selection's own.
func (s *Selection) Set() map[mail.MessageID]bool { return s.ids }

// Cursor is where the keyboard is; its ID is 0 where nothing was chosen yet.
func (s *Selection) Cursor() Place { return s.cursor }

// Anchor is where a range chosen with Shift begins.
func (s *Selection) Anchor() Place { return s.anchor }

// Only chooses one message.
func (s *Selection) Only(p Place) {
	s.ids = map[mail.MessageID]bool{p.ID: true}
	s.cursor, s.anchor = p, p
}

// Toggle chooses a message besides the others, or no longer.
func (s *Selection) Toggle(p Place) {
	if s.ids == nil {
		s.ids = map[mail.MessageID]bool{}
	}
	if s.ids[p.ID] {
		delete(s.ids, p.ID)
	} else {
		s.ids[p.ID] = true
	}
	s.cursor, s.anchor = p, p
}

// Range chooses exactly ids, which stand between the anchor and p. The anchor stays.
func (s *Selection) Range(ids []mail.MessageID, p Place) {
	s.ids = make(map[mail.MessageID]bool, len(ids))
	for _, id := range ids {
		s.ids[id] = true
	}
	s.cursor = p
	if s.anchor.ID == 0 {
		s.anchor = p
	}
}

// MoveCursor moves the keyboard without choosing.
func (s *Selection) MoveCursor(p Place) { s.cursor = p }

// Clear chooses nothing; the keyboard goes to the top.
func (s *Selection) Clear() { *s = Selection{} }

// Drop takes messages out that are no longer there.
func (s *Selection) Drop(ids []mail.MessageID) {
	for _, id := range ids {
		delete(s.ids, id)
	}
}

// Moved tells the rows that cursor and anchor have now.
func (s *Selection) Moved(row func(mail.MessageID) int) {
	for _, p := range []*Place{&s.cursor, &s.anchor} {
		if n := row(p.ID); n >= 0 {
			p.Row = n
		}
	}
}
