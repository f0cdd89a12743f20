package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"github.com/mattn/go-sqlite3"

	"poplar/mail"
)

// Names of the store's files in its folder. SQLite adds store.db-wal and store.db-shm.
const (
	databaseName = "store.db"
	lockName     = "store.lock"
)

// applicationID marks the database file as Poplar's ("Popl").
const applicationID = 0x506f706c

// readers is the size of the read pool: the window, a worker or two and a message being streamed out.
const readers = 4

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Options says how to open a store. The zero value works.
type Options struct {
	Hub  *mail.Hub        // hears of every change after its COMMIT; nil: nobody does
	Now  func() time.Time // nil: time.Now
	Log  *slog.Logger     // nil: silence
	Wait time.Duration    // how long to wait for another process to let go of the profile; 0: not at all
	// Text reads a message's IndexText out of its octets. With it, texts that wait for the full-text index need not be
	// kept in the database (they are a good part of what is written for a message); without it they are. An arrival
	// without IndexText then means that its text is read when the index wants it.
	Text func(mail.Raw) string
	// Digest makes the digest of a message that LedgerRow.Body keeps. With it, Check reads the large messages whose digest
	// is known.
	Digest func(mail.Raw) (string, error)
}

// Store is an open mail store.
type Store struct {
	dir  string
	hub  *mail.Hub
	now  func() time.Time
	log  *slog.Logger
	lock *flock.Flock

	pool   *sql.DB // readers
	writer *sql.DB // of one connection, conn
	conn   *sql.Conn

	turn chan struct{} // holds a token while somebody writes; guards what stands below
	stmt map[string]*sql.Stmt
	last int64  // highest message id ever given
	buf  []byte // a piece on its way into the database

	closed   atomic.Bool
	indexing chan struct{} // holds a token while somebody feeds the full-text index
	text     func(mail.Raw) string
	digest   func(mail.Raw) (string, error)
	texts    texts
	files    files
	waiting  atomic.Int64 // messages the full-text index has still to take in
	backlog  atomic.Int64 // octets of their texts in the database
}

// Open opens the store in dir, making both where they do not exist, and takes the profile's lock: a second process
// waits for up to Options.Wait and then gets ErrInUse. A database that is damaged, foreign (ErrNotAStore) or of a
// newer program (ErrNewer) is refused and left untouched. Every error is an *Error.
func Open(ctx context.Context, dir string, o Options) (*Store, error) {
	s := &Store{
		dir: dir, hub: o.Hub, now: o.Now, log: o.Log,
		turn: make(chan struct{}, 1), stmt: map[string]*sql.Stmt{}, indexing: make(chan struct{}, 1), text: o.Text, digest: o.Digest,
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if err := s.open(ctx, o.Wait); err != nil {
		s.abandon()
		return nil, s.fail("open the mail store in "+dir, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, wait time.Duration) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return err
	}
	if err := s.acquire(ctx, wait); err != nil {
		return err
	}
	path := filepath.Join(s.dir, databaseName)
	// SQLite would make the file readable for others; its companions take over the file's permissions.
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := recognise(ctx, path); err != nil {
		return err
	}
	pragmas := writerPragmas
	if info.Size() == 0 {
		pragmas = slices.Concat(formPragmas, writerPragmas)
	}
	s.writer = sql.OpenDB(connector{dsn: dsn(path), pragmas: pragmas})
	s.writer.SetMaxOpenConns(1)
	if s.conn, err = s.writer.Conn(ctx); err != nil {
		return err
	}
	if err := s.migrate(ctx); err != nil {
		return err
	}
	if err := s.openFiles(ctx); err != nil {
		return err
	}
	s.pool = sql.OpenDB(connector{dsn: dsn(path), pragmas: readerPragmas})
	s.pool.SetMaxOpenConns(readers)
	s.pool.SetMaxIdleConns(readers)
	var waiting, backlog int64
	err = s.conn.QueryRowContext(ctx, `SELECT (SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'message'),
		(SELECT count(*) FROM unindexed), (SELECT coalesce(sum(octet_length(text)), 0) FROM unindexed)`).Scan(&s.last, &waiting, &backlog)
	s.waiting.Store(waiting)
	s.backlog.Store(backlog)
	return err
}

// acquire takes the profile's lock. The system gives it back when the process ends, however it ends.
func (s *Store) acquire(ctx context.Context, wait time.Duration) error {
	lock := flock.New(filepath.Join(s.dir, lockName))
	ok, err := lock.TryLock()
	if err == nil && !ok && wait > 0 {
		limited, cancel := context.WithTimeout(ctx, wait)
		ok, err = lock.TryLockContext(limited, 50*time.Millisecond)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
			err = nil
		}
	}
	if err != nil {
		return err
	}
	if !ok {
		return ErrInUse
	}
	s.lock = lock
	return nil
}

// abandon gives back whatever a failed open has taken.
func (s *Store) abandon() {
	var err error
	if s.pool != nil {
		err = errors.Join(err, s.pool.Close())
	}
	if s.conn != nil {
		err = errors.Join(err, s.conn.Close())
	}
	if s.writer != nil {
		err = errors.Join(err, s.writer.Close())
	}
	if s.lock != nil {
		err = errors.Join(err, s.lock.Unlock())
	}
	if err != nil {
		s.log.Warn("the mail store did not close cleanly", "error", err)
	}
}

// Close waits for the transaction under way, folds the write-ahead log into the database and gives back the
// profile's lock. Later calls do nothing; other methods then return ErrClosed.
func (s *Store) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.closed.Swap(true) {
		return nil
	}
	err := s.pool.Close()
	for _, st := range s.stmt {
		err = errors.Join(err, st.Close())
	}
	err = errors.Join(err, s.conn.Close(), s.writer.Close(), s.lock.Unlock())
	return s.fail("close the mail store", err)
}

// recognise refuses a database that is not ours to write to. It must come before the first connection of the writer,
// whose settings go into the file.
func recognise(ctx context.Context, path string) (err error) {
	db := sql.OpenDB(connector{dsn: dsn(path), pragmas: []string{"query_only = ON", "busy_timeout = 10000"}})
	defer func() { err = errors.Join(err, db.Close()) }()
	names, err := migrations()
	if err != nil {
		return err
	}
	var version, app, tables int
	var fts bool
	err = db.QueryRowContext(ctx, `SELECT v.user_version, a.application_id, (SELECT count(*) FROM sqlite_schema),
		sqlite_compileoption_used('ENABLE_FTS5') FROM pragma_user_version v, pragma_application_id a`).Scan(&version, &app, &tables, &fts)
	switch {
	case err != nil:
		return err
	case !fts:
		return errors.New("this program was built without full-text search (build tag sqlite_fts5)")
	case app != applicationID && (app != 0 || version != 0 || tables != 0):
		return ErrNotAStore
	case version > len(names):
		return fmt.Errorf("%w (its form is %d, known are up to %d)", ErrNewer, version, len(names))
	}
	return nil
}

// migrations are the names of the schema's steps, first to last.
func migrations() ([]string, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	sort.Strings(names)
	return names, err
}

// migrate brings the schema to the newest form, each step in a transaction of its own.
func (s *Store) migrate(ctx context.Context) error {
	names, err := migrations()
	if err != nil {
		return err
	}
	var version int
	if err := s.conn.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	if version > 0 && version < len(names) {
		if err := s.keepCopy(ctx, version); err != nil {
			return err
		}
	}
	s.dropCopies()
	for n := version; n < len(names); n++ {
		text, err := migrationFiles.ReadFile(names[n])
		if err != nil {
			return err
		}
		step := fmt.Sprintf("BEGIN IMMEDIATE;\n%s\nPRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;",
			text, applicationID, n+1)
		if _, err := s.conn.ExecContext(context.WithoutCancel(ctx), step); err != nil {
			_, undo := s.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
			return errors.Join(fmt.Errorf("bring the mail store to form %d: %w", n+1, err), ignoreNoTransaction(undo))
		}
		s.log.Info("mail store migrated", "form", n+1)
	}
	return nil
}

// dsn names the database as a URI, so that no character of the path has a meaning to the driver.
func dsn(path string) string {
	path = filepath.ToSlash(path)
	if filepath.VolumeName(path) != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path // file:///C:/…
	}
	if strings.HasPrefix(path, "/") {
		return (&url.URL{Scheme: "file", Path: path, RawQuery: "_stmt_cache_size=64"}).String()
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?_stmt_cache_size=64"
}

// The settings of a connection. auto_vacuum must come before the first table, synchronous after journal_mode (the
// driver's own default under WAL would be NORMAL, which may lose the last commits at a power cut).
var (
	commonPragmas = []string{
		"busy_timeout = 10000",
		"foreign_keys = ON",
		"trusted_schema = OFF",
		"cell_size_check = ON",
		"temp_store = MEMORY",
	}
	// What a new database is given. To one that has it already the second would be written anew at each start, and be
	// waited for at each end.
	formPragmas = []string{
		"page_size = 16384", // large messages are written page by page: fewer, larger writes
		"auto_vacuum = INCREMENTAL",
	}
	writerPragmas = append([]string{
		"journal_mode = WAL",
		"synchronous = FULL",
		"fullfsync = ON", // macOS: a sync that reaches the platter; no effect elsewhere
		"checkpoint_fullfsync = ON",
		"wal_autocheckpoint = 4000", // pages, 64 MB: large messages do not wait for the disk twice each
		"journal_size_limit = 67108864",
		"cache_size = -2048", // KiB: a batch of new messages, and the pages of the indexes it touches
	}, commonPragmas...)
	readerPragmas = append([]string{
		"query_only = ON",
		"cache_size = -4096",
	}, commonPragmas...)
)

// connector opens connections with the given settings.
type connector struct {
	dsn     string
	pragmas []string
}

// Connect implements driver.Connector.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver().Open(c.dsn) }

// Driver implements driver.Connector.
func (c connector) Driver() driver.Driver { return c.driver() }

func (c connector) driver() *sqlite3.SQLiteDriver {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		for _, p := range c.pragmas {
			if _, err := conn.Exec("PRAGMA "+p, nil); err != nil {
				return err
			}
		}
		return nil
	}}
}
