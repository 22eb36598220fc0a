-- Sessions that answer calls of other sessions. The views are folded again at the next open.
ALTER TABLE sessions ADD COLUMN parent TEXT;
ALTER TABLE sessions ADD COLUMN parent_session_id TEXT;
ALTER TABLE sessions ADD COLUMN root_session_id TEXT;
ALTER TABLE sessions ADD COLUMN paused_calls INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_parent ON sessions (parent_session_id) WHERE parent_session_id IS NOT NULL;
CREATE INDEX sessions_root ON sessions (root_session_id) WHERE root_session_id IS NOT NULL;
