-- What deleted sessions used: numbers alone, so that what was spent is not forgotten with what was said.
CREATE TABLE kept_usage (
  po_name TEXT NOT NULL,
  day TEXT NOT NULL,
  model TEXT NOT NULL,
  calls INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_usd REAL,
  PRIMARY KEY (po_name, day, model)
) STRICT, WITHOUT ROWID;
