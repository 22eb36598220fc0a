-- What the objects of one tree of delegations share.
CREATE TABLE shared_data (
  session_id TEXT NOT NULL,
  key TEXT NOT NULL,
  short_description TEXT NOT NULL,
  value TEXT NOT NULL,
  po_name TEXT NOT NULL,
  PRIMARY KEY (session_id, key)
) STRICT;
