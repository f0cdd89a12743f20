package store

import (
	"context"
	"reflect"
	"testing"
	"time"

	"poplar/mail"
)

func ledger(t *testing.T, s *Store, a mail.AccountID) map[string]mail.LedgerRow {
	t.Helper()
	rows, err := s.Ledger(context.Background(), a)
	if err != nil {
		t.Fatal(err)
	}
	by := map[string]mail.LedgerRow{}
	for i, r := range rows {
		if i > 0 && rows[i-1].UIDL > r.UIDL {
			t.Errorf("%q comes after %q", r.UIDL, rows[i-1].UIDL)
		}
		by[r.UIDL+string(rune('0'+r.Dup))] = r
	}
	return by
}

func TestLedgerComesBackAsItWas(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	row := mail.LedgerRow{
		Account: home, UIDL: "odd \x00\xff\x80 id", State: mail.Refused, Size: 1 << 40, First: epoch.Add(time.Nanosecond), Listed: epoch.Add(time.Hour),
		Header: "h", Body: "b", Said: "-ERR no", GoneHere: true,
	}
	second := row
	second.Dup = 1
	empty := mail.LedgerRow{Account: home, State: mail.Skipped}
	other := row
	other.Account = work
	if err := s.PutLedger(ctx, row, second, empty, other); err != nil {
		t.Fatal(err)
	}
	got := ledger(t, s, home)
	if len(got) != 3 {
		t.Fatalf("%d rows", len(got))
	}
	for key, want := range map[string]mail.LedgerRow{row.UIDL + "0": row, row.UIDL + "1": second, "0": empty} {
		g := got[key]
		if !g.First.Equal(want.First) || !g.Listed.Equal(want.Listed) {
			t.Errorf("%q: times %v, %v", key, g.First, g.Listed)
		}
		g.First, g.Listed = want.First, want.Listed
		if !reflect.DeepEqual(g, want) {
			t.Errorf("got  %+v\nwant %+v", g, want)
		}
	}
	row.State, row.Said, row.GoneHere = mail.Doomed, "", false
	if err := s.PutLedger(ctx, row); err != nil {
		t.Fatal(err)
	}
	if g := ledger(t, s, home)[row.UIDL+"0"]; g.State != mail.Doomed || g.Said != "" || g.GoneHere {
		t.Errorf("%+v", g)
	}
	if err := s.ForgetLedger(ctx, row, row, mail.LedgerRow{Account: home, UIDL: "never seen"}); err != nil {
		t.Fatal(err)
	}
	if got := ledger(t, s, home); len(got) != 2 {
		t.Errorf("%+v", got)
	}
	if rows, err := s.Ledger(ctx, "nobody"); err != nil || rows != nil {
		t.Errorf("%v, %v", rows, err)
	}
	fails(t, s.PutLedger(ctx, row, mail.LedgerRow{Account: "nobody", State: mail.Stored}), ErrNoAccount, mail.Unknown)
	if got := ledger(t, s, home); len(got) != 2 {
		t.Errorf("half of a refused transaction was kept: %+v", got)
	}
}

// A visit holds ledger rows for minutes; what the person does meanwhile must not be undone when it writes them back.
func TestLedgerRemembersWhatHappenedMeanwhile(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	ids := add(t, s, retrieved(1, "One", ""), retrieved(2, "Two", ""), retrieved(3, "Three", ""), retrieved(4, "Four", ""))
	stale, err := s.Ledger(ctx, home)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Delete(ctx, []mail.MessageID{ids[0], ids[3]}); err != nil {
		t.Fatal(err)
	}
	now, err := s.Replace(ctx, ids[1], letter(2, "Two", "whole"))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutLedger(ctx, stale[:3]...); err != nil {
		t.Fatal(err)
	}
	renumbered := stale[3]
	renumbered.UIDL = "new-4"
	if err := s.RenumberLedger(ctx, stale[3], renumbered); err != nil {
		t.Fatal(err)
	}
	got := ledger(t, s, home)
	for uidl, want := range map[string]struct {
		message mail.MessageID
		gone    bool
	}{"uid-10": {0, true}, "uid-20": {now, false}, "uid-30": {ids[2], false}, "new-40": {0, true}} {
		if r := got[uidl]; r.Message != want.message || r.GoneHere != want.gone {
			t.Errorf("%s: message %d, gone %v, want %+v", uidl, r.Message, r.GoneHere, want)
		}
	}
	// Wanted again: the visit clears the mark on purpose.
	again := got["uid-10"]
	again.GoneHere = false
	if err := s.PutLedger(ctx, again); err != nil {
		t.Fatal(err)
	}
	if ledger(t, s, home)["uid-10"].GoneHere {
		t.Error("the mark could not be cleared")
	}
}

func TestRenumber(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	ids := add(t, s, retrieved(1, "One", ""), retrieved(2, "Two", ""))
	rows, err := s.Ledger(ctx, home)
	if err != nil {
		t.Fatal(err)
	}
	// The new unique-id may be one that another message had before.
	now := rows[0]
	now.UIDL, now.Message = rows[1].UIDL, 0
	if err := s.RenumberLedger(ctx, rows[0], now); err != nil {
		t.Fatal(err)
	}
	got := ledger(t, s, home)
	if len(got) != 1 || got["uid-20"].Message != ids[0] {
		t.Errorf("%+v", got)
	}
	if m := summary(t, s, ids[0]); m.UIDL != "uid-2" || !m.OnServer {
		t.Errorf("%+v", m)
	}
	if m := summary(t, s, ids[1]); m.OnServer {
		t.Errorf("%+v", m)
	}
}

func TestOnServer(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	id := add(t, s, retrieved(1, "One", ""))[0]
	for _, c := range []struct {
		state mail.LedgerState
		want  bool
	}{{mail.Stored, true}, {mail.Doomed, true}, {mail.Deleted, false}} {
		row := ledger(t, s, home)["uid-10"]
		row.State = c.state
		if err := s.PutLedger(ctx, row); err != nil {
			t.Fatal(err)
		}
		if m := summary(t, s, id); m.OnServer != c.want || m.UIDL != "uid-1" {
			t.Errorf("%s: %+v", c.state, m)
		}
	}
	if err := s.ForgetLedger(ctx, ledger(t, s, home)["uid-10"]); err != nil {
		t.Fatal(err)
	}
	if m := summary(t, s, id); m.OnServer || m.UIDL != "uid-1" {
		t.Errorf("forgotten: %+v", m)
	}
	// A message may live in another account's folder; removing that account is not the person's deleting it.
	id = add(t, s, retrieved(2, "Two", ""))[0]
	if err := s.Move(ctx, []mail.MessageID{id}, folder(t, s, work, mail.Inbox)); err != nil {
		t.Fatal(err)
	}
	if err := s.RemoveAccount(ctx, work); err != nil {
		t.Fatal(err)
	}
	if r := ledger(t, s, home)["uid-20"]; r.Message != 0 || r.GoneHere {
		t.Errorf("%+v", r)
	}
}

func TestLedgerGist(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	gist := func() string {
		t.Helper()
		g, err := s.LedgerGist(ctx, home)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	if g := gist(); g != "" {
		t.Errorf("of no rows: %q", g)
	}
	row := func(uidl string, state mail.LedgerState, size int64) mail.LedgerRow {
		return mail.LedgerRow{Account: home, UIDL: uidl, State: state, Size: size}
	}
	put := func(r ...mail.LedgerRow) {
		t.Helper()
		if err := s.PutLedger(ctx, r...); err != nil {
			t.Fatal(err)
		}
	}
	put(row("a", mail.Stored, 10), row("b", mail.Stored, 20))
	two := gist()
	put(row("a", mail.Stored, 10), row("b", mail.Stored, 20))
	if g := gist(); g != two || g == "" {
		t.Errorf("of the same rows: %q, %q", two, g)
	}
	seen := map[string]bool{two: true}
	for _, change := range []func(){
		func() { put(row("b", mail.Stored, 21)) },
		func() { put(row("c", mail.Stored, 0)) },
		func() { put(row("c", mail.Deleted, 0)) },
		func() {
			if err := s.ForgetLedger(ctx, row("c", "", 0)); err != nil {
				t.Fatal(err)
			}
			put(row("b", mail.Deleted, 21))
		},
	} {
		change()
		if g := gist(); g == "" || seen[g] {
			t.Errorf("after a change: %q", g)
		} else {
			seen[g] = true
		}
	}
	for _, state := range []mail.LedgerState{mail.Refused, mail.Skipped, mail.Doomed} {
		put(row("c", state, 1))
		if g := gist(); g != "" {
			t.Errorf("with a row that is %s: %q", state, g)
		}
	}
	put(row("c", mail.Stored, 1))
	if err := s.SetWish(ctx, home, mail.WishFetch, mail.LedgerKey{UIDL: "c"}); err != nil {
		t.Fatal(err)
	}
	if g := gist(); g != "" {
		t.Errorf("with a wish: %q", g)
	}
}
