package model

import (
	"slices"
	"strconv"
	"strings"

	"poplar/mail"
)

// EntryKind says what a line of the folder column is.
type EntryKind int

// The kinds.
const (
	HeadingEntry EntryKind = iota
	FavouriteEntry
	FolderEntry
)

// Entry is one line of the folder column.
type Entry struct {
	Kind EntryKind
	// Key stays the same as long as the line stands for the same thing.
	Key string
	// Title is English and to be translated, unless Own.
	Title string
	Own   bool // the person's (or the account's) own words
	Icon  string
	Level int // depth of nesting, 0 at the top

	Count  int  // shown at the right; 0 shows nothing
	Unread bool // Count is unread messages: the line is bold

	Query   mail.Query
	Account mail.AccountID
	Folder  mail.Folder // with FolderEntry

	Closed  bool // a heading whose folders are folded away, a folder whose children are
	Parent  bool // it has children to fold
	Trouble bool // a heading whose account is in trouble
}

// Keys of the favourites.
const (
	KeyAll     = "all"
	KeyFlagged = "flagged"
	KeyUnread  = "unread"
)

var roleIcons = map[mail.Role]string{
	mail.Inbox: "inbox", mail.Drafts: "draft", mail.Outbox: "outbox", mail.Sent: "send", mail.Archive: "archive",
	mail.Junk: "junk", mail.Trash: "trash",
}

// FolderKey is the Key of a folder's line.
func FolderKey(id mail.FolderID) string { return "folder:" + strconv.FormatInt(int64(id), 10) }

// AccountKey is the Key of an account's heading.
func AccountKey(id mail.AccountID) string { return "account:" + string(id) }

// Sidebar returns the lines of the folder column: favourites, then a group for each account. closed holds the Keys
// that are folded; troubled the accounts that need a hand. The outbox shows only while it holds something.
func Sidebar(accounts []mail.Account, folders []mail.Folder, closed map[string]bool, troubled map[mail.AccountID]bool) []Entry {
	inbox := 0
	for _, f := range folders {
		if f.Role == mail.Inbox {
			inbox += f.Unread
		}
	}
	out := []Entry{
		{Kind: HeadingEntry, Key: "favourites", Title: "Favourites"},
		{Kind: FavouriteEntry, Key: KeyAll, Title: "All inboxes", Icon: "inbox", Count: inbox, Unread: inbox > 0, Query: mail.Query{Role: mail.Inbox}},
		{Kind: FavouriteEntry, Key: KeyFlagged, Title: "Flagged", Icon: "flag", Query: mail.Query{Flagged: true}},
		{Kind: FavouriteEntry, Key: KeyUnread, Title: "Unread", Icon: "mail", Query: mail.Query{Unread: true}},
	}
	for _, a := range accounts {
		head := Entry{
			Kind: HeadingEntry, Key: AccountKey(a.ID), Title: a.Title(), Own: true, Account: a.ID,
			Closed: closed[AccountKey(a.ID)], Parent: true, Trouble: troubled[a.ID],
		}
		out = append(out, head)
		if head.Closed {
			continue
		}
		own := children(a.ID, folders)
		for _, r := range mail.Roles {
			i := slices.IndexFunc(folders, func(f mail.Folder) bool { return f.Account == a.ID && f.Role == r })
			if i < 0 || r == mail.Outbox && folders[i].Total == 0 {
				continue
			}
			out = appendFolder(out, folders[i], 0, own, closed)
			if r == mail.Inbox { // own folders stand under the inbox, where they are used most
				for _, f := range own[0] {
					out = appendFolder(out, f, 0, own, closed)
				}
			}
		}
	}
	return out
}

// children are an account's own folders by parent, by name. One whose parent is missing stands at the top.
func children(a mail.AccountID, folders []mail.Folder) map[mail.FolderID][]mail.Folder {
	known := map[mail.FolderID]bool{}
	for _, f := range folders {
		known[f.ID] = f.Account == a
	}
	out := map[mail.FolderID][]mail.Folder{}
	for _, f := range folders {
		if f.Account != a || f.Role != "" {
			continue
		}
		parent := f.Parent
		if !known[parent] {
			parent = 0
		}
		out[parent] = append(out[parent], f)
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b mail.Folder) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
	}
	return out
}

func appendFolder(out []Entry, f mail.Folder, level int, own map[mail.FolderID][]mail.Folder, closed map[string]bool) []Entry {
	if level > 20 { // a ring of parents would never end
		return out
	}
	e := Entry{
		Kind: FolderEntry, Key: FolderKey(f.ID), Title: f.Name, Own: true, Icon: "folder", Level: level,
		Query: mail.Query{Folder: f.ID}, Account: f.Account, Folder: f,
		Parent: len(own[f.ID]) > 0, Closed: closed[FolderKey(f.ID)],
	}
	switch f.Role {
	case "":
		e.Count, e.Unread = f.Unread, f.Unread > 0
	case mail.Inbox:
		e.Count, e.Unread = f.Unread, f.Unread > 0
	case mail.Drafts:
		e.Count = f.Total
	case mail.Outbox:
		e.Count, e.Unread = f.Total, true
	}
	if f.Role != "" {
		e.Title, e.Own, e.Icon = f.Role.Title(), false, roleIcons[f.Role]
	}
	out = append(out, e)
	if e.Closed {
		return out
	}
	for _, c := range own[f.ID] {
		out = appendFolder(out, c, level+1, own, closed)
	}
	return out
}

// Names are the folders' titles by id, for the pill on a search result; own says that the name is not to be
// translated.
func Names(folders []mail.Folder) map[mail.FolderID]Entry {
	out := map[mail.FolderID]Entry{}
	for _, f := range folders {
		e := Entry{Title: f.Name, Own: true, Folder: f}
		if f.Role != "" {
			e.Title, e.Own = f.Role.Title(), false
		}
		out[f.ID] = e
	}
	return out
}
