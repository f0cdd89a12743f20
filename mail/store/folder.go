package store

import (
	"context"
	"database/sql"
	"errors"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"

	"poplar/mail"
)

// EnsureAccount makes the account known and gives it a folder of each role. It changes nothing where all is there.
func (s *Store) EnsureAccount(ctx context.Context, id mail.AccountID) error {
	return s.write(ctx, "make the account's folders", func(t *tx) error {
		num, err := t.account(id)
		if errors.Is(err, ErrNoAccount) {
			// Not before it is needed: even an insertion that does nothing counts in sqlite_sequence, and every start
			// of the program would wait for the disk.
			if _, err := t.exec("INSERT INTO account(id) VALUES (?)", string(id)); err != nil {
				return err
			}
			num, err = t.account(id)
		}
		if err != nil {
			return err
		}
		for _, r := range mail.Roles {
			_, err := t.role(num, r)
			if err == nil {
				continue
			}
			if !errors.Is(err, ErrNoFolder) {
				return err
			}
			if err := t.makeRole(num, r); err != nil {
				return err
			}
			f, err := t.role(num, r)
			if err != nil {
				return err
			}
			t.tell(mail.Counted, f)
		}
		return nil
	})
}

// makeRole makes a role's folder. A folder of the person's own that has taken its name steps aside.
func (t *tx) makeRole(num int64, r mail.Role) error {
	_, err := t.exec(`UPDATE folder SET name = name || ' (' || id || ')'
		WHERE account = +? AND parent IS NULL AND role = '' AND name = +? COLLATE NOCASE`, num, r.Title())
	if err != nil {
		return err
	}
	_, err = t.exec("INSERT INTO folder(account, name, role) VALUES (?, ?, ?)", num, r.Title(), string(r))
	return err
}

// RemoveAccount removes all that is kept of an account: folders, messages, ledger, outbox. An unknown account is no
// error. The Hub hears one Removed and one Counted with the account and no folder.
func (s *Store) RemoveAccount(ctx context.Context, id mail.AccountID) error {
	return s.write(ctx, "remove the account's mail", func(t *tx) error {
		num, err := t.account(id)
		if errors.Is(err, ErrNoAccount) {
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := t.ids("SELECT id FROM message WHERE account = +?", num)
		if err != nil {
			return err
		}
		var others bool
		if err := t.row("SELECT EXISTS (SELECT 1 FROM message WHERE account <> +?)", []any{num}, &others); err != nil {
			return err
		}
		if !others { // the index need not be taken apart message by message
			if _, err := t.exec("INSERT INTO search(search) VALUES ('delete-all')"); err != nil {
				return err
			}
		}
		if err := t.remove(ids, removal{account: true}); err != nil {
			return err
		}
		for _, query := range []string{
			"DELETE FROM ledger WHERE account = +?",
			"DELETE FROM folder WHERE account = +?",
			"DELETE FROM account WHERE num = +?",
		} {
			if _, err := t.exec(query, num); err != nil {
				return err
			}
		}
		t.counts = map[mail.FolderID]count{}
		t.events = []mail.Event{{What: mail.Removed, Account: id}, {What: mail.Counted, Account: id}}
		return nil
	})
}

// ids reads a column of message ids.
func (t *tx) ids(query string, args ...any) ([]mail.MessageID, error) {
	var ids []mail.MessageID
	err := t.each(query, args, func(scan func(...any) error) error {
		var id mail.MessageID
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// Folders returns every folder with its counts: account by account in the order in which they were added, first
// those with a role in the order of mail.Roles, then the person's own by name, each before the folders inside it.
func (s *Store) Folders(ctx context.Context) ([]mail.Folder, error) {
	var all []mail.Folder
	err := s.read(ctx, "list the folders", func(tx *sql.Tx) error {
		var err error
		all, err = folders(ctx, tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return arrange(all), nil
}

// folders reads all folders, account by account.
func folders(ctx context.Context, tx *sql.Tx) ([]mail.Folder, error) {
	rows, err := tx.QueryContext(ctx, `SELECT f.id, coalesce(f.parent, 0), a.id, f.name, f.role, f.total, f.unread
		FROM folder f JOIN account a ON a.num = f.account ORDER BY a.num, f.id`)
	if err != nil {
		return nil, err
	}
	var all []mail.Folder
	err = eachRow(rows, func(scan func(...any) error) error {
		var f mail.Folder
		err := scan(&f.ID, &f.Parent, &f.Account, &f.Name, &f.Role, &f.Total, &f.Unread)
		all = append(all, f)
		return err
	})
	return all, err
}

// arrange puts folders in the order Folders promises.
func arrange(all []mail.Folder) []mail.Folder {
	type level struct {
		account mail.AccountID
		parent  mail.FolderID
	}
	rank := map[mail.Role]int{}
	for i, r := range mail.Roles {
		rank[r] = i - len(mail.Roles)
	}
	children := map[level][]mail.Folder{}
	var accounts []mail.AccountID
	for _, f := range all {
		if len(accounts) == 0 || accounts[len(accounts)-1] != f.Account {
			accounts = append(accounts, f.Account)
		}
		l := level{f.Account, f.Parent}
		children[l] = append(children[l], f)
	}
	out := make([]mail.Folder, 0, len(all))
	var put func(l level)
	put = func(l level) {
		c := children[l]
		sort.SliceStable(c, func(i, j int) bool {
			if a, b := rank[c[i].Role], rank[c[j].Role]; a != b {
				return a < b
			}
			return strings.ToLower(c[i].Name) < strings.ToLower(c[j].Name)
		})
		for _, f := range c {
			out = append(out, f)
			put(level{l.account, f.ID})
		}
	}
	for _, a := range accounts {
		put(level{a, 0})
	}
	return out
}

// RoleFolder returns an account's folder of a role.
func (s *Store) RoleFolder(ctx context.Context, id mail.AccountID, r mail.Role) (mail.FolderID, error) {
	var f mail.FolderID
	err := s.read(ctx, "find the "+r.Title()+" folder", func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT f.id FROM folder f JOIN account a ON a.num = f.account
			WHERE a.id = +? AND f.role = +? AND f.role <> ''`, string(id), string(r)).Scan(&f)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrNoFolder
		}
		return err
	})
	return f, err
}

// CreateFolder makes a folder of the person's own, inside parent (0: at the top). The error wraps ErrExists when
// there is one of that name (ASCII letters compare without case) and ErrBadName when the name cannot be used.
func (s *Store) CreateFolder(ctx context.Context, account mail.AccountID, parent mail.FolderID, name string) (mail.FolderID, error) {
	var f mail.FolderID
	err := s.write(ctx, "create the folder", func(t *tx) error {
		name, err := folderName(name)
		if err != nil {
			return err
		}
		num, err := t.account(account)
		if err != nil {
			return err
		}
		inside := any(nil)
		if parent != 0 {
			p, err := t.folder(parent)
			if err != nil {
				return err
			}
			if p.num != num {
				return ErrNoFolder
			}
			inside = int64(parent)
		}
		err = t.row("INSERT INTO folder(account, parent, name, role) VALUES (?, ?, ?, '') RETURNING id",
			[]any{num, inside, name}, &f)
		if isTaken(err) {
			return ErrExists
		}
		if err != nil {
			return err
		}
		p, err := t.folder(f)
		if err != nil {
			return err
		}
		t.tell(mail.Counted, p)
		return nil
	})
	return f, err
}

// folderName returns name as it is kept.
func folderName(name string) (string, error) {
	name = strings.TrimSpace(name)
	n := utf8.RuneCountInString(name)
	if n == 0 || n > 200 || !utf8.ValidString(name) || strings.Contains(name, "/") || strings.ContainsFunc(name, unicode.IsControl) {
		return "", ErrBadName
	}
	return name, nil
}

// RenameFolder gives a folder of the person's own another name. Errors are those of CreateFolder, and ErrRole.
func (s *Store) RenameFolder(ctx context.Context, id mail.FolderID, name string) error {
	return s.write(ctx, "rename the folder", func(t *tx) error {
		name, err := folderName(name)
		if err != nil {
			return err
		}
		p, err := t.folder(id)
		if err != nil {
			return err
		}
		if p.role != "" {
			return ErrRole
		}
		_, err = t.exec("UPDATE folder SET name = ? WHERE id = +?", name, int64(id))
		if isTaken(err) {
			return ErrExists
		}
		if err != nil {
			return err
		}
		t.tell(mail.Counted, p)
		return nil
	})
}

// DeleteFolder deletes a folder of the person's own and the folders inside it; their messages go to Trash.
func (s *Store) DeleteFolder(ctx context.Context, id mail.FolderID) error {
	return s.write(ctx, "delete the folder", func(t *tx) error {
		p, err := t.folder(id)
		if err != nil {
			return err
		}
		if p.role != "" {
			return ErrRole
		}
		trash, err := t.role(p.num, mail.Trash)
		if err != nil {
			return err
		}
		const tree = `WITH RECURSIVE tree(id) AS (SELECT ?1 UNION SELECT f.id FROM folder f JOIN tree t ON f.parent = t.id) `
		ids, err := t.ids(tree+"SELECT m.id FROM message m JOIN tree t ON t.id = m.folder", int64(id))
		if err != nil {
			return err
		}
		if err := t.move(ids, trash); err != nil {
			return err
		}
		// The counters go first: these folders are not there any more when the transaction settles.
		var gone []place
		err = t.each(tree+"SELECT id FROM tree", []any{int64(id)}, func(scan func(...any) error) error {
			g := place{account: p.account}
			err := scan(&g.id)
			gone = append(gone, g)
			return err
		})
		if err != nil {
			return err
		}
		for _, g := range gone {
			delete(t.counts, g.id)
			t.tell(mail.Counted, g)
		}
		_, err = t.exec(tree+"DELETE FROM folder WHERE id IN (SELECT id FROM tree)", int64(id))
		return err
	})
}
