package setup

import (
	"strings"
	"testing"

	"poplar/mail"
)

func TestFoldersTabSaysWhereThingsGo(t *testing.T) {
	b := start(t)
	b.e.folders = []mail.Folder{
		{ID: 1, Account: "a", Role: mail.Inbox, Total: 7, Unread: 2},
		{ID: 2, Account: "a", Role: mail.Sent, Total: 1},
		{ID: 3, Account: "a", Role: mail.Archive},
		{ID: 5, Account: "a", Name: "Work"},
		{ID: 6, Account: "a", Parent: 5, Name: "Old", Total: 4},
		{ID: 9, Account: "b", Name: "Theirs"},
	}
	a := account()
	a.ArchiveFolder = 6
	w := b.account(&a, Options{Tab: TabFolders})
	b.until("folders known", func() bool { return len(w.where[0].Options()) > 1 })
	sent, archive := w.where[0], w.where[1]
	if got := strings.Join(sent.Options(), "|"); got != "Sent|Inbox|Archive|Work|Work / Old" || sent.Chosen() != 0 {
		t.Errorf("copies may go to %s, number %d is chosen", got, sent.Chosen())
	}
	if got := strings.Join(archive.Options(), "|"); got != "Archive|Work|Work / Old" || archive.Chosen() != 2 {
		t.Errorf("archived mail may go to %s, number %d is chosen", got, archive.Chosen())
	}
	if text := seen(w.pages[TabFolders]); !strings.Contains(text, "7 messages · 2 unread") || !strings.Contains(text, "4 messages\n") || strings.Contains(text, "Theirs") {
		t.Errorf("the tab shows\n%s", text)
	}
	sent.OnChanged(3)
	archive.OnChanged(0)
	w.Save(nil)
	b.until("saved", func() bool { return w.closed })
	if got := b.e.saved[0]; got.SentFolder != 5 || got.ArchiveFolder != 0 {
		t.Errorf("saved %d and %d", got.SentFolder, got.ArchiveFolder)
	}
	if n := b.account(nil, Options{}); len(n.where) > 0 {
		t.Error("an account that is not there yet has folders")
	}
}
