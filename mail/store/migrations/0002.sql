-- The second form of the store.

-- What is told of a message that is not here (sender, subject and date out of TOP, as JSON), and what the person wants
-- done with one message on the server, whatever the account's policy says.
ALTER TABLE ledger ADD COLUMN heading TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN wish TEXT NOT NULL DEFAULT '';
