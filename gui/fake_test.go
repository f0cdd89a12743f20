package gui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"poplar/gui/model"
	"poplar/mail"
	"poplar/settings"
)

// fake is an engine in memory: two accounts, their folders, some messages.
type fake struct {
	model.Poplar // for what no test here asks

	mu       sync.Mutex
	hub      *mail.Hub
	accounts []mail.Account
	folders  []mail.Folder
	rows     []mail.Summary // newest first
	status   []mail.AccountStatus
	prefs    settings.Preferences
	did      []string
	fails    error
	gate     chan struct{} // where not nil, a move to a role waits for it
	part     string        // what every part holds, in place of its number
	knows    knowledge
}

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func newFake() *fake {
	f := &fake{hub: mail.NewHub(), prefs: settings.DefaultPreferences()}
	id := mail.FolderID(1)
	for _, a := range []mail.AccountID{"a", "b"} {
		account := mail.DefaultAccount()
		account.ID, account.Address = a, string(a)+"@example.org"
		f.accounts = append(f.accounts, account)
		for _, r := range mail.Roles {
			f.folders = append(f.folders, mail.Folder{ID: id, Account: a, Role: r, Name: r.Title()})
			id++
		}
	}
	f.folders = append(f.folders, mail.Folder{ID: 50, Account: "a", Name: "Clients"})
	for i := range 20 {
		s := mail.Summary{
			ID: mail.MessageID(20 - i), Folder: 1, Account: "a", Subject: fmt.Sprintf("Subject %d", 20-i), Date: noon.Add(-time.Duration(i) * time.Hour),
			From: []mail.Address{{Name: "Marta", Addr: "marta@example.pt"}}, To: []mail.Address{{Addr: "a@example.org"}},
		}
		if i%4 == 3 {
			s.Folder, s.Account = 8, "b"
		}
		f.rows = append(f.rows, s)
	}
	return f
}

func (f *fake) note(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.did = append(f.did, fmt.Sprintf(format, args...))
}

func (f *fake) done() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return strings.Join(f.did, "; ")
}

func (f *fake) role(id mail.FolderID) mail.Role {
	for _, x := range f.folders {
		if x.ID == id {
			return x.Role
		}
	}
	return ""
}

func (f *fake) Folders(context.Context) ([]mail.Folder, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := slices.Clone(f.folders)
	for i := range out {
		for _, r := range f.rows {
			if r.Folder == out[i].ID {
				out[i].Total++
				if r.Flags&mail.Seen == 0 {
					out[i].Unread++
				}
			}
		}
	}
	return out, nil
}

func (f *fake) match(q mail.Query) []mail.Summary {
	var out []mail.Summary
	for _, r := range f.rows {
		if (q.Folder == 0 || r.Folder == q.Folder) && (q.Role == "" || f.role(r.Folder) == q.Role) && (!q.Unread || r.Flags&mail.Seen == 0) &&
			(!q.Flagged || r.Flags&mail.Flagged != 0) && strings.Contains(r.Subject, q.Text) {
			out = append(out, r)
		}
	}
	return out
}

func (f *fake) List(_ context.Context, q mail.Query) ([]mail.Summary, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := f.match(q)
	from := min(q.Offset, len(all))
	return slices.Clone(all[from:min(from+q.Limit, len(all))]), nil
}

func (f *fake) IDs(ctx context.Context, q mail.Query) ([]mail.MessageID, error) {
	if q.Limit <= 0 {
		q.Limit = len(f.rows)
	}
	rows, err := f.List(ctx, q)
	ids := make([]mail.MessageID, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids, err
}

func (f *fake) Placed(_ context.Context, ids []mail.MessageID) (map[mail.FolderID][]mail.MessageID, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	out := map[mail.FolderID][]mail.MessageID{}
	for _, r := range f.rows {
		if slices.Contains(ids, r.ID) {
			out[r.Folder] = append(out[r.Folder], r.ID)
		}
	}
	return out, nil
}

func (f *fake) Count(_ context.Context, q mail.Query) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.match(q)), nil
}

func (f *fake) Summary(_ context.Context, id mail.MessageID) (mail.Summary, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rows {
		if r.ID == id {
			return r, nil
		}
	}
	return mail.Summary{}, errors.New("it is gone")
}

func (f *fake) Glance(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	return f.Read(ctx, id)
}

func (f *fake) Read(ctx context.Context, id mail.MessageID) (*mail.Message, error) {
	s, err := f.Summary(ctx, id)
	if err != nil {
		return nil, err
	}
	if m := f.knows.messages[id]; m != nil {
		return m, nil
	}
	return &mail.Message{Subject: s.Subject, From: s.From, To: s.To, Date: s.Date, Text: "Hello", Parts: []mail.Part{{Name: "a.txt", Type: "text/plain", Size: 5}, {Index: 1, Name: "a.txt", Type: "text/plain", Size: 5}}}, nil
}

func (f *fake) Part(_ context.Context, _ mail.MessageID, index int, w io.Writer) error {
	if f.fails != nil {
		return f.fails
	}
	if f.part != "" {
		_, err := io.WriteString(w, f.part)
		return err
	}
	_, err := fmt.Fprintf(w, "part %d", index)
	return err
}

func (f *fake) Raw(_ context.Context, id mail.MessageID) (mail.Raw, error) {
	return mail.Bytes(f.knows.raw[id]), nil
}

func (f *fake) change(ids []mail.MessageID, do func(*mail.Summary)) error {
	if f.fails != nil {
		return f.fails
	}
	f.mu.Lock()
	for i := range f.rows {
		if slices.Contains(ids, f.rows[i].ID) {
			do(&f.rows[i])
		}
	}
	f.mu.Unlock()
	f.hub.Publish(mail.Event{What: mail.Changed, Messages: ids})
	return nil
}

func (f *fake) Mark(_ context.Context, ids []mail.MessageID, set, unset mail.Flags) error {
	f.note("mark %v %v %v", ids, set.Names(), unset.Names())
	return f.change(ids, func(s *mail.Summary) { s.Flags = s.Flags&^unset | set })
}

func (f *fake) Move(_ context.Context, ids []mail.MessageID, to mail.FolderID) error {
	f.note("move %v %d", ids, to)
	return f.change(ids, func(s *mail.Summary) { s.Folder = to })
}

func (f *fake) MoveToRole(_ context.Context, ids []mail.MessageID, r mail.Role) error {
	if f.gate != nil {
		<-f.gate
	}
	f.note("move %v %s", ids, r)
	return f.change(ids, func(s *mail.Summary) {
		for _, x := range f.folders {
			if x.Account == s.Account && x.Role == r {
				s.Folder = x.ID
			}
		}
	})
}

func (f *fake) Delete(_ context.Context, ids []mail.MessageID) error {
	f.note("delete %v", ids)
	f.mu.Lock()
	f.rows = slices.DeleteFunc(f.rows, func(s mail.Summary) bool { return slices.Contains(ids, s.ID) })
	f.mu.Unlock()
	f.hub.Publish(mail.Event{What: mail.Removed, Messages: ids})
	return nil
}

func (f *fake) CreateFolder(_ context.Context, a mail.AccountID, parent mail.FolderID, name string) (mail.FolderID, error) {
	f.note("create %s in %s under %d", name, a, parent)
	f.mu.Lock()
	defer f.mu.Unlock()
	id := mail.FolderID(60 + len(f.folders))
	f.folders = append(f.folders, mail.Folder{ID: id, Account: a, Parent: parent, Name: name})
	return id, nil
}

func (f *fake) RenameFolder(_ context.Context, id mail.FolderID, name string) error {
	f.note("rename %d %s", id, name)
	return nil
}

func (f *fake) DeleteFolder(_ context.Context, id mail.FolderID) error {
	f.note("delete folder %d", id)
	return nil
}

func (f *fake) Listen() *mail.Listener { return f.hub.Listen() }

func (f *fake) CheckNow(ids ...mail.AccountID) { f.note("check %v", ids) }

func (f *fake) CancelVisit(id mail.AccountID) { f.note("cancel %s", id) }

func (f *fake) Status() []mail.AccountStatus {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.status)
}

func (f *fake) Transcript(mail.AccountID) []string { return nil }

func (f *fake) NewDraft(_ context.Context, a mail.AccountID) (mail.Draft, error) {
	f.note("new draft of %s", a)
	return mail.Draft{Account: a}, nil
}

func (f *fake) Answer(_ context.Context, id mail.MessageID, mode mail.ReplyMode) (mail.Draft, error) {
	f.note("answer %d %d", id, mode)
	return mail.Draft{Account: "a", Subject: "Re: x"}, nil
}

func (f *fake) OpenDraft(_ context.Context, id mail.MessageID) (mail.Draft, error) {
	f.note("open draft %d", id)
	return mail.Draft{ID: id, Account: "a"}, nil
}

func (f *fake) SaveDraft(context.Context, mail.Draft) (mail.MessageID, error) { return 1, nil }
func (f *fake) DiscardDraft(context.Context, mail.MessageID) error            { return nil }
func (f *fake) Send(context.Context, mail.Draft) (mail.MessageID, error)      { return 1, nil }
func (f *fake) Outbox(context.Context) ([]mail.OutboxItem, error)             { return nil, nil }

func (f *fake) SendNow(_ context.Context, id mail.MessageID) error {
	f.note("send now %d", id)
	return nil
}

func (f *fake) Resend(context.Context, mail.MessageID) error { return nil }

func (f *fake) Unsend(_ context.Context, id mail.MessageID) (mail.Draft, error) {
	f.note("unsend %d", id)
	return mail.Draft{Account: "a"}, nil
}

func (f *fake) Accounts() []mail.Account {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.accounts)
}

func (f *fake) SaveAccount(_ context.Context, a mail.Account, _ model.Secrets, _ bool) (mail.Account, error) {
	return a, nil
}

func (f *fake) RemoveAccount(context.Context, mail.AccountID) error { return nil }

func (f *fake) Secrets(context.Context, mail.Account) (model.Secrets, error) { return nil, nil }

func (f *fake) Preferences() settings.Preferences {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.prefs
}

func (f *fake) SetPreferences(p settings.Preferences) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.prefs = p
	return nil
}

func (f *fake) Aside() string { return "" }

func (f *fake) Test(context.Context, mail.Account, model.Secrets, bool, func(mail.Finding)) error {
	return nil
}

func (f *fake) Find(context.Context, string, func(mail.Found)) ([]mail.Found, error) { return nil, nil }

func (f *fake) FindNamed(context.Context, string, mail.Names) (mail.Found, error) {
	return mail.Found{}, nil
}

func (f *fake) SignIn(context.Context, model.SignIn) (string, error) { return "", nil }

func (f *fake) Foreign(context.Context) []mail.Foreign { return nil }

func (f *fake) TakeOver(context.Context, mail.Foreign, bool) (mail.Account, error) {
	return mail.Account{}, nil
}

func (f *fake) Trial() []string { return nil }

func (f *fake) Demo() error { return nil }
