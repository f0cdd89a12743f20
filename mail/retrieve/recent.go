package retrieve

import (
	"context"
	"slices"
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
	at, err := s.c.FirstSince(ctx, ns, s.Since)
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
