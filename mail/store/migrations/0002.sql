-- The second form of the store.

-- What is told of a message that is not here (sender, subject and date out of TOP, as JSON), and what the person wants
-- done with one message on the server, whatever the account's policy says.
ALTER TABLE ledger ADD COLUMN heading TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN wish TEXT NOT NULL DEFAULT '';

-- Of a message that is too large only the header and the first lines may be here: the ledger says so while the server
-- is known to have the rest, the message keeps the octets of the whole.
ALTER TABLE ledger ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
ALTER TABLE message ADD COLUMN whole INTEGER NOT NULL DEFAULT 0;
