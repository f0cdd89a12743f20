-- The third form of the store.

-- A large message lies in a file of its own in the folder "large"; file is its name there, never used twice. Small ones,
-- and the large ones of before, have their octets in chunk. sum is the digest of what came from a server, as the ledger has
-- it; '' where there is none. The names of this store's files begin with the mark under "files".
ALTER TABLE message ADD COLUMN file TEXT;
ALTER TABLE message ADD COLUMN sum TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX message_file ON message(file) WHERE file IS NOT NULL;
INSERT INTO memory(key, value) VALUES ('files', CAST(lower(hex(randomblob(4))) AS BLOB));

-- A delivery report keeps in its row what it says, in the column of sent messages' fates: 3 delivered, 4 delayed, 5 failed.
UPDATE message SET fate = coalesce((SELECT max(CASE f.state WHEN 'failed' THEN 5 WHEN 'delayed' THEN 4 ELSE 3 END) FROM fate f WHERE f.report = message.id), 5)
	WHERE id IN (SELECT message FROM report);
