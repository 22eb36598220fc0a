-- What lists of sessions show and filter by. The views are folded again at the next open.
ALTER TABLE sessions ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN forked_from TEXT;
ALTER TABLE sessions ADD COLUMN ephemeral INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_ephemeral ON sessions (session_id) WHERE ephemeral = 1;
CREATE INDEX messages_tool ON messages (name, session_id) WHERE role = 'tool';
