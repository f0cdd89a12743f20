package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"poplar/mail"
)

func TestFolders(t *testing.T) {
	s := newStore(t)
	ctx := context.Background()
	create := func(a mail.AccountID, parent mail.FolderID, name string) mail.FolderID {
		t.Helper()
		id, err := s.CreateFolder(ctx, a, parent, name)
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	zebra := create(home, 0, "zebra")
	apple := create(home, 0, "Apple")
	inner := create(home, apple, "项目")
	create(home, inner, "deep")
	create(home, folder(t, s, home, mail.Inbox), "Under the inbox")
	create(work, 0, "Apple")
	var got []string
	names := map[mail.FolderID]string{}
	all, err := s.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		names[f.ID] = names[f.Parent] + "/" + f.Name
		got = append(got, string(f.Account)+names[f.ID])
	}
	want := strings.Fields(`home/Inbox home/Inbox/Under_the_inbox home/Drafts home/Outbox home/Sent home/Archive home/Junk home/Trash
		home/Apple home/Apple/项目 home/Apple/项目/deep home/zebra
		work/Inbox work/Drafts work/Outbox work/Sent work/Archive work/Junk work/Trash work/Apple`)
	for i := range want {
		want[i] = strings.ReplaceAll(want[i], "_", " ")
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if err := s.EnsureAccount(ctx, home); err != nil {
		t.Fatal(err)
	}
	if again, err := s.Folders(ctx); err != nil || !reflect.DeepEqual(again, all) {
		t.Errorf("ensuring an account again changed its folders: %v", err)
	}

	for _, c := range []struct {
		name   string
		parent mail.FolderID
		cause  error
	}{
		{"Zebra", 0, ErrExists},
		{"inbox", 0, ErrExists},
		{"  ", 0, ErrBadName},
		{"a/b", 0, ErrBadName},
		{"a\x00b", 0, ErrBadName},
		{"\xff", 0, ErrBadName},
		{strings.Repeat("长", 201), 0, ErrBadName},
		{"fine", 4711, ErrNoFolder},
		{"fine", folder(t, s, work, mail.Inbox), ErrNoFolder},
	} {
		_, err := s.CreateFolder(ctx, home, c.parent, c.name)
		fails(t, err, c.cause, mail.Unknown)
	}
	_, err = s.CreateFolder(ctx, "nobody", 0, "fine")
	fails(t, err, ErrNoAccount, mail.Unknown)
	fails(t, s.RenameFolder(ctx, zebra, "APPLE"), ErrExists, mail.Unknown)
	fails(t, s.RenameFolder(ctx, zebra, ""), ErrBadName, mail.Unknown)
	fails(t, s.RenameFolder(ctx, 4711, "x"), ErrNoFolder, mail.Unknown)
	fails(t, s.RenameFolder(ctx, folder(t, s, home, mail.Inbox), "x"), ErrRole, mail.Unknown)
	fails(t, s.DeleteFolder(ctx, folder(t, s, home, mail.Trash)), ErrRole, mail.Unknown)
	fails(t, s.DeleteFolder(ctx, 4711), ErrNoFolder, mail.Unknown)
	if err := s.RenameFolder(ctx, zebra, " Zebra crossing "); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RoleFolder(ctx, "nobody", mail.Inbox); err == nil {
		t.Error("an unknown account has an Inbox")
	}
}

func TestDeletedFoldersMessagesGoToTrash(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	outer, err := s.CreateFolder(ctx, home, 0, "Outer")
	if err != nil {
		t.Fatal(err)
	}
	inner, err := s.CreateFolder(ctx, home, outer, "Inner")
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := letter(1, "One", ""), letter(2, "Two", ""), letter(3, "Three", "")
	one.Summary.Folder, two.Summary.Folder, three.Summary.Flags = outer, inner, mail.Seen
	ids := add(t, s, one, two, three)
	listener := hub.Listen()
	defer listener.Close()
	if err := s.DeleteFolder(ctx, outer); err != nil {
		t.Fatal(err)
	}
	if got := list(t, s, mail.Query{Role: mail.Trash, Oldest: true}); !slices.Equal(got, ids[:2]) {
		t.Errorf("trash has %v", got)
	}
	all, err := s.Folders(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if f.ID == outer || f.ID == inner {
			t.Errorf("%s is still there", f.Name)
		}
		if f.Role == mail.Trash && f.Account == home && (f.Total != 2 || f.Unread != 2) {
			t.Errorf("trash counts %d/%d", f.Total, f.Unread)
		}
	}
	counted := map[mail.FolderID]bool{}
	for _, e := range listener.Take() {
		if e.What == mail.Counted {
			counted[e.Folder] = true
		}
	}
	if !counted[outer] || !counted[inner] || !counted[folder(t, s, home, mail.Trash)] {
		t.Errorf("the hub heard of %v", counted)
	}
}

func TestMessagesAreSortedByTheirFolders(t *testing.T) {
	s := newStore(t)
	inner, err := s.CreateFolder(t.Context(), home, 0, "Inner")
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := letter(1, "One", ""), letter(2, "Two", ""), letter(3, "Three", "")
	two.Summary.Folder = inner
	ids := add(t, s, one, two, three)
	got, err := s.Placed(t.Context(), append(ids, 999))
	want := map[mail.FolderID][]mail.MessageID{folder(t, s, home, mail.Inbox): {ids[0], ids[2]}, inner: {ids[1]}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := s.Placed(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("of none: %v, %v", got, err)
	}
}

// cancelledAfter is a context that is cancelled once it was asked so many times.
type cancelledAfter struct {
	context.Context
	left, late int
}

func (c *cancelledAfter) Err() error {
	if c.left--; c.left >= 0 {
		return nil
	}
	c.late++
	return context.Canceled
}

func TestChangesOfManyEndWhenTheyAreCancelled(t *testing.T) {
	s := newStore(t)
	var letters []mail.Arrival
	for i := range 30 {
		letters = append(letters, letter(i+1, "One of many", ""))
	}
	ids := add(t, s, letters...)
	trash := folder(t, s, home, mail.Trash)
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"mark", func(ctx context.Context) error { return s.Mark(ctx, ids, mail.Seen, 0) }},
		{"move", func(ctx context.Context) error { return s.Move(ctx, ids, trash) }},
		{"delete", func(ctx context.Context) error { return s.Delete(ctx, ids) }},
	} {
		ctx := &cancelledAfter{Context: t.Context(), left: 10}
		if err := c.do(ctx); !errors.Is(err, context.Canceled) || ctx.late != 1 {
			t.Errorf("%s: %v after %d late questions", c.name, err, ctx.late)
		}
		rows, err := s.List(t.Context(), mail.Query{Role: mail.Inbox, Unread: true})
		if err != nil || len(rows) != len(ids) {
			t.Errorf("%s: %d of %d are as they were, %v", c.name, len(rows), len(ids), err)
		}
	}
}

func TestChangesAreToldOnce(t *testing.T) {
	hub := mail.NewHub()
	s := newStore(t, Options{Hub: hub})
	ctx := context.Background()
	ids := add(t, s, letter(1, "One", ""), letter(2, "Two", ""))
	inbox, archive := folder(t, s, home, mail.Inbox), folder(t, s, home, mail.Archive)
	listener := hub.Listen()
	defer listener.Close()
	for _, c := range []struct {
		name string
		do   func() error
		want []mail.Event
	}{
		{"mark", func() error { return s.Mark(ctx, append(ids, ids...), mail.Seen, 0) }, []mail.Event{
			{What: mail.Changed, Account: home, Folder: inbox, Messages: ids}, {What: mail.Counted, Account: home, Folder: inbox},
		}},
		{"mark again", func() error { return s.Mark(ctx, ids, mail.Seen, 0) }, nil},
		{"flag", func() error { return s.Mark(ctx, ids[:1], mail.Flagged, 0) }, []mail.Event{{What: mail.Changed, Account: home, Folder: inbox, Messages: ids[:1]}}},
		{"move", func() error { return s.Move(ctx, ids[:1], archive) }, []mail.Event{
			{What: mail.Changed, Account: home, Folder: archive, Messages: ids[:1]},
			{What: mail.Counted, Account: home, Folder: inbox},
			{What: mail.Counted, Account: home, Folder: archive},
		}},
		{"move to where it is", func() error { return s.Move(ctx, ids[:1], archive) }, nil},
		{"delete", func() error { return s.Delete(ctx, ids[:1]) }, []mail.Event{
			{What: mail.Removed, Account: home, Folder: archive, Messages: ids[:1]}, {What: mail.Counted, Account: home, Folder: archive},
		}},
		{"delete again", func() error { return s.Delete(ctx, ids[:1]) }, nil},
		{"nothing", func() error { return s.Mark(ctx, nil, mail.Seen, 0) }, nil},
		{"account", func() error { return s.RemoveAccount(ctx, home) }, []mail.Event{{What: mail.Removed, Account: home}, {What: mail.Counted, Account: home}}},
	} {
		if err := c.do(); err != nil {
			t.Fatal(c.name, err)
		}
		if got := listener.Take(); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s\ngot  %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

// A start of the program that changes nothing writes nothing: it does not wait for the disk.
func TestEnsureAccountAgainWritesNothing(t *testing.T) {
	s := newStore(t)
	version := func() (n int64) {
		t.Helper()
		if err := s.conn.QueryRowContext(t.Context(), "SELECT total_changes()").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	wal := func() int64 {
		t.Helper()
		info, err := os.Stat(filepath.Join(s.dir, databaseName+"-wal"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	before, size := version(), wal()
	if err := s.EnsureAccount(t.Context(), home); err != nil {
		t.Fatal(err)
	}
	if version() != before || wal() != size {
		t.Errorf("%d changes, %d octets in the log", version()-before, wal()-size)
	}
}
