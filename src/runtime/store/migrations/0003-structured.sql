-- Whether the answer of a turn must be a JSON document.
ALTER TABLE turns ADD COLUMN is_structured INTEGER NOT NULL DEFAULT 0;
