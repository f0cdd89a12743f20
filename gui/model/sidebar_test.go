package model

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"poplar/mail"
)

func roles(a mail.AccountID, first mail.FolderID) []mail.Folder {
	var out []mail.Folder
	for i, r := range mail.Roles {
		out = append(out, mail.Folder{ID: first + mail.FolderID(i), Account: a, Role: r, Name: r.Title()})
	}
	return out
}

func lines(entries []Entry) string {
	var b strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&b, "%s%s", strings.Repeat(" ", e.Level), e.Title)
		if e.Count > 0 {
			fmt.Fprintf(&b, " %d", e.Count)
		}
		if e.Unread {
			b.WriteString("*")
		}
		b.WriteString("\n")
	}
	return b.String()
}

func TestSidebar(t *testing.T) {
	accounts := []mail.Account{{ID: "a", Address: "anna@example.org"}, {ID: "b", Address: "b@example.org", Label: "House"}}
	folders := append(roles("a", 1), roles("b", 11)...)
	folders[0].Unread = 3
	folders[7].Unread = 1
	folders[1].Total = 2
	folders = append(folders,
		mail.Folder{ID: 30, Account: "a", Name: "clients", Unread: 1},
		mail.Folder{ID: 31, Account: "a", Name: "Zebra", Parent: 30},
		mail.Folder{ID: 32, Account: "a", Name: "Bills"},
		mail.Folder{ID: 33, Account: "b", Name: "Lost", Parent: 99})
	got := lines(Sidebar(accounts, folders, map[string]bool{}, nil))
	want := `Favourites
All inboxes 4*
Flagged
Unread
anna@example.org
Inbox 3*
Bills
clients 1*
 Zebra
Drafts 2
Sent
Archive
Junk
Trash
House
Inbox 1*
Lost
Drafts
Sent
Archive
Junk
Trash
`
	if got != want {
		t.Errorf("got\n%s", got)
	}

	folders[2].Total = 1
	if got := lines(Sidebar(accounts, folders, nil, nil)); !strings.Contains(got, "Drafts 2\nOutbox 1*\nSent") {
		t.Errorf("the outbox does not show while it holds something:\n%s", got)
	}
	got = lines(Sidebar(accounts, folders, map[string]bool{"account:b": true, FolderKey(30): true}, nil))
	if strings.Contains(got, "Lost") || strings.Contains(got, "Zebra") || !strings.Contains(got, "House\n") {
		t.Errorf("folded:\n%s", got)
	}
}

func TestSidebarSurvivesARingOfFolders(t *testing.T) {
	folders := []mail.Folder{{ID: 1, Account: "a", Role: mail.Inbox, Name: "Inbox"}, {ID: 2, Account: "a", Name: "x", Parent: 3}, {ID: 3, Account: "a", Name: "y", Parent: 2}, {ID: 4, Account: "a", Name: "self", Parent: 4}}
	if got := Sidebar([]mail.Account{{ID: "a"}}, folders, nil, nil); len(got) > 40 {
		t.Errorf("%d lines", len(got))
	}
}

func TestEveryRoleHasAnIcon(t *testing.T) {
	for _, r := range mail.Roles {
		if roleIcons[r] == "" {
			t.Error(r)
		}
	}
}

func TestFoot(t *testing.T) {
	accounts := []mail.Account{{ID: "a"}, {ID: "b"}}
	early, late := noon.Add(-time.Hour), noon
	problem := func(k mail.Kind) mail.VisitReport { return mail.VisitReport{Problem: &mail.Problem{Kind: k}} }
	for _, c := range []struct {
		name     string
		accounts []mail.Account
		status   []mail.AccountStatus
		want     Foot
	}{
		{"no account", nil, nil, Foot{State: FootEmpty}},
		{"never checked", accounts, nil, Foot{State: FootUnknown}},
		{"checked", accounts, []mail.AccountStatus{{Account: "a", LastCheck: early}, {Account: "b", LastCheck: late}}, Foot{State: FootUpToDate, Checked: late}},
		{"receiving", accounts, []mail.AccountStatus{{Account: "a", Busy: true, Done: 8, Total: 20}, {Account: "b", Busy: true, Done: 30, Total: 100}}, Foot{State: FootReceiving, Done: 38, Total: 120, Busy: []mail.AccountID{"a", "b"}}},
		{"connecting", accounts, []mail.AccountStatus{{Account: "a", Busy: true, LastCheck: early}}, Foot{State: FootConnecting, Checked: early, Busy: []mail.AccountID{"a"}}},
		{"offline", accounts, []mail.AccountStatus{{Account: "a", LastCheck: early, Last: problem(mail.Offline)}}, Foot{State: FootOffline, Checked: early}},
		{"cancelled", accounts, []mail.AccountStatus{{Account: "a", LastCheck: early, Last: problem(mail.Cancelled)}}, Foot{State: FootUpToDate, Checked: early}},
		{"trouble goes before offline", accounts, []mail.AccountStatus{{Account: "a", Last: problem(mail.Offline)}, {Account: "b", Last: problem(mail.LoginRefused)}}, Foot{State: FootTrouble, Account: "b"}},
		{"an account that is gone", accounts, []mail.AccountStatus{{Account: "x", Last: problem(mail.LoginRefused)}}, Foot{State: FootUnknown}},
	} {
		got := FootOf(c.accounts, c.status, 0)
		if (got.Problem != nil) != (c.want.State == FootTrouble) {
			t.Errorf("%s: problem %v", c.name, got.Problem)
		}
		got.Problem = nil
		if got.State != c.want.State || got.Done != c.want.Done || got.Total != c.want.Total || !got.Checked.Equal(c.want.Checked) ||
			got.Account != c.want.Account || !slices.Equal(got.Busy, c.want.Busy) {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	if s := (Foot{Done: 130, Total: 120}).Share(); s != 1 {
		t.Error("more than all:", s)
	}
	got := Troubled([]mail.AccountStatus{{Account: "a", Last: problem(mail.Offline)}, {Account: "b", Last: problem(mail.LoginRefused)}, {Account: "c", Busy: true, Last: problem(mail.LoginRefused)}})
	if len(got) != 1 || !got["b"] {
		t.Errorf("troubled %v", got)
	}
}
