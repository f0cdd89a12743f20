package model

import (
	"context"
	"maps"
	"slices"
	"sort"
	"time"

	"poplar/mail"
)

// PageSize is how many summaries are fetched at once.
const PageSize = 100

// keptPages bounds the pages in memory: a list of 100,000 messages keeps what was looked at last.
const keptPages = 60

// Lister is the part of Mailbox that a list needs.
type Lister interface {
	List(ctx context.Context, q mail.Query) ([]mail.Summary, error)
	Count(ctx context.Context, q mail.Query) (int, error)
	IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error)
}

// Pages is a list of messages of any length, of which only some pages are here. It belongs to one goroutine; Fetch,
// which takes time, is a function apart and its result is handed to Put.
type Pages struct {
	Query mail.Query
	Total int
	// Grouped says whether rows stand under heads by day.
	Grouped bool

	now   time.Time
	pages map[int][]mail.Summary
	asked map[int]bool
	used  []int // page numbers, the one looked at last at the end
	heads map[int]Group
	rows  []int // keys of heads, ascending
}

// NewPages returns an empty list. now is the day its heads count from.
func NewPages(q mail.Query, now time.Time) *Pages {
	return &Pages{
		Query: q, Grouped: q.Text == "", now: now, pages: map[int][]mail.Summary{}, asked: map[int]bool{},
		heads: map[int]Group{},
	}
}

// Loaded is what Fetch found.
type Loaded struct {
	Total int
	Pages map[int][]mail.Summary
	Took  time.Duration
}

// Fetch reads the named pages of q, and with a negative total the number of messages as well. It is called away from
// the UI thread.
func Fetch(ctx context.Context, box Lister, q mail.Query, total int, pages ...int) (Loaded, error) {
	start := time.Now()
	l := Loaded{Pages: map[int][]mail.Summary{}, Total: total}
	if total < 0 {
		var err error
		if l.Total, err = box.Count(ctx, q); err != nil {
			return l, err
		}
	}
	err := l.more(ctx, box, q, pages...)
	l.Took = time.Since(start)
	return l, err
}

func (l *Loaded) more(ctx context.Context, box Lister, q mail.Query, pages ...int) error {
	for _, n := range pages {
		if _, have := l.Pages[n]; have || n < 0 || n*PageSize >= max(l.Total, 1) {
			continue
		}
		q.Offset, q.Limit = n*PageSize, PageSize
		rows, err := box.List(ctx, q)
		if err != nil {
			return err
		}
		l.Pages[n] = rows
	}
	return nil
}

// Place is a message and the row it was in.
type Place struct {
	ID  mail.MessageID
	Row int
}

// Refetch reads the list anew, with the pages from first to last counted from where hold is now, so that the window
// can keep it where it stands. before is the Total the places belong to. The row of hold is -1 where it is gone; then
// the pages are those of the old rows.
func Refetch(ctx context.Context, box Lister, q mail.Query, before int, hold Place, first, last int) (Loaded, int, error) {
	l, err := Fetch(ctx, box, q, -1)
	if err != nil {
		return l, -1, err
	}
	row := -1
	if hold.ID != 0 {
		// Arrivals push it down by their number, mostly; else it is nearby or gone.
		guess := min(max(hold.Row+l.Total-before, 0), max(l.Total-1, 0)) / PageSize
		for _, n := range []int{guess, hold.Row / PageSize, guess - 1, guess + 1} {
			if err := l.more(ctx, box, q, n); err != nil {
				return l, -1, err
			}
			i := slices.IndexFunc(l.Pages[n], func(s mail.Summary) bool { return s.ID == hold.ID })
			if i >= 0 {
				row = n*PageSize + i
				break
			}
		}
	}
	shift := 0
	if row >= 0 {
		shift = row - hold.Row
	}
	// What was past the end is now the end.
	from := min(max(first+shift, 0), max(l.Total-1, 0)) / PageSize
	to := min(max(last+shift, 0), max(l.Total-1, 0)) / PageSize
	for n := from; n <= to; n++ {
		if err := l.more(ctx, box, q, n); err != nil {
			return l, -1, err
		}
	}
	return l, row, nil
}

// Put takes in what Fetch found.
func (p *Pages) Put(l Loaded) {
	p.Total = l.Total
	for n, rows := range l.Pages {
		p.pages[n] = rows
		delete(p.asked, n)
		p.touch(n)
	}
	for n := range l.Pages {
		p.group(n)
	}
	for len(p.used) > keptPages {
		delete(p.pages, p.used[0])
		p.used = p.used[1:]
	}
	p.rows = slices.Sorted(maps.Keys(p.heads))
}

// Failed takes back that pages were asked for, so that they are asked for again.
func (p *Pages) Failed(pages ...int) {
	for _, n := range pages {
		delete(p.asked, n)
	}
}

// Wanted returns the pages of the rows first to last that are neither here nor asked for; from now on they are asked
// for.
func (p *Pages) Wanted(first, last int) []int {
	var want []int
	for n := max(first, 0) / PageSize; n <= min(last, p.Total-1)/PageSize; n++ {
		if _, have := p.pages[n]; have {
			p.touch(n)
			continue
		}
		if !p.asked[n] {
			p.asked[n] = true
			want = append(want, n)
		}
	}
	return want
}

func (p *Pages) touch(n int) {
	if k := len(p.used); k > 0 && p.used[k-1] == n {
		return
	}
	p.used = slices.DeleteFunc(p.used, func(m int) bool { return m == n })
	p.used = append(p.used, n)
}

// At returns the summary of a row, if it is here.
func (p *Pages) At(row int) (mail.Summary, bool) {
	if row < 0 || row >= p.Total {
		return mail.Summary{}, false
	}
	rows := p.pages[row/PageSize]
	if i := row % PageSize; i < len(rows) {
		return rows[i], true
	}
	return mail.Summary{}, false
}

// RowOf returns the row of a message among the pages that are here, or -1.
func (p *Pages) RowOf(id mail.MessageID) int {
	for n, rows := range p.pages {
		for i := range rows {
			if rows[i].ID == id {
				return n*PageSize + i
			}
		}
	}
	return -1
}

// Patch changes the flags of the messages that are here, so that the window shows at once what was asked for. The
// store's word comes after.
func (p *Pages) Patch(ids map[mail.MessageID]bool, set, unset mail.Flags) {
	for _, rows := range p.pages {
		for i := range rows {
			if ids[rows[i].ID] {
				rows[i].Flags = rows[i].Flags&^unset | set
			}
		}
	}
}

// group finds the heads within page n and at its two ends.
func (p *Pages) group(n int) {
	if !p.Grouped {
		return
	}
	first := n * PageSize
	for row := first; row <= first+len(p.pages[n]); row++ {
		s, ok := p.At(row)
		if !ok {
			continue
		}
		g := GroupOf(s.Date, p.now)
		if row > 0 {
			before, ok := p.At(row - 1)
			if !ok { // not known yet: the page before will tell
				continue
			}
			if GroupOf(before.Date, p.now) == g {
				delete(p.heads, row)
				continue
			}
		}
		p.heads[row] = g
	}
}

// Head returns the head over a row, if it has one.
func (p *Pages) Head(row int) (Group, bool) {
	g, ok := p.heads[row]
	return g, ok
}

// Heights are the heights of a row and of a head.
type Heights struct{ Row, Head float64 }

// Top is how far the top of a row is below the top of the list, its head not included. Heads that are not known yet
// take no room.
func (p *Pages) Top(row int, h Heights) float64 {
	heads := sort.SearchInts(p.rows, row+1)
	return float64(row)*h.Row + float64(heads)*h.Head
}

// Height is the height of the whole list.
func (p *Pages) Height(h Heights) float64 {
	return float64(p.Total)*h.Row + float64(len(p.rows))*h.Head
}

// RowAt is the row at a distance y from the top; a head belongs to the row under it. It is between 0 and Total-1.
func (p *Pages) RowAt(y float64, h Heights) int {
	row := sort.Search(p.Total, func(row int) bool { return p.Top(row, h)+h.Row > y })
	return max(min(row, p.Total-1), 0)
}

// IDs returns the messages of the rows first to last in order. It is called away from the UI thread.
func IDs(ctx context.Context, box Lister, q mail.Query, first, last int) ([]mail.MessageID, error) {
	q.Offset, q.Limit = first, last-first+1
	return box.IDs(ctx, q)
}
