-- Usage by day; the model that a fork was made for. The views are folded again at the next open.
DROP TABLE usage;
CREATE TABLE usage (
  session_id TEXT NOT NULL,
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_usd REAL,
  PRIMARY KEY (session_id, day, model)
) STRICT, WITHOUT ROWID;
ALTER TABLE sessions ADD COLUMN model TEXT;
