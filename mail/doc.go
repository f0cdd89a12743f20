// Package mail holds the words every room of Poplar shares: accounts and servers, folders, summaries, messages,
// drafts, the UIDL ledger, events and problems. It has types and small methods only: no files, no network, no
// database, nothing beyond the standard library. Field names are those of RFC 5322 (messages), RFC 1939 (POP3) and
// RFC 5321 (SMTP).
package mail
