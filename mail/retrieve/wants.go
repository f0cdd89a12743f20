package retrieve

import (
	"context"
	"slices"
	"time"

	"poplar/mail"
)

// wants is the list of what to fetch, in order. It is there for as long as that takes, and a first visit to a large
// mailbox has nothing but new messages, of which all that is known is what the server lists.
type wants struct {
	listed []Listed
	more   map[int]*Item // by place: those of which more is known
	first  time.Time     // when the others were seen first
}

// wants makes the list and lets go of the plan's own, which is of no more use.
func (s *session) wants(ctx context.Context) (wants, error) {
	items := slices.DeleteFunc(s.withHeads(), s.refused)
	s.acts.Fetch, s.acts.Heads = nil, nil
	if err := s.recentFirst(ctx, items); err != nil {
		return wants{}, err
	}
	// At what the link ended in an earlier session is asked for last.
	slices.SortStableFunc(items, func(a, b Item) int { return s.blame[name(a)] - s.blame[name(b)] })
	w := wants{listed: make([]Listed, len(items)), more: map[int]*Item{}, first: s.Now()}
	for i, it := range items {
		w.listed[i] = it.Listed
		switch {
		case !plain(it):
			w.more[i] = &Item{Listed: it.Listed, Row: it.Row, Known: it.Known, Head: it.Head}
		case !it.Row.First.IsZero():
			w.first = it.Row.First
		}
	}
	return w, nil
}

// plain says whether the server's listing is all that is known of a message, and it is to be fetched whole.
func plain(it Item) bool {
	r := it.Row
	return !it.Known && !it.Head && r.State == "" && r.Message == 0 && r.Wish == mail.NoWish && r.Header == "" && r.Body == ""
}

func (w wants) len() int { return len(w.listed) }

func (w wants) at(i int) Item {
	if it := w.more[i]; it != nil {
		return *it
	}
	return fresh(Item{Listed: w.listed[i]}, w.first)
}

// shorten makes the list that of items.
func (w *wants) shorten(items []Item) {
	w.listed, w.more = w.listed[:0], map[int]*Item{}
	for i := range items {
		w.listed = append(w.listed, items[i].Listed)
		w.more[i] = &items[i]
	}
}
