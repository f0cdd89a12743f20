//go:build !sqlite_fts5

package store

// Without the build tag SQLite has no full-text search. The undefined name below makes the compiler say so.
var _ = the_mail_store_must_be_built_with_go_build_tags_sqlite_fts5
