package kit

import (
	"slices"
	"strings"
)

// span is a part of a text, in bytes.
type span struct{ from, to int }

// markSpans finds the words in s, whatever their case, as parts that do not overlap.
func markSpans(s string, words []string) []span {
	if len(words) == 0 || s == "" {
		return nil
	}
	lower := strings.ToLower(s)
	if len(lower) != len(s) { // a letter whose lower case is longer would shift every place after it
		lower = s
	}
	var found []span
	for _, w := range words {
		w = strings.ToLower(w)
		if w == "" {
			continue
		}
		for from := 0; ; {
			i := strings.Index(lower[from:], w)
			if i < 0 {
				break
			}
			found = append(found, span{from + i, from + i + len(w)})
			from += i + len(w)
		}
	}
	slices.SortFunc(found, func(a, b span) int { return a.from - b.from })
	var out []span
	for _, f := range found {
		if n := len(out); n > 0 && f.from <= out[n-1].to {
			out[n-1].to = max(out[n-1].to, f.to)
			continue
		}
		out = append(out, f)
	}
	return out
}

type piece struct {
	text   string
	marked bool
}

// pieces cuts s at the ends of the spans.
func pieces(s string, spans []span) []piece {
	var out []piece
	at := 0
	for _, p := range spans {
		if p.from > at {
			out = append(out, piece{text: s[at:p.from]})
		}
		out = append(out, piece{text: s[p.from:p.to], marked: true})
		at = p.to
	}
	if at < len(s) {
		out = append(out, piece{text: s[at:]})
	}
	return out
}
