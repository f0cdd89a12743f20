-- The third form of the store.

-- A large message lies in a file of its own in the folder "large"; file is its name there, never used twice. Small ones,
-- and the large ones of before, have their octets in chunk. sum is the digest of what came from a server, as the ledger has
-- it; '' where there is none. The names of this store's files begin with the mark under "files".
ALTER TABLE message ADD COLUMN file TEXT;
ALTER TABLE message ADD COLUMN sum TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX message_file ON message(file) WHERE file IS NOT NULL;
INSERT INTO memory(key, value) VALUES ('files', CAST(lower(hex(randomblob(4))) AS BLOB));
