-- The first form of the store. Times are Unix nanoseconds unless a comment says otherwise; NULL is "none".

CREATE TABLE account (
	num INTEGER PRIMARY KEY AUTOINCREMENT,
	id  TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE folder (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	account INTEGER NOT NULL REFERENCES account(num),
	parent  INTEGER REFERENCES folder(id),
	name    TEXT NOT NULL,
	role    TEXT NOT NULL, -- '' for the person's own
	total   INTEGER NOT NULL DEFAULT 0,
	unread  INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX folder_role ON folder(account, role) WHERE role <> '';
CREATE UNIQUE INDEX folder_name ON folder(account, ifnull(parent, 0), name COLLATE NOCASE);
CREATE INDEX folder_parent ON folder(parent) WHERE parent IS NOT NULL;

CREATE TABLE message (
	id          INTEGER PRIMARY KEY AUTOINCREMENT, -- AUTOINCREMENT: never reused
	account     INTEGER NOT NULL REFERENCES account(num),
	folder      INTEGER NOT NULL REFERENCES folder(id),
	thread      INTEGER NOT NULL, -- the id of the thread's first message, even after that one is gone
	date        INTEGER NOT NULL, -- Unix seconds
	received    INTEGER NOT NULL,
	size        INTEGER NOT NULL,
	flags       INTEGER NOT NULL,
	attachments INTEGER NOT NULL,
	subject_key INTEGER,          -- hash of the subject without Re: and its like; NULL when too common to mean anything
	loose       INTEGER NOT NULL, -- 1: a reply by its subject alone, without In-Reply-To and References
	message_id  TEXT NOT NULL,
	uidl        BLOB,             -- arbitrary octets
	subject     TEXT NOT NULL,
	sender      TEXT NOT NULL,    -- From, To and Cc as JSON: [[name, addr], ...]
	recipients  TEXT NOT NULL,
	copies      TEXT NOT NULL,
	snippet     TEXT NOT NULL
) STRICT;
-- These answer every list in its order without touching the table. (An index ends with the id of itself.)
CREATE INDEX message_folder ON message(folder, date);
CREATE INDEX message_unread ON message(folder, date) WHERE (flags & 1) = 0;
CREATE INDEX message_flagged ON message(folder, date) WHERE (flags & 8) <> 0;
CREATE INDEX message_account ON message(account, date, id, folder);
CREATE INDEX message_thread ON message(thread);
CREATE INDEX message_subject ON message(subject_key, loose, date) WHERE subject_key IS NOT NULL;

-- Every Message-ID that a stored message has, answers or refers to, and the thread it stands for.
CREATE TABLE mention (
	hash   INTEGER PRIMARY KEY, -- the first 8 octets of the Message-ID's SHA-256
	thread INTEGER NOT NULL
) STRICT;
CREATE INDEX mention_thread ON mention(thread);

-- The octets of messages in pieces of 256 KiB; place = message id * 2^20 + number of the piece.
CREATE TABLE chunk (
	place INTEGER PRIMARY KEY,
	data  BLOB NOT NULL
) STRICT;

-- Messages that the full-text index has still to take in.
CREATE TABLE unindexed (
	message INTEGER PRIMARY KEY REFERENCES message(id),
	text    TEXT -- NULL where the program reads it out of the message again
) STRICT;

CREATE VIRTUAL TABLE search USING fts5(
	subject, sender, recipients, body,
	content = '', contentless_delete = 1, detail = full,
	tokenize = 'unicode61 remove_diacritics 2'
);
-- Gather more before writing a segment: a fifth less work for the same index.
INSERT INTO search(search, rank) VALUES ('hashsize', 8388608);

CREATE TABLE ledger (
	account   INTEGER NOT NULL REFERENCES account(num),
	uidl      BLOB NOT NULL, -- arbitrary octets
	dup       INTEGER NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('stored', 'skipped', 'refused', 'doomed', 'deleted')),
	message   INTEGER REFERENCES message(id),
	size      INTEGER NOT NULL,
	first     INTEGER,
	listed    INTEGER,
	header    TEXT NOT NULL,
	body      TEXT NOT NULL,
	said      TEXT NOT NULL,
	gone_here INTEGER NOT NULL,
	PRIMARY KEY (account, uidl, dup)
) STRICT, WITHOUT ROWID;
CREATE INDEX ledger_message ON ledger(message, state) WHERE message IS NOT NULL;

CREATE TABLE outbox (
	message   INTEGER PRIMARY KEY REFERENCES message(id),
	account   INTEGER NOT NULL REFERENCES account(num),
	sender    TEXT NOT NULL, -- reverse-path
	subject   TEXT NOT NULL,
	state     TEXT NOT NULL CHECK (state IN ('queued', 'in-flight', 'deferred', 'failed', 'uncertain')),
	due       INTEGER,
	tries     INTEGER NOT NULL,
	first_try INTEGER,
	problem   TEXT,          -- JSON
	answers   INTEGER REFERENCES message(id),
	mark      INTEGER NOT NULL
) STRICT;
CREATE INDEX outbox_answers ON outbox(answers) WHERE answers IS NOT NULL;

CREATE TABLE recipient (
	message INTEGER NOT NULL REFERENCES outbox(message),
	seq     INTEGER NOT NULL,
	addr    TEXT NOT NULL,
	state   TEXT NOT NULL CHECK (state IN ('queued', 'in-flight', 'sent', 'deferred', 'failed', 'uncertain')),
	code    INTEGER NOT NULL,
	status  TEXT NOT NULL,
	said    TEXT NOT NULL,
	PRIMARY KEY (message, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE memory (
	key   TEXT PRIMARY KEY,
	value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
