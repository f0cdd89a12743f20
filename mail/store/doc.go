// Package store keeps everything Poplar knows of a person's mail in one SQLite database: the messages themselves,
// folders and their counts, flags, threads, the full-text index, the ledger of what lies on the POP3 servers, and the
// outbox.
//
// One connection writes, a small pool reads. Each method that changes something is one transaction, synced to the
// disk before the method returns; the Hub hears of it after COMMIT and never before. A *Store is safe for several
// goroutines and starts none of its own. docs/store.md describes the schema and what each transaction guarantees.
package store
