-- The second form of the store.

-- What is told of a message that is not here (sender, subject and date out of TOP, as JSON), and what the person wants
-- done with one message on the server, whatever the account's policy says.
ALTER TABLE ledger ADD COLUMN heading TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN wish TEXT NOT NULL DEFAULT '';

-- Of a message that is too large only the header and the first lines may be here: the ledger says so while the server
-- is known to have the rest, the message keeps the octets of the whole.
ALTER TABLE ledger ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;

-- A message may wait until the person lets it go, its copy may go elsewhere than to Sent, and the servers on its way may
-- be asked for reports (JSON).
ALTER TABLE outbox ADD COLUMN held INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN copy INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN notices TEXT NOT NULL DEFAULT '{}';

-- What is learnt of a message once it is stored: the character set that the person reads it in ('' for its own word), its
-- DKIM signatures as they were checked (JSON), and the worst that was heard of a sent one (1 delayed, 2 failed).
ALTER TABLE message ADD COLUMN charset TEXT NOT NULL DEFAULT '';
ALTER TABLE message ADD COLUMN signatures TEXT;
ALTER TABLE message ADD COLUMN fate INTEGER NOT NULL DEFAULT 0;

-- What became of a sent message, per recipient; report is the delivery report that says so.
CREATE TABLE fate (
	message INTEGER NOT NULL REFERENCES message(id),
	seq     INTEGER NOT NULL,
	addr    TEXT NOT NULL, -- as it was sent to
	key     TEXT NOT NULL, -- in lower case
	state   TEXT NOT NULL CHECK (state IN ('accepted', 'delayed', 'delivered', 'failed')),
	status  TEXT NOT NULL,
	said    TEXT NOT NULL,
	remote  TEXT NOT NULL,
	moved   TEXT NOT NULL, -- the address the server gave in its place
	at      INTEGER,
	report  INTEGER REFERENCES message(id),
	PRIMARY KEY (message, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX fate_key ON fate(key, at);
CREATE INDEX fate_report ON fate(report) WHERE report IS NOT NULL;

-- Delivery reports, the sent message each is about (NULL where it is not here), and the Message-ID it names.
CREATE TABLE report (
	message  INTEGER PRIMARY KEY REFERENCES message(id),
	about    INTEGER REFERENCES message(id),
	original TEXT NOT NULL
) STRICT;
CREATE INDEX report_about ON report(about) WHERE about IS NOT NULL;

-- The pieces of messages that were sent in several (message/partial).
CREATE TABLE piece (
	message INTEGER PRIMARY KEY REFERENCES message(id),
	key     INTEGER NOT NULL, -- hash of their common id
	number  INTEGER NOT NULL,
	total   INTEGER NOT NULL  -- 0 where this piece does not tell
) STRICT;
CREATE INDEX piece_key ON piece(key);

-- The address book. key is the address in lower case; hidden: the person threw it out, and it stays out until it is
-- written to again.
CREATE TABLE person (
	key      TEXT PRIMARY KEY,
	addr     TEXT NOT NULL,
	name     TEXT NOT NULL,
	sent     INTEGER NOT NULL,
	received INTEGER NOT NULL,
	last     INTEGER, -- Unix seconds
	kept     INTEGER NOT NULL,
	hidden   INTEGER NOT NULL DEFAULT 0,
	org      TEXT NOT NULL DEFAULT '',
	phone    TEXT NOT NULL DEFAULT '',
	note     TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE TABLE people (
	name    TEXT PRIMARY KEY COLLATE NOCASE, -- of a group
	members TEXT NOT NULL -- JSON: [[name, addr], ...]
) STRICT, WITHOUT ROWID;
