package retrieve

import (
	"bytes"
	"context"
	"io"
	netmail "net/mail"
	"slices"
	"time"

	"poplar/mail/pop3"
)

// recentFirst puts what came after Since before everything else; the order within the two parts stays. Servers list
// messages as they came, so the first of them is found by halving, with a TOP for each step.
func (s *session) recentFirst(ctx context.Context, items []Item) error {
	if s.Since.IsZero() || !s.topped || len(items) < 2 {
		return nil
	}
	ns := make([]int, len(items))
	for i, it := range items {
		ns[i] = it.N
	}
	slices.Sort(ns)
	at, err := FirstSince(ctx, s.c, ns, s.Since)
	if err != nil {
		return err
	}
	from := ns[len(ns)-1] + 1
	if at < len(ns) {
		from = ns[at]
	}
	slices.SortStableFunc(items, func(a, b Item) int {
		switch early := b.N < from; {
		case a.N < from == early:
			return 0
		case early:
			return -1
		}
		return 1
	})
	return nil
}

// FirstSince returns the place in ns, ascending numbers of messages, of the first whose Date is not before since;
// len(ns) where none is. A message that tells no date counts as older. The error is one that has ended the connection:
// a server that refuses TOP finds all messages recent.
func FirstSince(ctx context.Context, c *pop3.Client, ns []int, since time.Time) (int, error) {
	low, high := 0, len(ns)
	for low < high {
		mid := low + (high-low)/2
		date, err := dated(ctx, c, ns[mid])
		switch {
		case err != nil && pop3.Refused(err) != nil:
			return 0, nil
		case err != nil:
			return 0, err
		case date.Before(since):
			low = mid + 1
		default:
			high = mid
		}
	}
	return low, nil
}

// maxHead bounds what is kept of a header to read its date.
const maxHead = 64 << 10

func dated(ctx context.Context, c *pop3.Client, n int) (time.Time, error) {
	var head bytes.Buffer
	if _, err := c.Top(ctx, n, 0, &limited{to: &head, left: maxHead}); err != nil {
		return time.Time{}, err
	}
	m, err := netmail.ReadMessage(io.MultiReader(&head, bytes.NewReader([]byte("\r\n\r\n"))))
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // no date is an answer
	}
	date, err := m.Header.Date()
	if err != nil {
		return time.Time{}, nil //nolint:nilerr // as above
	}
	return date, nil
}
