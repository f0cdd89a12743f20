package editor

import (
	"slices"
	"strings"

	"poplar/mail"
)

// cut is the part [from, to) of a line, with its looks.
func cut(b mail.Block, from, to int) mail.Block {
	first, _ := slices.BinarySearchFunc(b.Runs, from+1, func(r mail.Run, n int) int { return r.To - n })
	runs := b.Runs[first:]
	if end, _ := slices.BinarySearchFunc(runs, to, func(r mail.Run, n int) int { return r.From - n }); end > 0 {
		runs = runs[:end]
		b.Runs = make([]mail.Run, 0, end)
	} else {
		runs, b.Runs = nil, nil
	}
	b.Text = b.Text[from:to]
	for _, r := range runs {
		r.From, r.To = max(r.From, from)-from, min(r.To, to)-from
		if r.From < r.To {
			b.Runs = append(b.Runs, r)
		}
	}
	if len(b.Runs) == 0 {
		b.Runs = nil
	}
	return b
}

// weld is a line of the kind of like that holds parts one after the other.
func weld(like mail.Block, parts ...mail.Block) mail.Block {
	like.Runs = nil
	var s strings.Builder
	n, runs := 0, 0
	for _, p := range parts {
		n += len(p.Text)
		runs += len(p.Runs)
	}
	s.Grow(n)
	if runs > 0 {
		like.Runs = make([]mail.Run, 0, runs)
	}
	for _, p := range parts {
		at := s.Len()
		s.WriteString(p.Text)
		for _, r := range p.Runs {
			r.From, r.To = r.From+at, r.To+at
			if last := len(like.Runs) - 1; last >= 0 && like.Runs[last].To == r.From && like.Runs[last].Style == r.Style {
				like.Runs[last].To = r.To
				continue
			}
			like.Runs = append(like.Runs, r)
		}
	}
	like.Text = s.String()
	return like
}

// alike reports whether two lines are the same, looks and all.
func alike(a, b mail.Block) bool {
	return a.Kind == b.Kind && a.Level == b.Level && a.Quote == b.Quote && a.Text == b.Text && slices.Equal(a.Runs, b.Runs)
}

// restyle is a line in which f has changed the style of the letters [from, to).
func restyle(b mail.Block, from, to int, f func(*mail.Style)) mail.Block {
	list := cut(b, from, to).Segments()
	for i := range list {
		f(&list[i].Style)
	}
	middle := mail.Block{}
	middle.Join(list)
	return weld(b, cut(b, 0, from), middle, cut(b, to, len(b.Text)))
}

// listed reports whether a line is an item of a list.
func listed(b mail.Block) bool { return b.Kind != mail.Paragraph }
