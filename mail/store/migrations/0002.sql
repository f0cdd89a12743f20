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
-- What the outgoing server said of a sent message, for each recipient.
CREATE TABLE outcome (
	message INTEGER NOT NULL REFERENCES message(id),
	seq     INTEGER NOT NULL,
	addr    TEXT NOT NULL,
	state   TEXT NOT NULL,
	code    INTEGER NOT NULL,
	status  TEXT NOT NULL,
	said    TEXT NOT NULL,
	at      INTEGER NOT NULL, -- nanoseconds since 1970
	PRIMARY KEY (message, seq)
) STRICT, WITHOUT ROWID;
