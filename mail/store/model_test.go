package store

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

// model is what the store should hold, kept in the simplest way.
type model struct {
	messages map[mail.MessageID]*modelled
	folders  map[mail.FolderID]mail.Folder
}

type modelled struct {
	id     mail.MessageID
	folder mail.FolderID
	date   time.Time
	flags  mail.Flags
	text   string
}

// query answers q by looking at every message.
func (m *model) query(q mail.Query) []mail.MessageID {
	var found []*modelled
	for _, x := range m.messages {
		f := m.folders[x.folder]
		narrow := q.Folder != 0 || q.Role != ""
		switch {
		case q.Folder != 0 && q.Folder != x.folder, q.Account != "" && q.Account != f.Account, q.Role != "" && q.Role != f.Role,
			q.Unread && x.flags&mail.Seen != 0, q.Flagged && x.flags&mail.Flagged == 0:
			continue
		case q.Text != "" && (!strings.Contains(x.text, q.Text) || !narrow && (f.Role == mail.Trash || f.Role == mail.Junk)):
			continue
		}
		found = append(found, x)
	}
	slices.SortFunc(found, func(a, b *modelled) int {
		c := cmp.Or(b.date.Compare(a.date), cmp.Compare(b.id, a.id))
		if q.Oldest {
			return -c
		}
		return c
	})
	ids := []mail.MessageID{}
	for _, x := range found {
		ids = append(ids, x.id)
	}
	return ids
}

func page(ids []mail.MessageID, q mail.Query) []mail.MessageID {
	from, to := window(q, len(ids))
	return ids[from:to]
}

// A long random life of a store: after every few steps each kind of list, its pages and its counts are what the
// simple model says, and at the end (in openStore's cleanup) all invariants hold.
func TestRandomLife(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { randomLife(t, seed) })
	}
}

func randomLife(t *testing.T, seed uint64) {
	dir := t.TempDir()
	opts := Options{}
	if seed%2 == 1 {
		opts.Text = func(raw mail.Raw) string {
			b := make([]byte, raw.Size())
			_, _ = raw.ReadAt(b, 0)
			_, body, _ := strings.Cut(string(b), "\r\n\r\n")
			return body
		}
	}
	s := openStore(t, dir, opts)
	ctx := context.Background()
	rng := rand.New(rand.NewPCG(seed, 99))
	m := &model{messages: map[mail.MessageID]*modelled{}, folders: map[mail.FolderID]mail.Folder{}}
	refresh := func() {
		all, err := s.Folders(ctx)
		if err != nil {
			t.Fatal(err)
		}
		clear(m.folders)
		for _, f := range all {
			m.folders[f.ID] = f
		}
	}
	refresh()
	words := []string{"alpha", "beta", "gamma", "delta"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	some := func() []mail.MessageID { // a few that exist, and one that never did
		var ids []mail.MessageID
		for id := range m.messages {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		rng.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
		return append(ids[:min(len(ids), rng.IntN(6))], 1<<40)
	}
	anyFolder := func(account mail.AccountID, own bool) mail.FolderID {
		var ids []mail.FolderID
		for id, f := range m.folders {
			if f.Role != mail.Outbox && (account == "" || f.Account == account) && (!own || f.Role == "") {
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return 0
		}
		slices.Sort(ids)
		return ids[rng.IntN(len(ids))]
	}
	written := 0
	write := func() (mail.Arrival, *modelled) {
		written++
		x := &modelled{
			date: epoch.Add(time.Duration(rng.IntN(200)) * time.Hour), text: words[rng.IntN(4)] + " " + words[rng.IntN(4)],
			flags: mail.Flags(rng.IntN(16)),
		}
		a := retrieved(written, fmt.Sprint("Letter number ", written), x.text)
		a.Summary.Date, a.Summary.Flags = x.date, x.flags
		if written > 10 && rng.IntN(3) == 0 {
			a.References = []string{fmt.Sprintf("%d@example.org", 1+rng.IntN(written+5))}
		}
		return a, x
	}
	for step := range 250 {
		switch rng.IntN(12) {
		case 0, 1, 2, 3:
			account := []mail.AccountID{home, work}[rng.IntN(2)]
			var batch []mail.Arrival
			var xs []*modelled
			for range 1 + rng.IntN(5) {
				a, x := write()
				if rng.IntN(2) == 0 {
					a.Role = []mail.Role{mail.Junk, mail.Trash, mail.Sent}[rng.IntN(3)]
				} else {
					a.Summary.Folder = anyFolder(account, false)
				}
				batch, xs = append(batch, a), append(xs, x)
			}
			ids, err := s.Add(ctx, account, batch)
			must(err)
			for i, id := range ids {
				xs[i].id = id
				xs[i].folder = batch[i].Summary.Folder
				if batch[i].Summary.Folder == 0 {
					xs[i].folder = folder(t, s, account, batch[i].Role)
				}
				m.messages[id] = xs[i]
			}
		case 4, 5:
			ids, set, unset := some(), mail.Flags(rng.IntN(16)), mail.Flags(rng.IntN(16))
			must(s.Mark(ctx, ids, set, unset))
			for _, id := range ids {
				if x := m.messages[id]; x != nil {
					x.flags = x.flags&^unset | set
				}
			}
		case 6, 7:
			ids, to := some(), anyFolder("", false)
			must(s.Move(ctx, ids, to))
			for _, id := range ids {
				if x := m.messages[id]; x != nil {
					x.folder = to
				}
			}
		case 8:
			ids := some()
			must(s.Delete(ctx, ids))
			for _, id := range ids {
				delete(m.messages, id)
			}
		case 9:
			id := some()[0]
			if x := m.messages[id]; x != nil {
				a, y := write()
				now, err := s.Replace(ctx, id, a)
				must(err)
				y.id, y.folder, y.flags = now, x.folder, x.flags|y.flags
				delete(m.messages, id)
				m.messages[now] = y
			}
		case 10:
			if rng.IntN(3) > 0 {
				account := []mail.AccountID{home, work}[rng.IntN(2)]
				_, err := s.CreateFolder(ctx, account, anyFolder(account, true), fmt.Sprint("Folder ", step))
				must(err)
			} else if f := anyFolder("", true); f != 0 {
				trash := folder(t, s, m.folders[f].Account, mail.Trash)
				must(s.DeleteFolder(ctx, f))
				for _, x := range m.messages {
					for g := x.folder; g != 0; g = m.folders[g].Parent {
						if g == f {
							x.folder = trash
							break
						}
					}
				}
			}
			refresh()
		case 11:
			switch rng.IntN(3) {
			case 0:
				_, err := s.Index(ctx, rng.IntN(20))
				must(err)
			case 1:
				must(s.Flush(ctx))
			case 2:
				must(s.Close())
				s = openStore(t, dir, opts)
			}
		}
		if step%4 == 0 {
			compare(t, s, m, rng, anyFolder("", false), words)
		}
		if t.Failed() {
			t.Fatalf("at step %d", step)
		}
	}
	// Everything goes with an account but what was moved out of it.
	for id, x := range m.messages {
		if m.folders[x.folder].Account == home {
			delete(m.messages, id)
		}
	}
	must(s.RemoveAccount(ctx, home))
	must(s.RemoveAccount(ctx, home))
	refresh()
	compare(t, s, m, rng, anyFolder("", false), words)
	checkStore(t, s)
	for range 3 {
		_, err := s.Tidy(ctx)
		must(err)
	}
}

func compare(t *testing.T, s *Store, m *model, rng *rand.Rand, f mail.FolderID, words []string) {
	t.Helper()
	ctx := context.Background()
	for _, q := range []mail.Query{
		{},
		{Folder: f},
		{Role: mail.Junk},
		{Account: work},
		{Account: home, Role: mail.Trash},
		{Folder: f, Account: home},
		{Unread: true},
		{Flagged: true},
		{Folder: f, Unread: true},
		{Account: work, Flagged: true, Unread: true},
		{Text: words[0]},
		{Text: words[1], Role: mail.Trash},
		{Text: words[2], Unread: true, Account: home},
		{Text: words[3], Flagged: true, Folder: f},
	} {
		q.Oldest = rng.IntN(2) == 0
		want := m.query(q)
		q.Offset, q.Limit = rng.IntN(len(want)+3), rng.IntN(len(want)+3)
		if rng.IntN(4) == 0 {
			q.Offset, q.Limit = 0, 0
		}
		if got := list(t, s, q); !slices.Equal(got, page(want, q)) {
			t.Errorf("list %+v\ngot  %v\nwant %v", q, got, page(want, q))
		}
		if got, err := s.IDs(ctx, q); err != nil || !slices.Equal(got, page(want, q)) {
			t.Errorf("ids %+v\ngot  %v (%v)\nwant %v", q, got, err, page(want, q))
		}
		if got, err := s.Count(ctx, q); err != nil || got != len(want) {
			t.Errorf("count %+v: got %d (%v), want %d", q, got, err, len(want))
		}
	}
	all, err := s.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if want := [2]int{len(m.query(mail.Query{Folder: f.ID})), len(m.query(mail.Query{Folder: f.ID, Unread: true}))}; want != [2]int{f.Total, f.Unread} {
			t.Errorf("folder %s counts %d/%d, want %v", f.Name, f.Total, f.Unread, want)
		}
	}
	for id, x := range m.messages {
		got := summary(t, s, id)
		if got.Folder != x.folder || got.Flags != x.flags || !got.Date.Equal(x.date) || got.Account != m.folders[x.folder].Account {
			t.Errorf("message %d: got %+v, want %+v", id, got, x)
		}
	}
}
