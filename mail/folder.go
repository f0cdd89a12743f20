package mail

// FolderID is a folder's row in the local store.
type FolderID int64

// Role is what a folder is for. A folder without a role is the person's own.
type Role string

// The roles. Each account has one folder of each.
const (
	Inbox   Role = "inbox"
	Drafts  Role = "drafts"
	Outbox  Role = "outbox"
	Sent    Role = "sent"
	Archive Role = "archive"
	Junk    Role = "junk"
	Trash   Role = "trash"
)

// Roles are all roles in the order a window lists them.
var Roles = []Role{Inbox, Drafts, Outbox, Sent, Archive, Junk, Trash}

// Title is the role's English name, which is also its folder's name in the store.
func (r Role) Title() string {
	if r == "" {
		return ""
	}
	return string(r[0]-'a'+'A') + string(r[1:])
}

// Folder is a place for messages of one account. Folders nest.
type Folder struct {
	ID      FolderID
	Parent  FolderID // 0 at the top
	Account AccountID
	Name    string
	Role    Role
	Total   int
	Unread  int
}

// Query says which messages to list. The zero value is every message of every folder, newest first.
type Query struct {
	Folder  FolderID  // 0: any
	Account AccountID // empty: any
	Role    Role      // empty: any
	Unread  bool      // only those without Seen
	Flagged bool      // only those with Flagged
	// Text is a full-text query: all words must occur; "quoted words" stand together; from: to: subject: narrow a
	// word to a field. Chinese needs no spaces. Trash and Junk are searched only when named by Folder or Role.
	Text   string
	Thread int64 // 0: any
	Offset int
	Limit  int // 0: all
	// Oldest turns the order around.
	Oldest bool
}
