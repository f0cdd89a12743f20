package engine

import (
	"testing"

	"poplar/mail"
	"poplar/mail/mailtest"
)

// Archiving goes where the person chose, as long as that folder is there.
func TestArchiveOfOnesOwn(t *testing.T) {
	b := newBench(t, nil, nil)
	for i := range 3 {
		b.box.Add(mailtest.Sample(i, 600))
	}
	b.receive()
	own, err := b.CreateFolder(t.Context(), b.account.ID, 0, "Done")
	if err != nil {
		t.Fatal(err)
	}
	b.change(func(a *mail.Account) { a.ArchiveFolder = own })
	list := b.list(mail.Query{Role: mail.Inbox})
	archive := func(i int) mail.FolderID {
		t.Helper()
		if err := b.MoveToRole(t.Context(), []mail.MessageID{list[i].ID}, mail.Archive); err != nil {
			t.Fatal(err)
		}
		s, err := b.Summary(t.Context(), list[i].ID)
		if err != nil {
			t.Fatal(err)
		}
		return s.Folder
	}
	if got := archive(0); got != own {
		t.Errorf("archived to %d, want %d", got, own)
	}
	if err := b.MoveToRole(t.Context(), []mail.MessageID{list[0].ID}, mail.Trash); err != nil {
		t.Fatal(err)
	}
	if err := b.DeleteFolder(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	usual, err := b.store.RoleFolder(t.Context(), b.account.ID, mail.Archive)
	if got := archive(1); err != nil || got != usual {
		t.Errorf("the chosen folder is gone, archived to %d, want %d", got, usual)
	}
}
