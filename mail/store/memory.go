package store

import (
	"context"
	"database/sql"
	"errors"
)

// Memory returns what Remember kept under key, or nil.
func (s *Store) Memory(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := s.read(ctx, "recall "+key, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, "SELECT value FROM memory WHERE key = +?", key).Scan(&value)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		return err
	})
	return value, err
}

// Remember keeps a small fact (a server's capabilities, the time of the last check) under key. A nil value forgets it.
func (s *Store) Remember(ctx context.Context, key string, value []byte) error {
	return s.write(ctx, "remember "+key, func(t *tx) error {
		if value == nil {
			_, err := t.exec("DELETE FROM memory WHERE key = +?", key)
			return err
		}
		_, err := t.exec("INSERT INTO memory(key, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value", key, value)
		return err
	})
}
