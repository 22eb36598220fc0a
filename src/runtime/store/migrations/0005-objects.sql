-- The versions of objects, their files, and the changes whose file may not be written yet.
ALTER TABLE objects ADD COLUMN file TEXT;
ALTER TABLE objects ADD COLUMN is_pending INTEGER NOT NULL DEFAULT 0;
CREATE TABLE object_versions (
  seq INTEGER PRIMARY KEY,
  po_name TEXT NOT NULL,
  version INTEGER NOT NULL,
  hash TEXT NOT NULL,
  base_hash TEXT,
  author TEXT NOT NULL,
  reason TEXT NOT NULL,
  at TEXT NOT NULL,
  bytes INTEGER NOT NULL
) STRICT;
CREATE INDEX object_versions_object ON object_versions (po_name, seq);
