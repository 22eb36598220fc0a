-- SQLite reads a whole row of a table WITHOUT ROWID wherever it compares its key: one session with megabytes of
-- metadata made every look for another read them. So no table whose rows may be wide is one, and what is
-- wide of a session lies beside it, because each of its events writes its row anew.
DROP INDEX sessions_updated;
DROP INDEX sessions_running;
DROP INDEX sessions_ephemeral;
ALTER TABLE sessions RENAME TO wide_sessions;
CREATE TABLE sessions (
  session_id TEXT PRIMARY KEY NOT NULL,
  po_name TEXT NOT NULL,
  name TEXT,
  source TEXT NOT NULL,
  agent_mode TEXT NOT NULL,
  workspace TEXT NOT NULL,
  iteration_count INTEGER NOT NULL,
  message_count INTEGER NOT NULL,
  turn_id TEXT,
  is_parked INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  updated_seq INTEGER NOT NULL,
  title TEXT NOT NULL,
  forked_from TEXT,
  ephemeral INTEGER NOT NULL
) STRICT;
CREATE TABLE session_states (
  session_id TEXT PRIMARY KEY NOT NULL,
  context TEXT NOT NULL,
  metadata TEXT NOT NULL,
  active_tools TEXT NOT NULL
) STRICT;
INSERT INTO sessions SELECT session_id, po_name, name, source, agent_mode, workspace, iteration_count,
  message_count, turn_id, is_parked, created_at, updated_at, updated_seq, title, forked_from, ephemeral
FROM wide_sessions;
INSERT INTO session_states SELECT session_id, context, metadata, active_tools FROM wide_sessions;
DROP TABLE wide_sessions;
CREATE INDEX sessions_updated ON sessions (updated_seq);
CREATE INDEX sessions_running ON sessions (turn_id) WHERE turn_id IS NOT NULL;
CREATE INDEX sessions_ephemeral ON sessions (session_id) WHERE ephemeral = 1;

DROP INDEX requests_session;
DROP INDEX requests_turn;
DROP INDEX requests_open;
ALTER TABLE requests RENAME TO wide_requests;
CREATE TABLE requests (
  request_id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL,
  turn_id TEXT NOT NULL,
  state TEXT NOT NULL,
  seq INTEGER NOT NULL,
  request TEXT NOT NULL
) STRICT;
INSERT INTO requests SELECT request_id, session_id, turn_id, state, seq, request FROM wide_requests;
DROP TABLE wide_requests;
CREATE INDEX requests_session ON requests (session_id);
CREATE INDEX requests_turn ON requests (turn_id);
CREATE INDEX requests_open ON requests (seq) WHERE state = 'open';

DROP INDEX turns_session;
ALTER TABLE turns RENAME TO wide_turns;
CREATE TABLE turns (
  turn_id TEXT PRIMARY KEY NOT NULL,
  session_id TEXT NOT NULL,
  status TEXT NOT NULL,
  model TEXT,
  message_id TEXT,
  stop_reason TEXT,
  error TEXT,
  model_call_id TEXT,
  model_calls INTEGER NOT NULL,
  tool_rounds INTEGER NOT NULL,
  input_tokens INTEGER NOT NULL,
  output_tokens INTEGER NOT NULL,
  cached_tokens INTEGER NOT NULL,
  reasoning_tokens INTEGER NOT NULL,
  cost_usd REAL,
  started_at TEXT,
  ended_at TEXT,
  is_structured INTEGER NOT NULL
) STRICT;
INSERT INTO turns SELECT turn_id, session_id, status, model, message_id, stop_reason, error, model_call_id,
  model_calls, tool_rounds, input_tokens, output_tokens, cached_tokens, reasoning_tokens, cost_usd,
  started_at, ended_at, is_structured
FROM wide_turns;
DROP TABLE wide_turns;
CREATE INDEX turns_session ON turns (session_id);
