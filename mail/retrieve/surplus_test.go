package retrieve

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"poplar/mail"
)

func TestPolicies(t *testing.T) {
	const day = 24 * time.Hour
	const mb = 1 << 20
	type row = mail.LedgerRow
	held := func(uidl string, age int, size int64, change ...func(*row)) row {
		r := row{UIDL: uidl, State: mail.Stored, Size: size, First: ago(time.Duration(age) * day), Header: "h:1", Body: "b"}
		for _, f := range change {
			f(&r)
		}
		return r
	}
	gone := func(r *row) { r.GoneHere = true }
	trashed := func(r *row) { r.Trashed = true }
	partial := func(r *row) { r.State, r.Partial, r.Body = mail.Skipped, true, "" }
	leave := func(r *row) { r.Wish = mail.WishLeave }
	remove := func(r *row) { r.Wish = mail.WishDelete }
	keep := func(s string) mail.Keep {
		k, err := mail.ParseKeep(s)
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	tests := []struct {
		name   string
		keep   string
		ledger []row // in the order of the listing
		fresh  int   // new messages of 1 MB behind those
		del    string
		goes   int // of the new ones, once they are stored
	}{
		{"for ever", "forever", []row{held("a", 900, mb), held("b", 1, mb, gone)}, 1, "", 0},
		{"for ever, but for one", "forever", []row{held("a", 900, mb), held("b", 1, mb, remove)}, 0, "b", 0},
		{"days", "days:30", []row{held("a", 31, mb), held("b", 30, mb), held("c", 29, mb), held("d", 31, mb, leave)}, 0, "a b", 0},
		{"days, the first lines", "days:30", []row{held("a", 31, mb, partial)}, 0, "", 0},
		{"until deleted", "until-deleted", []row{held("a", 1, mb), held("b", 1, mb, trashed), held("c", 1, mb, gone), held("d", 1, mb, gone, leave)}, 0, "b c", 0},
		{"until Trash is emptied", "until-trash", []row{held("a", 1, mb), held("b", 1, mb, trashed), held("c", 1, mb, gone)}, 0, "c", 0},
		{"at once", "never", []row{held("a", 1, mb), held("b", 1, mb, partial), held("c", 1, mb, leave)}, 0, "a", 0},
		{"newest", "newest:2", []row{held("a", 3, mb), held("b", 2, mb), held("c", 1, mb)}, 0, "a", 0},
		{"newest by age, not by number", "newest:2", []row{held("a", 1, mb), held("b", 2, mb), held("c", 3, mb)}, 0, "c", 0},
		{"newest of one listing by number", "newest:1", []row{held("a", 1, mb), held("b", 1, mb), held("c", 1, mb)}, 0, "a b", 0},
		{"new ones count", "newest:2", []row{held("a", 3, mb), held("b", 2, mb)}, 1, "a", 0},
		{"too many new ones", "newest:2", []row{held("a", 3, mb)}, 4, "a", 2},
		{"few", "newest:5", []row{held("a", 3, mb)}, 2, "", 0},
		{"newest, kept by hand", "newest:1", []row{held("a", 3, mb, leave), held("b", 2, mb), held("c", 1, mb)}, 0, "b", 0},
		{"size", "mb:2", []row{held("a", 4, mb), held("b", 3, mb), held("c", 2, mb), held("d", 1, 1)}, 0, "a b", 0},
		{"size, exactly", "mb:2", []row{held("a", 2, mb), held("b", 1, mb)}, 0, "", 0},
		{"size, what cannot go stays", "mb:1", []row{held("a", 4, mb, leave), held("b", 3, mb, partial), held("c", 2, mb)}, 0, "c", 0},
		{"one that is too large alone", "mb:2", []row{held("a", 2, mb), held("b", 1, 3*mb)}, 0, "a b", 0},
		{"size, new ones", "mb:2", []row{held("a", 2, mb)}, 3, "a", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var listing []Listed
			for i, r := range tt.ledger {
				listing = append(listing, Listed{N: i + 1, UIDL: r.UIDL, Size: r.Size})
			}
			for i := range tt.fresh {
				listing = append(listing, Listed{N: len(listing) + 1, UIDL: fmt.Sprint("new", i), Size: mb})
			}
			a := Plan(listing, tt.ledger, keep(tt.keep), 0, now)
			if got := names(a.Delete); got != tt.del {
				t.Errorf("deletes %q, not %q", got, tt.del)
			}
			goes := 0
			for _, it := range a.Fetch {
				if !it.Known && a.Surplus[it.N] {
					goes++
				}
			}
			if goes != tt.goes {
				t.Errorf("%d new ones go, not %d", goes, tt.goes)
			}
			if n := Removals(tt.ledger, keep(tt.keep), now); tt.fresh == 0 && n != len(a.Delete) {
				t.Errorf("%d removals announced, %d planned", n, len(a.Delete))
			}
		})
	}
}

// TestPoliciesOfAnyMailbox looks at random mailboxes, ledgers and policies.
func TestPoliciesOfAnyMailbox(t *testing.T) {
	keeps := []mail.Keep{
		{},
		{Mode: mail.KeepForever},
		{Mode: mail.KeepDays, Days: 3},
		{Mode: mail.KeepUntilDeleted},
		{Mode: mail.KeepUntilTrash},
		{Mode: mail.KeepNever},
		{Mode: mail.KeepNewest, Count: 5},
		{Mode: mail.KeepSize, Megabytes: 4},
		{Mode: mail.KeepNewest},
		{Mode: "other"},
	}
	states := []mail.LedgerState{mail.Stored, mail.Stored, mail.Stored, mail.Skipped, mail.Refused, mail.Deleted, mail.Doomed}
	wishes := []mail.Wish{mail.NoWish, mail.NoWish, mail.NoWish, mail.WishLeave, mail.WishDelete, mail.WishFetch}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 7))
		keep := keeps[r.IntN(len(keeps))]
		var listing []Listed
		var ledger []mail.LedgerRow
		for i := range r.IntN(14) {
			e := Listed{N: i + 1, UIDL: fmt.Sprint("u", r.IntN(20)), Size: int64(1 + r.IntN(2<<20))}
			if slices.ContainsFunc(listing, func(o Listed) bool { return o.UIDL == e.UIDL }) ||
				slices.ContainsFunc(ledger, func(o mail.LedgerRow) bool { return o.UIDL == e.UIDL }) {
				continue
			}
			if r.IntN(8) > 0 {
				listing = append(listing, e)
			}
			if r.IntN(4) > 0 {
				row := mail.LedgerRow{
					UIDL: e.UIDL, State: states[r.IntN(len(states))], Size: e.Size, First: ago(time.Duration(r.IntN(200)) * time.Hour), Listed: now,
					Header: "h:1", Body: "b", Wish: wishes[r.IntN(len(wishes))], GoneHere: r.IntN(3) == 0, Trashed: r.IntN(3) == 0,
				}
				if row.Partial = row.State == mail.Skipped && r.IntN(2) == 0; row.Partial || row.State == mail.Refused || row.State == mail.Skipped {
					row.Body = ""
				}
				ledger = append(ledger, row)
			}
		}
		a := Plan(listing, ledger, keep, int64(r.IntN(2))<<20, now)
		gone := map[int]bool{}
		for _, it := range a.Delete {
			wished := it.Row.Wish == mail.WishDelete
			switch {
			case gone[it.N]:
				t.Fatalf("seed %d: deletes %s twice", seed, it.UIDL)
			case !it.Known || it.Row.Wish == mail.WishLeave:
				t.Fatalf("seed %d: deletes %+v", seed, it)
			case !wished && (it.Row.Partial || !stored(it.Row) || it.Row.Body == ""):
				t.Fatalf("seed %d: deletes what is not here: %+v", seed, it)
			case !wished && (keep.Mode == "" || keep.Mode == mail.KeepForever || keep.Mode == "other"):
				t.Fatalf("seed %d: %v deletes %+v", seed, keep, it)
			}
			gone[it.N] = true
		}
		// What is fetched, looked at, left or deleted is one thing each.
		times := map[int]int{}
		for _, list := range [][]Item{a.Fetch, a.Verify, a.Skip, a.Delete} {
			for _, it := range list {
				if times[it.N]++; times[it.N] > 1 {
					t.Fatalf("seed %d: %s is in two lists", seed, it.UIDL)
				}
			}
		}
		if keep.Mode == mail.KeepNewest && keep.Count > 0 {
			for _, it := range a.Delete {
				newer := 0
				for _, e := range listing {
					if p, q := placeIn(ledger, e), placeIn(ledger, it.Listed); p.After(q) || p.Equal(q) && e.N > it.N {
						newer++
					}
				}
				if it.Row.Wish == mail.NoWish && newer < keep.Count {
					t.Fatalf("seed %d: deletes %s, which is among the newest %d", seed, it.UIDL, keep.Count)
				}
			}
		}
		// Once it has done so, the policy is content.
		var rest []Listed
		for _, e := range listing {
			if !gone[e.N] && times[e.N] == 0 {
				rest = append(rest, e)
			}
		}
		if again := Plan(rest, ledger, keep, 0, now); len(again.Delete) > 0 {
			t.Fatalf("seed %d: %v deletes %s only at the second visit", seed, keep, names(again.Delete))
		}
	}
}

func placeIn(ledger []mail.LedgerRow, e Listed) time.Time {
	for _, r := range ledger {
		if r.UIDL == e.UIDL {
			return r.First
		}
	}
	return now
}

func TestUntil(t *testing.T) {
	days := mail.Keep{Mode: mail.KeepDays, Days: 30}
	held := mail.LedgerRow{State: mail.Stored, First: ago(10 * 24 * time.Hour)}
	tests := []struct {
		name   string
		change func(*mail.LedgerRow)
		keep   mail.Keep
		next   bool
		at     time.Time
	}{
		{"for ever", func(*mail.LedgerRow) {}, mail.Keep{}, false, time.Time{}},
		{"days", func(*mail.LedgerRow) {}, days, false, now.Add(20 * 24 * time.Hour)},
		{"days are over", func(r *mail.LedgerRow) { r.First = ago(31 * 24 * time.Hour) }, days, true, time.Time{}},
		{"kept by hand", func(r *mail.LedgerRow) { r.Wish = mail.WishLeave }, days, false, time.Time{}},
		{"deleted by hand", func(r *mail.LedgerRow) { r.Wish = mail.WishDelete }, days, true, time.Time{}},
		{"first lines only", func(r *mail.LedgerRow) { r.State, r.Partial = mail.Skipped, true }, days, false, time.Time{}},
	}
	for _, tt := range tests {
		row := held
		tt.change(&row)
		if next, at := Until(row, tt.keep, now); next != tt.next || !at.Equal(tt.at) {
			t.Errorf("%s: %v %v", tt.name, next, at)
		}
	}
}

func TestPair(t *testing.T) {
	listing := []Listed{{N: 1, UIDL: "a", Size: 5}, {N: 2, UIDL: "b", Size: 3}, {N: 3, UIDL: "a", Size: 4}, {N: 4}}
	ledger := []mail.LedgerRow{{UIDL: "a", State: mail.Stored, Size: 4, Message: 7}, {UIDL: "z", State: mail.Stored}}
	got := Pair(listing, ledger)
	if len(got) != 4 || got[2].Row.Message != 7 || got[0].Known || got[1].Known || got[0].Row.State != "" || got[3].UIDL != "" {
		t.Errorf("%+v", got)
	}
}
