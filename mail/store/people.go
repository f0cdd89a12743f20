package store

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"time"

	"poplar/mail"
)

// learntKey is where the number of the newest message that the address book has learnt from is remembered.
const learntKey = "people/learnt"

// Seen is what a stored message says about people.
type Seen struct {
	ID       mail.MessageID
	Role     mail.Role // of its folder
	From     []mail.Address
	To       []mail.Address // with Cc and, of a message on its way out, the blind copies
	Date     time.Time
	Received bool // a server delivered it
}

// Unlearnt returns the next messages, oldest first and at most limit, that the address book has not learnt from.
func (s *Store) Unlearnt(ctx context.Context, limit int) ([]Seen, error) {
	var list []Seen
	err := s.read(ctx, "learn addresses", func(tx *sql.Tx) error {
		from, err := learnt(ctx, tx)
		if err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT m.id, f.role, m.sender, m.recipients, m.copies, m.date, m.uidl IS NOT NULL,
			(SELECT group_concat(r.addr, char(10)) FROM recipient r WHERE r.message = m.id)
			FROM message m JOIN folder f ON f.id = m.folder WHERE m.id > +? ORDER BY m.id LIMIT +?`, from, limit)
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var m Seen
			var sender, to, cc string
			var date int64
			var envelope sql.NullString
			if err := scan(&m.ID, &m.Role, &sender, &to, &cc, &date, &m.Received, &envelope); err != nil {
				return err
			}
			m.From, m.To, m.Date = parseAddresses(sender), append(parseAddresses(to), parseAddresses(cc)...), time.Unix(date, 0)
			named := map[string]bool{}
			for _, a := range m.To {
				named[strings.ToLower(a.Addr)] = true
			}
			for _, addr := range strings.Split(envelope.String, "\n") {
				if addr != "" && !named[strings.ToLower(addr)] {
					m.To = append(m.To, mail.Address{Addr: addr})
				}
			}
			list = append(list, m)
			return nil
		})
	})
	return list, err
}

func learnt(ctx context.Context, tx *sql.Tx) (int64, error) {
	var value []byte
	err := tx.QueryRowContext(ctx, "SELECT value FROM memory WHERE key = +?", learntKey).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	n, err := strconv.ParseInt(string(value), 10, 64)
	if err != nil {
		return 0, nil //nolint:nilerr // not a number: everything is learnt anew, which does no harm
	}
	return n, nil
}

// Learn adds what messages up to one told about people, in one transaction: Sent and Received of list are added to what
// is known, the newest Last counts. A name from a message received goes before one that was typed, but never before one
// that was put in by hand. Whoever was thrown out comes back once something is sent there.
func (s *Store) Learn(ctx context.Context, upTo mail.MessageID, list []mail.Person) error {
	return s.write(ctx, "learn addresses", func(t *tx) error {
		for _, p := range list {
			_, err := t.exec(`INSERT INTO person(key, addr, name, sent, received, last, kept) VALUES (?, ?, ?, ?, ?, ?, 0)
				ON CONFLICT DO UPDATE SET sent = sent + excluded.sent, received = received + excluded.received,
				last = max(ifnull(last, excluded.last), excluded.last),
				name = CASE WHEN kept = 0 AND excluded.name <> '' AND (name = '' OR excluded.received > 0) THEN excluded.name ELSE name END,
				hidden = CASE WHEN excluded.sent > 0 THEN 0 ELSE hidden END`,
				strings.ToLower(p.Addr), p.Addr, p.Name, p.Sent, p.Received, unixOrNull(p.Last))
			if err != nil {
				return err
			}
		}
		_, err := t.exec("INSERT INTO memory(key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
			learntKey, []byte(strconv.FormatInt(int64(upTo), 10)))
		return err
	})
}

func unixOrNull(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}

// People returns the address book, in no order.
func (s *Store) People(ctx context.Context) ([]mail.Person, error) {
	var list []mail.Person
	err := s.read(ctx, "read the address book", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT addr, name, sent, received, last, kept, org, phone, note FROM person WHERE hidden = 0")
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var p mail.Person
			var last sql.NullInt64
			if err := scan(&p.Addr, &p.Name, &p.Sent, &p.Received, &last, &p.Kept, &p.Org, &p.Phone, &p.Note); err != nil {
				return err
			}
			if last.Valid {
				p.Last = time.Unix(last.Int64, 0)
			}
			list = append(list, p)
			return nil
		})
	})
	return list, err
}

// PutPeople puts entries into the address book as the person wishes them: what was learnt of their addresses stays.
// was is the address that an only entry had before, where that changed; its counts go over to the new one.
func (s *Store) PutPeople(ctx context.Context, was string, list ...mail.Person) error {
	return s.write(ctx, "change the address book", func(t *tx) error {
		for _, p := range list {
			key := strings.ToLower(p.Addr)
			_, err := t.exec(`INSERT INTO person(key, addr, name, sent, received, last, kept, org, phone, note) VALUES (?, ?, ?, 0, 0, NULL, 1, ?, ?, ?)
				ON CONFLICT DO UPDATE SET addr = excluded.addr, name = excluded.name, kept = 1, hidden = 0, org = excluded.org,
				phone = excluded.phone, note = excluded.note`, key, p.Addr, p.Name, p.Org, p.Phone, p.Note)
			if err != nil {
				return err
			}
			if old := strings.ToLower(was); old != "" && old != key {
				if _, err := t.exec(`UPDATE person SET sent = person.sent + o.sent, received = person.received + o.received,
					last = max(ifnull(person.last, o.last), ifnull(o.last, person.last))
					FROM (SELECT sent, received, last FROM person WHERE key = +?) o WHERE person.key = +?`, old, key); err != nil {
					return err
				}
				if _, err := t.exec("UPDATE person SET hidden = 1, kept = 0, sent = 0, received = 0 WHERE key = +?", old); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// DropPeople throws addresses out of the address book. They stay out until something is sent there.
func (s *Store) DropPeople(ctx context.Context, addrs []string) error {
	return s.write(ctx, "change the address book", func(t *tx) error {
		for _, a := range addrs {
			_, err := t.exec(`UPDATE person SET hidden = 1, kept = 0, sent = 0, received = 0, last = NULL, org = '', phone = '', note = ''
				WHERE key = +?`, strings.ToLower(a))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// PeopleGroups returns the groups of the address book by name.
func (s *Store) PeopleGroups(ctx context.Context) ([]mail.PeopleGroup, error) {
	var list []mail.PeopleGroup
	err := s.read(ctx, "read the address book", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT name, members FROM people ORDER BY name COLLATE NOCASE")
		if err != nil {
			return err
		}
		return eachRow(rows, func(scan func(...any) error) error {
			var g mail.PeopleGroup
			var members string
			if err := scan(&g.Name, &members); err != nil {
				return err
			}
			g.Members = parseAddresses(members)
			list = append(list, g)
			return nil
		})
	})
	return list, err
}

// PutPeopleGroup stores a group in place of the one that was called was; an empty one takes it away.
func (s *Store) PutPeopleGroup(ctx context.Context, was string, g mail.PeopleGroup) error {
	return s.write(ctx, "change the address book", func(t *tx) error {
		if was != "" {
			if _, err := t.exec("DELETE FROM people WHERE name = +?", was); err != nil {
				return err
			}
		}
		if g.Name == "" || len(g.Members) == 0 {
			return nil
		}
		_, err := t.exec("INSERT INTO people(name, members) VALUES (?, ?) ON CONFLICT DO UPDATE SET members = excluded.members", g.Name, formatAddresses(g.Members))
		return err
	})
}
