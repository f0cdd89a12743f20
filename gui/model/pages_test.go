package model

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"poplar/mail"
)

// shelf is a list of messages, newest first, that counts what is asked of it.
type shelf struct {
	rows  []mail.Summary
	lists int
	err   error
}

func (s *shelf) Count(context.Context, mail.Query) (int, error) { return len(s.rows), s.err }

func (s *shelf) IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error) {
	rows, err := s.List(ctx, q)
	ids := make([]mail.MessageID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids, err
}

func (s *shelf) List(_ context.Context, q mail.Query) ([]mail.Summary, error) {
	s.lists++
	from := min(q.Offset, len(s.rows))
	return slices.Clone(s.rows[from:min(from+q.Limit, len(s.rows))]), s.err
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC) // a Wednesday

// hours fills a shelf with n messages, the newest of id n, each an hour older than the one before.
func hours(n int) *shelf {
	s := &shelf{}
	for i := range n {
		s.rows = append(s.rows, mail.Summary{ID: mail.MessageID(n - i), Date: noon.Add(-time.Duration(i) * time.Hour)})
	}
	return s
}

func (s *shelf) arrive(n int) {
	top := len(s.rows)
	for i := range n {
		s.rows = slices.Insert(s.rows, 0, mail.Summary{ID: mail.MessageID(top + i + 1), Date: noon.Add(time.Minute)})
	}
}

func fetch(t *testing.T, p *Pages, box Lister, pages ...int) {
	t.Helper()
	l, err := Fetch(t.Context(), box, p.Query, -1, pages...)
	if err != nil {
		t.Fatal(err)
	}
	p.Put(l)
}

var h = Heights{Row: 70, Head: 26}

func TestPagesKnowOnlyWhatWasFetched(t *testing.T) {
	box := hours(100_000)
	p := NewPages(mail.Query{}, noon)
	fetch(t, p, box, 0)
	if _, ok := p.At(99); !ok {
		t.Error("the first page is missing")
	}
	if _, ok := p.At(100); ok {
		t.Error("the second page is there")
	}
	if got := p.Wanted(50_020, 50_130); !slices.Equal(got, []int{500, 501}) {
		t.Errorf("wanted %v", got)
	}
	if got := p.Wanted(50_020, 50_130); got != nil {
		t.Errorf("pages are asked for twice: %v", got)
	}
	p.Failed(500)
	if got := p.Wanted(50_020, 50_130); !slices.Equal(got, []int{500}) {
		t.Errorf("after a failure wanted %v", got)
	}
	fetch(t, p, box, 500, 501)
	if s, ok := p.At(50_020); !ok || s.ID != 100_000-50_020 {
		t.Errorf("row 50,020 is %v", s.ID)
	}
	if p.RowOf(100_000-50_020) != 50_020 || p.RowOf(1) != -1 {
		t.Error("RowOf")
	}
}

func TestPagesForgetWhatWasLookedAtLongAgo(t *testing.T) {
	box := hours(100_000)
	p := NewPages(mail.Query{}, noon)
	for n := range 300 {
		fetch(t, p, box, n)
		p.Wanted(0, 10) // the first is looked at all the time
	}
	if len(p.pages) > keptPages {
		t.Errorf("%d pages are kept", len(p.pages))
	}
	if _, ok := p.At(5); !ok {
		t.Error("the page in use was dropped")
	}
}

func TestHeadsAndGeometryAgree(t *testing.T) {
	box := hours(1000)
	p := NewPages(mail.Query{}, noon)
	fetch(t, p, box, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	want := []Era{Today, Yesterday, ThisWeek, LastWeek, Month, Month}
	if len(p.rows) != len(want) {
		t.Fatalf("heads over rows %v", p.rows)
	}
	for i, row := range p.rows {
		if g, _ := p.Head(row); g.Era != want[i] {
			t.Errorf("head %d over row %d is %v", i, row, g)
		}
	}
	if p.rows[1] != 13 { // 12:00 down to 00:00 is today
		t.Errorf("yesterday begins at row %d", p.rows[1])
	}
	if got := p.Top(0, h); got != 26 {
		t.Errorf("the first row stands at %v", got)
	}
	if got, want := p.Height(h), 1000*70+6*26.0; got != want {
		t.Errorf("height %v, want %v", got, want)
	}
	for _, row := range []int{0, 1, 12, 13, 14, 500, 999} {
		top := p.Top(row, h)
		if a, b := p.RowAt(top, h), p.RowAt(top+69.5, h); a != row || b != row {
			t.Errorf("row %d at %v is found as %d and %d", row, top, a, b)
		}
	}
	if p.RowAt(p.Top(13, h)-20, h) != 13 {
		t.Error("a head does not belong to the row under it")
	}
	if p.RowAt(-5, h) != 0 || p.RowAt(1e9, h) != 999 {
		t.Error("beyond the ends")
	}
}

func TestHeadAtTheEdgeOfPagesAppearsWhenBothAreThere(t *testing.T) {
	box := hours(300)
	for i := range box.rows { // a new day exactly at row 100
		box.rows[i].Date = noon.AddDate(0, 0, -i/100)
	}
	p := NewPages(mail.Query{}, noon)
	fetch(t, p, box, 1)
	if len(p.rows) != 0 {
		t.Errorf("heads over %v though the row before is unknown", p.rows)
	}
	fetch(t, p, box, 0)
	if !slices.Equal(p.rows, []int{0, 100}) {
		t.Errorf("heads over %v", p.rows)
	}
	fetch(t, p, box, 2)
	if !slices.Equal(p.rows, []int{0, 100, 200}) {
		t.Errorf("heads over %v", p.rows)
	}
}

func TestSearchResultsHaveNoHeads(t *testing.T) {
	p := NewPages(mail.Query{Text: "plan"}, noon)
	fetch(t, p, hours(50), 0)
	if len(p.rows) != 0 {
		t.Error("heads over search results")
	}
}

func TestRefetchFindsTheHeldMessageAgain(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*shelf)
		hold   Place
		want   int
	}{
		{"nothing happened", func(*shelf) {}, Place{4000 - 2, 2}, 2},
		{"three arrived", func(s *shelf) { s.arrive(3) }, Place{4000 - 2, 2}, 5},
		{"250 arrived", func(s *shelf) { s.arrive(250) }, Place{4000 - 1234, 1234}, 1484},
		{"one above was deleted", func(s *shelf) { s.rows = slices.Delete(s.rows, 0, 1) }, Place{4000 - 2, 2}, 1},
		{"one below was deleted", func(s *shelf) { s.rows = s.rows[:3999] }, Place{4000 - 2, 2}, 2},
		{"it was deleted", func(s *shelf) { s.rows = slices.Delete(s.rows, 2, 3) }, Place{4000 - 2, 2}, -1},
		{"all was deleted", func(s *shelf) { s.rows = nil }, Place{4000 - 2, 2}, -1},
		{"nothing is held", func(s *shelf) { s.arrive(1) }, Place{}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			box := hours(4000)
			c.change(box)
			l, row, err := Refetch(t.Context(), box, mail.Query{}, 4000, c.hold, c.hold.Row, c.hold.Row+8)
			if err != nil || row != c.want {
				t.Fatalf("row %d, %v; want %d", row, err, c.want)
			}
			p := NewPages(mail.Query{}, noon)
			p.Put(l)
			for r := max(row, 0); r <= max(row, 0)+8 && r < p.Total; r++ {
				if _, ok := p.At(r); !ok {
					t.Errorf("row %d, which is on the screen, is missing", r)
				}
			}
			if row >= 0 {
				if s, _ := p.At(row); s.ID != c.hold.ID {
					t.Errorf("row %d is message %d", row, s.ID)
				}
			}
			if box.lists > 6 {
				t.Errorf("%d pages were read", box.lists)
			}
		})
	}
}

func TestRefetchTellsErrors(t *testing.T) {
	box := hours(10)
	box.err = errors.New("disk")
	if _, _, err := Refetch(t.Context(), box, mail.Query{}, 10, Place{}, 0, 5); !errors.Is(err, box.err) {
		t.Error(err)
	}
}

func TestPatchShowsFlagsAtOnce(t *testing.T) {
	p := NewPages(mail.Query{}, noon)
	fetch(t, p, hours(10), 0)
	p.Patch(map[mail.MessageID]bool{10: true}, mail.Seen|mail.Flagged, 0)
	p.Patch(map[mail.MessageID]bool{10: true}, 0, mail.Flagged)
	if s, _ := p.At(0); s.Flags != mail.Seen {
		t.Errorf("flags %v", s.Flags.Names())
	}
}

func TestIDsReadsARange(t *testing.T) {
	box := hours(12_345)
	ids, err := IDs(t.Context(), box, mail.Query{}, 10, 12_344)
	if err != nil || len(ids) != 12_335 || ids[0] != 12_335 || ids[len(ids)-1] != 1 {
		t.Errorf("%d ids, %v", len(ids), err)
	}
}

func TestGroups(t *testing.T) {
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 15, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		t    time.Time
		want Group
	}{
		{day(2026, 11, 26), Group{Era: Today}},
		{day(2026, 11, 25), Group{Era: Today}},
		{day(2026, 11, 24), Group{Era: Yesterday}},
		{day(2026, 11, 23), Group{Era: ThisWeek}},
		{day(2026, 11, 22), Group{Era: LastWeek}},
		{day(2026, 11, 16), Group{Era: LastWeek}},
		{day(2026, 11, 15), Group{Month, 2026, 11}},
		{day(2025, 12, 31), Group{YearMonth, 2025, 12}},
	} {
		if got := GroupOf(c.t, noon); got != c.want {
			t.Errorf("%v: %v", c.t, got)
		}
	}
	monday := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	if got := GroupOf(day(2026, 11, 22), monday); got.Era != Yesterday {
		t.Errorf("Sunday seen from Monday: %v", got)
	}
	if got := GroupOf(day(2026, 11, 21), monday); got.Era != LastWeek {
		t.Errorf("Saturday seen from Monday: %v", got)
	}
}

func TestSelection(t *testing.T) {
	var s Selection
	s.Only(Place{7, 0})
	s.Toggle(Place{9, 2})
	if !slices.Equal(s.IDs(), []mail.MessageID{7, 9}) || s.Cursor().ID != 9 {
		t.Errorf("%v", s.IDs())
	}
	s.Toggle(Place{7, 0})
	if s.Has(7) || !s.Has(9) {
		t.Errorf("%v", s.IDs())
	}
	s.Only(Place{5, 4})
	s.Range([]mail.MessageID{5, 4, 3}, Place{3, 6})
	s.Range([]mail.MessageID{5, 4}, Place{4, 5})
	if s.Len() != 2 || s.Anchor().ID != 5 || s.Cursor().ID != 4 {
		t.Errorf("a range grows and shrinks from its anchor: %v, %v", s.IDs(), s.Anchor())
	}
	s.Moved(func(id mail.MessageID) int { return int(id) + 100 })
	if s.Anchor().Row != 105 || s.Cursor().Row != 104 {
		t.Error("rows do not follow")
	}
	s.Drop([]mail.MessageID{5})
	if s.Len() != 1 {
		t.Error("a message that is gone stays chosen")
	}
}
